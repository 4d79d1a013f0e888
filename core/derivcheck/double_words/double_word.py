"""A number at many points as the sum of two float64, with a proven bound of its error; and arithmetic on such ones.

The algorithms, and the bounds of what each rounds away, are those of M. Joldes, J.-M. Muller, V. Popescu, "Tight and
rigorous error bounds for basic building blocks of double-word arithmetic", ACM Transactions on Mathematical Software 44
(2017), with u = 2**-53. Without a fused multiplication a product's rest is found as by T. J. Dekker, "A floating-point
technique for extending the available precision", Numerische Mathematik 18 (1971).

They hold where nothing overflows, which leaves nan, and where no product falls below 2**-900, which is looked at. Every
bound is computed in float64 as well: `_UP` makes up for what these few operations round away.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""A float64 for each point, or one for all of them."""

Conditions = NDArray[np.bool_]
"""Whether something holds at each point."""

_UP = 1 + 2.0**-40
"""Above what thirty roundings can take from a bound, and above the ratio of |high| to |high + low|, 1 + u at most."""

_ROUNDED = 2.0**-103
"""8u**2, relative: above 3u**2/(1 - 4u), which a sum rounds away, and above 5u**2, which a product does."""

_DIVIDED = 2.0**-102
"""16u**2, relative: what a quotient rounds away, see `DoubleWord.__truediv__`."""

LEAST = 2.0**-900
"""Products and quotients below this size are not known: a rest may have fallen below the range of float64."""

_HALF = 0.5

_SPLIT = 2.0**27 + 1


class DoubleWord:
    """A number at each of many points.

    The exact number t is known by m = high + low: |t - m| <= bound*|m|. What is not known has a bound that is infinite
    or nan, or parts that are nan.

    Attributes:
        high: the float64 nearest to m.
        low: the rest.
        bound: the relative bound of the error.
    """

    def __init__(self, high: Floats, low: Floats, bound: Floats) -> None:
        self.high, self.low, self.bound = high, low, bound

    @classmethod
    def exact(cls, numbers: Floats) -> DoubleWord:
        """Numbers that float64 holds."""
        zero = np.zeros_like(numbers)
        return cls(numbers, zero, zero)

    @cached_property
    def size(self) -> Floats:
        """|high|."""
        return np.abs(self.high)

    @cached_property
    def halves(self) -> tuple[Floats, Floats]:
        """`high` as the sum of two numbers of 26 bits (G. W. Veltkamp); nan beyond 2**996."""
        scaled = self.high * _SPLIT
        upper = scaled - (scaled - self.high)
        return upper, self.high - upper

    def __neg__(self) -> DoubleWord:
        return DoubleWord(-self.high, -self.low, self.bound)

    def __add__(self, other: DoubleWord) -> DoubleWord:
        """AccurateDWPlusDW, whose bound is relative to the sum even where the terms cancel (Theorem 3.1)."""
        upper, rest = two_sum(self.high, other.high)
        lower, rest_below = two_sum(self.low, other.low)
        high, low = fast_two_sum(upper, rest + lower)
        high, low = fast_two_sum(high, rest_below + low)
        return self._sum(other, high, low)

    def __sub__(self, other: DoubleWord) -> DoubleWord:
        return self + -other

    def _sum(self, other: DoubleWord, high: Floats, low: Floats) -> DoubleWord:
        """A sum with its bound: |t1 + t2 - m1 - m2| <= |m1|*bound1 + |m2|*bound2; of 0 nothing is known."""
        bound = (self.size * self.bound + other.size * other.bound) / np.abs(high) + _ROUNDED
        return DoubleWord(high, low, bound * _UP)

    def __mul__(self, other: DoubleWord) -> DoubleWord:
        """DWTimesDW1 (Theorem 5.1; J.-M. Muller, L. Rideau, "Formalization of double-word arithmetic", 2022: 5u**2).

        t1*t2 = m1*m2*(1 + e1)*(1 + e2), and (1 + e1)*(1 + e2) - 1 is at most bound1 + bound2 + bound1*bound2.
        """
        product, rest = two_product(self, other)
        high, low = fast_two_sum(product, rest + (self.high * other.low + self.low * other.high))
        bound = (self.bound + other.bound + self.bound * other.bound + _ROUNDED) * _UP
        return DoubleWord(high, low, known_where(np.abs(high) >= LEAST, bound))

    def __truediv__(self, other: DoubleWord) -> DoubleWord:
        """The quotient t of the high words, corrected by what it leaves.

        Of m1 = h1 + l1 and m2 = h2 + l2, what t*m2 leaves is (h1 - t*h2) + (l1 - t*l2). The first part is a float64
        (S. Boldo, M. Daumas, "Representable correcting terms for possibly underflowing floating point operations",
        2003), of size u*|h1| at most; the second one is rounded twice, by 3u**2*|h1| in all. Their sum, of size
        3u*|h1|, rounds by 3u**2*|h1|. Its quotient by h2 in place of m2 is off by 3u**2*|t| and rounds by as much. All
        of it is below 13u**2*|t|.

        (1 + e1)/(1 + e2) - 1 is at most (bound1 + bound2)/(1 - bound2), and that only while bound2 is below 1.
        """
        ratio = DoubleWord(self.high / other.high, self.low, self.bound)
        product, rest = two_product(ratio, other)
        left = ((self.high - product) - rest) + (self.low - ratio.high * other.low)
        high, low = fast_two_sum(ratio.high, left / other.high)
        bound = ((self.bound + other.bound) / (1 - other.bound) + _DIVIDED) * _UP
        is_known = (np.abs(high) >= LEAST) & (self.size >= LEAST) & (other.bound <= _HALF)
        return DoubleWord(high, low, known_where(is_known, bound))

    def sqrt(self) -> DoubleWord:
        """The root s of the high word, corrected once: s + (m - s*s)/(2*s).

        With d = (m - s*s)/s**2, |d| <= 4u, the root is s*sqrt(1 + d) = s*(1 + d/2 - d**2/8 + …), and d**2/8 <= 2u**2.
        The difference h - s*s is a float64, as above; what is added to it, the sum and the quotient round by 4u**2 in
        all. `_ROUNDED` is 8u**2. (V. Lefèvre, N. Louvet, J.-M. Muller, J. Picot, L. Rideau, "Accurate calculation of
        Euclidean norms using double-word arithmetic", ACM TOMS 49, 2023, analyse the same algorithm.)

        |sqrt(1 + e) - 1| <= |e| for every e >= -1.
        """
        root = DoubleWord.exact(np.sqrt(self.high))
        square, rest = two_product(root, root)
        left = ((self.high - square) - rest) + self.low
        high, low = fast_two_sum(root.high, left / (root.high + root.high))
        is_known = (self.high >= LEAST) & (self.bound <= _HALF)
        return DoubleWord(high, low, known_where(is_known, (self.bound + _ROUNDED) * _UP))


def two_sum(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """A sum, and exactly what it rounds away (D. Knuth)."""
    total = one + other
    part = total - one
    return total, (one - (total - part)) + (other - part)


def fast_two_sum(large: Floats, small: Floats) -> tuple[Floats, Floats]:
    """The same where the first number is not smaller in size, or is 0 with the other one (T. J. Dekker)."""
    total = large + small
    return total, small - (total - large)


def two_product(one: DoubleWord, other: DoubleWord) -> tuple[Floats, Floats]:
    """The product of the high words, and exactly what it rounds away, unless that is below the range."""
    product = one.high * other.high
    (upper, lower), (others_upper, others_lower) = one.halves, other.halves
    rest = ((upper * others_upper - product) + upper * others_lower + lower * others_upper) + lower * others_lower
    return product, rest


def known_where(condition: Conditions, bound: Floats) -> Floats:
    """A bound where a condition holds; infinite elsewhere."""
    return np.where(condition, bound, np.inf)
