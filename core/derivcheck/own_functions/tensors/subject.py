"""The subject of the check list on tensors: a user's function beside its formula, and the points it is checked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo
from derivcheck.autograd.shaped_gradients import tensor_of
from derivcheck.autograd.sweeps import accumulated, refuses_grad
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.user_functions import UserFunction, insist_on_numbers
from derivcheck.errors import UserFunctionError
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import Case, Mode
from derivcheck.model.constants import Constants
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.copies import copies_of
from derivcheck.own_functions.checks.domains import Domain
from derivcheck.own_functions.checks.torch_settings import read_settings

Known = TypeVar("Known")
"""What one item has found out."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """What a function should compute.

    Attributes:
        value: the formula of its value, a tuple of several outputs; None: what its forward pass computes, recorded.
        slope: the formula whose derivatives it should have: a surrogate's, else its own.
        gradients: what is declared of its backward pass: for an argument an Expression over the arguments and `g`.
        upstreams: the names that these have for the upstream gradient of each output: `g`, or `g1`, `g2`, ….
        is_linear: whether these are linear in it.
        notes: what is to be said about them beside the first item.
        detached: the slope as torch would run it, where something in it is detached; None where nothing is. In the
            slope the variables of such parts are held.
        is_read: whether nobody has stated the formula of the value: it is what the forward pass computes, and the text
            was read from it. What is true is what the forward pass computes, at each place anew.
    """

    value: Expression | None
    slope: Expression | None
    gradients: dict[str, Expression] = field(default_factory=dict)
    upstreams: tuple[str, ...] = ()
    is_linear: bool = True
    notes: tuple[str, ...] = ()
    detached: Expression | None = None
    is_read: bool = False

    @property
    def run(self) -> Expression | None:
        """The slope as torch would run it."""
        return self.slope if self.detached is None else self.detached

    @property
    def of_shapes(self) -> bool:
        """Whether it speaks of shapes, or is not known to be one of numbers, element by element."""
        return not self.all or any(first_of_shapes(formula) is not None for formula in self.all)

    @property
    def all(self) -> tuple[Expression, ...]:
        """Each of them once."""
        known = [one for one in (self.value, self.slope) if one is not None]
        return tuple(dict.fromkeys([*known, *self.gradients.values()]))


@dataclass(frozen=True)
class TensorSubject:
    """A user's function on tensors, beside its formula.

    Attributes:
        function: what is checked; called with a tensor for each of `args`. Constants are bound.
        args: the names of the tensors that it takes, in order.
        formulas: what it should compute.
        case: what the user stated.
        device: where it runs.
        dtype: the format.
        points: the points given.
        held: those of `args` that are not differentiated by, although they are numbers.
        domain: where the function is defined, as the user declares it; None: nobody has said.
        note: a remark that is shown beside the first item: how the function is called.
        constants: the constants that the function takes, and that its formulas may name.
        pose: makes the same subject with other values of some constants, by name; None where nobody knows how.
        settings: torch's own settings before the function was called.
        copies: whether it is called with copies of what it is differentiated by, since it writes into its arguments.
        left_out: the places of the outputs that are not looked at: they hold no numbers that a formula could tell.
        leaves: the caller's own tensors, which the function is called with at the one point; None: tensors of ours.
        placed: the function in each format, once it has been made.
        known: what one item has found out and others need as well, such as the places that it looked at.
    """

    is_elementwise: ClassVar[bool] = False

    function: UserFunction
    args: tuple[str, ...]
    formulas: Formulas
    case: Case
    device: DeviceInfo
    dtype: DType
    points: tuple[ShapedPoint, ...]
    held: frozenset[str] = frozenset()
    domain: Domain | None = None
    note: str = ""
    constants: Constants = ()
    pose: Callable[[Mapping[str, object]], TensorSubject] | None = None
    settings: dict[str, Any] = field(default_factory=read_settings)
    copies: bool = False
    left_out: frozenset[int] = frozenset()
    leaves: tuple[Tensor, ...] | None = None
    placed: dict[DType, UserFunction] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def remember(self, key: str, make: Callable[[], Known]) -> Known:
        """What is known under a key; made where nobody has asked for it yet."""
        if key not in self.known:
            self.known[key] = make()
        found: Known = self.known[key]
        return found

    @property
    def setting(self) -> TorchSetting:
        """Device and format, backward."""
        return TorchSetting(self.device.name, self.dtype, Mode.REVERSE)

    def __call__(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The function's outputs; UserFunctionError where they are no tensors."""
        found = self.raw(inputs)
        if self.left_out and isinstance(found, tuple | list):
            found = tuple(output for place, output in enumerate(found) if place not in self.left_out)
        return outputs_of(found)

    def raw(self, inputs: Sequence[Tensor]) -> object:
        """Whatever the function returns."""
        if self.dtype not in self.placed:
            self.placed[self.dtype] = self.function.on(TORCH_DTYPES[self.dtype], self.device.name)
        given = copies_of(inputs) if self.copies else inputs
        return self.placed[self.dtype].run(*given)

    def tensors(self, point: ShapedPoint) -> tuple[Tensor, ...]:
        """A tensor for each argument, as a point has them."""
        return tuple(tensor_of(point[name], self.setting) for name in self.args)

    def differentiable(self, point: ShapedPoint) -> tuple[str, ...]:
        """The arguments that are differentiated by at a point: those that hold numbers, and are not held."""
        return tuple(name for name in self.args if name not in self.held and not point[name].is_integer)

    def gradients(
        self,
        outputs: Sequence[Tensor],
        inputs: Sequence[Tensor],
        upstreams: Sequence[Tensor],
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradients of the outputs by those of the inputs that ask for one; None for the others, and for none."""
        asking = [tensor for tensor in inputs if tensor.requires_grad]
        pairs = [(one, g) for one, g in zip(outputs, upstreams, strict=True) if one.requires_grad]
        if not pairs or not asking:
            return (None,) * len(inputs)
        results, weights = zip(*pairs, strict=True)
        if self.refuses_grad and not create_graph:
            total = sum((result * g).sum() for result, g in pairs)
            assert isinstance(total, Tensor)
            found = accumulated(total, asking, retain_graph=retain_graph)
        else:
            found = torch.autograd.grad(
                results,
                asking,
                weights,
                retain_graph=retain_graph or create_graph,
                create_graph=create_graph,
                allow_unused=True,
            )
        known = iter(_dense(gradient) for gradient in found)
        return tuple(next(known) if tensor.requires_grad else None for tensor in inputs)

    @cached_property
    def refuses_grad(self) -> bool:
        """Whether it can be differentiated by `.backward()` only, as reentrant checkpoints can."""
        first = self.points[0]
        asking = [at for at, name in enumerate(self.args) if name in self.differentiable(first)]
        inputs = asks_for_gradients(self.tensors(first), asking)
        leaves = [inputs[at] for at in asking]

        def total(found: Sequence[Tensor]) -> Tensor:
            known = iter(found)
            outputs = self([next(known) if at in asking else tensor for at, tensor in enumerate(inputs)])
            return torch.stack([output.sum() for output in outputs if output.requires_grad]).sum()

        return bool(asking) and refuses_grad(total, leaves)

    def at_points(self, points: Sequence[ShapedPoint]) -> Self:
        """The same at other points."""
        return replace(self, points=tuple(points), known={})


def outputs_of(result: object) -> tuple[Tensor, ...]:
    """The outputs as a tuple of tensors.

    Raises:
        UserFunctionError: where one of them is no tensor of real numbers.
    """
    found = tuple(result) if isinstance(result, tuple | list) else (result,)
    for output in found:
        if not isinstance(output, Tensor):
            text = f"the function returned {_name_of(output)}, not a tensor"
            raise UserFunctionError(text, hint="return a tensor, or a tuple of tensors: autograd sees nothing else")
        insist_on_numbers(output)
    if not found:
        raise UserFunctionError("the function returned no tensor", hint="return a tensor, or a tuple of tensors")
    return found


def _name_of(output: object) -> str:
    """What an object is, in words."""
    if output is None:
        return "nothing (None)"
    name = type(output).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _dense(gradient: Tensor | None) -> Tensor | None:
    """A gradient with all its numbers; that of an embedding may come sparse."""
    if gradient is None or gradient.layout is torch.strided:
        return gradient
    return gradient.to_dense()


def asks_for_gradients(tensors: Sequence[Tensor], asking: Collection[int]) -> tuple[Tensor, ...]:
    """Fresh leaves with the numbers of some tensors, of which those at some places ask for gradients."""
    return tuple(
        tensor.detach().clone().requires_grad_(place in asking and tensor.is_floating_point())
        for place, tensor in enumerate(tensors)
    )
