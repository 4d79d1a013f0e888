"""The check: a Case in, its Results out, one for each value, derivative and claim at each point in each mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from itertools import chain, combinations_with_replacement

from flint import arb

from derivcheck.autograd.devices import DeviceInfo, choose_dtype, resolve
from derivcheck.autograd.gradients import Setting, gradients
from derivcheck.balls.ball import exact_ball, precision
from derivcheck.checking.shown_formula import shown_formula
from derivcheck.errors import (
    CaseError,
    DerivcheckError,
    InfinitePointError,
    ParseError,
    PointError,
    UnsupportedError,
)
from derivcheck.graph.inlining import at_point, written_out
from derivcheck.inputs.assignments import variable_name
from derivcheck.inputs.coordinates import read_point, typed_value
from derivcheck.language.parse import parse
from derivcheck.model import (
    Case,
    Evidence,
    Gradient,
    Mode,
    Point,
    Refusal,
    RefusalKind,
    Result,
    Status,
    Truth,
    Verdict,
    What,
    Wrt,
)
from derivcheck.model.deferred import Deferred
from derivcheck.model.failures import crashed, failed
from derivcheck.numbers import DType
from derivcheck.readings import Readings, readings
from derivcheck.rounding.explanation import Explanation
from derivcheck.truth.claims import ROUNDED_BITS, Alternatives, Claim, Known, Typed, has_rounded_literals, judge_claim
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.limits import is_narrow
from derivcheck.truth.runs import Coordinate
from derivcheck.verdict.support import supported
from derivcheck.verdict.torch_domains import outside_torch


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
    notes = _notes(case, device, dtype)
    return Prepared(_with_plain_names(replace(case, dtype=dtype, device=device.name)), device, dtype, notes)


def check_case(case: Case) -> Iterator[Result]:
    """Check a case, one point after the other.

    Every case yields at least one Result: what goes wrong becomes one with the status `error`.

    Args:
        case: what to check.

    Yields:
        The Results, point by point: the value, then each derivative in each mode, followed by the claim about it.
    """
    try:
        prepared = prepare(case)
    except DerivcheckError as error:
        yield failed(case, error)
        return
    for texts in prepared.case.at:
        yield from check_point(prepared, texts)


def check_point(
    prepared: Prepared, texts: Mapping[str, str], recorded: Mapping[Mode, Recorded] | None = None
) -> Iterator[Result]:
    """Check a case at one of its points.

    Args:
        prepared: the case.
        texts: the point as it was typed.
        recorded: what torch returned there, where it ran already.
    """
    case, point = prepared.case, None
    try:
        point = read_point(texts, prepared.dtype)
        yield from _check_point(_Check(case, prepared.device, prepared.dtype, point, prepared.notes, recorded))
    except InfinitePointError as error:
        there = replace(case, at=(dict(texts),))  # the point is no Point: whoever shows it finds it here
        yield Result(there, What.VALUE, (), Verdict(Status.UNDEFINED, error.message), notes=prepared.notes)
    except DerivcheckError as error:
        yield failed(case, error, point=point)
    except Exception as error:  # a batch goes on; the Result keeps the traceback
        yield crashed(case, error, point=point)


def _with_plain_names(case: Case) -> Case:
    """The case with every name in Unicode's NFKC form, as the parser has them: the micro sign is a Greek mu."""
    expect = case.expect
    if all(
        name.isascii()
        for name in chain(*case.at, *case.wrt, *case.derivative, *(expect if isinstance(expect, dict) else ()))
    ):
        return case
    return replace(
        case,
        at=tuple({variable_name(name): text for name, text in texts.items()} for texts in case.at),
        wrt=tuple(_plain_wrt(wrt) for wrt in case.wrt),
        derivative={_plain_wrt(wrt): claim for wrt, claim in case.derivative.items()},
        expect={_plain_wrt(wrt): status for wrt, status in expect.items()} if isinstance(expect, dict) else expect,
    )


def _plain_wrt(wrt: Wrt) -> Wrt:
    return tuple(variable_name(name) for name in wrt)


def _notes(case: Case, device: DeviceInfo, dtype: DType) -> tuple[str, ...]:
    if case.dtype is None and dtype is not DType.FLOAT64:
        return (f"{device.name} has no float64: computed in {dtype}",)
    return ()


@dataclass(frozen=True, slots=True)
class _Check:
    """One case at one point."""

    case: Case
    device: DeviceInfo
    dtype: DType
    point: Point
    notes: tuple[str, ...]
    recorded: Mapping[Mode, Recorded] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What torch returned at one point in one mode, where it ran for many points at once.

    Attributes:
        numbers: its number for the value and for each derivative asked for.
        reach: the largest error of each that rounding was seen to explain, 0 where nobody looked.
    """

    numbers: Sequence[float]
    reach: Sequence[float]


def _check_point(check: _Check) -> Iterator[Result]:
    case = check.case
    made = case_readings(case, check.point)
    if unused := _unused(case, made, check.point):
        if not case.allow_unused:
            raise _no_such_variable(unused[0], made)
        listed = ", ".join(f"`{name}`" for name in unused)
        check = replace(check, notes=(*check.notes, f"the expression does not use {listed}, which the point gives"))
    exact = {name: coordinate.exact for name, coordinate in check.point.items()}
    finder = _Finder(made, exact)
    wrts = asked_for(case, made)
    for row in _autograd_rows(check, made, finder, wrts):
        yield row
        if row.what is What.VALUE and case.value is not None:
            yield _claim_row(check, made, finder, (), case.value)
    for wrt, text in case.derivative.items():
        yield _claim_row(check, made, finder, wrt, text)


def case_readings(case: Case, names: Iterable[str]) -> Readings:
    """The readings of a case's expression, whose points have these names; errors as in `readings`."""
    return readings(case.expr, frozenset(names), _named(case), case.functions)


def _named(case: Case) -> tuple[str, ...]:
    """The variables that the case names in what it asks for, whether the expression has them or not."""
    return tuple(name for wrt in (*case.wrt, *case.derivative) for name in wrt)


class _Finder:
    """The truth about the value, and about the derivatives: of f itself, or of what a surrogate makes of it."""

    def __init__(self, made: Readings, exact: Mapping[str, Coordinate]) -> None:
        self.value = TruthFinder(made.balls, made.formula_program, exact)
        self.slope = self.value
        if made.slope is not None:
            self.slope = TruthFinder(made.slope.balls, made.slope.formula_program, at_point(exact))

    def find(self, wrt: Wrt) -> Found:
        """The truth about the derivative by `wrt`; the empty `wrt` is the value."""
        return (self.slope if wrt else self.value).find(wrt)

    def known(self, wrt: Wrt) -> Known:
        """What was computed on the way to the truth about the derivative by `wrt`, or about the value."""
        finder = self.slope if wrt else self.value
        return Known((finder.formula(wrt) if wrt else None) or finder.function, finder.runs)


def _unused(case: Case, made: Readings, point: Point) -> list[str]:
    """The names that a point gives and neither the expression nor a claim uses."""
    unused = [name for name in point if name not in made.written.variables]
    if not unused:
        return []
    claimed: set[str] = set()
    for text in (*case.derivative.values(), *([] if case.value is None else [case.value])):
        with suppress(ParseError):  # which is told where the claim is judged
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


def asked_for(case: Case, made: Readings) -> list[Wrt]:
    """The derivatives to compute: those asked for, else each partial of the order asked for; and those claimed."""
    wanted = list(case.wrt)
    if not wanted:
        if case.order < 1:
            raise CaseError(f"the order of a derivative is at least 1, not {case.order}")
        wanted = list(combinations_with_replacement(made.expression.variables, case.order))
    return list(dict.fromkeys([*wanted, *case.derivative]))


def _autograd_rows(check: _Check, made: Readings, finder: _Finder, wrts: list[Wrt]) -> Iterator[Result]:
    """The rows that compare torch with the truth: each derivative in each mode, the value once.

    A compiler computes the value anew: in its mode there is a row for it wherever it stands.
    """
    case = check.case
    exact = {name: coordinate.exact for name, coordinate in check.point.items()}
    for index, mode in enumerate(case.modes):
        setting = Setting(check.device.name, check.dtype, mode)
        asked: list[Wrt] = [(), *wrts]
        recorded = check.recorded[mode] if check.recorded else None
        try:
            if recorded:
                found = [Gradient(mode, setting.device, setting.dtype, value=number) for number in recorded.numbers]
            else:
                found = gradients(made.torch, exact, asked, setting)
        except UnsupportedError as error:
            refusal = Refusal(RefusalKind.UNSUPPORTED, error.message)
            found = [Gradient(mode, check.device.name, check.dtype, refusal=refusal) for _ in asked]
            explanation = None
        else:
            reach = recorded.reach if recorded else ()
            explanation = Explanation(made.torch, made.expression, exact, asked, setting, reach)
        for wrt, gradient in zip(asked, found, strict=True):
            if not wrt and index and mode is not Mode.COMPILE:
                continue
            truth = finder.find(wrt)
            if explanation is None:
                verdict = Verdict(Status.SKIPPED, gradient.error)
            else:
                verdict = explanation.judge(wrt, truth.truth, gradient, value=found[0], tolerance=case.tolerance)
                if verdict.status in _WRONG and (reason := outside_torch(made.expression, made.balls, exact)):
                    verdict = Verdict(Status.SKIPPED, reason)
            yield _row(check, made, wrt, truth, gradient, verdict)


_WRONG = frozenset({Status.INACCURATE, Status.NONFINITE, Status.MISMATCH})
"""Where torch's kernel has no number there is nothing to hold against it, be it that a comparison hid its nan."""


def _row(check: _Check, made: Readings, wrt: Wrt, found: Found, gradient: Gradient, verdict: Verdict) -> Result:
    formula = made.formula(wrt) if wrt else None
    shown = None if formula is None or isinstance(formula, str) else _formula(check, wrt, found)
    notes = check.notes
    if isinstance(formula, str):
        notes = (*notes, f"no formula: {formula}")
    if found.formula_is_wrong and verdict.status.rank < Status.WRONG_FORMULA.rank:
        symbolic = found.symbolic.decimal(20) if found.symbolic else "another number"
        true = found.truth.value.decimal(20) if found.truth.value else str(found.truth.kind)
        contradiction = Verdict(
            Status.WRONG_FORMULA,
            f"SymPy's formula gives {symbolic}, the difference quotients of f give {true}; torch: {verdict.status}",
        )
        verdict = supported(found.truth, contradiction)
    return Result(
        check.case,
        What.DERIVATIVE if wrt else What.VALUE,
        wrt,
        verdict,
        point=check.point,
        expression=made.written,
        formula=shown,
        symbolic=found.symbolic if wrt else found.truth.value,
        truth=found.truth,
        gradient=gradient,
        notes=notes,
    )


def _formula(check: _Check, wrt: Wrt, found: Found) -> Deferred:
    """The formula of a row, for when it is shown."""
    recipe = (check.case.expr, frozenset(check.point), _named(check.case), check.case.functions)
    return Deferred(shown_formula, recipe, wrt, check.point, found.symbolic)


def _claim_row(check: _Check, made: Readings, finder: _Finder, wrt: Wrt, text: str) -> Result:
    """The row of a claim: what somebody says the value or the derivative is."""
    claim = _read_claim(text, wrt, check)
    truth = finder.find(wrt).truth
    exact = {name: coordinate.exact for name, coordinate in check.point.items()}
    meant = Alternatives(partial(_typed, check, made, wrt), partial(_widened, check, made, wrt, truth))
    verdict = supported(truth, judge_claim(claim, truth, exact, meant, finder.known(wrt)))
    return Result(
        check.case,
        What.CLAIM,
        wrt,
        verdict,
        point=check.point,
        expression=made.written,
        formula=text,
        truth=truth,
        notes=check.notes,
    )


def _read_claim(text: str, wrt: Wrt, check: _Check) -> Claim:
    """The claim, parsed; an error says which of the case's formulas it is about."""
    own = check.case.functions
    try:
        return Claim(text, written_out(parse(text, frozenset(check.point), own), own))
    except ParseError as error:
        about = f"derivative by {','.join(wrt)}" if wrt else "value"
        message = f"the claimed {about} cannot be read: {error.message}"
        raise ParseError(message, text=text, span=error.span, hint=error.hint) from None


def _typed(check: _Check, made: Readings, wrt: Wrt) -> Typed | None:
    """What is true at the point as it was typed; None where the dtype holds that very point."""
    if not any(coordinate.is_rounded for coordinate in check.point.values()):
        return None
    place = {name: typed_value(coordinate) for name, coordinate in check.point.items()}
    return Typed(_Finder(made, place).find(wrt).truth, place)


def _widened(check: _Check, made: Readings, wrt: Wrt, truth: Truth) -> arb | None:
    """The truth if the expression's long literals are the rounded numbers that they look like; None where it has none.

    SymPy's formula gives it where it is proven to be the derivative around the point, and where it is a narrow ball
    although the literals are wide.
    """
    if truth.evidence is not Evidence.PROVEN or not has_rounded_literals(made.expression):
        return None
    program = made.widened_program(wrt)
    if program is None:
        return None
    with precision(_WIDENED_BITS):
        exact = {name: exact_ball(coordinate.exact) for name, coordinate in check.point.items()}
        value = program.run(at_point(exact))
    return value if isinstance(value, arb) and is_narrow(value, ROUNDED_BITS) else None


_WIDENED_BITS = 256
"""Enough where literals of which 50 bits are known decide how narrow a ball gets."""
