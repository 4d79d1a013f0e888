"""The fuzz of the truth: what derivcheck says of values and derivatives, against the oracle."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath
from mpmath import mpf

from derivcheck import model
from derivcheck.model import Truth
from derivcheck.numbers import Enclosure
from derivcheck.readings import readings
from derivcheck.truth.finder import TruthFinder
from fuzzing.oracle import TINY, Answer, Kind, Oracle, Side
from fuzzing.rows import Row
from fuzzing.tally import Judged, Outcome
from fuzzing.taylor import Number

_COMPARED = 1500
"""Bits at which numbers are compared."""

_LOOSE = 2.0**-45
"""How far off an oracle by quotients may be."""


def judge_row(row: Row) -> Iterator[Judged]:
    """The value of a row, and each of its derivatives."""
    names = frozenset(row.point)
    made = readings(row.tree.written, names, tuple(row.point))
    finder = TruthFinder(made.balls, made.formula_program, row.exact)
    oracle = Oracle(row.tree, row.exact)
    for wrt in ((), *row.wrts):
        truth = finder.find(wrt).truth
        answer = oracle.derivative(wrt)
        yield Judged(compare(truth, answer), ",".join(wrt) or "value", spelled(truth), str(answer))


def compare(truth: Truth, answer: Answer) -> Outcome:
    """Whether a truth is wrong."""
    if truth.kind is model.Kind.UNDECIDED:
        return Outcome.UNDECIDED
    if answer.kind is Kind.UNKNOWN:
        return Outcome.UNKNOWN
    if answer.kind is Kind.UNDEFINED:
        return Outcome.RIGHT if truth.kind is model.Kind.UNDEFINED else Outcome.WRONG
    if answer.kind is Kind.VALUE:
        right = truth.value is not None and is_at(truth.value, answer.value)
        return Outcome.RIGHT if right else Outcome.WRONG
    if truth.kind in {model.Kind.VALUE, model.Kind.UNDEFINED}:
        return Outcome.WRONG
    pairs = ((truth.left, answer.left), (truth.right, answer.right))
    return Outcome.RIGHT if all(_is_side(found, known) for found, known in pairs) else Outcome.WRONG


def _is_side(found: Enclosure | model.Side | None, known: Side) -> bool:
    if isinstance(known, str):
        return isinstance(found, model.Side) and str(found) == known
    return isinstance(found, Enclosure) and is_at(found, known)


def is_at(enclosure: Enclosure, number: Number) -> bool:
    """Whether an enclosure holds a number, as far as the oracle knows it."""
    with mpmath.workprec(_COMPARED):
        mid, rad = (mpf(part.man) * mpf(2) ** part.exp for part in (enclosure.mid, enclosure.rad))
        allowed = rad + _LOOSE * abs(number) + mpf(2) ** TINY
        return bool(abs(mid - number) <= allowed)


def spelled(truth: Truth) -> str:
    """A truth in one line."""
    if truth.value is not None:
        return f"value {truth.value.decimal(20)}"
    sides = (side.decimal(15) if isinstance(side, Enclosure) else str(side) for side in (truth.left, truth.right))
    return f"{truth.kind} {' | '.join(sides)}: {truth.reason}"
