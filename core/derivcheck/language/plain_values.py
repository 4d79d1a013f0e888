"""Plain values: what stands in a call and is no part of the mathematics, such as a dim, a slice or a word."""

from __future__ import annotations

import math
from ast import literal_eval
from functools import lru_cache
from typing import TypeAlias

from derivcheck.model.light_records import record


@record
class Slice:
    """A slice of an index, `start:stop:step`; None where nothing was written."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None


PlainValue: TypeAlias = "bool | int | float | str | Slice | tuple[PlainValue, ...] | None"
"""What a node of the kind SETTING stands for."""

ELLIPSIS = "..."
"""The text, and the value, of what an index skips."""

_WORDS: dict[str, PlainValue] = {ELLIPSIS: ELLIPSIS, "inf": math.inf, "-inf": -math.inf}
"""Texts that are no literals of Python; the two infinities are norms."""

INFINITY = "inf"
"""The text of what Python has no literal for."""

EMPTY_TUPLE = "()"
"""The text of a tuple without items."""


@lru_cache(maxsize=4096)
def plain_value(text: str) -> PlainValue:
    """What the text of a SETTING node stands for.

    Args:
        text: a literal of Python (`None`, `True`, `-1`, `0.5`, `'mean'`, `(0, 1)`), a slice `1:3`, `...`,
            or `inf`.

    Example:
        >>> plain_value("(0, -1)"), plain_value("'mean'"), plain_value("::2")
        ((0, -1), 'mean', Slice(start=None, stop=None, step=2))
    """
    if text in _WORDS:
        return _WORDS[text]
    if ":" in text and text[0] not in "'\"(":
        start, stop, step = [int(part) if part.strip() else None for part in [*text.split(":"), ""][:3]]
        return Slice(start, stop, step)
    value: PlainValue = literal_eval(text)
    return value
