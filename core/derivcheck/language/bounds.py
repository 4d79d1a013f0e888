"""The bounds on what an expression may be, so that nothing that is read can exhaust time or memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language import functions
from derivcheck.language.functions import Function
from derivcheck.tree import Expression, Node, NodeKind

MAX_NODES = 30_000
"""Nodes in a tree; a sum of 2,000 products has 8,000."""

MAX_NESTING = 200
"""Brackets within brackets, as in Python's own parser."""

MAX_DEPTH = 400
"""Operations within operations, where a chain of +, - and * counts once."""

MAX_EXPONENT = 10_000
"""The size of an integer exponent that is written out."""

MAX_CONSTANT_BITS = 14_000
"""The bits of a rational constant once it is computed: 4,200 decimal digits."""

EXACT_BITS = 4_000
"""The bits up to which a constant is computed exactly; beyond it an upper bound is kept, so that no sum of huge
fractions costs a quadratic number of steps."""

_WITH_CONSTANTS = {row.name: row for row in functions.FUNCTIONS if row.constant_params or row.options}
"""The functions that have arguments which must not depend on a variable."""

_CHAINS = frozenset({"add", "sub", "mul", *(row.name for row in functions.FUNCTIONS if row.variadic)})


@dataclass(frozen=True, slots=True)
class _Size:
    """How large a rational constant is: an upper bound on its bits, and its value where that is small."""

    bits: int
    value: Fraction | None = None


def check_bounds(expression: Expression) -> None:
    """Fail for a tree that is too deep, a constant that is too large, an order or option that is not constant.

    Raises:
        ParseError: with the span of the node at fault.
    """
    varies = expression.depends_on(frozenset(expression.variables))
    depths: list[int] = []
    sizes: list[_Size | None] = []
    for position, node in enumerate(expression):
        chained = node.args[0] if node.args and node.name in _CHAINS else None
        depth = 1
        for arg in node.args:
            depth = max(depth, depths[arg] + (arg != chained))
        depths.append(depth)
        if depth > MAX_DEPTH:
            _fail(expression, f"the expression is more than {MAX_DEPTH} operations deep", node.span)
        if node.name == "pow" and node.kind is NodeKind.CALL:
            _check_power(expression, node, sizes)
        size = None if varies[position] else _size(node, [sizes[arg] for arg in node.args])
        sizes.append(size)
        if size is not None and size.bits > MAX_CONSTANT_BITS:
            _fail(expression, "the number is too large to be written out", node.span)
        if node.name in _WITH_CONSTANTS and node.kind is NodeKind.CALL:
            _check_constants(_WITH_CONSTANTS[node.name], expression, node, varies)


def _check_power(expression: Expression, node: Node, sizes: list[_Size | None]) -> None:
    """Fail for a power whose exponent is too large for the power to be written out."""
    base, exponent = (sizes[arg] for arg in node.args)
    if exponent is None:
        return
    if exponent.bits <= EXACT_BITS and (exponent.value is None or abs(exponent.value) <= MAX_EXPONENT):
        return
    if exponent.value is None or exponent.value.denominator == 1 or base is not None:
        span = expression.nodes[node.args[1]].span
        hint = "give a large exponent as a variable of the point"
        _fail(expression, f"the exponent is larger than {MAX_EXPONENT:,}", span, hint)


def _check_constants(row: Function, expression: Expression, node: Node, varies: tuple[bool, ...]) -> None:
    """Fail for an order or an option that depends on a variable."""
    options = [option.name for option in row.options]
    fixed = {*row.constant_params, *options}
    for name, arg in zip([*row.params, *options], node.args, strict=False):
        if name in fixed and varies[arg]:
            message = f"`{name}` of `{row.name}` must be a constant"
            _fail(expression, message, expression.nodes[arg].span, row.signature)


def _size(node: Node, args: list[_Size | None]) -> _Size | None:
    """The size of a constant node; None where it is not rational."""
    if node.kind is NodeKind.NUMBER:
        assert node.value is not None
        return _literal_size(node.value)
    known = [arg for arg in args if arg is not None]
    if node.kind is NodeKind.CONSTANT or len(known) < len(args):
        return None
    if node.name == "neg":
        return _Size(known[0].bits, None if known[0].value is None else -known[0].value)
    if node.name == "pow":
        return _power_size(*known)
    if node.name not in {"add", "sub", "mul", "div"}:
        return None
    left, right = known
    if left.value is None or right.value is None or (node.name == "div" and right.value == 0):
        return _Size(left.bits + right.bits + 1)
    if node.name == "add":
        return _sized(left.value + right.value)
    if node.name == "sub":
        return _sized(left.value - right.value)
    return _sized(left.value * right.value if node.name == "mul" else left.value / right.value)


def _power_size(base: _Size, exponent: _Size) -> _Size | None:
    """The size of a rational constant to the power of a rational constant."""
    if exponent.value is None:
        return _Size(MAX_CONSTANT_BITS + 1)
    if base.value in {0, 1, -1} or exponent.value == 0:
        return _Size(1)
    times = max(1, abs(int(exponent.value)))
    if base.value is None:
        bits = base.bits * times
    else:
        bits = math.ceil(times * (math.log2(abs(base.value.numerator)) + math.log2(base.value.denominator))) + 2
    if exponent.value.denominator != 1:
        return None if bits <= MAX_CONSTANT_BITS else _Size(bits)
    if bits > MAX_CONSTANT_BITS or base.value is None:
        return _Size(bits)
    return _sized(base.value ** int(exponent.value))


@lru_cache(maxsize=1024)
def _literal_size(value: Fraction) -> _Size:
    """The size of a literal; most of them are 1, 2 or 3."""
    return _sized(value)


def _sized(value: Fraction) -> _Size:
    bits = value.numerator.bit_length() + value.denominator.bit_length() - 1
    return _Size(bits, value if bits <= EXACT_BITS else None)


def _fail(expression: Expression, message: str, span: Span, hint: str | None = None) -> NoReturn:
    raise ParseError(message, text=expression.source, span=span, hint=hint)
