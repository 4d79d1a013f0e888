"""How far torch's numbers are from the exact ones, at many points: each is held against a proven enclosure.

Torch runs once on a block of points. Arb evaluates f and SymPy's derivatives in straight-line code on the ball around
each point, and f once more beside it: so a wrong formula of SymPy's decides nothing. What is not plain has no status
here: the ordinary way looks at it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import NamedTuple

from flint import arb

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.ball import precision
from derivcheck.balls.ball_code import BallCode
from derivcheck.balls.program import Program
from derivcheck.checking.many_points.proven import BALL, STEP_BITS
from derivcheck.errors import UnsupportedError
from derivcheck.hunting.batched_numbers import BatchedNumbers
from derivcheck.hunting.bit_patterns import numbers_at
from derivcheck.hunting.domain_gaps import DomainGaps
from derivcheck.hunting.searched import UNKNOWN, Look, Place, Searched
from derivcheck.inputs.coordinates import read_coordinate
from derivcheck.model import Mode, Status, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.explanation_at_points import looks
from derivcheck.truth.values import AGREED_BITS, DECIDED_BITS
from derivcheck.verdict.criterion import CRITERION

_BITS = (256, 512, 1280, 3000)
"""The working precisions for first derivatives, tried in turn; each further order needs `STEP_BITS` more."""

_MOST_REFEREED = 2
"""The order up to which f beside the point is asked."""


class _Error(NamedTuple):
    """A Look, the error itself, and the size of the exact number, for what rounding may explain."""

    look: Look
    absolute: float
    size: float
    truth: _Truth | None = None


@dataclass(frozen=True, slots=True)
class _Level:
    """f, its derivatives and f alone in straight-line code at one precision."""

    bits: int
    code: BallCode
    beside: BallCode

    @classmethod
    def of(cls, names: Sequence[str], function: Program, formulas: Sequence[Program], bits: int) -> _Level:
        return cls(bits, BallCode(names, [function, *formulas], bits), BallCode(names, [function], bits))


class ProvenErrors:
    """The errors of torch's numbers at points of a search.

    Args:
        searched: the search.
        batched: torch's numbers at many points.

    Raises:
        UnsupportedError: where SymPy, Arb or torch lacks what is needed; then every point goes the ordinary way.
        OverflowError: for code that is too long.
    """

    def __init__(self, searched: Searched, batched: BatchedNumbers) -> None:
        made = searched.readings
        if made.slope is not None:
            raise UnsupportedError("what is held has values of its own at each point")
        formulas = [made.formula_program(wrt) for wrt in searched.wrts]
        known = [program for program in formulas if program is not None]
        if len(known) < len(formulas):
            raise UnsupportedError("there is a derivative without a formula")
        self.searched, self.batched = searched, batched
        self.names = made.expression.variables
        self.gaps = DomainGaps(made.balls, self.names, searched.names)
        order = max(map(len, searched.wrts), default=1)
        more = STEP_BITS * (order - 1)
        self.levels = [_Level.of(self.names, made.balls, known, bits + more) for bits in _BITS]
        dtype = searched.dtype
        self.held = {name: float(read_coordinate(name, text, dtype).exact) for name, text in searched.held.items()}
        self.asked: tuple[Wrt, ...] = ((), *searched.wrts)
        self.rows = [self.asked.index(wrt) for wrt, _ in searched.columns]
        self._enough = 0

    def at(self, places: Sequence[Place], *, explained: bool = True) -> list[tuple[Look, ...]]:
        """What is known of torch's numbers at some points, for each column.

        Args:
            places: the points.
            explained: whether to look for what rounding explains, which takes longer than all the rest.
        """
        columns = {
            name: numbers_at(list(column), self.searched.dtype)
            for name, column in zip(self.searched.names, zip(*places, strict=True), strict=True)
        }
        points = list(
            zip(*(columns.get(name, [self.held.get(name, 0.0)] * len(places)) for name in self.names), strict=True)
        )
        found = self.batched.at(places)
        errors: list[list[_Error]] = []
        for index, point in enumerate(points):
            truths = self._truths(point)
            nothing = _NOTHING if truths is not None else _OUTSIDE
            errors.append(
                [
                    _NOTHING
                    if numbers is None
                    else nothing
                    if truths is None or (truth := truths[row]) is None
                    else _error(truth, numbers[index], self.searched.dtype)
                    for row, numbers in zip(self.rows, found, strict=True)
                ]
            )
        looks_found = [[error.look for error in row] for row in errors]
        if explained and self.batched.is_plain and self.searched.prepared.case.tolerance is None:
            self._explain(places, errors, looks_found)
        if self.searched.prepared.case.tolerance is not None:
            return [tuple(look._replace(status=None) for look in row) for row in looks_found]
        return list(map(tuple, looks_found))

    # --- Arb -----------------------------------------------------------------------------------------------------

    def _truths(self, point: Sequence[float]) -> list[_Truth | None] | None:
        """The value and the derivatives at a point, as balls; None where one is not proven to be narrow.

        One that is proven to vanish beside the smallest number of the format is narrow enough. None of a point at which
        f is proven to have no value.
        """
        truths: list[_Truth | None] = [None] * len(self.asked)
        exact = [arb(x) for x in point]
        first, self._enough = self._enough, 0
        for number, level in enumerate(self.levels[first:], first):
            with precision(level.bits):
                values = level.code.run(*[x + BALL for x in exact])
            if not self._is_narrow(values[0]):
                if number == first and not values[0].is_finite() and self.gaps.holds(point):
                    self._enough = first
                    return None
                continue
            for row, (wrt, value) in enumerate(zip(self.asked, values, strict=True)):
                if truths[row] is None and self._is_narrow(value):
                    truths[row] = _Truth(value, partial(self._is_agreed, number, point, exact, wrt, values))
            if all(truth is not None for truth in truths):
                self._enough = max(number - 1, 0)  # points come in order: the next one needs about as many bits
                break
        return truths

    def _is_narrow(self, value: arb) -> bool:
        return _is_narrow(value) or _vanishes(value, self.searched.dtype)

    def _is_agreed(self, first: int, point: Sequence[float], exact: list[arb], wrt: Wrt, known: Sequence[arb]) -> bool:
        """Whether f beside the point agrees with a derivative, at the first precision that tells or at the next one.

        Args:
            first: the number of the first level.
            point: the point.
            exact: the same as balls.
            wrt: which derivative.
            known: what the first level says at the point.
        """
        if not wrt:
            return True
        if len(wrt) > _MOST_REFEREED:
            return False
        row = self.asked.index(wrt)
        for number, level in enumerate(self.levels[first : first + 2]):
            with precision(level.bits):
                values = level.code.run(*[x + BALL for x in exact]) if number else known
                if self._agrees(level.beside, point, exact, values[0], wrt, values[row]):
                    return True
        return False

    def _agrees(
        self, beside: BallCode, point: Sequence[float], exact: list[arb], value: arb, wrt: Wrt, derivative: arb
    ) -> bool:
        """Whether f a small step away is where a derivative says that it is: the forward difference of its order."""
        steps = []
        for number, name in enumerate(wrt):
            index = self.names.index(name)
            steps.append((index, _step(1.0 + number / 2, min(math.frexp(point[index])[1], 0))))
        difference = arb(0)
        for taken in product((False, True), repeat=len(steps)):
            moved = list(exact)
            for (index, step), is_taken in zip(steps, taken, strict=True):
                if is_taken:
                    moved[index] += step
            term = beside.run(*moved)[0] if any(taken) else value
            difference += term if (len(steps) - sum(taken)) % 2 == 0 else -term
        scale = arb(1)
        for _, step in steps:
            scale *= step
        quotient = difference / scale
        if _vanishes(derivative, self.searched.dtype):
            return _vanishes(quotient, self.searched.dtype)
        if derivative == 0:
            return bool(abs(quotient) < (1 + abs(value)) * _AGREED)
        return bool(abs(quotient - derivative) < abs(derivative) * _AGREED)

    # --- what rounding explains ----------------------------------------------------------------------------------

    def _explain(self, places: Sequence[Place], errors: list[list[_Error]], found: list[list[Look]]) -> None:
        """Give a status to what rounding explains, in one look for all points."""
        searched = self.searched
        modes = dict.fromkeys(mode for _, mode in searched.columns if mode is not None and mode is not Mode.COMPILE)
        for mode in modes:
            columns = [
                at
                for at, (wrt, own) in enumerate(searched.columns)
                if own is mode or (not wrt and mode is next(iter(modes)))
            ]
            open_ = [
                index
                for index, row in enumerate(errors)
                if any(found[index][at].status is None and math.isfinite(row[at].absolute) for at in columns)
            ]
            setting = TorchSetting(searched.prepared.device.name, searched.dtype, mode)
            for look in looks(mode):
                if not open_:
                    break
                inputs = self.batched.inputs([places[index] for index in open_])
                reaches = look(self.batched.program, inputs, self.asked, setting)
                for at in columns:
                    reach = reaches[self.rows[at]]
                    if reach is not None:
                        for index, far in zip(open_, reach.tolist(), strict=True):
                            if found[index][at].status is None:
                                found[index][at] = _explained(errors[index][at], found[index][at], far, searched.dtype)
                open_ = [index for index in open_ if any(found[index][at].status is None for at in columns)]


class _Truth:
    """An exact number, and whether f beside the point agrees with it, which is asked where it matters."""

    def __init__(self, value: arb, ask: Callable[[], bool]) -> None:
        self.value, self._ask = value, ask
        self._answer: bool | None = None

    @property
    def is_agreed(self) -> bool:
        """Whether f beside the point agrees."""
        if self._answer is None:
            self._answer = self._ask()
        return self._answer


_AGREED = 2.0**-AGREED_BITS


@cache
def _step(length: float, exponent: int) -> arb:
    """A step of so many times 2**-STEP_BITS, for a coordinate below a power of 2."""
    return arb(math.ldexp(length, exponent)) * arb((1, -STEP_BITS))


_NOTHING = _Error(UNKNOWN, math.nan, math.nan)

_OUTSIDE = _Error(Look(math.nan, Status.UNDEFINED), math.nan, math.nan)
"""What is known of a number of torch's where f has no value."""


def _is_narrow(value: arb) -> bool:
    return bool(value.is_finite()) and (bool(value.is_exact()) or value.rel_accuracy_bits() >= DECIDED_BITS)


def _vanishes(value: arb, dtype: DType) -> bool:
    """Whether a number is proven to be smaller than the smallest of the format."""
    return bool(value.is_finite()) and bool(abs(value) < _SMALLEST[dtype])


_SMALLEST = {dtype: arb(float(dtype.smallest_subnormal)) for dtype in DType}


def _error(truth: _Truth, number: float, dtype: DType) -> _Error:
    """How far a number is from the exact one, by the rules of `verdict.judging`."""
    return _plain_error(truth, number, dtype) or _exact_error(truth, number, dtype)


_MOST_BITS = 24
"""Of formats of so many bits, float64 tells an ulp to the 29th bit behind the point."""

_CLEAR = 0.01
"""Errors that lie so many ulps beside the bound are computed exactly."""


def _plain_error(truth: _Truth, number: float, dtype: DType) -> _Error | None:
    """The error where float64 is enough to tell it; None elsewhere, above all at the ends of the format's range."""
    if dtype.precision > _MOST_BITS:
        return None
    size, plain = abs(nearest := float(truth.value)), _PLAIN[dtype]
    if not (plain.least < size < plain.most and abs(number) <= plain.largest):
        return _plain_match(truth, size, nearest, number, plain)
    mantissa, magnitude = math.frexp(size)
    if mantissa == _POWER:
        man, exp = truth.value.mid().man_exp()
        magnitude = int(man).bit_length() + int(exp)
    distance = abs(number - nearest)
    ulps = math.ldexp(distance, -dtype.ulp_exponent(magnitude))
    if abs(ulps - CRITERION.ulps) < _CLEAR:
        return None
    is_match = ulps < CRITERION.ulps and truth.is_agreed
    return _Error(Look(ulps, Status.MATCH if is_match else None), distance, size, truth)


def _plain_match(truth: _Truth, size: float, nearest: float, number: float, plain: _Plain) -> _Error | None:
    """That of inf for what is far too large, and of 0 or the smallest number for what is far too small."""
    if size > plain.largest * 4 and math.isinf(number) and (number > 0) == (nearest > 0):
        ulps = 0.0
    elif size * 4 < plain.smallest and abs(number) <= plain.smallest:
        ulps = abs(number - nearest) / plain.smallest
    else:
        return None
    return _Error(Look(ulps, Status.MATCH if truth.is_agreed else None), math.nan, math.nan, truth)


_POWER = 0.5
"""The mantissa of a power of 2, below which the ulp is another one."""


class _Plain(NamedTuple):
    """A format: its smallest and its largest number, and the sizes between which it has all its digits."""

    smallest: float
    least: float
    most: float
    largest: float

    @classmethod
    def of(cls, dtype: DType) -> _Plain:
        largest = float(dtype.largest)
        return cls(float(dtype.smallest_subnormal), 2.0**dtype.min_exponent, largest / 2, largest)


_PLAIN = {dtype: _Plain.of(dtype) for dtype in DType}


def _exact_error(truth: _Truth, number: float, dtype: DType) -> _Error:
    """The error by Arb alone, wherever the numbers are."""
    middle = arb(0) if _vanishes(truth.value, dtype) and not _is_narrow(truth.value) else truth.value.mid()
    man, exp = middle.man_exp()
    magnitude = int(man).bit_length() + int(exp) if man else dtype.min_exponent - dtype.precision
    if not math.isfinite(number):
        return _error_of_none(truth, middle, magnitude, number, dtype)
    if magnitude > dtype.max_exponent and abs(middle) > arb(float(dtype.largest)):
        return _Error(Look(math.inf, None), math.nan, math.nan)
    with precision(128):
        distance = arb((abs(arb(number) - truth.value)).abs_lower())
        ulps = float(distance * arb((1, -dtype.ulp_exponent(magnitude))))
    smallest = _SMALLEST[dtype]
    vanishes = abs(middle) < smallest and arb(abs(number)) <= smallest
    is_match = (ulps <= CRITERION.ulps or vanishes) and truth.is_agreed
    size = float(abs(middle)) if man else math.nan
    return _Error(Look(ulps, Status.MATCH if is_match else None), float(distance) if man else math.nan, size, truth)


def _error_of_none(truth: _Truth, middle: arb, magnitude: int, number: float, dtype: DType) -> _Error:
    """The error of nan or inf: none where the exact number is beyond the largest of the format."""
    largest, half = float(dtype.largest), float(dtype.ulp(dtype.largest)) / 2
    beyond = magnitude > dtype.max_exponent + 1 or bool(abs(middle) >= arb(largest) - arb(half))
    if beyond and math.isinf(number) and bool(middle > 0) == (number > 0):
        return _Error(Look(0.0, Status.MATCH if truth.is_agreed else None), math.nan, math.nan)
    return _Error(Look(math.inf, None), math.nan, math.nan)


_HALF = {dtype: 10 ** (-dtype.digits / 2) for dtype in DType}
"""The relative errors that leave half of a format's digits."""


def _explained(error: _Error, look: Look, far: float, dtype: DType) -> Look:
    """A Look with its status, where samples of what rounding does reached as far as the error is."""
    if not error.absolute <= far or not math.isfinite(far) or error.truth is None or not error.truth.is_agreed:
        return look
    if error.absolute <= error.size * _HALF[dtype] * 0.99:
        return look._replace(status=Status.MATCH)
    if error.absolute >= error.size * _HALF[dtype] * 1.01:
        return look._replace(status=Status.UNSTABLE)
    return look
