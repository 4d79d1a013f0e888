"""Sizes as settings: `x.shape[1] // 2` is an integer that is known once shapes are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derivcheck.language.operators import BINARY, NEGATION
from derivcheck.model.expression import CALL, NUMBER, SETTING, SLICE, TUPLE, Node

INDEX, LIST, SHAPE, SIZE, UNPACKED = "index", "array", "shape", "size", "unpacked"
"""The functions that an index, a list, a shape, a size and a name of several at once are."""

DIM, NDIM = "dim", "ndim"
"""How torch calls the method that counts the dims, and the function that it is."""

SIZES = frozenset({SIZE, SHAPE, "len", "numel", NDIM})
"""The functions whose results are sizes, whatever the values of their arguments."""

_ARITHMETIC = frozenset({*(BINARY[text].row.name for text in ("+", "-", "*", "//", "%", "**")), NEGATION})
_KEPT = _ARITHMETIC | {"prod", INDEX, UNPACKED, TUPLE, LIST, SLICE}
"""What makes integers of integers, and puts them together."""

_MOST_BITS = 62
"""The bits of an integer that stands in a setting."""


def is_size(nodes: Sequence[Node], position: int) -> bool:
    """Whether a node is made of sizes and integers, with one size at least.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> half, mean = parse("x.shape[1]//2 + 1"), parse("x.mean()*x.shape[1]")
        >>> is_size(half.nodes, half.root), is_size(mean.nodes, mean.root)
        (True, False)
    """
    pending, seen, found = [position], {position}, False
    while pending:
        node = nodes[pending.pop()]
        if node.kind is CALL and node.name in SIZES:
            found = True
        elif node.kind is CALL and node.name in _KEPT:
            if node.name in {TUPLE, LIST} and any(nodes[arg].kind is SETTING for arg in node.args):
                return False  # a slice, or a word
            new = [arg for arg in node.args if arg not in seen]
            seen.update(new)
            pending += new
        elif not (node.kind is SETTING or (node.kind is NUMBER and node.value is not None and _is_whole(node.value))):
            return False
    return found


def integer_of(nodes: Sequence[Node], position: int) -> int | None:
    """The integer that a node is which is computed of integers, `2*3 - 1`; None of any other."""
    found: dict[int, int | None] = {}
    stack = [position]
    while stack:
        at = stack[-1]
        node = nodes[at]
        missing = [arg for arg in node.args if arg not in found] if node.name in _ARITHMETIC else []
        if missing:
            stack += missing
            continue
        stack.pop()
        values = [found.get(arg) for arg in node.args]
        known = [value for value in values if value is not None]
        if node.kind is NUMBER and node.value is not None and _is_whole(node.value) and node.name.isdigit():
            found[at] = node.value.numerator
        else:
            is_known = node.kind is CALL and node.name in _ARITHMETIC and len(known) == len(values)
            found[at] = _computed(node.name, known) if is_known else None
        value = found[at]
        if value is not None and value.bit_length() > _MOST_BITS:
            found[at] = None
    return found[position]


def _computed(name: str, values: list[int]) -> int | None:
    """Arithmetic on integers, of which each has a bounded size; None for what is no integer."""
    left, right = values[0], values[-1]
    if name == NEGATION:
        return -left
    if name == BINARY["+"].row.name:
        return left + right
    if name == BINARY["-"].row.name:
        return left - right
    if name == BINARY["*"].row.name:
        return left * right
    if name == BINARY["**"].row.name:
        is_small = 0 <= right <= _MOST_BITS
        return left**right if is_small and abs(left).bit_length() * right <= 2 * _MOST_BITS else None
    if right == 0:
        return None
    return left // right if name == BINARY["//"].row.name else left % right


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1
