"""The oracle: values and derivatives of a tree at an exact point, known from mpmath alone, or "don't know".

Where everything is analytic at the point, power series give the derivative, at two precisions that have to agree. At a
kink, a jump or a guarded pole the same series look at one side at a time. Where there is no such series, at a root or a
logarithm of 0, one-sided difference quotients with three unrelated steps have to show a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import product
from typing import Literal

import mpmath
from mpmath import mpf
from mpmath.libmp import NoConvergence

from fuzzing.algebra import Laurent, Mixed, NotAnalyticError, monomials
from fuzzing.composites import expanded
from fuzzing.evaluator import (
    AmbiguousError,
    Evaluator,
    Look,
    OutsideError,
    PoleError,
    RoughError,
    UnknownError,
    Value,
    as_mpf,
    magnitude,
)
from fuzzing.taylor import Number
from fuzzing.trees import Tree, subtrees

MPMATH_FAILS = (ZeroDivisionError, ValueError, OverflowError, NotImplementedError, TypeError, NoConvergence)
"""What mpmath raises where a function of it is not up to its arguments."""

ExactPoint = Mapping[str, Fraction]


class Kind(Enum):
    """What the oracle knows of a value or a derivative."""

    VALUE = "value"
    SIDES = "sides"
    UNDEFINED = "undefined"
    UNKNOWN = "unknown"


End = Literal["inf", "-inf", "domain", "jump", "unknown"]
Side = Number | End
"""A one-sided derivative: a number, or why there is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the oracle says.

    Attributes:
        kind: what is known.
        value: the number, for `Kind.VALUE`.
        left, right: the one-sided derivatives, for `Kind.SIDES`; "jump" where f itself, or the derivative of one
            order less, is not continuous on that side.
        how: how it is known.
    """

    kind: Kind
    value: Number = None
    left: Side = "unknown"
    right: Side = "unknown"
    how: str = ""

    @property
    def is_pole(self) -> bool:
        """Whether something is infinite here, where nothing else is wrong."""
        return self.how.startswith("PoleError")

    def __str__(self) -> str:
        if self.kind is Kind.VALUE:
            return f"{mpmath.nstr(self.value, 20)} ({self.how})"
        if self.kind is Kind.SIDES:
            sides = (side if isinstance(side, str) else mpmath.nstr(side, 15) for side in (self.left, self.right))
            return f"{' | '.join(sides)} ({self.how})"
        return f"{self.kind.value} ({self.how})"


LEVELS = {False: ((256, 500), (1000, 1100)), True: ((352, 3500),)}
"""Precisions in bits, in pairs that have to agree: at an ordinary point, and at one with huge or tiny coordinates,
where the second has to hold what the first loses, such as exp(1e-300) - 1."""

FINAL = {False: ((1000, 1100), (6000, 6400)), True: ((9000, 9400),)}
"""The last pairs likewise, where what is below all noise is 0. The sixth power of the smallest float64 is 2**-6444, and
is not: (abs(x) - asin(x))**2 is x**6/36 near 0."""

AGREED = 85
"""Bits to which two precisions have to agree."""

AGREED_SIDES = {False: 400, True: 2400}
"""The same for one-sided derivatives by power series: at 1e160 the kink of x*y + max(x, 0) is one of 1 beside 1e160."""

AGREED_QUOTIENTS = 40
"""The same for those by difference quotients, which are not known any better."""

TINY = -1150
"""Numbers below 2**TINY are 0 to every format."""

_ORDER = 7
"""How far one-sided series are computed: as many terms less are known as a division cancels."""

_SIZES = {False: (201, 293, 407), True: (1301, 1709, 2203)}
_ODD = (0x9E3779B1, 0xC2B2AE3D, 0x85EBCA6B)
"""Steps are these odd numbers times powers of 2, none of which is a multiple of another."""


class Oracle:
    """The oracle about one tree at one point."""

    def __init__(self, tree: Tree, point: ExactPoint) -> None:
        self.tree = expanded(tree)
        self.point = dict(point) or {"x": Fraction(0)}
        numbers = [node.number for node in subtrees(self.tree) if node.op == "num"]
        self.is_extreme = any(_is_extreme(x) for x in (*self.point.values(), *numbers))
        self._value: Answer | None = None
        self._known: dict[tuple[str, ...], Answer] = {}
        self._by_series = True
        self._nothing = ""

    # --- the value ---------------------------------------------------------------------------------------------------

    def value(self) -> Answer:
        """The value at the point."""
        if self._value is None:
            try:
                self._value = self._at_levels(self._value_at)
            except NotAnalyticError as error:
                self._value = Answer(Kind.UNKNOWN, how=str(error))
        return self._value

    def _value_at(self, final: bool) -> Number:
        found = self._evaluated(Look.VALUE, self.point, final)
        return found.series.head if found.exact == 0 else _seen(found.series.head, final)

    def _evaluated(self, look: Look, place: Mapping[str, Fraction | Value], final: bool) -> Value:
        """What the tree gives; `place` gives numbers, or Values with infinitesimals."""
        values = {
            name: Value(Laurent(0, [as_mpf(x)]), x, True, magnitude(as_mpf(x))) if isinstance(x, Fraction) else x
            for name, x in place.items()
        }
        found = Evaluator(values, look, 0.8 if final else 0.5, final).value(self.tree)
        if look is Look.VALUE and magnitude(found.series.head) > 10**9:
            raise UnknownError("astronomical")
        return found

    def _at_levels(self, compute: Callable[[bool], Number]) -> Answer:
        """What two precisions agree on."""
        pairs = [(pair, False) for pair in LEVELS[self.is_extreme]] + [(pair, True) for pair in FINAL[self.is_extreme]]
        for pair, final in pairs:
            try:
                found = [self._or_nothing(compute, bits, final) for bits in pair]
                if found[0] is None and found[1] is None:
                    return Answer(Kind.UNDEFINED, how=self._nothing)
                if found[0] is not None and found[1] is not None and _agree(found[0], found[1], AGREED):
                    return Answer(Kind.VALUE, found[1], how=f"{pair[0]} bits")
            except AmbiguousError:
                continue
            except UnknownError as error:
                if (pair, final) == pairs[-1]:
                    return Answer(Kind.UNKNOWN, how=str(error))
            except MPMATH_FAILS as error:
                return Answer(Kind.UNKNOWN, how=f"mpmath: {error}")
        return Answer(Kind.UNKNOWN, how="the precisions do not agree")

    def _or_nothing(self, compute: Callable[[bool], Number], bits: int, final: bool) -> Number | None:
        """A number at a precision; None, and the reason, where there is none: 1 + 5e-324 may be 1 at another one."""
        try:
            with mpmath.workprec(bits):
                return compute(final)
        except (OutsideError, PoleError) as error:
            self._nothing = f"{type(error).__name__} {error}"
            return None

    # --- derivatives -------------------------------------------------------------------------------------------------

    def derivative(self, wrt: tuple[str, ...]) -> Answer:
        """The derivative of first or second order, or, of an empty `wrt`, the value."""
        if not wrt:
            return self.value()
        if wrt not in self._known:
            self._known[wrt] = self._derivative(wrt)
        return self._known[wrt]

    def _derivative(self, wrt: tuple[str, ...]) -> Answer:
        value = self.value()
        if value.kind is not Kind.VALUE:
            return value
        if not set(wrt) <= self.tree.variables:
            return Answer(Kind.VALUE, mpf(0), how="no such variable")
        try:
            return self._at_levels(lambda final: self._smooth(wrt, final))
        except (RoughError, NotAnalyticError):
            pass
        if len(wrt) == 1:
            return self._by_sides(wrt)
        lower = self.derivative(wrt[:-1])
        if lower.kind is Kind.UNKNOWN:
            return lower
        if lower.kind is not Kind.VALUE:
            if lower.kind is Kind.SIDES and "domain" in (lower.left, lower.right):
                return Answer(Kind.UNKNOWN, how="a second derivative at the end of a domain")
            return Answer(Kind.UNDEFINED, how="the first derivative does not exist")
        return self._by_sides(wrt) if wrt[0] == wrt[1] else self._mixed_by_sides(wrt, lower)

    def _smooth(self, wrt: tuple[str, ...], final: bool) -> Number:
        """The derivative where everything is analytic."""
        series = self._evaluated(Look.SMOOTH, self._moved(wrt, dict.fromkeys(wrt, 1), len(wrt)), final).series
        if isinstance(series, Mixed):
            return _seen(series.at(1, 1), final)
        assert isinstance(series, Laurent)
        return _seen(series.at(len(wrt)) * len(wrt), final)

    def _moved(self, wrt: tuple[str, ...], steps: Mapping[str, int], order: int) -> dict[str, Value]:
        """The point, with an infinitesimal added to what is differentiated by."""
        if len(set(wrt)) == 1:
            zeros = [mpf(0)] * order
            return {
                name: Value(
                    Laurent(0, [as_mpf(x), *([mpf(steps[name]), *zeros[1:]] if name in wrt else zeros)]),
                    x,
                    fixed=name not in wrt,
                    largest=max(1, magnitude(as_mpf(x))),
                )
                for name, x in self.point.items()
            }
        kept = monomials(1, max(1, order - 1))
        found = {}
        for name, x in self.point.items():
            coefficients = [mpf(0)] * len(kept)
            coefficients[0] = as_mpf(x)
            if name in wrt:
                coefficients[kept.index((1, 0) if name == wrt[0] else (0, 1))] = mpf(steps[name])
            found[name] = Value(
                Mixed(kept, coefficients), x, fixed=name not in wrt, largest=max(1, magnitude(as_mpf(x)))
            )
        return found

    def _by_sides(self, wrt: tuple[str, ...]) -> Answer:
        """The derivative by one variable from its two sides."""
        self._by_series = True
        left, right = (self._side(wrt, step) for step in (-1, 1))
        return _combined(left, right, AGREED_SIDES[self.is_extreme] if self._by_series else AGREED_QUOTIENTS)

    def _side(self, wrt: tuple[str, ...], step: int) -> Side:
        """The one-sided derivative by one variable."""
        for pair in FINAL[self.is_extreme]:
            try:
                one, other = (self._side_at(wrt, step, bits) for bits in pair)
                if isinstance(one, str) or isinstance(other, str):
                    return one if one == other else "unknown"
                if _agree(one, other, AGREED_SIDES[pair[0] > 2000]):
                    return other
            except OutsideError:
                return "domain"
            except NotAnalyticError:
                break
            except IndexError:
                break
            except (UnknownError, AmbiguousError, PoleError):
                continue
            except MPMATH_FAILS:
                return "unknown"
        self._by_series = False
        return self._by_quotients(wrt, step)

    def _side_at(self, wrt: tuple[str, ...], step: int, bits: int) -> Side:
        """The one-sided derivative that a series shows."""
        with mpmath.workprec(bits):
            place = self._moved(wrt, {wrt[0]: step}, _ORDER)
            series = self._evaluated(Look.SIDE, place, final=True).series
            assert isinstance(series, Laurent)
            bound = mpf(2) ** (-bits * 0.6) * max(1, *(abs(c) for c in series.coefficients[: 1 - series.lowest]))
            series = series.regular(lambda c: bool(abs(c) < bound))
            value = self._evaluated(Look.VALUE, self.point, final=True).series.head
            if abs(series.at(0) - value) > bound:
                return "jump" if magnitude(series.at(0) - value) > TINY else "unknown"
            return series.at(1) * step if len(wrt) == 1 else series.at(2) * 2

    # --- quotients ---------------------------------------------------------------------------------------------------

    def _by_quotients(self, wrt: tuple[str, ...], step: int) -> Side:
        """The one-sided derivative by difference quotients of f, where no series is."""
        terms: list[Number] = []
        changes: list[Number] = []
        sizes = _SIZES[self.is_extreme]
        for size, odd in zip(sizes, _ODD, strict=True):
            with mpmath.workprec(6000 if self.is_extreme else 2000):
                h = Fraction(odd, 2 ** (size + 32))
                try:
                    values = [self._beside({wrt[0]: step * k * h}) for k in range(len(wrt) + 1)]
                except OutsideError:
                    terms.append("domain")
                    continue
                except (UnknownError, PoleError, AmbiguousError):
                    return "unknown"
                except MPMATH_FAILS:
                    return "unknown"
                changes.append(values[1] - values[0])
                if len(wrt) == 1:
                    terms.append((values[1] - values[0]) / as_mpf(step * h))
                else:
                    terms.append((values[2] - 2 * values[1] + values[0]) / as_mpf(h * h))
        if all(isinstance(term, str) for term in terms):
            return "domain"
        if any(isinstance(term, str) for term in terms):
            return "unknown"
        if _limit(changes, sizes) != 0:
            return "jump" if isinstance(_limit(changes, sizes), mpf) else "unknown"
        return _limit(terms, sizes)

    def _beside(self, offsets: Mapping[str, Fraction]) -> Number:
        """The value at a point beside."""
        place = {name: x + offsets.get(name, 0) for name, x in self.point.items()}
        return self._evaluated(Look.VALUE, place, final=True).series.head

    # --- mixed derivatives -------------------------------------------------------------------------------------------

    def _mixed_by_sides(self, wrt: tuple[str, ...], lower: Answer) -> Answer:
        """The mixed second derivative: the derivative by the first variable, looked at beside the point."""
        found: dict[tuple[int, int], Side] = {}
        beside: dict[tuple[int, int], list[Number]] = {}
        for first, second in product((-1, 1), repeat=2):
            try:
                bits = FINAL[self.is_extreme][0][0]
                with mpmath.workprec(bits):
                    steps = {wrt[0]: first, wrt[1]: second}
                    series = self._evaluated(Look.SIDE, self._moved(wrt, steps, 4), final=True).series
                    assert isinstance(series, Mixed)
                    beside[first, second] = [series.at(0, k) for k in range(4)]
                    slope = series.at(1, 0) * first
                    if _agree(slope, lower.value, AGREED - 10) and not _agree(
                        slope, lower.value, 2400 if self.is_extreme else 300
                    ):
                        return Answer(Kind.UNKNOWN, how="the first derivative may jump by very little")
                    if _agree(slope, lower.value, AGREED - 10) or abs(slope - lower.value) < mpf(2) ** TINY:
                        mixed = series.at(1, 1) * first * second
                        noise = mpf(2) ** (-bits * 0.6) * max(1, *map(abs, beside[first, second]))
                        found[first, second] = mpf(0) if abs(mixed) < noise else mixed
                    else:
                        found[first, second] = "jump"
            except (OutsideError, UnknownError, AmbiguousError, PoleError, NotAnalyticError):
                return Answer(Kind.UNKNOWN, how="a mixed derivative without a series")
            except MPMATH_FAILS:
                return Answer(Kind.UNKNOWN, how="mpmath")
        if not self._is_continuous_beside(wrt[1], beside):
            return Answer(Kind.UNDEFINED, how="the function jumps beside the point")
        sides = []
        for second in (-1, 1):
            one, other = found[-1, second], found[1, second]
            if not all(_agree(a, b, AGREED) for a, b in zip(beside[-1, second], beside[1, second], strict=True)):
                return Answer(Kind.UNDEFINED, how="the function jumps beside the point")
            if isinstance(one, str) or isinstance(other, str) or not _agree(one, other, AGREED_SIDES[self.is_extreme]):
                return Answer(Kind.UNDEFINED, how="the first derivative does not exist beside the point")
            sides.append(one)
        return _combined(sides[0], sides[1], AGREED_SIDES[self.is_extreme])

    def _is_continuous_beside(self, name: str, beside: Mapping[tuple[int, int], list[Number]]) -> bool:
        """Whether f, beside the point in one variable alone, is what it tends to there: where(y == 0, x, y) is not."""
        for second in (-1, 1):
            try:
                with mpmath.workprec(FINAL[self.is_extreme][0][0]):
                    place = self._moved((name,), {name: second}, 4)
                    series = self._evaluated(Look.SIDE, place, final=True).series
                    assert isinstance(series, Laurent)
                    terms = [series.at(k) for k in range(4)]
            except (OutsideError, UnknownError, AmbiguousError, PoleError, NotAnalyticError, IndexError):
                continue  # nothing is known against it
            if not all(_agree(one, other, AGREED) for one, other in zip(terms, beside[1, second], strict=True)):
                return False
        return True


def _seen(found: Number, final: bool) -> Number:
    """The number; AmbiguousError where it may be what is left of rounding, or have been lost in it."""
    if not final and magnitude(found) < TINY // 8:
        raise AmbiguousError
    return found


def _is_extreme(x: Fraction) -> bool:
    """Whether a number is tiny, or so large that its exponential is."""
    return bool(x) and not Fraction(1, 2**40) < abs(x) < 2**7


def _agree(one: Number, other: Number, bits: int) -> bool:
    """Whether two numbers are the same to so many bits, or both are 0 to every format."""
    largest = max(magnitude(one), magnitude(other))
    return largest < TINY or magnitude(one - other) <= largest - bits


def _combined(left: Side, right: Side, agreed: int) -> Answer:
    """A derivative from its two sides, which are the same if they agree to so many bits."""
    if "unknown" in (left, right):
        return Answer(Kind.UNKNOWN, left=left, right=right, how="a side is not known")
    if "jump" in (left, right) or (left == "domain" and right == "domain"):
        return Answer(Kind.UNDEFINED, left=left, right=right, how="a jump, or nothing beside")
    if not isinstance(left, str) and not isinstance(right, str) and _agree(left, right, agreed):
        return Answer(Kind.VALUE, left, how="both sides")
    if not isinstance(left, str) and not isinstance(right, str) and _agree(left, right, AGREED_QUOTIENTS + 10):
        return Answer(Kind.UNKNOWN, left=left, right=right, how="a kink too small for any difference quotient")
    return Answer(Kind.SIDES, left=left, right=right, how="sides")


def _limit(terms: list[Number], sizes: tuple[int, ...]) -> Side:
    """The limit of three terms at steps of 2**-size."""
    first, second, third = terms
    if magnitude(third) < TINY and magnitude(second) < TINY:
        return mpf(0)
    if _agree(second, third, 60) and _agree(first, second, 30):
        return third
    if not first or not second or not third:
        return "unknown"
    growth = [(magnitude(b) - magnitude(a)) / (n - m) for a, b, m, n in _neighbours(terms, sizes)]
    if max(growth) < -0.05 and abs(growth[0] - growth[1]) < 0.05:
        return mpf(0)
    signs = {bool(term > 0) for term in terms}
    if min(growth) > 0.05 and abs(growth[0] - growth[1]) < 0.05 and len(signs) == 1:
        return "inf" if third > 0 else "-inf"
    slopes = [(b - a) / (n - m) for a, b, m, n in _neighbours(terms, sizes)]
    if slopes[0] and abs(slopes[1] / slopes[0] - 1) < 0.02:
        return "inf" if slopes[0] > 0 else "-inf"
    return "unknown"


def _neighbours(terms: list[Number], sizes: tuple[int, ...]) -> list[tuple[Number, Number, int, int]]:
    return list(zip(terms, terms[1:], sizes, sizes[1:], strict=False))
