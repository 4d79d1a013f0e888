"""Composing terms: sums, products and powers as a person would write them, and what a replacement makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from derivcheck.explaining.rewriting.named_functions import (
    ADD,
    DIV,
    EXP,
    MUL,
    NEG,
    POW,
    PRODUCTS,
    RSQRT,
    SQRT,
    SUB,
    SUMS,
)
from derivcheck.explaining.rewriting.term_graph import Factor, Piece, Term, Terms, factors, pieces
from derivcheck.model.expression import CALL, VARIABLE

_ONE, _HALF, _TWO = Fraction(1), Fraction(1, 2), Fraction(2)
_MOST_BITS = 256


def sum_of(terms: Terms, parts: Sequence[Piece]) -> Term:
    """The sum of some pieces, in their order; 0 where there is none."""
    if not parts:
        return terms.plain(Fraction(0))
    found: Term | None = None
    for own, signed in parts:
        sign, part = _unsigned(terms, own, signed)
        if found is None:
            found = signed if own > 0 else negated(terms, signed)
        else:
            found = terms.call(ADD if sign > 0 else SUB, found, part)
    assert found is not None
    return found


def _unsigned(terms: Terms, sign: int, part: Term) -> Piece:
    """A piece of a sum without a sign of its own: 2*x of -2*x."""
    if part.kind is CALL and part.name == NEG:
        return Piece(-sign, part.args[0])
    if part.kind is CALL and part.name in PRODUCTS and part.args[0].name == NEG:
        return Piece(-sign, terms.call(part.name, part.args[0].args[0], part.args[1]))
    return Piece(sign, part)


def product_of(terms: Terms, number: Fraction, parts: Sequence[Factor]) -> Term:
    """The product of a number and some powers: those with a negative exponent are divisors."""
    if number == -1 and len(parts) == 1 and parts[0].exponent == 1:
        return negated(terms, parts[0].base)
    above = [raised(terms, base, exponent) for exponent, base in parts if exponent > 0]
    below = [raised(terms, base, -exponent) for exponent, base in parts if exponent < 0]
    size = abs(number)
    if size.numerator != 1 and _is_decimal(size):
        above.insert(0, terms.plain(size))
    else:
        if size.numerator != 1 or not above:
            above.insert(0, terms.plain(Fraction(size.numerator)))
        if size.denominator != 1:
            below.insert(0, terms.plain(Fraction(size.denominator)))
    found = above[0]
    for part in above[1:]:
        found = terms.call(MUL, found, part)
    for part in below:
        found = terms.call(DIV, found, part)
    return terms.call(NEG, found) if number < 0 else found


def _is_decimal(size: Fraction) -> bool:
    return size.denominator != 1 and size.denominator % 5 == 0


def raised(terms: Terms, base: Term, exponent: Fraction) -> Term:
    """A power."""
    if exponent == 1:
        return base
    if exponent == _HALF:
        return terms.call(SQRT, base)
    if base.kind is CALL and base.name == EXP:
        return terms.call(EXP, scaled(terms, base.args[0], exponent))
    if exponent == -_HALF:
        return terms.call(RSQRT, base)
    return terms.call(POW, base, terms.plain(exponent))


def negated(terms: Terms, term: Term) -> Term:
    """The negative of a term: y - x of x - y."""
    if term.kind is CALL and term.name == NEG:
        return term.args[0]
    if term.kind is CALL and term.name == SUB:
        return terms.call(SUB, term.args[1], term.args[0])
    return terms.call(NEG, term)


def scaled(terms: Terms, term: Term, factor: Fraction) -> Term:
    """A term times a number, which is multiplied with the numbers in it."""
    if factor == 1:
        return term
    if term.number is not None:
        return terms.plain(term.number * factor)
    if factor == -1:
        return negated(terms, term)
    number, parts = factors(term)
    return product_of(terms, number * factor, parts)


# --- what a replacement makes ----------------------------------------------------------------------------------------


def instantiated(terms: Terms, pattern: Term, bound: Mapping[str, Term], setting_names: Mapping[str, str]) -> Term:
    """A replacement with terms for its variables; what cancels in it exactly is left out.

    Args:
        terms: where it is made.
        pattern: the replacement.
        bound: what its variables stand for.
        setting_names: the plain values that stand for variables, with the names of these.
    """
    if pattern.kind is VARIABLE:
        return bound[pattern.name]
    if pattern.kind is not CALL:
        name = setting_names.get(pattern.name)
        return bound[name] if name else terms.make(pattern.kind, pattern.name, (), pattern.value)
    args = [instantiated(terms, arg, bound, setting_names) for arg in pattern.args]
    return composed(terms, pattern.name, args)


def composed(terms: Terms, name: str, args: Sequence[Term]) -> Term:
    """A call, without what is idle in it."""
    if name in SUMS:
        return _added(terms, args[0], args[1], 1 if name == ADD else -1)
    if name == NEG:
        return scaled(terms, args[0], Fraction(-1))
    if name in PRODUCTS:
        return _multiplied(terms, name, args[0], args[1])
    if name == POW:
        base, exponent = args
        if exponent.number == 1:
            return base
        power, size = exponent.number, base.number
        is_plain = power is not None and size is not None and power.denominator == 1 and 0 < power < _MOST_BITS
        if is_plain and power is not None and size is not None and size.numerator.bit_length() < _MOST_BITS:
            return terms.plain(size**power.numerator)
    if name == SQRT and args[0].number in {0, 1}:
        return args[0]
    return terms.call(name, *args)


def rebuilt(terms: Terms, term: Term, args: tuple[Term, ...]) -> Term:
    """A term with other arguments, of which the numbers of a product are multiplied together: 0.5*(2*x) is x."""
    if term.name not in PRODUCTS or 1 in {abs(factors(arg)[0]) for arg in args}:
        return terms.signed(term, args)
    number, parts = factors(terms.call(term.name, *args))
    return product_of(terms, number, parts) if number else terms.signed(term, args)


def _added(terms: Terms, left: Term, right: Term, sign: int) -> Term:
    """A sum without the terms that cancel one another; its numbers are added."""
    mine = list(pieces(left))
    others = [Piece(sign * own, part) for own, part in pieces(right)]
    is_changed = False
    for piece in tuple(others):
        value = piece.term.number
        for at, other in enumerate(mine):
            cancels = other.term.form == piece.term.form and other.sign != piece.sign
            if cancels:
                del mine[at]
                others.remove(piece)
                is_changed = True
                break
            if value is not None and other.term.number is not None:
                total = other.sign * other.term.number + piece.sign * value
                mine[at : at + 1] = [Piece(1 if total > 0 else -1, terms.plain(abs(total)))] if total else []
                others.remove(piece)
                is_changed = True
                break
    is_zero = [part.number == 0 for _, part in (*mine, *others)]
    if is_changed or any(is_zero):
        return sum_of(terms, [piece for piece in (*mine, *others) if piece.term.number != 0])
    return sum_of(terms, [Piece(1, left), Piece(sign, right)])


def _multiplied(terms: Terms, name: str, left: Term, right: Term) -> Term:
    """A product or a quotient, its numbers multiplied together where both have one, or a sign."""
    if left.number == 0 and name == MUL:
        return left
    is_plain = 1 in {factors(left)[0], factors(right)[0]} and left.number is None and right.number is None
    has_sign = any(part.kind is CALL and part.name == NEG for part in (left, right))
    if is_plain and not has_sign:
        return terms.call(name, left, right)
    number, parts = factors(terms.call(name, left, right))
    return product_of(terms, number, parts) if parts or number.denominator == 1 else terms.plain(number)
