"""Comments, `# like this`, and backslashes at ends of lines: blanks, so that other characters keep their place."""

from __future__ import annotations

import re

_BLANK = re.compile(r"""'[^'\n]*'|"[^"\n]*"|(#[^\n]*|\\\r?\n)""")


def without_comments(text: str) -> str:
    r"""The text with blanks in the place of each comment, and of each end of a line that a backslash stands before.

    Example:
        >>> without_comments("h = x**2  # a square\nh + \\\n1")
        'h = x**2            \nh +   1'
        >>> without_comments("pad(x, (1, 1), mode='#')")
        "pad(x, (1, 1), mode='#')"
    """
    return _BLANK.sub(lambda match: " " * len(match[0]) if match[1] else match[0], text)
