"""What a user's own function is given: the tensors of the points, constants, and what its module holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.autograd.binding import Given
from derivcheck.autograd.module_values import tensor_at
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.errors import CaseError
from derivcheck.inputs.python_arrays import array_text, has_dimensions
from derivcheck.inputs.python_values import number_text
from derivcheck.inputs.shape_texts import has_shape
from derivcheck.language.names_used import names_used
from derivcheck.model import Case, OwnFunction
from derivcheck.model.constants import Constants

_UPSTREAM = re.compile(r"(g|grad_output)\d*")
"""What a declared gradient may call the upstream gradient: no attribute of a module is meant."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A function as it is called, and what it is called with.

    Attributes:
        function: the function, which takes a tensor for each of its binding's `args`.
        args: these.
        points: the points, with the numbers of the module where the formula names them and no point gives them.
        constants: the constants, with the attributes of the module likewise.
        held: the arguments that are not differentiated by.
        of_module: the arguments that are parameters or buffers of the module.
        notes: what the user should know of the call.
        integers: the arguments that are integers, although no formula says so.
        left_out: the places of the outputs that are no part of a formula.
        copies: whether the function is called with copies of its arguments.
    """

    function: UserFunction
    args: tuple[str, ...]
    points: tuple[dict[str, str], ...]
    constants: Constants
    held: frozenset[str]
    of_module: tuple[str, ...]
    notes: tuple[str, ...]
    integers: frozenset[str] = frozenset()
    left_out: frozenset[int] = frozenset()
    copies: bool = False

    def with_a_dimension(self) -> Posed:
        """The same with each number of a point in the shape (1,), as a module's parameters of one number are."""
        points = tuple(
            {name: text if name in self.of_module or has_shape(text) else f"[{text}]" for name, text in texts.items()}
            for texts in self.points
        )
        return replace(self, points=points)


def pose(case: Case, own: OwnFunction, function: UserFunction, placed: UserFunction) -> Posed:
    """Find out how a function is called with what a case gives.

    Args:
        case: the check list.
        own: the function that it declares.
        function: its code, loaded.
        placed: the same in the format of the case: its module's numbers are the ones that it computes with.

    Raises:
        CaseError: for what does not fit the arguments of the function.
    """
    names = tuple(dict.fromkeys(name for texts in case.at for name in texts))
    for texts in case.at:
        _check_point(names, texts)
    values = placed.values
    constants = dict(own.constants)
    both = next((name for name in names if name in constants), None)
    if both is not None:
        raise CaseError(f"`{both}` is given twice: as a constant and by the point", hint="leave one of them out")
    used = names_used([*filter(None, (own.formula, own.surrogate, own.domain))])
    if own.formula is None:  # whatever the module holds may be in it
        used = (*used, *(name for name in values.paths if _is_of_numbers(placed, values.paths[name])))
    used = (*used, *(name for name in names_used(text for _, text in own.gradients) if not _UPSTREAM.fullmatch(name)))
    lacking = [name for name in used if name not in names and name not in constants]
    tensors = {name: _text(placed, values.paths[name], name) for name in lacking if name in values.paths}
    constants |= {name: values.plain[name] for name in lacking if name in values.plain and name not in tensors}
    ordered = (*(name for name in used if name in names or name in tensors), *names)
    if own.formula is None or own.is_read:  # it was read from a call in the order of the point
        ordered = (*names, *ordered)
    order = dict.fromkeys(name for name in (*used, *constants) if name in dict(own.constants))
    asked = tuple((name, constants[name]) for name in order)
    given = Given(tuple(dict.fromkeys(ordered)), asked, own.params)
    bound = function.bound(given)
    assert bound.binding is not None
    args = bound.binding.args
    _check_held(case, args)
    inner = tuple(name for name, _ in bound.binding.of_module)
    return Posed(
        bound,
        args,
        tuple({**texts, **tensors} for texts in case.at),
        tuple(constants.items()),
        frozenset(case.const) | (values.fixed & set(inner)),
        inner,
        (*bound.binding.notes, *_untyped(bound)),
    )


def _check_point(names: Sequence[str], texts: dict[str, str]) -> None:
    lacking = next((name for name in names if name not in texts), None)
    if lacking is not None:
        raise CaseError(f"the point gives `{lacking}` no value, and another one does", hint=f"write --at {lacking}=2")


def _text(placed: UserFunction, path: str, name: str) -> str:
    """The numbers that a module holds, as they are typed in a point."""
    assert placed.module is not None
    tensor: Any = tensor_at(placed.module, path).detach().cpu()
    what = f"the value of `{name}`"
    return array_text(tensor, what, number_text) if has_dimensions(tensor) else number_text(tensor, what)


def _is_of_numbers(placed: UserFunction, path: str) -> bool:
    """Whether a tensor of a module holds numbers that a formula could depend on: no count of batches."""
    assert placed.module is not None
    return bool(tensor_at(placed.module, path).is_floating_point())


def _check_held(case: Case, args: Iterable[str]) -> None:
    """Fail for a held argument that is none."""
    listed = ", ".join(args)
    for name in case.const:
        if name not in args:
            raise CaseError(f"`{name}` is held, and is no argument", hint=f"the arguments are {listed}")


def _untyped(function: UserFunction) -> list[str]:
    """Remarks about tensors for what is annotated as none."""
    assert function.binding is not None
    plain = function.signature.plain
    found = []
    by_place = zip(function.signature.placed, function.binding.by_place, strict=False)
    taken = {parameter.name: one.name for parameter, one in by_place if one.name is not None}
    taken |= {name: one.name for name, one in function.binding.by_keyword if one.name is not None}
    for parameter, name in taken.items():
        if parameter in plain:
            hint = f"if it is no tensor, write --const {name}=…"
            found.append(
                f"{name} is given as a tensor, and the function takes `{parameter}: {plain[parameter]}`: {hint}"
            )
    return found
