"""What the rows of points that passed say: truth, number and verdict, each as a check of the point alone finds it.

The truth is enclosed step by step as `TruthFinder` encloses it first, at the same precision. The referee agreed where
the point passed. Whatever is not plain is left to the ordinary way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from math import ceil
from typing import NamedTuple

import torch
from flint import arb

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.ball import enclosure, precision
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.checking.many_points.columns import Columns
from derivcheck.checking.prepare import Prepared
from derivcheck.errors import UnsupportedError
from derivcheck.model import Evidence, Gradient, Kind, Mode, Spread, Status, Truth, Verdict
from derivcheck.numbers import Enclosure
from derivcheck.readings import Readings
from derivcheck.rounding.explanation_at_a_point import Explanation
from derivcheck.rounding.explanation_at_points import ForwardSamples, forward_samples
from derivcheck.truth.runs import BALL_EXPONENT
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS, is_decided
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.distance import float_of, measure
from derivcheck.verdict.judging import judge

BITS = PRECISIONS[0]
"""The precision at which the truth is found where nothing is difficult."""


class ProvenRow(NamedTuple):
    """What a row of a point says that other points' rows do not.

    Attributes:
        truth: the true number.
        number: what torch returned.
        verdict: the verdict on it, a match.
    """

    truth: Enclosure
    number: float
    verdict: Verdict


class ProvenPoint(NamedTuple):
    """A point that passed.

    Attributes:
        texts: its coordinates as typed.
        numbers: the same as the format holds them, in any order.
        rows: what its rows say, in order.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float]
    rows: tuple[ProvenRow, ...]


Asked = tuple[Mode, int]
"""What a row of each point is about: a mode, and a place among what is asked for."""


def proven_points(prepared: Prepared, made: Readings, columns: Columns) -> dict[int, ProvenPoint]:
    """The points that passed, by their positions; those that are missing are left to the ordinary way.

    Args:
        prepared: the case.
        made: its readings.
        columns: what is known of its points.
    """
    points, names = prepared.case.at, made.expression.variables
    if points[0].keys() != set(names):
        return {}
    try:
        truths = dict(_truths(made, columns))
    except (OverflowError, UnsupportedError):
        return {}
    asked = [
        (mode, at) for first, mode in enumerate(columns.modes) for at in range(len(columns.wrts)) if at or not first
    ]
    rows = {
        index: [_row(prepared, columns, index, each, enclosures[each[1]]) for each in asked]
        for index, enclosures in truths.items()
    }
    for mode in columns.modes:
        places = [place for place, each in enumerate(asked) if each[0] is mode]
        open_ = [index for index, found in rows.items() if any(found[place] is None for place in places)]
        setting = TorchSetting(prepared.device.name, prepared.dtype, mode)
        samples = _samples(made, columns, setting, open_)
        if samples is None:
            continue
        roundings = [_AllRoundings(made, columns, setting, index) for index in open_]
        for place in places:
            at = asked[place][1]
            chosen = [point for point, index in enumerate(open_) if rows[index][place] is None]
            for point, forward in zip(chosen, samples.spreads(at, chosen), strict=True):
                index = open_[point]
                rows[index][place] = _explained_row(roundings[point], at, truths[index][at], forward)
    found: dict[int, ProvenPoint] = {}
    for index, some in rows.items():
        all_of_them = tuple([row for row in some if row is not None])
        if len(all_of_them) == len(asked):
            numbers = dict(zip(names, columns.places[index] or (), strict=True))
            found[index] = ProvenPoint(points[index], numbers, all_of_them)
    return found


def _truths(made: Readings, columns: Columns) -> Iterator[tuple[int, tuple[Enclosure, ...]]]:
    """The enclosures of the value and of the derivatives at each point that passed, but at those that are not plain."""
    names = made.balls.variables
    order = [made.expression.variables.index(name) for name in names]
    moved = [names.index(wrt[0]) for wrt in columns.wrts[1:]]
    with precision(BITS):
        run = made.step_code(columns.wrts[1:], BITS).run
        radii = _Radii()
        for index, (place, passed) in enumerate(zip(columns.places, columns.passed, strict=True)):
            if not passed or place is None:
                continue
            numbers = [arb(place[at]) for at in order]
            balls = [arb(numbers[at], radii[ceil(abs(place[order[at]]))]) for at in moved]
            try:
                value, *on_balls = run(*numbers, *balls)
            except OutOfDomain:
                continue
            if is_decided(value) and all(map(is_narrow, on_balls, repeat(DECIDED_BITS))):
                truths = tuple(map(enclosure, (value, *on_balls[1::2])))
                if all(truth.mid.man for truth in truths):
                    yield index, truths


class _Radii(dict[int, arb]):
    """The radius of the ball around a number, by the next whole number above its size."""

    def __missing__(self, size: int) -> arb:
        radius = self[size] = arb((1, -BALL_EXPONENT)) * max(1, size)
        return radius


def _samples(made: Readings, columns: Columns, setting: TorchSetting, points: Sequence[int]) -> ForwardSamples | None:
    """The samples of the forward pass at some points."""
    places = [place for index in points if (place := columns.places[index]) is not None]
    if not places:
        return None
    inputs = [torch.tensor(column, dtype=TORCH_DTYPES[setting.dtype]) for column in zip(*places, strict=True)]
    return forward_samples(made.torch, inputs, columns.wrts, setting)


def _row(prepared: Prepared, columns: Columns, index: int, asked: Asked, truth: Enclosure) -> ProvenRow | None:
    """A row in which no rounding has to explain anything: `judge` says the same, in three times as long.

    Args:
        prepared: the case.
        columns: what is known of its points.
        index: the point.
        asked: what the row is about.
        truth: the true number.
    """
    mode, at = asked
    number = columns.gradients[mode][at][index]
    distance, unit, relative, ulps, digits = measure(number.as_integer_ratio(), truth, prepared.dtype)
    if ulps > CRITERION.ulps:
        return None
    return ProvenRow(truth, number, Verdict(Status.MATCH, None, float_of(distance, unit), relative, ulps, digits))


class _AllRoundings:
    """What all roundings explain at a point in a mode; they are looked at when a verdict first asks.

    Args:
        made: the readings of the case.
        columns: what is known of its points.
        setting: device, format and mode.
        index: the point.
    """

    def __init__(self, made: Readings, columns: Columns, setting: TorchSetting, index: int) -> None:
        self._made, self._columns, self.setting, self.index = made, columns, setting, index

    def number(self, at: int) -> float:
        """What torch returned for one of those asked for."""
        return self._columns.gradients[self.setting.mode][at][self.index]

    def spread(self, at: int) -> Spread | None:
        """The spread of one of those asked for."""
        return self._explanation.all_roundings(self._columns.wrts[at])

    @cached_property
    def _explanation(self) -> Explanation:
        columns, made = self._columns, self._made
        point = dict(zip(made.expression.variables, map(Fraction, columns.places[self.index] or ()), strict=True))
        reach = [column[self.index] for column in columns.reach[self.setting.mode]]
        return Explanation(made.torch, made.expression, point, list(columns.wrts), self.setting, reach)


def _explained_row(roundings: _AllRoundings, at: int, truth: Enclosure, forward: Spread | None) -> ProvenRow | None:
    """A row in which rounding has to explain something; None where the ordinary way has to look further.

    Args:
        roundings: what all roundings explain there.
        at: what the row is about.
        truth: the true number.
        forward: how far the roundings of the forward pass move torch's number, if anybody has looked.
    """
    if forward is None:
        return None
    number, setting = roundings.number(at), roundings.setting
    verdict = judge(
        Truth(Kind.VALUE, truth, evidence=Evidence.PROVEN),
        Gradient(setting.mode, setting.device, setting.dtype, value=number),
        lambda: roundings.spread(at),
        forward=lambda: forward,
    )
    return ProvenRow(truth, number, verdict) if verdict.status is Status.MATCH else None
