"""Tells the name of torch code, FILE.py:NAME or package.module:NAME, from an expression."""

from __future__ import annotations

import re

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_CODE = re.compile(rf"(?:[^\n]+\.py|{_NAME}):{_NAME}")


def is_code(text: str) -> bool:
    """Whether a text names torch code; no expression has a colon outside of brackets.

    Example:
        >>> is_code("mine.py:SQ"), is_code("package.module:SQ"), is_code("x[0:2]"), is_code("x**2")
        (True, True, False, False)
    """
    return _CODE.fullmatch(text.strip()) is not None
