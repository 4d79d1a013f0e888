"""Hand-made Results for tests."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from derivcheck.errors import CaseError, Location
from derivcheck.language.parse import parse
from derivcheck.model import (
    Case,
    Coordinate,
    ElementResult,
    ElementResults,
    Evidence,
    Gradient,
    Kind,
    Mode,
    Result,
    Shape,
    ShapedPoint,
    ShapedValue,
    Side,
    Status,
    Truth,
    Verdict,
    What,
    Wrt,
)
from derivcheck.model.shaped_values import indices
from derivcheck.numbers import DType, Dyadic, Enclosure

SQUARE = Case(expr="x**2 + 2*x + 1", at=({"x": "2"},), name="notebook/quadratic", location=Location("a.toml", 3))
TWO = {"x": Coordinate("2", Fraction(2), Fraction(2))}


def exact(number: int) -> Enclosure:
    """An integer, enclosed exactly."""
    return Enclosure(Dyadic(number, 0), Dyadic(0, 0))


def row(status: Status = Status.MATCH, wrt: Wrt = ("x",), *, case: Case = SQUARE, reason: str | None = None) -> Result:
    """A derivative of the square's at 2 with a status."""
    return Result(
        case=case,
        what=What.DERIVATIVE if wrt else What.VALUE,
        wrt=wrt,
        verdict=Verdict(status, reason, absolute=0.0, relative=0.0, ulps=0.0, digits=15.954589770191003),
        point=TWO,
        expression=parse(case.expr),
        formula="2*x + 2" if wrt else None,
        symbolic=exact(6) if wrt else None,
        truth=Truth(Kind.VALUE, exact(6 if wrt else 9), evidence=Evidence.PROVEN),
        gradient=Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 6.0 if wrt else 9.0),
    )


def kink() -> Result:
    """The derivative of abs at 0, which torch takes for 0."""
    case = Case(expr="abs(x)", at=({"x": "0"},))
    return Result(
        case=case,
        what=What.DERIVATIVE,
        wrt=("x",),
        verdict=Verdict(Status.CONVENTION, "a kink: -1 on the left, 1 on the right"),
        point={"x": Coordinate("0", Fraction(0), Fraction(0))},
        expression=parse(case.expr),
        formula="sign(x)",
        truth=Truth(Kind.ONE_SIDED, left=exact(-1), right=Side.POSITIVE_INFINITY, reason="a kink"),
        gradient=Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 0.0),
    )


def stopped(case: Case = SQUARE, *, trace: str | None = None) -> Result:
    """A case that could not be run, by the user's fault or, with a trace, by ours."""
    error = None if trace else CaseError("nothing can be done", hint="do something else")
    return Result(case, What.VALUE, (), Verdict(Status.ERROR, "nothing can be done"), error=error, trace=trace)


def shaped(text: str, shape: Shape, numbers: Sequence[float], *, is_integer: bool = False) -> ShapedValue:
    """A value whose elements are numbers of float64, or integers."""
    coordinates = [Coordinate(repr(number), Fraction(number), Fraction(number)) for number in numbers]
    return ShapedValue(text, shape, tuple(coordinates), is_integer)


SOFTMAX = Case(expr="softmax(W @ x, dim=0)", at=({"W": "randn(4, 3)", "x": "[1, 2, 3]"},), name="softmax")
VALUES: ShapedPoint = {
    "W": shaped("randn(4, 3)", (4, 3), [number / 8 for number in range(-6, 6)]),
    "x": shaped("[1, 2, 3]", (3,), [1, 2, 3]),
}


def tensor(
    statuses: Sequence[Status] = (Status.MATCH,) * 12,
    shape: Shape = (4, 3),
    wrt: Wrt = ("W",),
    *,
    output: int = 0,
    upstream: int | None = None,
    direction: int | None = None,
    what: What = What.DERIVATIVE,
    case: Case = SOFTMAX,
    values: ShapedPoint | None = None,
) -> Result:
    """A row of a tensor, whose elements are thirds, with a status each.

    Element number k is (k + 1)/3. Torch's number is the nearest float64 of it, twice that where it is a mismatch, and
    nan where it is not finite; kinks are at the elements whose status is `convention`.
    """
    assert len(statuses) == prod(shape)
    elements = tuple(
        _element(index, at, status, what)
        for at, (index, status) in enumerate(zip(indices(shape), statuses, strict=True))
    )
    found = ElementResults(shape, output, elements, upstream, direction)
    worst = found.worst
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, worst.gradient if worst else None)
    return Result(
        case,
        what,
        wrt,
        worst.verdict if worst else Verdict(Status.MATCH),
        formula=None if what is What.VALUE or (upstream or direction) else "diag(p) - outer(p, p)",
        symbolic=worst.symbolic if worst else None,
        truth=worst.truth if worst else None,
        gradient=None if what is What.CLAIM else gradient,
        values=VALUES if values is None else values,
        elements=found,
    )


_REASONS = {
    Status.CONVENTION: "a kink: torch's choice 0.0 is between -1 on the left and 1 on the right",
    Status.UNSTABLE: "rounding explains the error, but 3.0 of 16 digits are right",
    Status.NONFINITE: "torch returned nan although a finite derivative exists",
    Status.MISMATCH: "torch's number is not the derivative",
    Status.WRONG_FORMULA: "the claim gives another number than the true one",
}


def _element(index: tuple[int, ...], at: int, status: Status, what: What) -> ElementResult:
    third = Enclosure(Dyadic((at + 1) * 2**400 // 3, -400), Dyadic(1, -400))
    number = (at + 1) / 3
    torch = {Status.MISMATCH: 2 * number, Status.NONFINITE: float("nan"), Status.CONVENTION: 0.0}.get(status, number)
    ulps = {Status.MATCH: (at + 1) / 10, Status.MISMATCH: 4.5e15, Status.UNSTABLE: 1e12, Status.NONFINITE: None}.get(
        status
    )
    truth = Truth(Kind.VALUE, third, evidence=Evidence.PROVEN)
    if status is Status.CONVENTION:
        truth = Truth(Kind.ONE_SIDED, left=exact(-1), right=exact(1), reason="a kink", evidence=Evidence.SHOWN)
    return ElementResult(
        index,
        Verdict(status, _REASONS.get(status), ulps=ulps),
        truth,
        None if what is What.CLAIM else torch,
        None if what is What.VALUE else third,
    )
