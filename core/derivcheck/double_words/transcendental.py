"""Elementary functions of double words, each with the proof of its bound.

A number is brought near a step of a table; what is left goes into a short series whose first terms are double words,
and whose tail is a float64. So little is left that the roundings of the tail do not show: P. T. P. Tang, "Table-driven
implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15 (1989). Below, u = 2**-53,
and r = rh + rl is what is left.

Where NumPy computes a logarithm or an arc tangent, that is only a guess, by which an identity corrects it; that the
guess is close is looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from derivcheck.double_words.double_word import (
    LEAST,
    DoubleWord,
    Floats,
    fast_two_sum,
    known_where,
    two_product,
    two_sum,
)
from derivcheck.double_words.tabulated import (
    ANGLES,
    POWERS,
    Step,
    Table,
    angle_step,
    exponential_step,
    powers_of_two,
    sines,
)

Places = NDArray[np.int64]

_WIDER = 1 + 2.0**-18
"""Above what products of bounds below 2**-20 add to their sum, and the roundings of the bounds."""

_NARROW = 2.0**-20

_MOST_EXPONENT, _MOST_ANGLE, _MOST_TANGENT = 600.0, 1000.0, 2.0**20

_EXP, _SINE, _LOG, _ATAN = 2.0**-85, 2.0**-82, 2.0**-84, 2.0**-81
"""What the functions are off by: the exponential relative to its size, the others not."""

_NEAR = 2.0**-40
"""A guess is at least so close."""


def _reduced(numbers: DoubleWord, step: Step) -> tuple[Places, Floats, Floats]:
    """The nearest multiple of a step, as a whole number, and the rest as high and low, for |high| <= 1000.

    The products with the step's first two parts are float64, since the whole number has 21 bits at most, and their
    sums are exact. low is below u*1000 = 2**-43, and so is all that it is added to: that rounds by 2**-94 in all. The
    third part's product is below 2**-53, and its roundings are below 2**-105.
    """
    times = np.rint(numbers.high * step.inverse)
    rest, below = two_sum(numbers.high, times * -step.first)
    rest, further = two_sum(rest, times * -step.second)
    return times.astype(np.int64), *two_sum(rest, ((numbers.low - times * step.third) + further) + below)


def _looked_up(table: Table, index: Places) -> tuple[Floats, Floats]:
    return table.high.take(index), table.low.take(index)


def exp(numbers: DoubleWord) -> DoubleWord:
    """The exponential function: 2**k * 2**(j/1024), times that of r, with |r| < 2**-11.5.

    exp(r) - 1 = r + r**2/2 + tail. The tail, rh**3*(1/6 + rh/24 + rh**2/120 + rh**3/720), is below 2**-37.1. It rounds
    by 8u of that, 2**-87.1; rl is missing in it, r**2*rl/2 < 2**-88.5; the next term is below 2**-92. Sums of numbers
    below 2**-37 round by 2**-88 in all, r is off by 2**-94, and the product with the table by 2**-103. All of it is
    below 2**-85.

    An argument that is off by d <= 2**-20 changes it by exp(d) - 1 <= d*(1 + d).
    """
    times, high, low = _reduced(numbers, exponential_step())
    rest = DoubleWord(high, low, low)
    square, square_low = two_product(rest, rest)
    tail = (square * high) * (1 / 6 + high * (1 / 24 + high * (1 / 120 + high * (1 / 720))))
    power, below = fast_two_sum(high, square * 0.5)
    small = (((tail + high * low) + square_low * 0.5) + low) + below
    less_one = DoubleWord(*fast_two_sum(power, small), low)
    entry = DoubleWord(*_looked_up(powers_of_two(), times & (POWERS - 1)), low)
    product, product_low = two_product(entry, less_one)
    further = product_low + (entry.high * less_one.low + entry.low * less_one.high)
    power, below = fast_two_sum(entry.high, product)
    power, below = fast_two_sum(power, below + (entry.low + further))
    scale = (((times >> (POWERS.bit_length() - 1)) + _EXPONENT_OF_1) << _MANTISSA_BITS).view(np.float64)
    change = numbers.size * numbers.bound
    is_known = (change <= _NARROW) & (numbers.size <= _MOST_EXPONENT)
    return DoubleWord(power * scale, below * scale, known_where(is_known, (change + _EXP) * _WIDER))


_EXPONENT_OF_1, _MANTISSA_BITS = 1023, 52
"""Of float64: how the exponent 0 is written, and where."""


def sine_and_cosine(numbers: DoubleWord) -> tuple[DoubleWord, DoubleWord]:
    """The sine and the cosine of a + r, where the table has the sine S and the cosine C of a, and |r| < 2**-10.3.

    They are S + (S*(cos(r) - 1) + C*sin(r)) and C + (C*(cos(r) - 1) - S*sin(r)).

    sin(r) = r + tail. The tail, -rh**3*(1/6 - rh**2/120 + rh**4/5040), is below 2**-33.4. It rounds by 6u of that,
    2**-83.8; rl is missing in it, r**2*rl/2 < 2**-84.9; the sum rl + tail rounds by 2**-86, r is off by 2**-94 and the
    next term is below 2**-110. Together that is below 2**-82.8.

    cos(r) - 1 = -r**2/2 + tail, and this tail is below 2**-45: all that it rounds by is below 2**-94. Products and sums
    of the double words round by 2**-104. So both functions are off by less than 2**-82.

    An argument that is off by d changes them by d at most.
    """
    times, high, low = _reduced(numbers, angle_step())
    rest = DoubleWord(high, low, low)
    square, square_low = two_product(rest, rest)
    tail = (square * high) * (square * (1 / 120 - square * (1 / 5040)) - 1 / 6)
    sine = DoubleWord(*fast_two_sum(high, low + tail), low)
    tail = square * square * (1 / 24 - square * (1 / 720)) - (square_low * 0.5 + high * low)
    less_one = DoubleWord(*fast_two_sum(square * -0.5, tail), low)
    table = sines()
    own = DoubleWord(*_looked_up(table, times & (ANGLES - 1)), low)
    other = DoubleWord(*_looked_up(table, (times + ANGLES // 4) & (ANGLES - 1)), low)
    change = numbers.size * numbers.bound
    absolute = known_where(numbers.size <= _MOST_ANGLE, (change + _SINE) * _WIDER)
    return (
        _turned(own, less_one, other, sine, absolute),
        _turned(other, less_one, -own, sine, absolute),
    )


def _turned(own: DoubleWord, less_one: DoubleWord, other: DoubleWord, sine: DoubleWord, absolute: Floats) -> DoubleWord:
    """own + (own*less_one + other*sine), to 2**-104."""
    one, one_low = two_product(own, less_one)
    two, two_low = two_product(other, sine)
    one_low = one_low + (own.high * less_one.low + own.low * less_one.high)
    two_low = two_low + (other.high * sine.low + other.low * sine.high)
    change, below = two_sum(one, two)
    high, further = two_sum(own.high, change)
    return _with_absolute(*two_sum(high, (further + own.low) + (below + (one_low + two_low))), absolute)


def _with_absolute(high: Floats, low: Floats, absolute: Floats) -> DoubleWord:
    """A double word with an absolute bound."""
    size = np.abs(high)
    return DoubleWord(high, low, known_where(size >= LEAST, absolute / size * _WIDER))


def log(numbers: DoubleWord) -> DoubleWord:
    """The natural logarithm.

    It is y + log(1 + z) with z = x*exp(-y) - 1, for any y. y is NumPy's logarithm, for which |z| < 2**-40.

    exp(-y) is off by 2**-85, the product with x by 2**-103, and log(1 + z) = z - z**2/2 by z**3/3 < 2**-121 and by the
    roundings of numbers below 2**-40. All of it is below 2**-84.

    An argument that is off by e <= 2**-20 of its size changes it by e*(1 + e).
    """
    is_known = (numbers.high >= LEAST) & (numbers.high <= 1 / LEAST) & (numbers.bound <= _NARROW)
    guess = np.log(numbers.high)
    inverse = exp(DoubleWord.exact(-guess))
    product, rest = two_product(numbers, inverse)
    left = (product - 1) + (rest + (numbers.high * inverse.low + numbers.low * inverse.high))
    is_known &= (np.abs(left) < _NEAR) & (inverse.bound <= _NARROW)
    absolute = known_where(is_known, (numbers.bound + _LOG) * _WIDER)
    return _with_absolute(*two_sum(guess, left - left * left * 0.5), absolute)


def atan(numbers: DoubleWord) -> DoubleWord:
    """The arc tangent.

    It is y + atan(z) with z = (x*cos(y) - sin(y))/(cos(y) + x*sin(y)), for NumPy's y.

    y has the sign of x and |y| < 1.6, and |z| < 2**-40, so that y + atan(z), whose tangent is x, is the one angle
    between -pi/2 and pi/2 with that tangent. cos(y) and sin(y) are off by 2**-82, so the numerator by (1 + |x|)*2**-82.
    Its square and the denominator's add up to 1 + x**2, so that the denominator is about sqrt(1 + x**2), and z is off
    by 2**-81.5. The products of double words round by 2**-103, the quotient by 2**-91, and atan(z) = z by
    z**3/3 < 2**-121. All of it is below 2**-81.

    An argument that is off by d changes it by d at most.
    """
    is_known = numbers.size <= _MOST_TANGENT
    guess = np.arctan(numbers.high)
    sine, cosine = sine_and_cosine(DoubleWord.exact(guess))
    product, rest = two_product(numbers, cosine)
    rest = rest + (numbers.high * cosine.low + numbers.low * cosine.high)
    left = ((product - sine.high) + (rest - sine.low)) / (cosine.high + numbers.high * sine.high)
    is_known &= (np.abs(left) < _NEAR) & (guess * numbers.high >= 0) & (np.abs(guess) < 1.6)
    absolute = known_where(is_known, (numbers.size * numbers.bound + _ATAN) * _WIDER)
    return _with_absolute(*two_sum(guess, left), absolute)
