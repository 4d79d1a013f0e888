"""Claims: whether a value or a derivative that somebody states is the true one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import acb, arb, fmpq

from derivcheck.balls.ball import Outside, enclosure, is_infinite, precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.complex_values import complex_value
from derivcheck.balls.program import Program
from derivcheck.language.literals import (
    is_decimal,
    is_rounded,
    rounded_literal,
    significant_digits,
    unit_in_last_place,
)
from derivcheck.language.operators import signed_literal
from derivcheck.model import Kind, Side, Status, Truth, Verdict
from derivcheck.model.expression import Expression, NodeKind
from derivcheck.numbers import Enclosure
from derivcheck.truth.limits import is_narrow, is_tiny
from derivcheck.truth.runs import Coordinate, Runs
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS, at_ends, is_decided, value_at

CLAIMED_DIGITS = 4
"""A claim that is a plain decimal of so many significant digits may be a rounded one; a shorter one is exact."""

PRINTED_DIGITS = 17
"""No float64 takes more significant digits to print: sqrt(1/2) is 0.7071067811865476, though the 16th digit is a 5."""

ROUNDED_BITS = 32
"""The same where rounded literals take part, of which 50 bits are known: what loses more than 18 of them is no number
that a claim could be held against."""

Place = Mapping[str, Coordinate]
"""The point at which a claim is judged: the value of each variable."""


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
class Typed:
    """What is true at the point as it was typed, before the dtype rounded it.

    Attributes:
        truth: what the value or the derivative is there.
        place: the point.
    """

    truth: Truth
    place: Place


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What else a claim may be about; each is looked for only where the claim is not exactly the truth.

    Attributes:
        typed: the point as it was typed; None where the dtype holds it. x = 0.1 is no float64, and who claims 0.2 for
            the derivative of x**2 there means the number 1/10.
        widened: the truth if every long literal of the expression is the rounded number that it looks like; None where
            it has none, or where that is no narrow ball.
    """

    typed: Callable[[], Typed | None]
    widened: Callable[[], arb | None]


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
    claim: Claim, truth: Truth, place: Place, alternatives: Alternatives, known: Known | None = None
) -> Verdict:
    """The verdict on a claim.

    Args:
        claim: what is claimed.
        truth: what is true at the point that the tensor holds.
        place: that point.
        alternatives: what else may be meant; called only where the claim is not exactly true.
        known: what was computed there already.
    """
    if truth.kind in {Kind.UNDEFINED, Kind.INFINITE}:
        return Verdict(Status.UNDEFINED, f"there is no number to compare the claim with: {truth.reason}")
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"there is no number to compare the claim with: {truth.reason}")
    value = claimed_value(claim.expression, place, known=known)
    if isinstance(value, Outside):
        found = _complex_value(claim.expression, place)
        if isinstance(found, Outside):
            return Verdict(Status.UNDEFINED, f"the claimed formula has no value here: {value.reason}")
        if isinstance(found, acb):
            number = f"{found.real.str(12, radius=False)} + {found.imag.str(12, radius=False)}*I"
            reason = f"the claimed formula is not real here ({value.reason}): it gives {number}"
            return Verdict(Status.WRONG_FORMULA, f"{reason}, and {_told(truth)}")
        value = found
    if value is None:
        return Verdict(Status.UNDECIDED, "the claimed formula could not be enclosed narrowly enough")
    if truth.value is None:
        return _against_sides(claim, value, truth, place, alternatives)
    if value.overlaps(to_ball(truth.value)):
        return Verdict(Status.MATCH)
    return _against_value(claim, value, truth.value, place, alternatives)


def claimed_value(expression: Expression, place: Place, *, known: Known | None = None) -> arb | Outside | None:
    """What a formula gives at a point: a narrow ball, the reason why there is no number, or None if undecided.

    Args:
        expression: the formula.
        place: the point.
        known: what was computed there already.
    """
    program = compile_balls(expression, after=known.program if known else None)
    if known and program.is_after(known.runs.program):
        runs = known.runs
    else:
        runs = Runs(program, {name: place[name] for name in program.variables})
    value = value_at(runs, program)
    if value is None:
        alone = runs if runs.program is program else Runs(program, runs.coordinates)
        with precision(PRECISIONS[0]):
            if alone.passes_infinity():
                return Outside("a number on the way is infinite")
        value, _ = at_ends(alone)
    if isinstance(value, arb) and is_infinite(value):
        return Outside("it is infinite")
    return value


# --- against a number ------------------------------------------------------------------------------------------------


def _against_value(claim: Claim, value: arb, truth: Enclosure, place: Place, alternatives: Alternatives) -> Verdict:
    """The verdict on a claim that is not exactly the truth: perhaps it is as exactly as both are stated."""
    digits = _digits(claim.expression)
    how = f"to the {digits} digits given" if digits else None
    stated = _stated(claim, value)
    true = to_ball(truth)
    if stated.overlaps(true):
        return Verdict(Status.MATCH, how)
    widened = alternatives.widened()
    if widened is not None and stated.overlaps(widened):
        return Verdict(Status.MATCH, _listed(how, "with the expression's long literals taken for rounded numbers"))
    rounded = _with_rounded_literals(claim, place)
    if rounded is not None and any(rounded.overlaps(ball) for ball in (true, widened) if ball is not None):
        if not is_narrow(rounded, ROUNDED_BITS):
            return Verdict(
                Status.UNDECIDED, "the claim's long literals may be rounded numbers, and then it could be anything"
            )
        return Verdict(Status.MATCH, "with its long literals taken for rounded numbers")
    if _is_right_as_typed(claim, alternatives.typed()):
        return Verdict(Status.MATCH, _listed(how, _AS_TYPED))
    return Verdict(Status.WRONG_FORMULA, _difference(claim, value, truth, digits))


def _difference(claim: Claim, value: arb, truth: Enclosure, digits: int | None) -> str:
    """What is wrong with a claim, in words."""
    true = f"the true number is {truth.decimal(20)}"
    if digits:
        return f"the claim is {claim.text.strip()}, which is wrong even to the {digits} digits given: {true}"
    gives = f"the claim gives {enclosure(value).decimal(20)}"
    exact = plain_number(claim.expression) is not None and is_decimal(claim.expression.nodes[0].name)
    if exact and _is_prefix(value, to_ball(truth)):
        return f"{gives}, which counts as exact (a rounded number has {CLAIMED_DIGITS} digits or more): {true}"
    return f"{gives}, {true}"


def _is_prefix(value: arb, truth: arb) -> bool:
    """Whether a short decimal is near enough to be meant as a rounded number: within 5 %."""
    return bool(abs(value - truth) < abs(truth) / 20)


def _told(truth: Truth) -> str:
    """What is true, in words."""
    if truth.value is not None:
        return f"the true number is {truth.value.decimal(20)}"
    return f"the one-sided derivatives are {_words(truth)}"


def _words(truth: Truth) -> str:
    return " and ".join(side.decimal(12) if isinstance(side, Enclosure) else str(side) for side in _sides(truth))


def _listed(*reasons: str | None) -> str:
    return ", ".join(filter(None, reasons))


def _stated(claim: Claim, value: arb) -> arb:
    """What a claim may mean: a plain decimal of four digits or more give or take half a unit, all else exactly."""
    number = plain_number(claim.expression)
    allowed = half_unit(claim.expression.nodes[0].name) if number is not None else Fraction(0)
    if number is None or not allowed:
        return value
    with precision(number.numerator.bit_length() + number.denominator.bit_length() + 128):
        return arb(fmpq(number.numerator, number.denominator), arb(fmpq(allowed.numerator, allowed.denominator)))


def _with_rounded_literals(claim: Claim, place: Place) -> arb | None:
    """What a formula gives if its long literals are rounded numbers, perhaps a wide ball; None where it has none.

    A plain number of so many digits as float64 never needs was not printed from one.
    """
    if not has_rounded_literals(claim.expression):
        return None
    if (
        plain_number(claim.expression) is not None
        and significant_digits(claim.expression.nodes[0].name) > PRINTED_DIGITS
    ):
        return None
    program = compile_balls(claim.expression, literal_radius=rounded_literal)
    runs = Runs(program, {name: place[name] for name in program.variables})
    value = None
    for bits in PRECISIONS:
        with precision(bits):
            value = runs.value(program)
            if isinstance(value, Outside) or is_narrow(value, ROUNDED_BITS):
                break
    return value if isinstance(value, arb) else None


def has_rounded_literals(expression: Expression) -> bool:
    """Whether an expression has literals that are long enough to be rounded numbers."""
    return any(node.kind is NodeKind.NUMBER and is_rounded(node.name) for node in expression.nodes)


# --- by way of complex numbers ---------------------------------------------------------------------------------------


def _real_number(expression: Expression, place: Place) -> arb | None:
    """The number that a formula gives, be it by way of complex numbers; None where it gives none."""
    value: arb | acb | Outside | None = claimed_value(expression, place)
    if isinstance(value, Outside):
        value = _complex_value(expression, place)
    return value if isinstance(value, arb) else None


def _complex_value(expression: Expression, place: Place) -> arb | acb | Outside | None:
    """What a formula gives by way of complex numbers: a real number, a complex one, or none; None if undecided."""
    runs = Runs(compile_balls(expression), place)
    finite = False
    for bits in PRECISIONS:
        with precision(bits):
            value = complex_value(expression, runs.place)
            if isinstance(value, Outside):
                return value
            finite, size = bool(value.is_finite()), abs(value)
            if not is_decided(size):
                continue
            if is_tiny(size) or (abs(value.imag) < size * arb((1, -DECIDED_BITS)) and is_decided(value.real)):
                return value.real
            if not value.imag.contains(0):
                return value
    return None if finite else Outside("no complex number either")


# --- against one-sided derivatives -----------------------------------------------------------------------------------


def _against_sides(claim: Claim, value: arb, truth: Truth, place: Place, alternatives: Alternatives) -> Verdict:
    """The verdict on a claim where only one-sided derivatives exist."""
    sides = _words(truth)
    if any(_lies_within(stated, there) for stated, there in _readings(claim, value, truth, place, alternatives)):
        return Verdict(Status.CONVENTION, f"{truth.reason}; the claim lies within {sides}")
    if _is_right_as_typed(claim, alternatives.typed()):
        return Verdict(Status.MATCH, _AS_TYPED)
    return Verdict(Status.WRONG_FORMULA, f"{truth.reason}; the claim lies outside of {sides}")


_AS_TYPED = "at the point as it was typed"


def _is_right_as_typed(claim: Claim, typed: Typed | None) -> bool:
    """Whether a claim is right at the point as it was typed, which may be beside a kink that the tensor stands on."""
    if typed is None or typed.truth.value is None:
        return False
    there = _real_number(claim.expression, typed.place)
    return there is not None and bool(_stated(claim, there).overlaps(to_ball(typed.truth.value)))


def _readings(
    claim: Claim, value: arb, truth: Truth, place: Place, alternatives: Alternatives
) -> Iterator[tuple[arb, Truth]]:
    """What a claim may mean, each with the truth that it is about: at the tensor's point, then at the typed one."""
    yield _stated(claim, value), truth
    rounded = _with_rounded_literals(claim, place)
    if rounded is not None and is_narrow(rounded, ROUNDED_BITS):
        yield rounded, truth
    typed = alternatives.typed()
    if typed is not None and typed.truth.kind is truth.kind:
        there = _real_number(claim.expression, typed.place)
        if there is not None:
            yield _stated(claim, there), typed.truth


def _lies_within(value: arb, truth: Truth) -> bool:
    bounds = [_end(side) for side in _sides(truth)]
    return any(not low > value for low in bounds) and any(not value > high for high in bounds)


def _sides(truth: Truth) -> list[Enclosure | Side]:
    return [side for side in (truth.left, truth.right) if side is not None and side is not Side.DOMAIN]


def _end(side: Enclosure | Side) -> arb:
    if isinstance(side, Enclosure):
        return to_ball(side)
    return arb.pos_inf() if side is Side.POSITIVE_INFINITY else arb.neg_inf()


# --- decimals --------------------------------------------------------------------------------------------------------


def plain_number(expression: Expression) -> Fraction | None:
    """The value of a claim that is a signed literal and nothing else."""
    return signed_literal(expression, expression.root)


def half_unit(literal: str) -> Fraction:
    """Half a unit in the last place of a decimal that is long enough to be a rounded one; 0 for any other.

    Example:
        >>> half_unit("0.3333"), half_unit("0.25")
        (Fraction(1, 20000), Fraction(0, 1))
    """
    if not is_decimal(literal) or significant_digits(literal) < CLAIMED_DIGITS:
        return Fraction(0)
    return unit_in_last_place(literal) / 2


def _digits(expression: Expression) -> int | None:
    """How many digits a claim is given to that is a plain decimal and may be a rounded number; None of any other."""
    if plain_number(expression) is None or not half_unit(expression.nodes[0].name):
        return None
    return significant_digits(expression.nodes[0].name)
