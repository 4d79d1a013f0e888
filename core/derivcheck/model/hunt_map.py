"""The map of a hunt: which stretches of a range have which status, where the error is largest, and what was covered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from derivcheck.model.mode import Mode
from derivcheck.model.point import Wrt
from derivcheck.model.search_range import SearchRange
from derivcheck.model.verdict import Status


class FindKind(Enum):
    """Why a point was kept."""

    WORST = "worst"  # the largest error in ulps of one derivative
    FAILS = "fails"  # mismatch, nonfinite, or a wrong claim
    LOSES_DIGITS = "loses digits"  # unstable or inaccurate
    KINK = "kink"
    POLE = "pole"

    def __str__(self) -> str:
        return self.value


class Ended(Enum):
    """Why a hunt ended."""

    DONE = "done"  # it looked at all that it meant to
    BUDGET = "budget"
    INTERRUPTED = "interrupted"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the range in which every number that was looked at has one status.

    Attributes:
        wrt, mode: the derivative that it is about; () and None for the value.
        low, high: its first and its last number that were looked at, floats of the format.
        status: the status of all of them.
        points: how many were looked at.
        worst: the largest error among them, in ulps; None where there is none.
        is_exact: whether the numbers beside both ends are of another status, or out of the range: the boundary is known
            to the last bit.
    """

    wrt: Wrt
    mode: Mode | None
    low: float
    high: float
    status: Status
    points: int
    worst: float | None
    is_exact: bool


@dataclass(frozen=True, slots=True)
class ErrorCurve:
    """The error against the input, for a plot: each column has one item a point, in rising order of the input.

    Attributes:
        wrt, mode: the derivative; () and None for the value.
        inputs: the numbers of the range's variable.
        ulps: the error of torch's number there, in ulps; inf where torch has no finite number and should, nan where the
            error is not known.
        statuses: the status there, None where only the error is known.
    """

    wrt: Wrt
    mode: Mode | None
    inputs: tuple[float, ...]
    ulps: tuple[float, ...]
    statuses: tuple[Status | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a hunt has looked at.

    Attributes:
        proven: how many points were held against a proven enclosure.
        screened: how many points torch alone was run on, to see where its numbers jump.
        numbers: how many numbers of the format the range holds (of several ranges: the product).
        is_exhaustive: whether every one of them was held against a proven enclosure.
        seconds: how long it took.
        seed: the seed.
        ended: why it ended.
    """

    proven: int
    screened: int
    numbers: int
    is_exhaustive: bool
    seconds: float
    seed: int
    ended: Ended


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """A point that a hunt kept, without its Results.

    Attributes:
        kind: why.
        at: the point, each coordinate as a text that gives the very number back.
        wrt, mode: the derivative that it was kept for; () and None for the value.
        ulps: how far torch's number is from the exact one, in ulps of the format; None where that has no meaning.
        place: of a kink or pole, the number where it is, if that is rational and proven; else None.
    """

    kind: FindKind
    at: dict[str, str]
    wrt: Wrt
    mode: Mode | None
    ulps: float | None
    place: Fraction | None = None


@dataclass(frozen=True, slots=True)
class HuntMap:
    """All that a hunt found but the Results of its points, which stand beside it: the first of them carries the map.

    Attributes:
        ranges: the ranges that were searched.
        found: the points that were kept, the worst first.
        stretches, curves, counts, coverage: as in `Hunt`.
    """

    ranges: tuple[SearchRange, ...]
    found: tuple[FoundPoint, ...]
    stretches: tuple[Stretch, ...] = ()
    curves: tuple[ErrorCurve, ...] = ()
    counts: dict[tuple[Wrt, Mode | None], dict[Status, int]] = field(default_factory=dict)
    coverage: Coverage | None = None
