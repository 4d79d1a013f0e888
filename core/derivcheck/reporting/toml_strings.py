"""Texts as TOML holds them."""

from __future__ import annotations

import json


def toml_string(text: str) -> str:
    r"""A basic string of TOML: JSON's, but for DEL, which JSON leaves as it is.

    Example:
        >>> print(toml_string('a "b" \\'))
        "a \"b\" \\"
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
