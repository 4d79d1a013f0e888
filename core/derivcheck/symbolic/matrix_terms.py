"""Terms of a formula in matrix notation: texts that know how tightly they bind and which shape they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from derivcheck.model.shaped_values import Shape

ATOM = 20
"""How tightly a name, a number or a call binds: no brackets are ever needed."""

_POWER, _SIGN, _PRODUCT, _SUM = 10, 9, 8, 7
"""How tightly operators bind, as in the expression language."""


_TRANSPOSED = ".T"
_IDENTITY = "eye("


class NoShortFormError(Exception):
    """There is no short formula in matrix notation."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula.

    Attributes:
        text: how it is written.
        shape: its shape, which may be smaller than that of what it stands for: 1 stands for a matrix of ones.
        binding: how tightly its last operator binds; `ATOM` where it has none.
        factors: the two factors of a matrix product, None of anything else.
    """

    text: str
    shape: Shape
    binding: int = ATOM
    factors: tuple[Term, Term] | None = None

    def bracketed(self, least: int) -> str:
        """The text, in brackets where it binds less tightly than that."""
        return self.text if self.binding >= least else f"({self.text})"

    @property
    def is_number(self) -> bool:
        """Whether it is a plain number."""
        return self.shape == () and self.text.lstrip("-").replace("/", "").replace(".", "").isdigit()


ONE = Term("1", ())


def call(name: str, *arguments: Term | str, shape: Shape) -> Term:
    """A call of a function; a text among the arguments stands as it is."""
    texts = [argument if isinstance(argument, str) else argument.text for argument in arguments]
    return Term(f"{name}({', '.join(texts)})", shape)


def multiply(a: Term, b: Term) -> Term:
    """The product, element by element."""
    for one, other in ((a, b), (b, a)):
        if one.text == "1":
            return other
        if one.text == "-1":
            return negate(other)
    if b.is_number and not a.is_number:
        a, b = b, a
    if a.text.startswith("1/") and a.is_number:
        return divide(b, Term(a.text[2:], ()))
    return Term(f"{_factor(a)}*{b.bracketed(_SIGN)}", _broadcast(a.shape, b.shape), _PRODUCT)


def divide(a: Term, b: Term) -> Term:
    """The quotient, element by element."""
    return Term(f"{_factor(a)}/{b.bracketed(_SIGN)}", _broadcast(a.shape, b.shape), _PRODUCT)


def _factor(a: Term) -> str:
    """The first factor of a product, a matrix product in brackets: A @ x*y is hard to read."""
    return f"({a.text})" if a.factors is not None else a.bracketed(_PRODUCT)


def negate(a: Term) -> Term:
    """The term with the other sign."""
    if _is_negative(a):
        return Term(a.text[1:], a.shape, _PRODUCT, None)
    return Term(f"-{a.bracketed(_PRODUCT)}", a.shape, _PRODUCT)


def _is_negative(a: Term) -> bool:
    """Whether a term begins with a sign, which belongs to all of it."""
    return a.text.startswith("-") and a.binding in {_PRODUCT, _SIGN, ATOM}


def subtract(a: Term, b: Term) -> Term:
    """The difference, element by element."""
    if _is_negative(b):
        return add_up([a, negate(b)])
    return Term(f"{a.text} - {b.bracketed(_PRODUCT)}", _broadcast(a.shape, b.shape), _SUM)


def add_up(terms: Sequence[Term]) -> Term:
    """The sum, with equal terms counted, and matrices that stand before one vector added first."""
    left = list(terms)
    found: list[Term] = []
    while left:
        term = left.pop(0)
        times = 1 + sum(other.text == term.text for other in left)
        left = [other for other in left if other.text != term.text]
        if times > 1:
            found.append(multiply(Term(str(times), ()), term))
            continue
        alike = [other for other in left if _same_vector(term, other)]
        left = [other for other in left if other not in alike]
        if alike:
            assert term.factors is not None
            matrices = [matrix for one in (term, *alike) if one.factors is not None for matrix in one.factors[:1]]
            matrices.sort(key=lambda matrix: matrix.text.endswith(_TRANSPOSED))
            term = matrix_product(add_up(matrices), term.factors[1])
        found.append(term)
    found.sort(key=_is_negative)
    whole = found[0]
    for term in found[1:]:
        if _is_negative(term):
            whole = subtract(whole, Term(term.text[1:], term.shape, _PRODUCT))
        else:
            shape = _broadcast(whole.shape, term.shape)
            whole = Term(f"{whole.text} + {term.bracketed(_PRODUCT)}", shape, _SUM)
    return whole


def _same_vector(one: Term, other: Term) -> bool:
    return (
        one.factors is not None
        and other.factors is not None
        and one.factors[1].text == other.factors[1].text
        and one.factors[0].shape == other.factors[0].shape
    )


def matrix_product(a: Term, b: Term) -> Term:
    """The matrix product of matrices and vectors; a vector before a matrix is written behind its transpose."""
    if len(a.shape) > 2 or len(b.shape) > 2 or not a.shape or not b.shape:
        raise NoShortFormError
    if len(a.shape) == 1 and len(b.shape) == 2:
        return matrix_product(transpose(b), a)
    for one, other in ((a, b), (b, a)):
        if one.text.startswith(_IDENTITY) and one.binding == ATOM:
            return other
    shape = (*a.shape[:-1], *b.shape[1:])
    return Term(f"{a.bracketed(_PRODUCT)} @ {b.bracketed(_SIGN)}", shape, _PRODUCT, (a, b))


def transpose(a: Term) -> Term:
    """A matrix transposed."""
    if len(a.shape) != 2:
        raise NoShortFormError
    shape = a.shape[::-1]
    if a.factors is not None and len(a.factors[1].shape) == 2:
        first, second = a.factors
        return matrix_product(transpose(second), transpose(first))
    if a.binding == ATOM and a.text.endswith(_TRANSPOSED):
        return Term(a.text.removesuffix(_TRANSPOSED), shape)
    return Term(f"{a.bracketed(ATOM)}{_TRANSPOSED}", shape)


def outer(a: Term, b: Term) -> Term:
    """The outer product of two vectors; a plain number among its factors is taken out."""
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise NoShortFormError
    return call("outer", a, b, shape=(*a.shape, *b.shape))


def fill(a: Term, shape: Shape) -> Term:
    """A term of exactly that shape: 1 becomes a value of ones."""
    if a.shape == shape:
        return a
    if a.shape == ():
        sizes = ", ".join(map(str, shape))
        return multiply(a, Term(f"ones({sizes})", shape))
    return call("expand", a, str(shape), shape=shape)


def sum_to(a: Term, have: Shape, want: Shape) -> Term:
    """What reaches an argument of shape `want` that was broadcast to `have`: the sum over what it was repeated along.

    Args:
        a: a term that stands for a value of shape `have`.
        have: that shape.
        want: the argument's shape.
    """
    if have == want:
        return a
    if a.text.startswith(("one_hot(", "-one_hot(")) and want == () and len(have) == 1:
        return Term("-1" if _is_negative(a) else "1", ())
    if prod(want) == 1:
        repeated = prod(have) // max(prod(a.shape), 1)
        total = a if a.shape == () else call("sum", a, shape=())
        total = total if repeated == 1 else multiply(Term(str(repeated), ()), total)
        return total if want == () else Term(f"{total.bracketed(ATOM)}.reshape({want})", want)
    leading = len(have) - len(want)
    dims = [*range(leading), *(leading + at for at, size in enumerate(want) if size != have[leading + at])]
    if a.shape != have or len(dims) != leading:
        raise NoShortFormError
    return call("sum", a, f"dim={dims[0] if len(dims) == 1 else tuple(dims)}", shape=want)


def _broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of two shapes together, which are known to go together."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    padded = (1,) * (len(longer) - len(shorter)) + shorter
    return tuple([a if b == 1 else b for a, b in zip(longer, padded, strict=True)])
