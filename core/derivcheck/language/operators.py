"""The operators: how each is written and read, how tightly it binds, and the function that it stands for.

This is the grammar's own table, for the parser and the printer alike; what the functions mean stands in their rows.
"""

from __future__ import annotations

from enum import Enum, auto
from fractions import Fraction

from derivcheck.language import table
from derivcheck.language.table import Function
from derivcheck.model.expression import CALL, Expression
from derivcheck.model.light_records import record


class Grouping(Enum):
    """What a chain of operators that bind as tightly as one another means."""

    LEFT = auto()  # x - y - z is (x - y) - z
    RIGHT = auto()  # x**y**z is x**(y**z)
    LINKS = auto()  # x < y < z is (x < y) and (y < z)


@record
class Operator:
    """An operator.

    Attributes:
        text: how it is read.
        precedence: how tightly it binds.
        row: the function that it stands for; `positive` for what makes no node.
        is_prefix: whether it has one operand.
        least: the least precedence of operators before it that are applied first: they bind tighter, or as tightly
            where it groups from the left.
        printed: how it is printed, with the space around it; None where another operator is printed for its function,
            or none.
        left, right: the least precedence of its operands that are printed without brackets; a prefix has a right one.
    """

    text: str
    precedence: int
    row: Function
    is_prefix: bool
    least: int
    printed: str | None
    left: int
    right: int


COMPARISON = 4
"""The precedence of comparisons."""

SIGN = 9
"""The precedence of a sign before a number."""

_LEFT, _RIGHT, _LINKS = Grouping.LEFT, Grouping.RIGHT, Grouping.LINKS


def _row(name: str) -> Function:
    row = table.function(name)
    assert row is not None, name
    return row


def _binary(
    text: str, precedence: int, function: str, printed: str | None = None, grouping: Grouping = _LEFT
) -> Operator:
    left = precedence if grouping is _LEFT else precedence + 1
    right = SIGN if grouping is _RIGHT else precedence + 1  # an exponent may have a sign: x**-y
    return Operator(text, precedence, _row(function), False, left, printed, left, right)


def _prefix(text: str, precedence: int, function: str, printed: str | None = None) -> Operator:
    return Operator(text, precedence, _row(function), True, precedence, printed, 0, precedence)


# fmt: off
_BINARY = (
    _binary("or",  1,          "or"),
    _binary("and", 2,          "and"),
    _binary("<",   COMPARISON, "lt",           " < ",  _LINKS),
    _binary("<=",  COMPARISON, "le",           " <= ", _LINKS),
    _binary(">",   COMPARISON, "gt",           " > ",  _LINKS),
    _binary(">=",  COMPARISON, "ge",           " >= ", _LINKS),
    _binary("==",  COMPARISON, "eq",           " == ", _LINKS),
    _binary("!=",  COMPARISON, "ne",           " != ", _LINKS),
    _binary("|",   5,          "or",           " | "),
    _binary("&",   6,          "and",          " & "),
    _binary("+",   7,          "add",          " + "),
    _binary("-",   7,          "sub",          " - "),
    _binary("*",   8,          "mul",          "*"),
    _binary("/",   8,          "div",          "/"),
    _binary("//",  8,          "floor_divide", " // "),
    _binary("@",   8,          "matmul",       " @ "),
    _binary("%",   8,          "remainder",    " % "),
    _binary("**",  10,         "pow",          "**",   _RIGHT),
    _binary("^",   10,         "pow",          None,   _RIGHT),
)
_PREFIX = (
    _prefix("not", 3,    "not"),
    _prefix("-",   SIGN, "neg", "-"),
    _prefix("+",   SIGN, "positive"),
    _prefix("~",   SIGN, "not", "~"),
)
# fmt: on

BINARY = {operator.text: operator for operator in _BINARY}
"""The operators between two operands, by their text."""

PREFIX = {operator.text: operator for operator in _PREFIX}
"""The operators before one operand, by their text."""

BRACKET = _prefix("(", 0, "positive")
"""What stands below the operators of a bracket, or of the whole text, and binds less than any of them."""

PRINTED = {operator.row.name: operator for operator in (*_BINARY, *_PREFIX) if operator.printed is not None}
"""The operators that are printed, by their functions' names."""

NEGATION = PREFIX["-"].row.name
"""The function of a sign before a number."""


def signed_literal(expression: Expression, position: int) -> Fraction | None:
    """The value of a literal, with a sign or without; None for anything else.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> minus_two = parse("x**-2")
        >>> signed_literal(minus_two, minus_two.nodes[-1].args[1])
        Fraction(-2, 1)
    """
    sign, node = 1, expression.nodes[position]
    while node.kind is CALL and node.name == NEGATION:
        sign, node = -sign, expression.nodes[node.args[0]]
    return None if node.value is None else sign * node.value
