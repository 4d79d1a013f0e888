"""What is proven of many numbers at once where results leave the range of a format, or a function its domain.

Most numbers of a format with 16 bits are far from 1: exp has a number within the range at a third of them. At the
others a match is as plain as elsewhere, inf for what is too large and 0 for what is too small, and no domain at all is
plainer still. Only that is told here; everything else is left to the ordinary way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from flint import arb

from derivcheck.balls.ball import Outside, precision
from derivcheck.balls.ball_code import BallCode
from derivcheck.checking.many_points.proven import BALL
from derivcheck.errors import UnsupportedError
from derivcheck.model import Wrt
from derivcheck.numbers import DType
from derivcheck.readings import Readings
from derivcheck.truth.values import AGREED_BITS, DECIDED_BITS
from derivcheck.verdict.criterion import CRITERION

BITS = 768
"""The working precision: bfloat16's largest number takes 128 bits, the quotient cancels 112, and 4 times as many."""

_STEP = arb((1, -112))
"""How far beside a number the referee looks, relative to numbers below 1."""

_AGREED = arb((1, -AGREED_BITS))

_SLACK = 0.01
"""In ulps: more than what the nearest float64 differs from an exact number, and what the referee leaves open."""


class FormatEnds:
    """Proofs for one function of one variable.

    Args:
        made: its readings.
        wrts: the derivatives that are asked for, of the first order.
        dtype: the format.

    Raises:
        UnsupportedError: where SymPy, Arb or torch lacks one of them.
        OverflowError: for code that is too long.
    """

    def __init__(self, made: Readings, wrts: Sequence[Wrt], dtype: DType) -> None:
        programs = [made.formula_program(wrt) for wrt in wrts]
        known = [program for program in programs if program is not None]
        if len(known) < len(programs):
            raise UnsupportedError("there is a derivative without a formula")
        names = made.expression.variables
        self._program, self._dtype = made.balls, dtype
        self._code = BallCode(names, [made.balls, *known], BITS)
        self._beside = BallCode(names, [made.balls], BITS)
        self._smallest, self._largest = arb(float(dtype.smallest_subnormal)), arb(float(dtype.largest))

    def matching(self, number: float, returned: Sequence[Sequence[float]]) -> list[float] | None:
        """The value and the derivatives as the nearest float64s where torch's numbers match; None where that is open.

        Args:
            number: where.
            returned: torch's numbers for the value and for each derivative, one a mode.
        """
        with precision(BITS):
            exact = self._code.run(arb(number) + BALL)
            if not all(self._is_known(one) for one in exact) or not self._agrees(number, exact):
                return None
            fits = all(self._fits(one, float(one), rows) for one, rows in zip(exact, returned, strict=True))
            return list(map(float, exact)) if fits else None

    def outside(self, numbers: Sequence[float], places: Sequence[int]) -> Iterator[int]:
        """The places of numbers at which the function is proven to have no value.

        Args:
            numbers: numbers in rising order.
            places: those of them that are asked about, in rising order.
        """
        stretches = [list(places)] if places else []
        while stretches:
            stretch = stretches.pop()
            if self._is_outside(numbers[stretch[0]], numbers[stretch[-1]]):
                yield from stretch
            elif len(stretch) > 1:
                middle = len(stretch) // 2
                stretches += [stretch[:middle], stretch[middle:]]

    def _is_outside(self, low: float, high: float) -> bool:
        with precision(BITS):
            return isinstance(self._program.run(self._between(low, high)), Outside)

    def _between(self, low: float, high: float) -> Mapping[str, arb]:
        (name,) = self._program.variables
        return {name: arb(low).union(arb(high))}

    def _is_known(self, exact: arb) -> bool:
        """Whether a number is known to enough digits, or to be far too small for the format."""
        if not exact.is_finite():
            return False
        narrow = exact.is_exact() or exact.rel_accuracy_bits() >= DECIDED_BITS
        return bool(narrow or abs(exact) * 16 < self._smallest)

    def _agrees(self, number: float, exact: Sequence[arb]) -> bool:
        """Whether f a small step away is where the derivative says, as far as the format can tell."""
        step = _STEP * arb((1, min(math.frexp(number)[1], 0)))
        for slope in exact[1:]:
            moved = self._beside.run(arb(number) + step)[0] - exact[0]
            off = abs(moved - step * slope)
            if not (off < step * abs(slope) * _AGREED or off * 256 < step * self._smallest):
                return False
        return True

    def _fits(self, exact: arb, nearest: float, returned: Sequence[float]) -> bool:
        """Whether torch's numbers are a number, up to a few ulps, or up to the range of the format."""
        if abs(exact) > self._largest:
            return all(math.isinf(one) and (one > 0) == (nearest > 0) for one in returned)
        if abs(exact) < self._smallest:
            return all(abs(one) <= float(self._smallest) for one in returned)
        _, magnitude = math.frexp(nearest)
        allowed = (CRITERION.ulps - _SLACK) * 2.0 ** self._dtype.ulp_exponent(magnitude)
        return all(abs(one - nearest) <= allowed for one in returned)
