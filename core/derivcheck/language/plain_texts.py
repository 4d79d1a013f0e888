"""Plain texts: what was read as an operand, as the text of the plain value that it is where a setting is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from derivcheck.language.operators import NEGATION
from derivcheck.language.plain_values import ELLIPSIS, INFINITY, plain_value
from derivcheck.model.expression import CALL, CONSTANT, NUMBER, SETTING, Node

_TRUTH_VALUES = frozenset({"True", "False"})

_QUOTES = frozenset("'\"(")
_NO_LITERALS = frozenset({INFINITY, f"-{INFINITY}", ELLIPSIS})
"""Plain texts that Python has no literals for."""

MAX_ITEMS = 30_000
"""Items of a list or a tuple that is a plain value, those of lists within it included."""


MAX_COMPUTED = 64
"""Items of a list or a tuple that are computed."""

Compute: TypeAlias = Callable[[Sequence[Node], int], int | None]
"""The integer that a node is, None of any other."""


def plain_text(
    nodes: Sequence[Node], items: Mapping[int, Sequence[int]], operand: int, compute: Compute | None = None
) -> str | None:
    """The text of the plain value that an operand is; None where it is none, because it is to be computed.

    Args:
        nodes: the nodes that have been read.
        items: the operands within a list or a tuple, by its own.
        operand: the operand.
        compute: what computes an item that is no plain value as it stands: `n // 2`.

    Example:
        >>> plain_text([Node(NUMBER, "2", (), Fraction(2)), Node(CALL, NEGATION, (0,))], {}, 1)
        '-2'
    """
    return _Reading(nodes, items, compute).text(operand)


class _Reading:
    """One run: it ends once too many items have been read, since a list of lists by name may hold very many."""

    def __init__(self, nodes: Sequence[Node], items: Mapping[int, Sequence[int]], compute: Compute | None) -> None:
        self.nodes = nodes
        self.items = items
        self.compute = compute
        self.left = MAX_ITEMS
        self.to_compute = MAX_COMPUTED

    def text(self, operand: int) -> str | None:
        """The text, None where it is to be computed."""
        self.left -= 1
        if self.left < 0:
            return None
        if operand in self.items:
            items = self.items[operand]
            texts = [text for item in items[: self.left + 1] if (text := self.item_text(item)) is not None]
            comma = "," if len(texts) == 1 else ""
            return f"({', '.join(texts)}{comma})" if len(texts) == len(items) else None
        sign, node = "", self.nodes[operand]
        while node.kind is CALL and node.name == NEGATION:
            sign, node = "" if sign else "-", self.nodes[node.args[0]]
        if node.kind is NUMBER and node.value is not None:
            return sign + _number(node.name, node.value)
        is_plain = node.kind is SETTING or (node.kind is CONSTANT and node.name in _TRUTH_VALUES)
        if is_plain and not sign:
            return node.name
        if node.kind is not CALL or self.compute is None or self.to_compute == 0:
            return None
        self.to_compute -= 1
        found = self.compute(self.nodes, operand)
        return None if found is None else str(found)

    def item_text(self, item: int) -> str | None:
        """The text of an item of a tuple, in which a slice and infinity have no place."""
        text = self.text(item)
        is_literal = text is None or text[0] in _QUOTES or not (":" in text or text in _NO_LITERALS)
        return text if is_literal else None


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
