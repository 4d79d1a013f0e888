"""Numbers in decimal: positional where that is short, scientific where it is not."""

from __future__ import annotations

from fractions import Fraction


def positional_or_scientific(figures: str, exponent: int, digits: int) -> str:
    """Write the number figures * 10**exponent: positional from 1e-6 up to 10**digits, scientific beyond.

    Example:
        >>> positional_or_scientific("25", -3, 20), positional_or_scientific("25", -9, 20)
        ('0.025', '2.5e-8')
    """
    trailing = len(figures) - len(figures.rstrip("0"))
    figures, exponent = figures.rstrip("0"), exponent + trailing
    leading = len(figures) + exponent - 1
    if not -7 < leading < digits:
        point = figures[0] + ("." + figures[1:] if len(figures) > 1 else "")
        return f"{point}e{leading}"
    if exponent >= 0:
        return figures + "0" * exponent
    if leading >= 0:
        return figures[: leading + 1] + "." + figures[leading + 1 :]
    return "0." + "0" * (-leading - 1) + figures


def decimal_text(value: Fraction) -> str | None:
    """Write a fraction exactly in decimal; None where its decimals do not end, as those of 1/3."""
    denominator = value.denominator
    twos = (denominator & -denominator).bit_length() - 1
    fives, rest = 0, denominator >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1:
        return None
    places = max(twos, fives)
    figures = str(abs(value.numerator) * 10**places // denominator)
    sign = "-" if value < 0 else ""
    return sign + positional_or_scientific(figures, -places, 25) if value else "0"
