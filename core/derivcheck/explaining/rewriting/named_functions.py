"""The functions that algebra knows, by what the table says of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derivcheck.language import table

_NAMES = {row.algebra: row.name for row in (*table.FUNCTIONS, *table.SHAPED_FUNCTIONS) if row.algebra}

ADD, SUB, NEG, POSITIVE = (_NAMES[word] for word in ("sum", "difference", "negative", "itself"))
MUL, DIV, POW, EXP = (_NAMES[word] for word in ("product", "quotient", "power", "exponential"))
PROD, STACK, RESHAPE = (_NAMES[word] for word in ("product of all", "elements together", "same elements"))

_HALF = Fraction(1, 2)
SQRT, RSQRT = _NAMES[str(_HALF)], _NAMES[str(-_HALF)]

SUMS = frozenset({ADD, SUB})
PRODUCTS = frozenset({MUL, DIV})

POWERS: Mapping[str, Fraction] = {
    name: Fraction(word) for word, name in _NAMES.items() if word.lstrip("-").replace("/", "").isdigit()
}
"""The functions that are a power of their argument, with the exponent."""
