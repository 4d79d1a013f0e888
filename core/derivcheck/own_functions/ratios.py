"""Names for constant factors: 2× too large, sign flipped."""

from __future__ import annotations

from fractions import Fraction

_FACTORS = {
    Fraction(2): "2× too large",
    Fraction(1, 2): "half as large as it should be",
    Fraction(-1): "sign flipped",
}


def name_ratio(ratio: float) -> str:
    """The name of a constant factor by which a number is off.

    Example:
        >>> name_ratio(2.0), name_ratio(-3.0), name_ratio(0.1)
        ('2× too large', '3× too large, and sign flipped', 'off by the constant factor 1/10')
    """
    near = Fraction(ratio).limit_denominator(1000)
    if near == 1 or abs(float(near) - ratio) > 1e-12 * abs(ratio):
        if abs(ratio - 1) < 0.01:
            digits = 12 if abs(ratio - 1) > 1e-11 else 16
            return f"off by the constant factor {ratio:.{digits}g} (relative error {abs(ratio - 1):.1e})"
        return f"off by the constant factor {ratio:.12g}"
    if near in _FACTORS:
        return _FACTORS[near]
    if abs(near) > 1 and near.denominator == 1:
        return f"{abs(near)}× too large{', and sign flipped' if near < 0 else ''}"
    return f"off by the constant factor {near}"
