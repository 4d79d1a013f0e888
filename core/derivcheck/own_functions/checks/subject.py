"""The subject of the check list: a user's function beside its formula, and the points at which it is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from derivcheck.errors import DerivcheckError
from derivcheck.model import Kind, Point
from derivcheck.numbers import Enclosure
from derivcheck.own_functions.checks.domains import shaped
from derivcheck.own_functions.checks.function_in_format import FunctionInFormat, read_point_texts, texts_of
from derivcheck.own_functions.checks.places import find_places, is_cut
from derivcheck.truth.finder import TruthFinder

_VALUES = ("0.7", "-0.7", "1.9", "-1.3", "0.3", "-0.45", "3.1", "-2.6", "0.06", "5.3")
"""Where else to look: both signs, small and large, nothing special."""

_SOMEWHERE_ELSE = 6
"""How many points besides the given ones, and 0."""

_FAR = ("2.4", "-2.4", "3.3", "-3.3", "5.6", "-5.6", "6.5", "-6.5", "12.5", "-12.5", "21", "-21", "45", "-45")
"""Where the pieces of hand-written kernels begin: hardswish's at 3, relu6's at 6, softplus's at 20."""

_FARTHER = ("95", "-95", "760", "-760")
"""Where exp leaves float32, and float64: a backward pass that divides one overflow by another returns nan."""

_MODERATE = 100
"""A power of two beyond which, up or down, a number is not worth a look at the further points."""

_BESIDE = tuple(Fraction(text) for text in ("1e-2", "1e-4", "1e-7", "1e-12"))
"""How far beside a place to look: guards against a division by 0 are of these sizes."""

_FEW_ULPS = 16
"""A kink no farther off than so many ulps may be on either side of a point, by what a function rounds on its way."""

_AROUND = tuple(Fraction(text) for text in ("1/16", "-1/16", "1/32", "-1/32", "1/64", "-1/64"))
"""How far around the given points to look at last."""

_FACTORS = tuple(Fraction(text) for text in ("2", "1/2", "5/4", "13/16", "3", "9"))
"""What a given coordinate is multiplied by where the usual numbers lie outside of the domain."""

_FARTHEST_ORDINARY = 50
"""A coordinate beyond which a point counts as one of those farther out."""

_MOST_PLACES = 5
"""So many places are looked at along one argument."""


@dataclass(frozen=True)
class Subject(FunctionInFormat):
    """A user's function in one format, with the points at which the items check it."""

    is_elementwise: ClassVar[bool] = True

    @cached_property
    def further(self) -> tuple[Point, ...]:
        """Points besides the given ones, of both signs, where the formula is smooth and the function has a value."""
        found: list[Point] = []
        given = [tuple(point[name].exact for name in self.args) for point in self.points]
        for texts in self._candidates():
            try:
                point = read_point_texts(texts, self.dtype)
            except DerivcheckError:
                continue
            exact = tuple(point[name].exact for name in self.args)
            if exact not in given and self._is_smooth(point) and not self._is_cut(point) and self.takes(point):
                given.append(exact)
                found.append(point)
            if len(found) == _SOMEWHERE_ELSE:
                break
        zero = self._smooth_at(dict.fromkeys(self.args, "0"))  # what most tensors are padded with
        return tuple(found) if zero is None or zero in self.points else (*found, zero)

    @cached_property
    def far(self) -> tuple[Point, ...]:
        """Points at which one argument is far out, where the formula is smooth; those farther out come last.

        The other arguments have fixed values; where the function or the formula refuses these, those of the first point
        given.
        """
        fixed = {name: _VALUES[(index + 1) % len(_VALUES)] for index, name in enumerate(self.args)}
        bases = [fixed] if len(self.args) == 1 else [fixed, texts_of(self.points[0])]
        found = []
        for far in (*_FAR, *_FARTHER):
            for moved in self.args:
                points = (self._smooth_at({**base, moved: far}, least=None) for base in bases)
                point = next((point for point in points if point is not None and not self._is_cut(point)), None)
                if point is not None:
                    found.append(point)
        return tuple(found)

    def is_farther(self, point: Point) -> bool:
        """Whether an argument is so far out that a formula may leave the range of a format there."""
        return any(abs(coordinate.exact) > _FARTHEST_ORDINARY for coordinate in point.values())

    @cached_property
    def near(self) -> tuple[Point, ...]:
        """Points close beside 0 and beside the places where the formula's pieces meet, its poles are, its domain ends.

        Only where the formula is smooth, and the function has a value.
        """
        found: dict[tuple[Fraction, ...], Point] = {}
        for base, moved, place in self._places:
            size = max(abs(place), Fraction(1))
            least = 2 * _FEW_ULPS * self.dtype.ulp(size)
            for distance in _BESIDE:
                if place and distance * size < least:
                    continue
                for beside in (place + distance * size, place - distance * size):
                    point = self._smooth_at({**texts_of(base), moved: repr(float(beside))})
                    if point is not None and not self._is_cut(point, close=True):
                        found.setdefault(tuple(point[name].exact for name in self.args), point)
        return tuple(found.values())

    @cached_property
    def kinks(self) -> tuple[Point, ...]:
        """Points where the formula has a value, and by some argument two different one-sided derivatives.

        The given ones are among them; the others lie on the way from a smooth point along one argument.
        """
        found = {tuple(point[name].exact for name in self.args): point for point in self.points if self._is_kink(point)}
        for base, moved, place in self._places:
            try:
                point = read_point_texts({**texts_of(base), moved: str(place)}, self.dtype)
            except DerivcheckError:
                continue
            if point[moved].exact == place and self._is_kink(point) and self.takes(point):
                found.setdefault(tuple(point[name].exact for name in self.args), point)
        return tuple(found.values())

    @cached_property
    def _places(self) -> list[tuple[Point, str, Fraction]]:
        """A smooth point, an argument, and a place along it; those of a surrogate's formula are among them."""
        found = []
        for base in self.smooth[:1]:
            exact = {name: base[name].exact for name in self.args}
            for name in self.args:
                programs = [self.value.balls] if self.slope is self.value else [self.value.balls, self.slope.balls]
                if self.domain is not None:
                    programs += self.domain.programs_at(shaped(base), self.dtype)
                places = [place for program in programs for place in find_places(program, exact, name)]
                rough = [place for place in places if not self._is_plain(base, name, place)]
                others = [place for place in places if place not in rough]
                found += [(base, name, place) for place in dict.fromkeys([Fraction(0), *rough, *others][:_MOST_PLACES])]
        return found

    def _is_plain(self, base: Point, name: str, place: Fraction) -> bool:
        """Whether the formula goes on smoothly at a place: it is a zero, and nothing else."""
        point = self._smooth_at({**texts_of(base), name: repr(float(place))})
        return point is not None and not self._is_cut(point)

    def _is_kink(self, point: Point) -> bool:
        """Whether two finite one-sided derivatives differ, by some argument."""
        if self.truth(point, ()).kind is not Kind.VALUE or self._jumps(point):
            return False
        rough = [truth for wrt in self.firsts if (truth := self.truth(point, wrt)).kind is not Kind.VALUE]
        return bool(rough) and all(
            truth.kind is Kind.ONE_SIDED and isinstance(truth.left, Enclosure) and isinstance(truth.right, Enclosure)
            for truth in rough
        )

    def _smooth_at(self, texts: dict[str, str], *, least: int | None = -_MODERATE) -> Point | None:
        """A point where the formula is smooth and the function has a value; None where it is none."""
        try:
            point = read_point_texts(texts, self.dtype)
        except DerivcheckError:
            return None
        smooth = self._is_smooth(point, least=least) and not self._jumps(point)
        return point if smooth and self.takes(point) else None

    def _is_cut(self, point: Point, *, close: bool = False) -> bool:
        """Whether a kink is so close to a point that a function which rounds may be on its other side."""
        exact = {name: point[name].exact for name in self.args}

        def radius(x: Fraction) -> Fraction:
            if close:
                return 4 * self.dtype.ulp(x) if x else Fraction(0)
            size = max(abs(x), Fraction(1))
            return min(_FEW_ULPS * self.dtype.ulp(size), size / 2**12)

        programs = [self.slope.formula_program(wrt) for wrt in self.firsts]
        return any(program is not None and is_cut(program, exact, radius) for program in programs)

    def _jumps(self, point: Point) -> bool:
        """Whether the value's own formula has no derivative where a surrogate's has: a step at 0."""
        if self.slope is self.value:
            return False
        exact = {name: point[name].exact for name in self.args}
        finder = TruthFinder(self.value.balls, self.value.formula_program, exact)
        return any(finder.find(wrt).truth.kind is not Kind.VALUE for wrt in self.firsts)

    @cached_property
    def everywhere(self) -> tuple[Point, ...]:
        """The points given, and the further ones."""
        return (*self.points, *self.further)

    @cached_property
    def smooth(self) -> tuple[Point, ...]:
        """Those of all points where the formula has a value and all first derivatives: a batch is made of them."""
        return tuple(point for point in self.everywhere if self._is_smooth(point))

    def batch(self, count: int) -> tuple[Tensor, ...]:
        """So many of the smooth points, over again where there are fewer, as a 1-d tensor an argument."""
        order = torch.arange(count) % len(self.smooth)
        return tuple(
            torch.stack([self.setting.tensor(point[name].exact) for point in self.smooth])[order] for name in self.args
        )

    def _candidates(self) -> Iterator[dict[str, str]]:
        """Points as texts: values of both signs, then the neighbourhood of the given ones."""
        count = len(_VALUES)
        for shift in range(4):
            yield {name: _VALUES[(shift + 3 * index) % count] for index, name in enumerate(self.args)}
        for point in self.points[:1]:
            for factor in (Fraction(5, 4), Fraction(13, 16)):
                yield {name: f"{float((point[name].exact or Fraction(1, 8)) * factor):.6g}" for name in self.args}
        for shift in range(4, count):
            yield {name: _VALUES[(shift + 3 * index) % count] for index, name in enumerate(self.args)}
        for shift in range(count):
            yield {name: _VALUES[(shift + 2 * index) % count].lstrip("-") for index, name in enumerate(self.args)}
        for point in self.points:  # where the domain is small, all that is left lies around what was given
            for factor in _AROUND:
                yield {
                    name: f"{float(point[name].exact * (1 + factor * (-1) ** index)):.6g}"
                    for index, name in enumerate(self.args)
                }
        yield from self._combined_candidates()

    def _combined_candidates(self) -> Iterator[dict[str, str]]:
        """Points whose coordinates each are allowed beside those of the first point given: `nu > 2, abs(x) < 1`."""
        given = texts_of(self.points[0])
        allowed: list[list[str]] = []
        for name in self.args:
            own = self.points[0][name].exact
            texts = [*_VALUES, *[f"{float(own * factor):.6g}" for factor in _FACTORS]]
            allowed.append([text for text in texts if self._may_be({**given, name: text})] or [given[name]])
        for shift in range(2 * len(_VALUES)):
            yield {
                name: texts[(shift + 3 * index) % len(texts)]
                for index, (name, texts) in enumerate(zip(self.args, allowed, strict=True))
            }

    def _may_be(self, texts: dict[str, str]) -> bool:
        """Whether the formula has a value at a point, and the function may be asked there."""
        try:
            point = read_point_texts(texts, self.dtype)
        except DerivcheckError:
            return False
        return self.truth(point, ()).kind is Kind.VALUE and self.takes(point)

    def _is_smooth(self, point: Point, *, least: int | None = -_MODERATE) -> bool:
        """Whether value and first derivatives are numbers, of an ordinary size: at least 2**least, if that counts."""
        for wrt in [(), *self.firsts]:
            truth = self.truth(point, wrt)
            if truth.kind is not Kind.VALUE or truth.value is None:
                return False
            magnitude = truth.value.mid.magnitude
            if truth.value.mid.man and (magnitude > _MODERATE or (least is not None and magnitude < least)):
                return False
        return True
