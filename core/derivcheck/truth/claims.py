"""Claims: whether a value or a derivative that somebody states is the true one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flint import acb, arb

from derivcheck.balls.ball import Outside, enclosure, to_ball
from derivcheck.language.literals import is_decimal
from derivcheck.model import Kind, Side, Status, Truth, Verdict
from derivcheck.model.light_records import record
from derivcheck.numbers import Enclosure
from derivcheck.truth.claimed_value import (
    CLAIMED_DIGITS,
    ROUNDED_BITS,
    Claim,
    Known,
    Place,
    claimed_value,
    count_stated_digits,
    plain_number,
    real_value,
    stated_number,
    value_by_complex_numbers,
    value_with_rounded_literals,
)
from derivcheck.truth.sequence_limits import is_narrow

_AS_TYPED = "at the point as it was typed"

_NOTHING_TO_COMPARE = {Kind.UNDEFINED: Status.UNDEFINED, Kind.UNDECIDED: Status.UNDECIDED}
"""The kinds of truth beside which no claim is right or wrong, and the status that it gets."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What is true at the point as it was typed, before the dtype rounded it.

    Attributes:
        truth: what the value or the derivative is there.
        place: the point.
    """

    truth: Truth
    place: Place


@record
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
    if truth.kind in _NOTHING_TO_COMPARE:
        status = _NOTHING_TO_COMPARE[truth.kind]
        return Verdict(status, f"there is no number to compare the claim with: {truth.reason}")
    value = claimed_value(claim.expression, place, known=known)
    if truth.kind is Kind.INFINITE:
        return _judge_beside_infinity(claim, value, truth, alternatives)
    if isinstance(value, Outside):
        found = value_by_complex_numbers(claim.expression, place)
        if isinstance(found, Outside):
            return Verdict(Status.UNDEFINED, f"the claimed formula has no value here: {value.reason}")
        if isinstance(found, acb):
            number = f"{found.real.str(12, radius=False)} + {found.imag.str(12, radius=False)}*I"
            reason = f"the claimed formula is not real here ({value.reason}): it gives {number}"
            return Verdict(Status.WRONG_FORMULA, f"{reason}, and {_describe_truth(truth)}")
        value = found
    if value is None:
        return Verdict(Status.UNDECIDED, "the claimed formula could not be enclosed narrowly enough")
    if truth.value is None:
        return _judge_by_sides(claim, value, truth, place, alternatives)
    if value.overlaps(to_ball(truth.value)):
        return Verdict(Status.MATCH)
    return _judge_by_value(claim, value, truth.value, place, alternatives)


def _judge_by_value(claim: Claim, value: arb, truth: Enclosure, place: Place, alternatives: Alternatives) -> Verdict:
    """The verdict on a claim that is not exactly the truth: it may be a rounded number, or about rounded numbers."""
    digits = count_stated_digits(claim.expression)
    how = f"to the {digits} digits given" if digits else None
    stated = stated_number(claim, value)
    true = to_ball(truth)
    if stated.overlaps(true):
        return Verdict(Status.MATCH, how)
    widened = alternatives.widened()
    if widened is not None and stated.overlaps(widened):
        return Verdict(Status.MATCH, _join(how, "with the expression's long literals taken for rounded numbers"))
    rounded = value_with_rounded_literals(claim, place)
    if rounded is not None and any(rounded.overlaps(ball) for ball in (true, widened) if ball is not None):
        if not is_narrow(rounded, ROUNDED_BITS):
            return Verdict(
                Status.UNDECIDED, "the claim's long literals may be rounded numbers, and then it could be anything"
            )
        return Verdict(Status.MATCH, "with its long literals taken for rounded numbers")
    if _is_right_as_typed(claim, alternatives.typed()):
        return Verdict(Status.MATCH, _join(how, _AS_TYPED))
    return Verdict(Status.WRONG_FORMULA, _describe_difference(claim, value, truth, digits))


def _describe_difference(claim: Claim, value: arb, truth: Enclosure, digits: int | None) -> str:
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


def _describe_truth(truth: Truth) -> str:
    """What is true, in words."""
    if truth.value is not None:
        return f"the true number is {truth.value.decimal(20)}"
    return f"the one-sided derivatives are {_describe_sides(truth)}"


def _describe_sides(truth: Truth) -> str:
    """The one-sided derivatives, in words."""
    return " and ".join(side.decimal(12) if isinstance(side, Enclosure) else str(side) for side in _sides(truth))


def _judge_beside_infinity(
    claim: Claim, value: arb | Outside | None, truth: Truth, alternatives: Alternatives
) -> Verdict:
    """The verdict on a claim where the tangent is vertical: only a claim that gives a number can be wrong.

    A formula without a value, as 1/(2*sqrt(abs(x))) at 0, says what is true there: that there is no number.
    """
    if value is None or isinstance(value, Outside):
        return Verdict(Status.UNDEFINED, f"there is no number to compare the claim with: {truth.reason}")
    if _is_right_as_typed(claim, alternatives.typed()):
        return Verdict(Status.MATCH, _AS_TYPED)
    gives = enclosure(value).decimal(12)
    return Verdict(Status.WRONG_FORMULA, f"{truth.reason}: the derivative is infinite, and the claim gives {gives}")


def _join(*reasons: str | None) -> str:
    """Those of the reasons that there are, in one."""
    return ", ".join(filter(None, reasons))


def _judge_by_sides(claim: Claim, value: arb, truth: Truth, place: Place, alternatives: Alternatives) -> Verdict:
    """The verdict on a claim where only one-sided derivatives exist."""
    sides = _describe_sides(truth)
    if any(_lies_within(stated, there) for stated, there in _meanings(claim, value, truth, place, alternatives)):
        return Verdict(Status.CONVENTION, f"{truth.reason}; the claim lies within {sides}")
    if _is_right_as_typed(claim, alternatives.typed()):
        return Verdict(Status.MATCH, _AS_TYPED)
    return Verdict(Status.WRONG_FORMULA, f"{truth.reason}; the claim lies outside of {sides}")


def _is_right_as_typed(claim: Claim, typed: Typed | None) -> bool:
    """Whether a claim is right at the point as it was typed, which may be beside a kink that the tensor stands on."""
    if typed is None or typed.truth.value is None:
        return False
    there = real_value(claim.expression, typed.place)
    return there is not None and bool(stated_number(claim, there).overlaps(to_ball(typed.truth.value)))


def _meanings(
    claim: Claim, value: arb, truth: Truth, place: Place, alternatives: Alternatives
) -> Iterator[tuple[arb, Truth]]:
    """What a claim may mean, each with the truth that it is about: at the tensor's point, then at the typed one."""
    yield stated_number(claim, value), truth
    rounded = value_with_rounded_literals(claim, place)
    if rounded is not None and is_narrow(rounded, ROUNDED_BITS):
        yield rounded, truth
    typed = alternatives.typed()
    if typed is not None and typed.truth.kind is truth.kind:
        there = real_value(claim.expression, typed.place)
        if there is not None:
            yield stated_number(claim, there), typed.truth


def _lies_within(value: arb, truth: Truth) -> bool:
    """Whether a value may lie between the one-sided derivatives."""
    bounds = [_to_bound(side) for side in _sides(truth)]
    return any(not low > value for low in bounds) and any(not value > high for high in bounds)


def _sides(truth: Truth) -> list[Enclosure | Side]:
    """The one-sided derivatives that exist."""
    return [side for side in (truth.left, truth.right) if side is not None and side is not Side.DOMAIN]


def _to_bound(side: Enclosure | Side) -> arb:
    """A one-sided derivative as a number, be it an infinite one."""
    if isinstance(side, Enclosure):
        return to_ball(side)
    return arb.pos_inf() if side is Side.POSITIVE_INFINITY else arb.neg_inf()
