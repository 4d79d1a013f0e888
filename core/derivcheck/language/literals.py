"""Literals: the words for conditions, and how many digits decimals have and which of them must be rounded numbers."""

from __future__ import annotations

from fractions import Fraction

TRUTH_WORDS = {"True": "True", "true": "True", "False": "False", "false": "False"}
"""The words for the two conditions that always hold and never hold, each with its constant."""

ROUNDED_DIGITS = 15
"""A decimal of so many significant digits is a rounded number: it stands for a float64, not for itself."""

ROUNDED_BITS = 50
"""How well such a number is known, in bits: what is left of float64's 53 after an operation or two."""


def significant_digits(text: str) -> int:
    """How many significant digits a decimal literal is written with, zeros at the end included.

    Example:
        >>> significant_digits("0.0250e-3")
        3
    """
    mantissa = text.lower().strip("+-() ").partition("e")[0].replace("_", "").replace(".", "")
    return len(mantissa.lstrip("0"))


def unit_in_last_place(text: str) -> Fraction:
    """The value of a one in the last place of a decimal literal.

    Example:
        >>> unit_in_last_place("0.0250e-3")
        Fraction(1, 10000000)
    """
    mantissa, _, exponent = text.lower().strip("+-() ").replace("_", "").partition("e")
    return Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def is_decimal(text: str) -> bool:
    """Whether a literal has a decimal point: neither an integer nor a hexadecimal, which are exact."""
    return "." in text and "x" not in text.lower()


def is_rounded(text: str) -> bool:
    """Whether a literal is long enough to be a rounded number: `2.3333333333333335`, and not `0.25`."""
    return is_decimal(text) and significant_digits(text) >= ROUNDED_DIGITS


def rounded_literal(text: str) -> Fraction:
    """How far the number that is meant may be from a literal; 0 for a short one, which is exact."""
    if not is_rounded(text):
        return Fraction(0)
    return max(unit_in_last_place(text) / 2, abs(Fraction(text.replace("_", ""))) / (1 << ROUNDED_BITS))
