"""Names that stand for plain values in a formula: where one occurs, its value could stand as well."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Integral, Rational, Real

from derivcheck.language.bounds import MAX_DIMENSIONS
from derivcheck.language.indexing_builder import IndexingBuilder
from derivcheck.language.literals import ROUNDED_DIGITS, significant_digits
from derivcheck.language.operators import NEGATION
from derivcheck.language.plain_texts import MAX_ITEMS
from derivcheck.language.plain_values import EMPTY_TUPLE, INFINITY
from derivcheck.language.table import function
from derivcheck.language.tokens import MAX_LITERAL_EXPONENT
from derivcheck.model.constants import NamedType
from derivcheck.model.expression import NUMBER, Extent, Node

_MOST_BITS = 4 * MAX_LITERAL_EXPONENT
"""The bits of an integer that a formula may name; a literal may have as many."""

_A_TENSOR = "an argument that holds numbers is a variable: give it in the point, and hold it with --const NAME"


def add_constant(tree: IndexingBuilder, name: str, value: object, extent: Extent) -> int:
    """The operand that a constant's name stands for.

    A number is exact: a float is the fraction that it holds. A bool is True or False in a setting and in a condition,
    and 1 or 0 among numbers. A list is an array, as one that is written out is.

    Args:
        tree: where the nodes go.
        name: the constant's name, for messages.
        value: its value.
        extent: where the name stands.

    Raises:
        ParseError: for a value that no formula can name, such as nan or a function.
    """
    return _Adding(tree, name, extent).operand(value)


class _Adding:
    """Adds the nodes of one constant."""

    def __init__(self, tree: IndexingBuilder, name: str, extent: Extent) -> None:
        self.tree = tree
        self.name = name
        self.extent = extent
        self.left = MAX_ITEMS
        self.depth = 0

    def operand(self, value: object) -> int:
        """The operand of a value, or of an item of a tuple."""
        self.left -= 1
        if self.left < 0:
            self.fail(f"has more than {MAX_ITEMS:,} items", _A_TENSOR)
        if isinstance(value, bool) or type(value).__name__ == "bool_":  # NumPy's
            return self.tree.truth_value(str(bool(value)), self.extent)
        if isinstance(value, Real):
            return self.number(value)
        if value is None:
            return self.tree.setting("None", self.extent, "`None`")
        if isinstance(value, str):
            return self.tree.setting(repr(str(value)), self.extent, "a word")
        if isinstance(value, NamedType):
            return self.tree.setting(repr(str(value)), self.extent, f"the dtype {value}")
        if isinstance(value, tuple | list | range):
            return self.several(value)
        if isinstance(value, slice):
            return self.sliced(value)
        kind = "a complex number" if isinstance(value, complex) else f"of the type `{type(value).__name__}`"
        hint = (
            _A_TENSOR
            if hasattr(type(value), "shape")
            else "a formula names numbers, True, False, None, words and tuples"
        )
        return self.fail(f"is {kind}", hint)

    def number(self, value: Real) -> int:
        """A number, with its sign before it."""
        if isinstance(value, Integral):
            exact = Fraction(int(value))
        elif isinstance(value, Rational):
            exact = Fraction(value)
        else:
            number = float(value)
            if math.isnan(number):
                return self.fail("is nan, which is no number", "a condition may ask for it: it differs from itself")
            if math.isinf(number):
                return self.tree.setting(INFINITY if number > 0 else f"-{INFINITY}", self.extent, "infinity")
            exact = Fraction(number)
        if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > _MOST_BITS:
            return self.fail("is too large a number", "give it in the point: there it need not be written out")
        size = abs(exact)
        literal = str(size) if isinstance(value, Integral) else _exact_literal(size)
        position = self.tree.add(Node(NUMBER, literal, (), size), self.extent)
        if exact >= 0:
            return position
        negation = function(NEGATION)
        assert negation is not None
        return self.tree.apply(negation, (position,), self.extent, self.name)

    def several(self, values: tuple[object, ...] | list[object] | range) -> int:
        """A tuple, or a list."""
        if not len(values):
            return self.tree.setting(EMPTY_TUPLE, self.extent, "an empty tuple")
        if len(values) > self.left:
            self.fail(f"has more than {MAX_ITEMS:,} items", _A_TENSOR)
        self.depth += 1
        if self.depth > MAX_DIMENSIONS:
            self.fail(f"is nested more than {MAX_DIMENSIONS} deep", _A_TENSOR)
        items = [self.operand(value) for value in values]
        self.depth -= 1
        make = self.tree.listed if isinstance(values, list) else self.tree.tupled
        return make(items, self.extent)

    def sliced(self, value: slice) -> int:
        """A slice, which stands in an index."""
        bounds = [value.start, value.stop, *([] if value.step is None else [value.step])]
        if not all(bound is None or (isinstance(bound, int) and abs(bound) < 1 << 62) for bound in bounds):
            return self.fail("is a slice without integers", "a slice has integers: slice(1, None)")
        return self.tree.sliced([None if bound is None else self.operand(int(bound)) for bound in bounds], self.extent)

    def fail(self, message: str, hint: str) -> int:
        """Raise the ParseError about the constant."""
        return self.tree.fail(f"the constant `{self.name}` {message}", self.extent, hint)


def _exact_literal(size: Fraction) -> str:
    """How a formula may write a number that is no integer: 0.5 as such, the float 0.1 in hexadecimal, which is exact.

    Example:
        >>> _exact_literal(Fraction(0.5)), _exact_literal(Fraction(1, 3)), _exact_literal(Fraction(0.1))
        ('0.5', '1/3', '0x1.999999999999ap-4')
    """
    try:
        value = float(size)
    except OverflowError:
        return str(size)
    if Fraction(value) != size:
        return str(size)
    decimal = repr(value)
    is_exact = Fraction(decimal) == size and significant_digits(decimal) < ROUNDED_DIGITS
    return decimal if is_exact else value.hex()
