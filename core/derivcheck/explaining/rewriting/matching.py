"""Matching: where a pattern occurs in a term, whatever the order of its sums and products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from derivcheck.explaining.rewriting.composing import product_of, scaled, sum_of
from derivcheck.explaining.rewriting.named_functions import ADD, DIV, EXP, MUL, NEG, SUB
from derivcheck.explaining.rewriting.patterns import Pattern, Sort
from derivcheck.explaining.rewriting.term_graph import Factor, Piece, Term, Terms, factors, pieces, powers_together
from derivcheck.model.expression import CALL

Bound = Mapping[str, Term]
"""What the variables of a pattern stand for."""

_ONE = Fraction(1)
_MOST_BITS = 1000
_MOST_PIECES = 40
"""A sum or a product of more parts is not searched for pairs: their number is that of all parts, squared."""


class Match(NamedTuple):
    """A place where a pattern occurs.

    Attributes:
        bound: what its variables stand for.
        around: what makes the whole term of a replacement.
    """

    bound: Bound
    around: Around


class Around(NamedTuple):
    """What stands around a part of a sum, or of a product, that a pattern matches.

    Attributes:
        ratio: of a sum, how many times the pattern it is; of a product, the power of the pattern that it is.
        before, after: the pieces of a sum that are left.
        number, factors: the number and the factors of a product that are left.
        place: how many of these factors stand before the part.
        is_product: which of the two it is.
    """

    ratio: Fraction = _ONE
    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    number: Fraction = _ONE
    factors: Sequence[Factor] = ()
    place: int = 0
    is_product: bool = False

    def with_new(self, terms: Terms, new: Term) -> Term:
        """The whole term, with a new one for the part that was matched."""
        if not self.is_product:
            part = scaled(terms, new, self.ratio)
            middle = pieces(part) if part.kind is CALL and part.name in {ADD, SUB, NEG} else [Piece(1, part)]
            if not (self.before or self.after):
                return part
            kept = [piece for piece in (*self.before, *middle, *self.after) if piece.term.number != 0]
            return sum_of(terms, kept)
        if self.number == 1 and not self.factors and self.ratio == 1:
            return new
        number, parts = factors(new) if new.number is not None or new.name in {MUL, DIV, NEG} else (_ONE, [])
        if not parts and new.number is None:
            parts = [Factor(_ONE, new)]
        if not number and self.ratio < 0:
            return new
        inside = [Factor(exponent * self.ratio, base) for exponent, base in parts]
        whole = [*self.factors[: self.place], *inside, *self.factors[self.place :]]
        return product_of(terms, self.number * number**self.ratio.numerator, whole)


def matches(pattern: Pattern, term: Term, terms: Terms) -> Iterator[Match]:
    """Where a pattern occurs at a term, a part of whose sum or product it may be."""
    matcher = _Matcher(terms)
    if pattern.sort is Sort.SUM:
        yield from matcher.within_sum(pattern, term)
    elif pattern.sort is Sort.PRODUCT:
        yield from matcher.within_product(pattern, term)
    else:
        for bound in matcher.whole(pattern, term, {}):
            yield Match(bound, Around())


class _Matcher:
    """Matches patterns with terms of one search."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def whole(self, pattern: Pattern, term: Term, bound: Bound) -> Iterator[Bound]:
        """What the variables stand for where the pattern is the whole term."""
        sort = pattern.sort
        if sort is Sort.VARIABLE:
            known = bound.get(pattern.name)
            if known is None:
                if not pattern.is_number or term.number is not None:
                    yield {**bound, pattern.name: term}
            elif known.form == term.form:
                yield bound
        elif sort is Sort.NUMBER:
            if term.number == pattern.value:
                yield bound
        elif sort is Sort.LEAF:
            if term.kind is pattern.kind and term.name == pattern.name:
                yield bound
        elif sort is Sort.CALL:
            yield from self.call(pattern, term, bound)
        elif sort is Sort.SUM:
            yield from self.sum(pattern, pieces(term), bound)
        else:
            number, parts = factors(term)
            for found, rest, _ in self.product(pattern, number, powers_together(parts), bound, is_whole=True):
                if not rest:
                    yield found

    def call(self, pattern: Pattern, term: Term, bound: Bound) -> Iterator[Bound]:
        if term.kind is not CALL or term.name != pattern.name or len(term.args) != len(pattern.args):
            return
        yield from self.arguments(pattern.args, term.args, bound)
        if pattern.commutes:
            yield from self.arguments(pattern.args, term.args[::-1], bound)

    def arguments(self, patterns: Sequence[Pattern], args: Sequence[Term], bound: Bound) -> Iterator[Bound]:
        if not patterns:
            yield bound
            return
        for found in self.whole(patterns[0], args[0], bound):
            yield from self.arguments(patterns[1:], args[1:], found)

    # --- sums ----------------------------------------------------------------------------------------------------

    def within_sum(self, pattern: Pattern, term: Term) -> Iterator[Match]:
        """Matches with some of the pieces of a sum, of which all others are left."""
        parts = pieces(term)
        if len(pattern.pieces) > len(parts) or len(parts) > _MOST_PIECES:
            return
        for bound, left, ratio in self._pieces(pattern.pieces, parts, tuple(range(len(parts))), {}, None, False):
            first = next(at for at in range(len(parts)) if at not in left)
            before = [parts[at] for at in left if at < first]
            after = [parts[at] for at in left if at > first]
            yield Match(bound, Around(_ONE if ratio is None else ratio, before, after))

    def sum(self, pattern: Pattern, parts: Sequence[Piece], bound: Bound) -> Iterator[Bound]:
        """Matches with a whole sum."""
        if len(parts) > _MOST_PIECES:
            return
        for found, left, _ in self._pieces(pattern.pieces, parts, tuple(range(len(parts))), bound, _ONE, True):
            if not left:
                yield found

    def _pieces(
        self,
        patterns: Sequence[tuple[Fraction, Pattern]],
        parts: Sequence[Piece],
        left: tuple[int, ...],
        bound: Bound,
        ratio: Fraction | None,
        is_whole: bool,
    ) -> Iterator[tuple[Bound, tuple[int, ...], Fraction | None]]:
        """Matches of the rest of a sum's pieces.

        Args:
            patterns: the rest of the pattern's terms, each with its factor.
            parts: all pieces of the sum.
            left: which of these are not matched yet.
            bound: what the variables stand for.
            ratio: how many times the pattern the sum is; None where that is not known yet.
            is_whole: whether the last variable takes all that is left.
        """
        if not patterns:
            yield bound, left, ratio
            return
        (factor, pattern), *rest = patterns
        if pattern.sort is Sort.VARIABLE:
            known = bound.get(pattern.name)
            if known is None and is_whole and not rest:
                if left and (pattern.is_number is False or len(left) == 1):
                    whole = scaled(self.terms, sum_of(self.terms, [parts[at] for at in left]), 1 / factor)
                    if not pattern.is_number or whole.number is not None:
                        yield {**bound, pattern.name: whole}, (), ratio
                return
            if known is not None and ratio is not None:
                taken = self._taken(known, factor * ratio, parts, left)
                if taken is not None:
                    yield from self._pieces(rest, parts, taken, bound, ratio, is_whole)
                return
        for at in left:
            sign, part = parts[at]
            remaining = tuple([other for other in left if other != at])
            if ratio is None:
                value = part.number
                if pattern.sort is Sort.NUMBER:
                    if value is not None and pattern.value:
                        new = sign * value / (factor * pattern.value)
                        if new:
                            yield from self._pieces(rest, parts, remaining, bound, new, is_whole)
                    continue
                own = _ONE if pattern.sort is Sort.VARIABLE or value is not None else factors(part)[0] or _ONE
                new = sign * own / factor
                core: Term | None = scaled(self.terms, part, 1 / own)
            else:
                new = ratio
                core = scaled(self.terms, part, sign / (factor * ratio)) if _may_be(pattern, part) else None
            if core is None:
                continue
            for found in self.whole(pattern, core, bound):
                yield from self._pieces(rest, parts, remaining, found, new, is_whole)

    def _taken(
        self, known: Term, factor: Fraction, parts: Sequence[Piece], left: tuple[int, ...]
    ) -> tuple[int, ...] | None:
        """What is left once a known term times a factor is taken out of a sum; None where it does not occur."""
        for sign, piece in pieces(known):
            wanted = piece.form
            for at in left:
                form = parts[at].term.form
                if form.core == wanted.core and parts[at].sign * form.factor == factor * sign * wanted.factor:
                    left = tuple([other for other in left if other != at])
                    break
            else:
                return None
        return left

    # --- products ------------------------------------------------------------------------------------------------

    def within_product(self, pattern: Pattern, term: Term) -> Iterator[Match]:
        """Matches with some of the factors of a product, or of its inverse; all others are left."""
        number, parts = factors(term)
        if len(pattern.factors) > 1 and len(parts) > _MOST_PIECES:
            return
        is_quotient = len(pattern.factors) > 1 and any(part.sort is not Sort.VARIABLE for _, part in pattern.factors)
        for power in (1, -1) if is_quotient else (1,):
            turned = [Factor(exponent * power, base) for exponent, base in parts]
            if power < 0 and not number:
                return
            for bound, rest, left in self.product(pattern, number**power, turned, {}, is_whole=False):
                if len(rest) == len(parts) and all(mine == theirs for mine, theirs in zip(rest, turned, strict=True)):
                    continue
                kept = [Factor(exponent * power, base) for exponent, base in rest]
                pairs = zip(kept, parts, strict=False)
                place = next((at for at, (mine, theirs) in enumerate(pairs) if mine != theirs), len(kept))
                yield Match(bound, Around(Fraction(power), (), (), left**power, kept, place, is_product=True))

    def product(
        self, pattern: Pattern, number: Fraction, parts: Sequence[Factor], bound: Bound, *, is_whole: bool
    ) -> Iterator[tuple[Bound, Sequence[Factor], Fraction]]:
        """Matches with a product: what the variables stand for, and the factors and the number that are left."""
        left = number / pattern.value if pattern.value else number
        for found, rest, remaining in self._factors(pattern.factors, parts, bound, left, is_whole):
            if not is_whole or remaining == 1:
                yield found, rest, remaining

    def _factors(
        self,
        patterns: Sequence[tuple[Fraction, Pattern]],
        parts: Sequence[Factor],
        bound: Bound,
        number: Fraction,
        is_whole: bool,
    ) -> Iterator[tuple[Bound, Sequence[Factor], Fraction]]:
        if not patterns:
            yield bound, parts, number
            return
        (exponent, pattern), *rest = patterns
        if pattern.sort is Sort.VARIABLE:
            known = bound.get(pattern.name)
            if known is not None:
                yield from self._known_factor(known, exponent, patterns, parts, bound, number, is_whole)
                return
            if not rest and (is_whole or exponent == 1):
                root = _root(number, exponent) if is_whole else _ONE
                if root is not None and _is_power(parts, exponent, is_whole=is_whole):
                    whole = product_of(self.terms, root, [Factor(own / exponent, base) for own, base in parts])
                    if not pattern.is_number or whole.number is not None:
                        yield {**bound, pattern.name: whole}, (), (_ONE if is_whole else number)
                return
        for at, (own, base) in enumerate(parts):
            others = [*parts[:at], *parts[at + 1 :]]
            if base.kind is CALL and base.name == EXP and pattern.sort is Sort.CALL and pattern.name == EXP:
                inner = scaled(self.terms, base.args[0], own / exponent)
                for found in self.whole(pattern.args[0], inner, bound):
                    yield from self._factors(rest, others, found, number, is_whole)
                continue
            after = own - exponent
            if after and (is_whole or after.denominator != 1 or own * exponent < 0 or abs(own) < abs(exponent)):
                continue
            kept = [*parts[:at], *([Factor(after, base)] if after else []), *parts[at + 1 :]]
            for found in self.whole(pattern, base, bound):
                yield from self._factors(rest, kept, found, number, is_whole)

    def _known_factor(
        self,
        known: Term,
        exponent: Fraction,
        patterns: Sequence[tuple[Fraction, Pattern]],
        parts: Sequence[Factor],
        bound: Bound,
        number: Fraction,
        is_whole: bool,
    ) -> Iterator[tuple[Bound, Sequence[Factor], Fraction]]:
        """Matches in which a variable that is bound stands for a factor, or for several."""
        if exponent.denominator == 1:
            size, needed = factors(known)
            if not size:
                return
            number = number / size**exponent.numerator
        else:
            needed = [Factor(_ONE, known)]
        kept = list(parts)
        for own, base in needed:
            wanted = own * exponent
            for at, (has, other) in enumerate(kept):
                if other.form == base.form and has * wanted > 0 and (abs(has) >= abs(wanted) or has == wanted):
                    kept[at : at + 1] = [Factor(has - wanted, other)] if has != wanted else []
                    break
            else:
                return
        yield from self._factors(patterns[1:], kept, bound, number, is_whole)


def _is_power(parts: Sequence[Factor], exponent: Fraction, *, is_whole: bool) -> bool:
    """Whether a product is written as a power with an exponent: as a root for 1/2, with a divisor for -1.

    Every number is a root, and every term an inverse, of something: a rule about roots is not about them. A number
    alone may be a square, as in x**2 - 1.
    """
    if not parts:
        return is_whole and exponent > 0 and exponent.denominator == 1
    if exponent == 1:
        return True
    if exponent < 0 and not any(own < 0 for own, _ in parts):
        return False
    return all((own / exponent).denominator == 1 and own.denominator == exponent.denominator for own, _ in parts)


def _may_be(pattern: Pattern, part: Term) -> bool:
    """Whether a pattern may match a term times a number: a cheap look before that is made."""
    if pattern.sort is Sort.NUMBER:
        return part.number is not None
    if pattern.sort is Sort.CALL:
        return part.kind is CALL and (part.name == pattern.name or part.form.factor != 1)
    return True


def _root(number: Fraction, exponent: Fraction) -> Fraction | None:
    """The rational root of a number by an exponent; None where there is none."""
    if exponent.numerator == 0:
        return None
    if exponent.denominator != 1:
        power = number**exponent.denominator
        return _root(power, Fraction(exponent.numerator))
    if exponent == 1:
        return number
    if exponent < 0:
        return _root(1 / number, -exponent) if number else None
    if number < 0:
        return None
    above, below = (_whole_root(part, exponent.numerator) for part in number.as_integer_ratio())
    return None if above is None or below is None else Fraction(above, below)


def _whole_root(number: int, exponent: int) -> int | None:
    """The root of a whole number that is not negative, where it is a whole number and no huge one."""
    if number.bit_length() > _MOST_BITS:
        return None
    found = round(number ** (1 / exponent))
    return found if found**exponent == number else None
