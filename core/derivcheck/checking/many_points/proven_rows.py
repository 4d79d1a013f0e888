"""What the rows of points that passed say: truth, number and verdict, each as a check of the point alone finds it.

The truth is enclosed step by step as `TruthFinder` encloses it first, at the same precision. The referee agreed where
the point passed. Whatever is not plain is left to the ordinary way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        samples = _samples(prepared, made, columns, mode, open_)
        for point, index in enumerate(open_ if samples is not None else ()):
            for place in places:
                if samples is not None and rows[index][place] is None:
                    spread, truth = samples.spread(point, asked[place][1]), truths[index][asked[place][1]]
                    rows[index][place] = _row(prepared, columns, index, asked[place], truth, spread)
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


def _samples(
    prepared: Prepared, made: Readings, columns: Columns, mode: Mode, points: Sequence[int]
) -> ForwardSamples | None:
    """The samples of the forward pass at some points."""
    places = [place for index in points if (place := columns.places[index]) is not None]
    if not places:
        return None
    inputs = [torch.tensor(column, dtype=TORCH_DTYPES[prepared.dtype]) for column in zip(*places, strict=True)]
    return forward_samples(made.torch, inputs, columns.wrts, TorchSetting(prepared.device.name, prepared.dtype, mode))


class _Unexplained(Exception):
    """A verdict asks more of rounding than is known."""


def _is_not_known() -> Spread | None:
    raise _Unexplained


def _row(
    prepared: Prepared, columns: Columns, index: int, asked: Asked, truth: Enclosure, forward: Spread | None = None
) -> ProvenRow | None:
    """A row; None where the ordinary way has to look further.

    Args:
        prepared: the case.
        columns: what is known of its points.
        index: the point.
        asked: what the row is about.
        truth: the true number.
        forward: how far the roundings of the forward pass move torch's number, if anybody has looked.
    """
    mode, at = asked
    number = columns.gradients[mode][at][index]
    distance, unit, relative, ulps, digits = measure(number.as_integer_ratio(), truth, prepared.dtype)
    if ulps <= CRITERION.ulps:  # most rows: `judge` says the same, in three times as long
        verdict = Verdict(Status.MATCH, None, float_of(distance, unit), relative, ulps, digits)
        return ProvenRow(truth, number, verdict)
    if forward is None:
        return None
    try:
        verdict = judge(
            Truth(Kind.VALUE, truth, evidence=Evidence.PROVEN),
            Gradient(mode, prepared.device.name, prepared.dtype, value=number),
            _is_not_known,
            forward=lambda: forward,
        )
    except _Unexplained:
        return None
    return ProvenRow(truth, number, verdict) if verdict.status is Status.MATCH else None
