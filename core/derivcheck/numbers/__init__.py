"""Numbers, exact and as the formats hold them."""

from __future__ import annotations

from derivcheck.numbers.decimals import decimal_text
from derivcheck.numbers.dyadic import Dyadic, dyadic_fraction
from derivcheck.numbers.enclosure import Enclosure
from derivcheck.numbers.formats import DType

__all__ = [
    "DType",
    "Dyadic",
    "Enclosure",
    "decimal_text",
    "dyadic_fraction",
]
