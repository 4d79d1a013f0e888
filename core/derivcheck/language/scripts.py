"""Raised and lowered characters, such as those of xⁿ and xᵢ: no part of a name, and what to write instead of them."""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile

from derivcheck.language import table

_TAGS = {"<super>": "raised", "<sub>": "lowered"}
_BASE = re.compile(r"\w+\Z")
_NEXT = re.compile(r"\s*(\w*)(\(?)")


def normalized(name: str) -> str:
    """A name in Unicode's NFKC form, as Python reads it: the micro sign is a Greek mu, a wide ｘ is an x."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def level(char: str) -> str | None:
    """Whether a character is a raised or a lowered form of another one; None for one on the line.

    Python takes a raised letter for the letter, so that xᵃ would be the name xa, where a reader sees a power.

    Example:
        >>> level("ᵃ"), level("₁"), level("a")
        ('raised', 'lowered', None)
    """
    return None if char.isascii() else _TAGS.get(unicodedata.decomposition(char).partition(" ")[0])


def on_the_line(name: str) -> bool:
    """Whether no character of a name is raised or lowered."""
    return name.isascii() or not any(map(level, name))


def instead_of_script(text: str, start: int) -> str | None:
    """What to write instead of the raised or lowered characters from `start` on; None where there are none.

    Example:
        >>> instead_of_script("3*xᵃ", 3)
        'did you mean `x**a`, or the name `xa`?'
        >>> instead_of_script("e⁻ˣ + 1", 1)
        'did you mean `e**(-x)`?'
    """
    kind = level(text[start])
    if kind is None:
        return None
    run = "".join(takewhile(lambda char: level(char) == kind, text[start:]))
    plain = normalized(run).replace("\N{MINUS SIGN}", "-")
    found = _BASE.search(text[:start])
    base = normalized(found[0]) if found else ""
    name = base + plain
    is_name = bool(base) and not base[0].isdigit() and name.isidentifier()
    if kind == "lowered":
        return f"indices are written in plain characters: {name if is_name else f'x{plain}'}"
    power = f"**{plain}" if plain.isalnum() or _is_bracketed(plain) else f"**({plain})"
    following = _NEXT.match(text, start + len(run))
    word, bracket = following.groups() if following else ("", "")
    if table.function(base) is not None and (word or bracket):
        return f"did you mean `{base}({'…' if bracket else normalized(word)}){power}`?"
    if plain.isdigit() and not (word or bracket):
        base = ""  # x² says what it means: the power alone is what is to be typed instead
    if word or bracket:
        power += f"*{normalized(word)}{'(…)' if bracket else ''}"
    also = f", or the name `{name}`" if is_name and plain.isalpha() and not word else ""
    return f"did you mean `{base}{power}`{also}?"


def _is_bracketed(text: str) -> bool:
    """Whether one pair of brackets holds all of the text."""
    return text.startswith("(") and text.endswith(")") and "(" not in text[1:-1] and ")" not in text[1:-1]
