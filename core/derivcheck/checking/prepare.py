"""A case before it is checked: its device, format and names settled, and what it asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import chain, combinations_with_replacement

from derivcheck.autograd.devices import DeviceInfo, choose_dtype, resolve
from derivcheck.checking.said_derivatives import by_what, check_plain
from derivcheck.errors import CaseError, ParseError, PointError
from derivcheck.inputs.assignments import variable_name
from derivcheck.language.held_variables import held_variables
from derivcheck.language.parse import parse
from derivcheck.model import Case, Wrt
from derivcheck.model.light_records import changed
from derivcheck.numbers import DType
from derivcheck.readings import Readings, readings


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case whose device and format are settled, and whose names are as the parser has them."""

    case: Case
    device: DeviceInfo
    dtype: DType
    notes: tuple[str, ...]


def prepare(case: Case) -> Prepared:
    """Settle a case's device and format.

    Raises:
        DerivcheckError: for a device or format that is not there, and a case without a point.
    """
    device = resolve(case.device)
    dtype = choose_dtype(device, case.dtype)
    if not case.at:
        raise PointError("the case has no point", hint='at = { x = 2 }, or "at": {"x": 2}')
    notes = _note_format(case, device, dtype)
    return Prepared(_with_plain_names(changed(case, dtype=dtype, device=device.name)), device, dtype, notes)


def _note_format(case: Case, device: DeviceInfo, dtype: DType) -> tuple[str, ...]:
    """A note where the device has no float64 and nobody asked for another format."""
    if case.dtype is None and dtype is not DType.FLOAT64:
        return (f"{device.name} has no float64: computed in {dtype}",)
    return ()


def _with_plain_names(case: Case) -> Case:
    """The case with every name in Unicode's NFKC form, as the parser has them: the micro sign is a Greek mu."""
    expect = case.expect
    if all(
        name.isascii()
        for name in {*chain(*case.at, *case.wrt, *case.derivative, *(expect if isinstance(expect, dict) else ()))}
    ):
        return case
    return replace(
        case,
        at=tuple({variable_name(name): text for name, text in texts.items()} for texts in case.at),
        wrt=tuple(_with_plain_variables(wrt) for wrt in case.wrt),
        derivative={_with_plain_variables(wrt): claim for wrt, claim in case.derivative.items()},
        expect=(
            {_with_plain_variables(wrt): status for wrt, status in expect.items()}
            if isinstance(expect, dict)
            else expect
        ),
    )


def _with_plain_variables(wrt: Wrt) -> Wrt:
    return tuple(variable_name(name) for name in wrt)


# --- what the case asks for ------------------------------------------------------------------------------------------


def case_readings(case: Case, names: Iterable[str], *, has_shapes: bool = False) -> Readings:
    """The readings of a case's expression, whose points have these names; errors as in `readings`."""
    variables = frozenset(names)
    if not has_shapes:  # without the keyword, of which the memory of `readings` makes another entry
        made = readings(case.expr, variables, named_variables(case), case.functions)
    else:
        made = readings(case.expr, variables, named_variables(case), case.functions, has_shapes=True)
    check_plain(made.written, is_strict=case.is_strict)
    return made


def named_variables(case: Case) -> tuple[str, ...]:
    """The variables that the case names in what it asks for, whether the expression has them or not."""
    return tuple(name for wrt in (*case.wrt, *case.derivative) for name in wrt)


def asked_for(case: Case, made: Readings) -> list[Wrt]:
    """The derivatives to compute: those asked for, else each partial of the order asked for; and those claimed."""
    wanted = list(case.wrt) or by_what(made.written)
    held = held_variables(made.expression)
    if not wanted:
        if case.order < 1:
            raise CaseError(f"the order of a derivative is at least 1, not {case.order}")
        variables = made.expression.variables
        if case.const:
            variables = tuple(name for name in variables if name not in case.const)
        if held:
            variables = tuple(name for name in variables if name not in held)
        wanted = list(combinations_with_replacement(variables, case.order))
    if case.const:
        check_const(case, made.written.variables)
    wanted = list(dict.fromkeys([*wanted, *case.derivative]))
    if held:
        check_held(held, wanted, is_value_claimed=case.value is not None)
    check_orders(wanted, made)
    return wanted


def check_held(held: Mapping[str, str], wanted: Sequence[Wrt], *, is_value_claimed: bool) -> None:
    """Raise a CaseError for a derivative by a variable that an order is made of, and where there is no other one."""
    if not wanted and not is_value_claimed:
        name, what = next(iter(held.items()))
        raise CaseError(
            f"`{name}` is held constant, since it stands in {what}: no derivative is left to ask for",
            hint='claim the value: --value "…"',
        )
    for name, what in held.items():
        if any(name in wrt for wrt in wanted):
            raise CaseError(
                f"`{name}` is held constant, since it stands in {what}: there is no d/d{name}",
                hint="ask for the derivatives by other variables: --wrt x",
            )


def check_orders(wanted: Sequence[Wrt], made: Readings) -> None:
    """Raise a CaseError for a derivative of a higher order than is known through a declared gradient.

    A gradient by one argument that is differentiated by another need not be the same in the other order, and is no
    derivative of any function then.
    """
    high = max(map(len, wanted), default=0)
    for own in made.own if high > 1 else ():
        if own.gradients and (high > _ORDERS_OF_ONE or len(own.params) > 1):
            raise CaseError(
                f"`{own.name}` has a declared gradient: no derivative of order {high} is known through it",
                hint="its own check list differentiates it twice: give it points",
            )


_ORDERS_OF_ONE = 2
"""The order up to which derivatives are known through the declared gradient of a function of one argument."""


def check_const(case: Case, variables: Collection[str]) -> None:
    """Check what the case holds constant.

    Args:
        case: the case.
        variables: those of its expression.

    Raises:
        CaseError: for a name that is no variable, where the case does not share its points with others, and for a
            variable by which a derivative is asked for or claimed.
    """
    for name in case.const:
        if name not in variables and not case.allow_unused:
            near = get_close_matches(name, variables, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"its variables: {', '.join(f'`{v}`' for v in variables)}"
            raise CaseError(f"the constant `{name}` is no variable of the expression", hint=hint if variables else None)
        by_name = next((wrt for wrt in (*case.wrt, *case.derivative) if name in wrt), None)
        if by_name is not None:
            hint = f"leave `{name}` out of the constants, or do not ask for d/d{name}"
            raise CaseError(f"`{name}` is held constant, and differentiated by", hint=hint)


def note_held(case: Case, made: Readings) -> tuple[str, ...]:
    """A note about the variables by which nothing is differentiated, where the case does not name what it asks for."""
    if case.wrt:
        return ()
    held = held_variables(made.expression)
    return tuple(
        f"`{name}` is held constant: it stands in {what}" for name, what in held.items() if name not in case.const
    )


def note_unused(case: Case, made: Readings, point: Mapping[str, object]) -> tuple[str, ...]:
    """A note about the names that a point gives and neither the expression nor a claim uses.

    Raises:
        PointError: for such a name where the case does not allow it: it may be a slip of the pen.
    """
    unused = _find_unused(case, made, point)
    if not unused:
        return ()
    if not case.allow_unused:
        raise _no_such_variable(unused[0], made)
    listed = ", ".join(f"`{name}`" for name in unused)
    return (f"the expression does not use {listed}, which the point gives",)


def _find_unused(case: Case, made: Readings, point: Mapping[str, object]) -> list[str]:
    used = frozenset(made.written.variables)
    unused = [name for name in point if name not in used]
    if not unused:
        return []
    claimed: set[str] = set()
    for text in (*case.derivative.values(), *([] if case.value is None else [case.value])):
        with suppress(ParseError):  # it is raised again where the claim is judged
            claimed.update(parse(text, frozenset(point), case.functions).variables)
    return [name for name in unused if name not in claimed]


def _no_such_variable(name: str, made: Readings) -> PointError:
    names = made.written.variables
    near = get_close_matches(name, names, n=1)
    listed = ", ".join(f"`{variable}`" for variable in names)
    hint = f"its variables: {listed}" if listed else "it has none: leave out the point"
    return PointError(
        f"the expression has no variable `{name}`", hint=f"did you mean `{near[0]}`? {hint}" if near else hint
    )
