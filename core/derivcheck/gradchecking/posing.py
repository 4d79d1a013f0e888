"""A call of gradcheck as a subject of the check list: torch code whose formula is its own forward pass."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from derivcheck.autograd.devices import TORCH_DTYPES, resolve
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.finite_parts import of_finite_numbers
from derivcheck.model import Case
from derivcheck.model.point import Coordinate
from derivcheck.model.shaped_values import ShapedValue
from derivcheck.numbers import DType
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE

_MOST_SHOWN = 16
"""So many numbers of an input at most are shown."""


def pose(function: Callable[..., Any], inputs: Sequence[Any], result: object = None) -> TensorSubject:
    """A function of tensors beside its own forward pass, at the tensors that it is given.

    Args:
        function: takes `inputs` by position and returns a tensor, or a tuple or list of them.
        inputs: tensors and whatever else it takes. It is differentiated by the tensors that ask for a gradient; these
            very tensors are given to it again, for it may know them, as a layer knows its weight. A tensor that stands
            in two places is one input. Complex numbers are
            pairs of real ones: a complex tensor of the shape (3,) has a value of the shape (3, 2), and as an argument
            the function takes either.
        result: what it returned for these inputs, where that is known; else it is called. The outputs that ask for a
            gradient are looked at, and where none does all those that hold numbers.

    Raises:
        UnsupportedError: for sparse tensors, and formats that derivcheck does not know.
    """
    function, inputs = of_finite_numbers(function, inputs)
    first = {id(one): at for at, one in reversed(list(enumerate(inputs))) if isinstance(one, Tensor)}
    places = [at for at, one in enumerate(inputs) if first.get(id(one)) == at and one.requires_grad]
    names = _names(function, inputs, places)
    for at in places:
        _check_layout(inputs[at], f"input {at}")
    leaves = tuple([inputs[at] if inputs[at].is_leaf else _as_leaf(inputs[at]) for at in places])

    returned = outputs_in(function(*inputs) if result is None else result)
    kept = _kept(returned)

    def call(*tensors: Tensor) -> tuple[Tensor, ...]:
        moved = dict(zip(places, tensors, strict=True))
        given = list(inputs)
        for at, one in enumerate(inputs):
            if (tensor := moved.get(first.get(id(one), -1))) is not None:
                are_pairs = one.is_complex() and not tensor.is_complex()
                given[at] = torch.view_as_complex(tensor) if are_pairs else tensor
        outputs = outputs_in(function(*given))
        return tuple([_as_real(outputs[at]) for at in kept])

    numbers = [_as_real(leaf.detach()) for leaf in leaves]
    dtype = _coarsest([one.dtype for one in (*numbers, *[_as_real(returned[at].detach()) for at in kept])])
    point = {name: _value(one) for name, one in zip(names, numbers, strict=True)}
    device = resolve(str(leaves[0].device) if leaves else "cpu")
    name = _name_of(function)
    case = Case(name, ({name: value.text for name, value in point.items()},), dtype=dtype, device=device.name)
    formulas = Formulas(None, None)
    return TensorSubject(UserFunction(name, call), names, formulas, case, device, dtype, (point,), leaves=leaves)


def place_of(subject: TensorSubject) -> Place:
    """Where a call is checked, in the coarsest format that the code computes in, as it may within float64 numbers.

    Raises:
        UnsupportedError: where the forward pass cannot be read.
    """
    place = Place(subject, subject.points[0])
    dtype = min(subject.dtype, _coarsest(list(place.recorded.formats)), key=lambda dtype: dtype.precision)
    if dtype is subject.dtype:
        return place
    made = Place(replace(subject, dtype=dtype, known={}), place.point)
    made.__dict__["recorded"] = place.recorded
    return made


def flattened(function: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A call with the tensors of nested lists and tuples among the inputs by themselves, one after the other."""
    if not any(isinstance(one, list | tuple | dict) for one in inputs):
        return function, inputs
    leaves, structure = tree_flatten(inputs)

    def call(*flat: Any) -> Any:
        return function(*tree_unflatten(list(flat), structure))

    call.__name__ = _name_of(function)
    return call, tuple(leaves)


def outputs_in(result: Any) -> tuple[Any, ...]:
    """What a function returns, as torch's gradcheck takes it: a tuple or a list of outputs, or one."""
    return tuple(result) if isinstance(result, tuple | list) else (result,)


def _kept(outputs: Sequence[Any]) -> list[int]:
    """The places of the outputs that are looked at."""
    numbers = {
        at: one
        for at, one in enumerate(outputs)
        if isinstance(one, Tensor) and (one.is_floating_point() or one.is_complex())
    }
    return [at for at, one in numbers.items() if one.requires_grad] or list(numbers)


def _as_leaf(tensor: Tensor) -> Tensor:
    """A leaf that shares the memory of a tensor which autograd computed: `x.t()`, as the caller lays it out."""
    made = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
    made.set_(tensor.untyped_storage(), tensor.storage_offset(), tensor.shape, tensor.stride())
    return made.requires_grad_()


def _as_real(output: Tensor) -> Tensor:
    return torch.view_as_real(output.resolve_conj()) if output.is_complex() else output


def _name_of(function: Callable[..., Any]) -> str:
    """What its author calls it: `apply` by the name of its Function, a partial by that of what it calls."""
    while isinstance(function, partial):
        function = function.func
    name: str = getattr(function, "__name__", type(function).__name__)
    owner = getattr(function, "__self__", None)
    return owner.__name__ if name == "apply" and isinstance(owner, type) else name


def _names(function: Callable[..., Any], inputs: Sequence[Any], places: Sequence[int]) -> tuple[str, ...]:
    """What the inputs are called: as the function's author calls them where all have a name there."""
    try:
        found = [one.name for one in inspect.signature(function).parameters.values() if one.kind in _BY_PLACE]
    except (TypeError, ValueError):
        found = []
    if len(found) >= len(inputs):
        return tuple([found[at] for at in places])
    return tuple([f"input{at}" for at in places]) if len(inputs) > 1 else ("input",)


_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _check_layout(tensor: Tensor, what: str) -> None:
    if tensor.layout is not torch.strided:
        raise UnsupportedError(f"{what} is a tensor of the layout {str(tensor.layout).removeprefix('torch.')}")


def _coarsest(formats: Sequence[torch.dtype]) -> DType:
    """The format with the fewest digits."""
    known = {found: dtype for dtype, found in TORCH_DTYPES.items()}
    unknown = next((one for one in formats if one not in known), None)
    if unknown is not None:
        raise UnsupportedError(f"a tensor of the format {str(unknown).removeprefix('torch.')}")
    return min([known[one] for one in formats], key=lambda dtype: dtype.precision, default=DType.FLOAT64)


def _value(leaf: Tensor) -> ShapedValue:
    numbers = leaf.reshape(-1).tolist()
    elements = []
    for number in numbers:
        if not math.isfinite(number):
            raise UnsupportedError(f"an input holds {number}, at which nothing has a derivative")
        exact = Fraction(number)
        elements.append(Coordinate(repr(number), exact, exact))
    text = str(leaf.tolist()) if len(numbers) <= _MOST_SHOWN else f"tensor of {tuple(leaf.shape)}"
    return ShapedValue(text, tuple(leaf.shape), tuple(elements))


# --- second derivatives ----------------------------------------------------------------------------------------------


def upstreams_of(
    outputs: Sequence[Tensor], given: Tensor | Sequence[Tensor] | None, *, with_gaps: bool
) -> tuple[Tensor, ...]:
    """The upstream gradients of a call: the caller's, or fixed numbers of many sizes and both signs.

    Args:
        outputs: the outputs that have a gradient.
        given: what the caller gave; None: nothing.
        with_gaps: whether those that are made here have gaps in memory.
    """
    if given is not None:
        return (given,) if isinstance(given, Tensor) else tuple(given)
    return tuple([_made_for(output, with_gaps=with_gaps) for output in outputs])


def _made_for(output: Tensor, *, with_gaps: bool) -> Tensor:
    each = 2 if output.is_complex() else 1
    numbers = torch.tensor(dense_weights(each * output.numel(), DENSE[0]), dtype=torch.float64)
    pairs = numbers.reshape(*output.shape, 2) if output.is_complex() else numbers.reshape(output.shape)
    made = (torch.view_as_complex(pairs) if output.is_complex() else pairs).to(output)
    if with_gaps and made.numel() > 1:
        made = torch.stack([made, torch.zeros_like(made)], dim=-1)[..., 0]
    return made.detach().requires_grad_()


def gradients_function(
    function: Callable[..., Any], inputs: Sequence[Any], upstreams: Sequence[Tensor]
) -> Callable[..., tuple[Tensor, ...]]:
    """The function that torch's gradgradcheck checks: from the inputs and the upstream gradients to the gradients."""
    count = len(upstreams)
    asking = {at for at, one in enumerate(inputs) if isinstance(one, Tensor) and one.requires_grad}
    weighing = {at for at, one in enumerate(upstreams) if one.requires_grad}

    def call(*args: Any) -> tuple[Tensor, ...]:
        given = [one.requires_grad_() if at in asking else one for at, one in enumerate(args[:-count])]
        weights = [one.requires_grad_() if at in weighing else one for at, one in enumerate(args[-count:])]
        outputs = [one for one in outputs_in(function(*given)) if isinstance(one, Tensor) and one.requires_grad]
        leaves = [given[at] for at in sorted(asking)]
        found = torch.autograd.grad(outputs, leaves, weights, create_graph=True, allow_unused=True)
        return tuple(one for one in found if one is not None)

    return call
