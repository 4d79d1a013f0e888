"""Patterns: the left sides of rules, laid out for matching."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from derivcheck.explaining.rewriting.term_graph import Term, factors, pieces
from derivcheck.language import table
from derivcheck.model.expression import CALL, VARIABLE, NodeKind

_ONE = Fraction(1)


class Sort(Enum):
    """What a part of a pattern is."""

    VARIABLE = auto()
    """It stands for any term, and for the same wherever it occurs."""
    NUMBER = auto()
    LEAF = auto()
    CALL = auto()
    SUM = auto()
    PRODUCT = auto()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A part of a pattern.

    Attributes:
        sort: what it is.
        kind, name: those of the node that it was read from; of a variable its name.
        value: the number; of a product the number in it.
        args: of a call its arguments.
        commutes: whether these two may change places.
        pieces: of a sum its terms, each with the number before it: what is most easily found first.
        factors: of a product its factors, each with its exponent, in the same order.
        is_number: of a variable, whether it stands for numbers alone.
    """

    sort: Sort
    kind: NodeKind
    name: str
    value: Fraction = _ONE
    args: tuple[Pattern, ...] = ()
    commutes: bool = False
    pieces: tuple[tuple[Fraction, Pattern], ...] = ()
    factors: tuple[tuple[Fraction, Pattern], ...] = ()
    is_number: bool = False


def pattern_of(term: Term, settings: Mapping[str, str], numbers: Collection[str] = ()) -> Pattern:
    """The pattern of a term.

    Args:
        term: the term.
        settings: the plain values that stand for variables, with the names of these.
        numbers: the variables that stand for numbers alone.
    """
    if term.kind is VARIABLE or term.name in settings:
        name = settings.get(term.name, term.name)
        return Pattern(Sort.VARIABLE, VARIABLE, name, is_number=name in numbers)
    if term.number is not None:
        return Pattern(Sort.NUMBER, term.kind, term.name, term.number)
    if term.kind is not CALL:
        return Pattern(Sort.LEAF, term.kind, term.name)
    parts = pieces(term)
    if len(parts) > 1:
        found = [_with_number(sign, part, settings, numbers) for sign, part in parts]
        return Pattern(Sort.SUM, CALL, term.name, pieces=_ordered(found))
    number, shares = factors(term)
    if number != 1 or len(shares) != 1 or shares[0].exponent != 1:
        powers = [(exponent, pattern_of(base, settings, numbers)) for exponent, base in shares]
        return Pattern(Sort.PRODUCT, CALL, term.name, number, factors=_ordered(powers))
    row = table.function(term.name)
    return Pattern(
        Sort.CALL,
        CALL,
        term.name,
        args=tuple([pattern_of(arg, settings, numbers) for arg in term.args]),
        commutes=row is not None and row.commutes and len(term.args) == 2,
    )


def _with_number(
    sign: int, term: Term, settings: Mapping[str, str], numbers: Collection[str]
) -> tuple[Fraction, Pattern]:
    """A term of a sum, and the number before it."""
    whole = pattern_of(term, settings, numbers)
    if whole.sort is not Sort.PRODUCT:
        return Fraction(sign), whole
    if len(whole.factors) == 1 and whole.factors[0][0] == 1:
        return sign * whole.value, whole.factors[0][1]
    bare = Pattern(Sort.PRODUCT, CALL, whole.name, factors=whole.factors)
    return sign * whole.value, bare


def _ordered(parts: list[tuple[Fraction, Pattern]]) -> tuple[tuple[Fraction, Pattern], ...]:
    """Calls first, then what is composed, then numbers, then variables: of these such with the exponent 1 last."""
    return tuple(sorted(parts, key=lambda part: (_RANK[part[1].sort], part[0] == 1)))


_RANK = {Sort.CALL: 0, Sort.SUM: 1, Sort.PRODUCT: 1, Sort.LEAF: 2, Sort.NUMBER: 2, Sort.VARIABLE: 3}
