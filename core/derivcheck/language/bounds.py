"""The bounds on what an expression may be, so that nothing that is read can exhaust time or memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NoReturn

from derivcheck.errors import ParseError, TooLargeError
from derivcheck.language import table
from derivcheck.model.expression import NUMBER, Expression, Node
from derivcheck.model.light_records import record

MAX_NODES = 30_000
"""Nodes in a tree; a sum of 2,000 products has 8,000."""

MAX_NESTING = 200
"""Brackets within brackets, as in Python's own parser."""

MAX_DIMENSIONS = 16
"""Lists within lists."""

MAX_DEPTH = 400
"""Operations within operations, where a chain of +, - and * counts once."""

MAX_EXPONENT = 10_000
"""The size of an integer exponent that is written out."""

SURE_BITS = MAX_EXPONENT.bit_length() - 1
"""A rational number of so many bits is smaller than that."""

MAX_CONSTANT_BITS = 14_000
"""The bits of a rational constant once it is computed: 4,200 decimal digits."""

EXACT_BITS = 4_000
"""The bits up to which a constant is computed exactly; beyond it an upper bound is kept, so that no sum of huge
fractions costs a quadratic number of steps."""

CONSTANT_PLACES: Mapping[str, Mapping[int, str]] = {
    row.name: {
        index: name
        for index, name in enumerate([*row.params, *(option.name for option in row.options)])
        if (name in row.constant_params and name not in row.held) or index >= len(row.params)
    }
    for row in table.FUNCTIONS
    if set(row.constant_params) - set(row.held) or row.options
}
"""The arguments that must not depend on a variable, by function and index."""

_CHAINS = frozenset([row.name for row in table.FUNCTIONS if row.chain is not None or row.variadic])
"""Functions of which a long chain, x + y + z + …, counts as one operation deep."""

_ARITHMETIC = {row.name: row.size for row in table.FUNCTIONS if row.size is not None}
"""What makes a rational constant of rational constants, each with the kernel of its size."""


@record
class _Size:
    """How large a rational constant is: an upper bound on its bits, and its value where that is small."""

    bits: int
    value: Fraction | None = None


def check_bounds(expression: Expression) -> None:
    """Fail for a tree that is too deep, a constant that is too large, an order or option that is not constant.

    Raises:
        ParseError: with the span of the node at fault; a TooLargeError where a bound is exceeded.
    """
    depths: list[int] | None = [] if len(expression) > MAX_DEPTH else None
    sizes: dict[int, _Size] = {}
    literals: dict[str, _Size] = {}
    varies: tuple[bool, ...] = ()
    for position, node in enumerate(expression.nodes):
        name, args = node.name, node.args
        if depths is not None:
            depths.append(_depth(node, depths))
            if depths[-1] > MAX_DEPTH:
                _fail(expression, f"the expression is more than {MAX_DEPTH} operations deep", position)
        size = None
        if node.kind is NUMBER:
            size = literals.get(name)
            if size is None:
                assert node.value is not None
                size = literals[name] = sized(node.value)
        elif not args:
            continue
        elif name in _ARITHMETIC:
            if args[-1] in sizes:
                kernel = _ARITHMETIC[name]
                if kernel == _POWER and sizes[args[1]].bits > SURE_BITS:
                    _check_power(expression, node, sizes)
                if args[0] in sizes:
                    size = SIZES[kernel](*[sizes[arg] for arg in args])
        elif name in CONSTANT_PLACES and len(args) > min(CONSTANT_PLACES[name]):
            varies = varies or expression.varying
            _check_constants(expression, node, varies)
        if size is not None:
            sizes[position] = size
            if size.bits > MAX_CONSTANT_BITS:
                _fail(expression, "the number is too large to be written out", position)


def _depth(node: Node, depths: list[int]) -> int:
    """How many operations are nested in a node, given those of the nodes before it."""
    if not node.args:
        return 1
    first, *others = node.args
    depth = depths[first] + (node.name not in _CHAINS)
    for arg in others:
        depth = max(depth, depths[arg] + 1)
    return depth


def _check_power(expression: Expression, node: Node, sizes: Mapping[int, _Size]) -> None:
    """Fail for a power whose constant exponent is too large for the power to be written out."""
    base, exponent = node.args
    size = sizes[exponent]
    numerator, denominator = (0, 1) if size.value is None else size.value.as_integer_ratio()
    if size.bits <= EXACT_BITS and abs(numerator) <= MAX_EXPONENT * denominator:
        return
    if size.value is None or denominator == 1 or base in sizes:
        hint = "give a large exponent as a variable of the point"
        _fail(expression, f"the exponent is larger than {MAX_EXPONENT:,}", exponent, hint)


def _check_constants(expression: Expression, node: Node, varies: tuple[bool, ...]) -> None:
    """Fail for an order or an option that depends on a variable."""
    for index, name in CONSTANT_PLACES[node.name].items():
        if index < len(node.args) and varies[node.args[index]]:
            row = table.function(node.name)
            assert row is not None
            message = f"`{name}` of `{row.name}` must be a constant"
            raise ParseError(
                message, text=expression.source, span=expression.span(node.args[index]), hint=row.signature
            )


def _negative(size: _Size) -> _Size:
    return _Size(size.bits, None if size.value is None else -size.value)


def _sum(left: _Size, right: _Size) -> _Size:
    if left.value is None or right.value is None:
        return _larger(left, right)
    return sized(left.value + right.value)


def _difference(left: _Size, right: _Size) -> _Size:
    return _sum(left, _negative(right))


def _product(left: _Size, right: _Size) -> _Size:
    if left.value is None or right.value is None:
        return _larger(left, right)
    return sized(left.value * right.value)


def _quotient(left: _Size, right: _Size) -> _Size:
    if left.value is None or not right.value:
        return _larger(left, right)
    return sized(left.value / right.value)


def _larger(left: _Size, right: _Size) -> _Size:
    """An upper bound on the size of what one operation makes of two numbers."""
    return _Size(left.bits + right.bits + 1)


def _power(base: _Size, exponent: _Size) -> _Size | None:
    """The size of a rational constant to the power of a rational constant."""
    if exponent.value is None:
        return _Size(MAX_CONSTANT_BITS + 1)
    if base.value == 1 or exponent.value == 0:
        return sized(Fraction(1))
    if base.value in {0, -1}:
        is_whole = exponent.value.denominator == 1 and (base.value or exponent.value > 0)
        return _Size(1, base.value ** (exponent.value.numerator % 2 or 2)) if is_whole else _Size(1)
    times = max(1, abs(int(exponent.value)))
    if base.value is None:
        bits = base.bits * times
    else:
        bits = math.ceil(times * (math.log2(abs(base.value.numerator)) + math.log2(base.value.denominator))) + 2
    if exponent.value.denominator != 1:
        return None if bits <= MAX_CONSTANT_BITS else _Size(bits)
    if bits > MAX_CONSTANT_BITS or base.value is None:
        return _Size(bits)
    return sized(base.value ** int(exponent.value))


def sized(value: Fraction) -> _Size:
    """The size of a number."""
    numerator, denominator = value.as_integer_ratio()
    bits = numerator.bit_length() + denominator.bit_length() - 1
    return _Size(bits, value if bits <= EXACT_BITS else None)


_POWER = "power"
SIZES: Mapping[str, Callable[..., _Size | None]] = {
    "negative": _negative,
    "sum": _sum,
    "difference": _difference,
    "product": _product,
    "quotient": _quotient,
    _POWER: _power,
}
"""The size of an operation on rational constants, by what a function's row names in the column `size`; None where the
result is not rational."""


def _fail(expression: Expression, message: str, position: int, hint: str | None = None) -> NoReturn:
    raise TooLargeError(message, text=expression.source, span=expression.span(position), hint=hint)
