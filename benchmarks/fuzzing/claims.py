"""The fuzz of claims: true and spoilt derivatives and values, against the numbers that the oracle has for both."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import mpmath

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Result, Status, What
from fuzzing.composites import expanded
from fuzzing.evaluator import as_mpf, magnitude
from fuzzing.mutate import mutated
from fuzzing.oracle import TINY, Answer, Kind, Oracle
from fuzzing.rows import Row
from fuzzing.rules import NoRuleError, derivative
from fuzzing.tally import Judged, Outcome
from fuzzing.taylor import Number
from fuzzing.trees import Tree, subtrees

LARGEST = 250
"""Nodes of a claim at most."""

LONG = 15
"""A literal of so many digits stands for the float64 that it was printed from."""

_DIFFERENT = -60
"""Bits by which a claim has to differ to be wrong for certain, and the same below which it is right."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, and what the oracle says of it.

    Attributes:
        text: as it is stated.
        number: what it gives.
        allowed: how far a rounded decimal may be from what it was rounded from.
        typed: what a formula gives at the point as it was typed, where that is another one.
    """

    text: str
    number: Answer
    allowed: Fraction = Fraction(0)
    typed: Answer | None = None


def judge_row(row: Row, random: Random) -> Iterator[Judged]:
    """Some claims about a value, or about one of the derivatives."""
    wrt = random.choice(((), *row.wrts, *row.wrts))
    try:
        true = derivative(row.tree, wrt)
    except NoRuleError:
        return
    oracle = Oracle(row.tree, row.exact)
    truth = oracle.derivative(wrt)
    if truth.kind in {Kind.UNKNOWN, Kind.UNDEFINED} or has_long_literal(row.tree):
        return
    formulas = {true, *(mutated(true, random) for _ in range(4))}
    typed = Oracle(row.tree, row.typed).derivative(wrt) if row.typed != row.exact else None
    claims = [claim_of(tree, row) for tree in sorted(formulas, key=lambda t: t.written) if tree.size <= LARGEST]
    claims += list(decimals(truth, random))
    for claim in claims:
        result = claimed(row, wrt, claim.text)
        outcome = Outcome.WRONG if result.trace else compare(result.status, truth, claim, typed)
        said = f"{result.status}: {result.verdict.reason}"
        known = f"claimed {claim.text!r} = {claim.number}, truth {truth}"
        option = f'--value="{claim.text}"' if not wrt else f'--claim="{claim.text}"'
        yield Judged(outcome, f"claim by {','.join(wrt) or 'value'}, {option}", said, known)


def claimed(row: Row, wrt: tuple[str, ...], text: str) -> Result:
    """derivcheck's row about a claim."""
    value = None if wrt else text
    derivatives = {wrt: text} if wrt else {}
    wrts = (wrt or next(iter(row.wrts)),)
    case = Case(row.tree.written, (row.texts,), wrt=wrts, value=value, derivative=derivatives)
    results = list(check_case(case))
    return next((result for result in results if result.what is What.CLAIM), results[-1])


def claim_of(tree: Tree, row: Row) -> Claimed:
    """A formula as a claim."""
    number = Oracle(tree, row.exact).value()
    typed = None if row.typed == row.exact else Oracle(tree, row.typed).value()
    return Claimed(tree.written, number, typed=typed)


def has_long_literal(tree: Tree) -> bool:
    """Whether a literal stands for the float64 that it was printed from, and not for itself."""
    literals = [node.text for node in subtrees(expanded(tree)) if node.op == "num"]
    return any("." in text and len(text.strip("-0.").replace(".", "")) >= LONG for text in literals)


def decimals(truth: Answer, random: Random) -> Iterator[Claimed]:
    """The true number, or one side's, rounded to some digits, and the same with another last digit."""
    number = truth.value if truth.kind is Kind.VALUE else truth.left
    if isinstance(number, str) or not number or abs(magnitude(number)) > 1000:
        return
    digits = random.choice((4, 5, 6, 8, 12, 14))
    with decimal.localcontext() as context:
        context.prec = digits
        rounded = +decimal.Decimal(mpmath.nstr(number, 40))
        unit = decimal.Decimal(1).scaleb(rounded.adjusted() - digits + 1)
        context.prec = 60
        for steps in (0, random.choice((1, -1, 2, -3)), random.choice((10, -20))):
            text = _written(rounded + steps * unit, digits)
            value = Fraction(decimal.Decimal(text))
            # 9.999 and one in the last place is 1.000e1, whose last place is another
            unit_of_text = decimal.Decimal(1).scaleb(decimal.Decimal(text).adjusted() - digits + 1)
            if "." in text and len(text.partition("e")[0].strip("-").replace(".", "").lstrip("0")) >= 4:
                yield Claimed(text, Answer(Kind.VALUE, as_mpf(value)), allowed=Fraction(unit_of_text) / 2)


def _written(x: decimal.Decimal, digits: int) -> str:
    return f"{x:.{digits - 1}e}"


def compare(status: Status, truth: Answer, claim: Claimed, typed: Answer | None = None) -> Outcome:
    """Whether the status of a claim is wrong.

    Args:
        status: derivcheck's.
        truth: what is true at the point that the tensor holds.
        claim: the claim.
        typed: what is true at the point as it was typed, where that is another one: a claim may be about that.
    """
    if status is Status.UNDECIDED:
        return Outcome.UNDECIDED
    if claim.number.kind is Kind.UNKNOWN or status is Status.ERROR:
        return Outcome.UNKNOWN
    passes = status in {Status.MATCH, Status.CONVENTION}
    if claim.number.kind is Kind.UNDEFINED:
        held = status is Status.WRONG_FORMULA or (claim.number.is_pole and not passes)
        return Outcome.RIGHT if held else Outcome.WRONG if claim.number.is_pole else Outcome.UNKNOWN
    expected = is_true(truth, claim)
    if typed is not None and not expected:
        there = replace(claim, number=claim.typed or claim.number)
        if {typed.kind, there.number.kind} & {Kind.UNKNOWN, Kind.UNDEFINED}:
            return Outcome.UNKNOWN
        expected = is_true(typed, there)
    if expected is None:
        return Outcome.UNKNOWN
    return Outcome.RIGHT if passes == expected and (passes or status is Status.WRONG_FORMULA) else Outcome.WRONG


def is_true(truth: Answer, claim: Claimed) -> bool | None:
    """Whether a claim's number is the true one, or lies between the sides; None where that is too close to tell."""
    with mpmath.workprec(1500):
        number, allowed = claim.number.value, as_mpf(claim.allowed)
        if truth.kind is Kind.VALUE:
            ends = (truth.value, truth.value)
        else:
            sides = [_end(side) for side in (truth.left, truth.right) if side != "domain"]
            ends = (min(sides), max(sides))
        near = min(abs(number - end) for end in ends)
        if ends[0] <= number <= ends[1] and (near or truth.kind is Kind.VALUE):
            return True
        slack = mpmath.mpf(2) ** _DIFFERENT * max(abs(x) for x in (number, *ends) if mpmath.isfinite(x))
        if near <= max(allowed, mpmath.mpf(2) ** (-75) * slack):
            return True
        return None if near < max(slack, allowed * (1 + 1e-6), mpmath.mpf(2) ** TINY) else False


def _end(side: Number) -> Number:
    return mpmath.mpf(side) if isinstance(side, str) else side
