"""Claims: whether a value or a derivative that somebody states is the true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from derivcheck.balls.ball import Outside, enclosure, precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.language.literals import is_decimal, rounded_literal, significant_digits, unit_in_last_place
from derivcheck.model import Enclosure, Kind, Point, Side, Status, Truth, Verdict
from derivcheck.tree import Expression, NodeKind
from derivcheck.truth.quotients import is_narrow
from derivcheck.truth.runs import Runs

PRECISIONS = (128, 320, 1280, 5120)

CLAIMED_DIGITS = 4
"""A claim that is a plain decimal of so many significant digits may be a rounded one; a shorter one is exact."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed number or formula.

    Attributes:
        text: as it is stated.
        expression: the same, parsed.
    """

    text: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What else may be meant by the true number, where a claim is not exactly it.

    Attributes:
        as_typed: the truth at the point as it was typed, before the dtype rounded it: what a plain number is about.
        widened: the truth if every long literal of the expression is the rounded number that it looks like.
    """

    as_typed: arb | None
    widened: arb | None


@dataclass(frozen=True, slots=True)
class Known:
    """What was computed already at the point of a claim.

    Attributes:
        program: the function, or its derivative, which the claim is likely to resemble.
        runs: the runs of the function there.
    """

    program: Program
    runs: Runs


def judge_claim(
    claim: Claim, truth: Truth, point: Point, alternatives: Callable[[], Alternatives], known: Known | None = None
) -> Verdict:
    """The verdict on a claim.

    Args:
        claim: what is claimed.
        truth: what is true at the point that the tensor holds.
        point: the point.
        alternatives: what else may be meant; called only where the claim is not exactly true.
        known: what was computed there already.
    """
    if truth.kind in {Kind.UNDEFINED, Kind.INFINITE}:
        return Verdict(Status.UNDEFINED, f"there is no number to compare the claim with: {truth.reason}")
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"there is no number to compare the claim with: {truth.reason}")
    value = claimed_value(claim.expression, point, known=known)
    if isinstance(value, Outside):
        return Verdict(Status.UNDEFINED, f"the claimed formula is not real here along the way: {value.reason}")
    if value is None:
        return Verdict(Status.UNDECIDED, "the claimed formula could not be enclosed narrowly enough")
    if truth.value is None:
        return _against_sides(_as_stated(claim, point) or value, truth)
    if value.overlaps(to_ball(truth.value)) or _is_true(claim, truth.value, point, alternatives()):
        return Verdict(Status.MATCH)
    number = enclosure(value).decimal(20)
    return Verdict(Status.WRONG_FORMULA, f"the claim gives {number}, the true number is {truth.value.decimal(20)}")


def claimed_value(
    expression: Expression, point: Point, *, widen: bool = False, known: Known | None = None
) -> arb | Outside | None:
    """What a formula gives at a point: a narrow ball, the reason why there is no number, or None if undecided."""
    program = compile_balls(
        expression, after=known.program if known else None, literal_radius=rounded_literal if widen else None
    )
    if known and program.is_after(known.runs.program):
        runs = known.runs
    else:
        runs = Runs(program, {name: point[name].exact for name in program.variables})
    for bits in PRECISIONS:
        with precision(bits):
            value = runs.value(program)
            if isinstance(value, Outside) or is_narrow(value, 90) or (widen and value.is_finite()):
                return value
    return None


def _is_true(claim: Claim, truth: Enclosure, point: Point, alternatives: Alternatives) -> bool:
    """Whether a claim is the true number, as exactly as both are stated."""
    true = [to_ball(truth), *(ball for ball in (alternatives.as_typed, alternatives.widened) if ball is not None)]
    stated = _as_stated(claim, point)
    return stated is not None and any(stated.overlaps(candidate) for candidate in true)


def _as_stated(claim: Claim, point: Point) -> arb | None:
    """What a claim may mean where its decimals are rounded numbers: a ball; None where it could not be enclosed."""
    stated = plain_number(claim.expression)
    if stated is None:
        widened = claimed_value(claim.expression, point, widen=True)
        return widened if isinstance(widened, arb) else None
    allowed = half_unit(claim.expression.nodes[0].name)
    with precision(stated.numerator.bit_length() + stated.denominator.bit_length() + 128):
        return arb(fmpq(stated.numerator, stated.denominator), arb(fmpq(allowed.numerator, allowed.denominator)))


def _against_sides(value: arb, truth: Truth) -> Verdict:
    """The verdict on a claim where only one-sided derivatives exist."""
    sides = [side for side in (truth.left, truth.right) if side is not None and side is not Side.DOMAIN]
    between = " and ".join(side.decimal(12) if isinstance(side, Enclosure) else str(side) for side in sides)
    bounds = [_end(side) for side in sides]
    if any(not low > value for low in bounds) and any(not value > high for high in bounds):
        return Verdict(Status.CONVENTION, f"{truth.reason}; the claim lies within {between}")
    return Verdict(Status.WRONG_FORMULA, f"{truth.reason}; the claim lies outside of {between}")


def _end(side: Enclosure | Side) -> arb:
    if isinstance(side, Enclosure):
        return to_ball(side)
    return arb.pos_inf() if side is Side.POSITIVE_INFINITY else arb.neg_inf()


def plain_number(expression: Expression) -> Fraction | None:
    """The value of a claim that is a signed literal and nothing else."""
    first, *others = expression.nodes
    if first.kind is not NodeKind.NUMBER or any(node.name != "neg" for node in others):
        return None
    assert first.value is not None
    return -first.value if len(others) % 2 else first.value


def half_unit(literal: str) -> Fraction:
    """Half a unit in the last place of a decimal that is long enough to be a rounded one; 0 for any other.

    Example:
        >>> half_unit("0.3333"), half_unit("0.25")
        (Fraction(1, 20000), Fraction(0, 1))
    """
    if not is_decimal(literal) or significant_digits(literal) < CLAIMED_DIGITS:
        return Fraction(0)
    return unit_in_last_place(literal) / 2
