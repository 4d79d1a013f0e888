"""What a claim gives at a point: exactly, as a rounded decimal, with rounded literals, or by complex numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import acb, arb, fmpq

from derivcheck.balls.ball import Outside, is_infinite, precision
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
from derivcheck.model.expression import Expression, NodeKind
from derivcheck.model.light_records import record
from derivcheck.truth.runs import Coordinate, Runs
from derivcheck.truth.sequence_limits import is_narrow, is_tiny
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS, at_ends, is_decided, value_at

CLAIMED_DIGITS = 4
"""A claim that is a plain decimal of so many significant digits may be a rounded one; a shorter one is exact."""

PRINTED_DIGITS = 17
"""No float64 takes more significant digits to print: sqrt(1/2) is 0.7071067811865476, though the 16th digit is a 5."""

ROUNDED_BITS = 32
"""How accurate a value with rounded literals has to be, in bits: 50 bits of such a literal are known, and where more
than 18 of them are lost, the value is no number that a claim could be held against."""

Place = Mapping[str, Coordinate]
"""The point at which a claim is judged: the value of each variable."""


@record
class Claim:
    """A claimed number or formula.

    Attributes:
        text: what was typed.
        expression: the text, parsed.
    """

    text: str
    expression: Expression


@record
class Known:
    """What was computed already at the point of a claim.

    Attributes:
        program: the function, or its derivative, which the claim is likely to resemble.
        runs: the runs of the function there.
    """

    program: Program
    runs: Runs


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


def stated_number(claim: Claim, value: arb) -> arb:
    """The numbers that a claim may mean: half a unit to either side of a plain decimal of four digits or more.

    Any other claim means its value exactly.

    Args:
        claim: the claim.
        value: what it gives.
    """
    number = plain_number(claim.expression)
    allowed = half_unit(claim.expression.nodes[0].name) if number is not None else Fraction(0)
    if number is None or not allowed:
        return value
    with precision(number.numerator.bit_length() + number.denominator.bit_length() + 128):
        return arb(fmpq(number.numerator, number.denominator), arb(fmpq(allowed.numerator, allowed.denominator)))


def value_with_rounded_literals(claim: Claim, place: Place) -> arb | None:
    """What a claim gives if its long literals are rounded numbers, perhaps a wide ball; None where it has none.

    A plain number with more digits than any float64 needs was not printed from a float64, and is exact.
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


def real_value(expression: Expression, place: Place) -> arb | None:
    """The real number that a formula gives, if need be by way of complex numbers; None where it gives none."""
    value: arb | acb | Outside | None = claimed_value(expression, place)
    if isinstance(value, Outside):
        value = value_by_complex_numbers(expression, place)
    return value if isinstance(value, arb) else None


def value_by_complex_numbers(expression: Expression, place: Place) -> arb | acb | Outside | None:
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


def count_stated_digits(expression: Expression) -> int | None:
    """How many digits a plain decimal has that may be a rounded number; None for any other claim."""
    if plain_number(expression) is None or not half_unit(expression.nodes[0].name):
        return None
    return significant_digits(expression.nodes[0].name)
