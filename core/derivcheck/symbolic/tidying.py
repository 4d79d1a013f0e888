"""A derivative as SymPy's rules leave it, in the form in which one would write it: products, quotients, sums."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.graph.folding import SHOWN_BITS, bits
from derivcheck.language import table
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.numbers import decimal_text

_HALF = Fraction(1, 2)

Rational = int | Fraction
"""A number; whole ones are an int where they come from, with which one computes ten times as fast."""

_MAX_POWER = 64
"""The largest exponent that is taken into a product."""


class Product(NamedTuple):
    """A number times powers.

    Attributes:
        number: the number.
        powers: each base, the position of a node of the new tree, with its exponent, in order of appearance.
    """

    number: Rational
    powers: tuple[tuple[int, Rational], ...] = ()


_ONE = Product(1)


def tidied(expression: Expression) -> Expression:
    """The same function, its products and sums collected as SymPy collects them, without any being multiplied out.

    Args:
        expression: what to collect; a node may be the argument of several.

    Returns:
        An Expression of the same value wherever the given one has one; a node may be the argument of several.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> from derivcheck.language.printing import to_text
        >>> to_text(tidied(parse("1/2*(x**2 + 1)**-(1/2)*(2*x) + -(y)")))
        'x/sqrt(x**2 + 1) - y'
    """
    graph, (root,) = _tidy(Elements.of(expression))
    return graph.expression(root, expression.variables)


def tidied_elements(elements: Elements) -> Elements:
    """The same for several formulas together, which share what is the same in them."""
    graph, roots = _tidy(elements)
    return Elements.taken(graph, roots, elements.addresses)


def _tidy(elements: Elements) -> tuple[Graph, list[int]]:
    """The new graph, and where the tidied elements are in it."""
    tree = _Tree()
    products: list[Product] = []
    for node in elements.nodes:
        products.append(_collected(tree, node, [products[arg] for arg in node.args]))
    return tree.graph, [tree.product(products[root]) for root in elements.roots]


class _Tree:
    """The new tree, in which equal nodes are one."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._sums: dict[int, tuple[Product, ...]] = {}

    def call(self, name: str, *args: int) -> int:
        """Where a call is."""
        return self.graph.call(name, args)

    def number(self, value: Rational) -> int:
        """Where a number that is not negative is; a long one is a decimal, if it can be."""
        text = str(value)
        if _is_long(value):
            text = decimal_text(Fraction(value)) or text
        return self.graph.leaf(Node(NodeKind.NUMBER, text, (), Fraction(value)))

    def product(self, product: Product) -> int:
        """Where a product is, as one quotient; its sign stands before its first factor."""
        number = _size(product.number)
        terms = self.terms(product)
        if product.number < 0 and any(term.number > 0 for term in terms):  # b - a rather than -(a - b)
            return self.sum(terms)
        if not product.powers:
            at = self.number(number)
            return self.call("neg", at) if product.number < 0 else at
        above: Rational = number.numerator
        below = number.denominator
        if below > 1 and _is_long(number) and decimal_text(Fraction(number)) is not None:
            above, below = number, 1
        powers = sorted(product.powers, key=self._rank)
        over = self._factors(above, [(base, power) for base, power in powers if power > 0])
        under = self._factors(below, [(base, -power) for base, power in powers if power < 0])
        if not over:
            over = [self.number(1)]
        if product.number < 0:
            over[0] = self.call("neg", over[0])
        at = self._chain(over)
        return self.call("div", at, self._chain(under)) if under else at

    def sum(self, terms: Sequence[Product]) -> int:
        """Where a sum of several terms is; the first that is not negative comes first: b - a rather than -a + b."""
        first = next((at for at, term in enumerate(terms) if term.number > 0), 0)
        at = self.product(terms[first])
        for term in (*terms[:first], *terms[first + 1 :]):
            name = "sub" if term.number < 0 else "add"
            at = self.call(name, at, self.product(term._replace(number=_size(term.number))))
        return at

    def _rank(self, power: tuple[int, Rational]) -> tuple[int, str]:
        """Where a factor stands in a product: roots of numbers and constants, variables by name, everything else."""
        leaf = self.graph.leaves.get(power[0])
        if leaf is None:
            return 2, ""
        return (1, leaf.name) if leaf.kind is NodeKind.VARIABLE else (0, "")

    def is_e(self, product: Product) -> bool:
        """Whether a product is e, the base of the exponential function."""
        if product.number != 1 or len(product.powers) != 1 or product.powers[0][1] != 1:
            return False
        leaf = self.graph.leaves.get(product.powers[0][0])
        constant = table.constant(leaf.name) if leaf is not None and leaf.kind is NodeKind.CONSTANT else None
        return constant is not None and constant.number == math.e

    def _factors(self, number: Rational, powers: Sequence[tuple[int, Rational]]) -> list[int]:
        numbers = [] if number == 1 else [self.number(number)]
        return [*numbers, *[self._power(base, exponent) for base, exponent in powers]]

    def _power(self, base: int, exponent: Rational) -> int:
        if exponent == 1:
            return base
        if exponent == _HALF:
            return self.call("sqrt", base)
        return self.call("pow", base, self.number(exponent))

    def _chain(self, factors: Sequence[int]) -> int:
        at = factors[0]
        for factor in factors[1:]:
            at = self.call("mul", at, factor)
        return at

    def terms(self, product: Product) -> tuple[Product, ...]:
        """What a product adds to a sum: the terms, if it is one or minus one, else itself."""
        base, power = product.powers[0] if len(product.powers) == 1 else (-1, 0)
        if product.number not in (1, -1) or power != 1 or base not in self._sums:
            return (product,)
        return tuple(term._replace(number=product.number * term.number) for term in self._sums[base])

    def as_factor(self, terms: Sequence[Product]) -> Product:
        """A sum of several terms, as the one factor of a product."""
        base = self.sum(terms)
        self._sums[base] = tuple(terms)
        return Product(1, ((base, 1),))


def _collected(tree: _Tree, node: Node, args: Sequence[Product]) -> Product:
    """A node, its arguments collected."""
    if node.kind is NodeKind.NUMBER and node.value is not None and _is_short(node.value):
        return Product(_whole(node.value))
    if node.kind is not NodeKind.CALL:
        return _factor(tree.graph.leaf(node))
    row = table.function(node.name)
    found = None if row is None or row.tidy is None else _RULES[row.tidy](tree, args)
    return _factor(tree.call(node.name, *map(tree.product, args))) if found is None else found


def _factor(base: int) -> Product:
    return Product(1, ((base, 1),))


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value


def _size(value: Rational) -> Rational:
    return value if value >= 0 else -value


def _is_long(value: Rational) -> bool:
    return value.denominator > 1000 or value.numerator > 10**21


def _is_short(value: Rational) -> bool:
    return bits(value) <= SHOWN_BITS


def _times(left: Product, right: Product) -> Product | None:
    number = left.number * right.number
    if not number or not _is_short(number):
        return Product(0) if not number else None
    powers = dict(left.powers)
    for base, exponent in right.powers:
        powers[base] = powers.get(base, 0) + exponent
    return Product(number, tuple((base, exponent) for base, exponent in powers.items() if exponent))


def _raised(tree: _Tree, base: Product, exponent: Rational) -> Product | None:
    """A power: of a product's every factor where the exponent is a whole number, of the product as one elsewhere."""
    if exponent.denominator != 1:
        if base == _ONE:
            return base
        return Product(1, ((tree.product(base), exponent),))
    if _size(exponent) > _MAX_POWER or (exponent < 0 and not base.number):
        return None
    number = base.number if base.number == 1 else _whole(Fraction(base.number) ** int(exponent))
    if not _is_short(number):
        return None
    return Product(number, tuple((at, power * exponent) for at, power in base.powers if exponent))


def _sum(tree: _Tree, left: Product, right: Product) -> Product | None:
    numbers: dict[tuple[tuple[int, Rational], ...], Rational] = {}
    powers: dict[tuple[tuple[int, Rational], ...], tuple[tuple[int, Rational], ...]] = {}
    for term in (*tree.terms(left), *tree.terms(right)):
        key = tuple(sorted(term.powers))
        numbers[key] = numbers.get(key, 0) + term.number
        powers.setdefault(key, term.powers)
    terms = [Product(number, powers[key]) for key, number in numbers.items() if number]
    if not all(_is_short(term.number) for term in terms):
        return None
    if len(terms) < 2:
        return terms[0] if terms else Product(0)
    return tree.as_factor(terms)


def _negative(product: Product) -> Product:
    return product._replace(number=-product.number)


def _power(tree: _Tree, args: Sequence[Product]) -> Product | None:
    base, exponent = args
    if base == _ONE:
        return _ONE
    return None if exponent.powers else _raised(tree, base, exponent.number)


def _quotient(tree: _Tree, args: Sequence[Product]) -> Product | None:
    inverse = _raised(tree, args[1], -1)
    return None if inverse is None else _times(args[0], inverse)


def _logarithm(tree: _Tree, args: Sequence[Product]) -> Product | None:
    if args[0] == _ONE:
        return Product(0)
    return _ONE if tree.is_e(args[0]) else None


_RULES: Mapping[str, Callable[[_Tree, Sequence[Product]], Product | None]] = {
    "negative": lambda _, args: _negative(args[0]),
    "sum": lambda tree, args: _sum(tree, args[0], args[1]),
    "difference": lambda tree, args: _sum(tree, args[0], _negative(args[1])),
    "product": lambda _, args: _times(args[0], args[1]),
    "quotient": _quotient,
    "power": _power,
    "root": lambda tree, args: _raised(tree, args[0], _HALF),
    "logarithm": _logarithm,
}
"""What is collected, by what a function's row names in the column `tidy`: the product that the operation is; None where
it stays as it is."""
