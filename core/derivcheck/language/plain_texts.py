"""Plain texts: what was read as an operand, as the text of the plain value that it is where a setting is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from derivcheck.language.operators import NEGATION
from derivcheck.language.plain_values import plain_value
from derivcheck.model.expression import CALL, CONSTANT, NUMBER, SETTING, Node

_TRUTH_VALUES = frozenset({"True", "False"})

MAX_ITEMS = 30_000
"""Items of a list or a tuple that is a plain value, those of lists within it included."""


def plain_text(nodes: Sequence[Node], items: Mapping[int, Sequence[int]], operand: int) -> str | None:
    """The text of the plain value that an operand is; None where it is none, because it is to be computed.

    Args:
        nodes: the nodes that have been read.
        items: the operands within a list or a tuple, by its own.
        operand: the operand.

    Example:
        >>> plain_text([Node(NUMBER, "2", (), Fraction(2)), Node(CALL, NEGATION, (0,))], {}, 1)
        '-2'
    """
    return _text(nodes, items, operand, [MAX_ITEMS])


def _text(nodes: Sequence[Node], items: Mapping[int, Sequence[int]], operand: int, left: list[int]) -> str | None:
    """The text, or None once more items have been read than are left: a list of lists by name may hold very many."""
    left[0] -= 1
    if left[0] < 0:
        return None
    if operand in items:
        parts = [_text(nodes, items, item, left) for item in items[operand][: left[0] + 1]]
        texts = [part for part in parts if part is not None]
        comma = "," if len(texts) == 1 else ""
        return f"({', '.join(texts)}{comma})" if len(texts) == len(items[operand]) else None
    sign, node = "", nodes[operand]
    while node.kind is CALL and node.name == NEGATION:
        sign, node = "" if sign else "-", nodes[node.args[0]]
    if node.kind is NUMBER and node.value is not None:
        return sign + _number(node.name, node.value)
    is_plain = node.kind is SETTING or (node.kind is CONSTANT and node.name in _TRUTH_VALUES)
    return node.name if is_plain and not sign else None


def _number(literal: str, value: Fraction) -> str:
    """A literal as Python writes the number: an integer stays one."""
    if value.denominator == 1 and literal.isdigit():
        return str(value.numerator)
    return repr(float(value)) if abs(value) < 1e308 else literal


def default_text(default: str) -> str:
    """The text of a setting's default in a signature, as `plain_text` writes it.

    Example:
        >>> default_text("(-2,-1)"), default_text("1e-5"), default_text("'mean'")
        ('(-2, -1)', '1e-05', "'mean'")
    """
    return repr(plain_value(default))


def integers_only(text: str) -> bool:
    """Whether the text of a plain value is an integer, or a tuple of them, however deep.

    Example:
        >>> integers_only("((0, 1), (2, 3))"), integers_only("1.0"), integers_only("True")
        (True, False, False)
    """
    return all(
        part.lstrip("-").isdigit() for part in text.replace("(", " ").replace(")", " ").replace(",", " ").split()
    )
