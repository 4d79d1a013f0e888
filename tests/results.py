"""Hand-made Results for tests."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.errors import CaseError, Location
from derivcheck.language.parse import parse
from derivcheck.model import (
    Case,
    Coordinate,
    Evidence,
    Gradient,
    Kind,
    Mode,
    Result,
    Side,
    Status,
    Truth,
    Verdict,
    What,
    Wrt,
)
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
