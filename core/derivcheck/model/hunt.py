"""A hunt: where in a range of numbers a gradient is wrong, or loses digits, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction

from derivcheck.model.case import Case
from derivcheck.model.mode import Mode
from derivcheck.model.point import Wrt
from derivcheck.model.result import Result
from derivcheck.model.search_range import DEFAULT_BUDGET, SearchRange
from derivcheck.model.verdict import Status


@dataclass(frozen=True, slots=True)
class HuntRequest:
    """What to hunt for, and how long.

    Attributes:
        case: the case; its points have the variables that are held where they are, and start tensors.
        ranges: the ranges, one at least.
        budget: seconds after which the hunt stops.
        seed: the seed of everything that is drawn.
        exhaustive: whether to look at every number of the format: float16 and bfloat16, one variable.
        keep: how many points of one kind to keep.
    """

    case: Case
    ranges: tuple[SearchRange, ...]
    budget: float = DEFAULT_BUDGET
    seed: int = 0
    exhaustive: bool = False
    keep: int = 3

    @classmethod
    def of(cls, case: Case) -> HuntRequest:
        """The hunt that a case of a file states: its `search` says where, its `seed` is that of the hunt too."""
        assert case.search is not None
        search = case.search
        return cls(replace(case, search=None), search.ranges, search.budget, case.seed, search.exhaustive)


class FindKind(Enum):
    """Why a point was kept."""

    WORST = "worst"  # the largest error in ulps of one derivative
    FAILS = "fails"  # mismatch, nonfinite, or a wrong claim
    LOSES_DIGITS = "loses digits"  # unstable or inaccurate
    KINK = "kink"
    POLE = "pole"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Find:
    """A point that was kept.

    Attributes:
        kind: why.
        at: the point, each coordinate as a text that gives the very number back.
        results: the Results of that point, as `check` gives them.
        wrt, mode: the derivative that it was kept for; () and None for the value.
        ulps: how far torch's number is from the exact one, in ulps of the format; None where that has no meaning.
        place: of a kink or pole, the number where it is, if that is rational and proven; else None.
    """

    kind: FindKind
    at: dict[str, str]
    results: tuple[Result, ...]
    wrt: Wrt
    mode: Mode | None
    ulps: float | None
    place: Fraction | None = None


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


class Ended(Enum):
    """Why a hunt ended."""

    DONE = "done"  # it looked at all that it meant to
    BUDGET = "budget"
    INTERRUPTED = "interrupted"

    def __str__(self) -> str:
        return self.value


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
class Hunt:
    """What a hunt found.

    Attributes:
        request: what was asked for.
        finds: the points that were kept, the worst first.
        stretches: the map of the range by status, in rising order, for each derivative; empty for several ranges.
        curves: the error against the input, for each derivative; empty for several ranges.
        counts: how many of the points that were held against a proven enclosure have which status, by derivative.
        coverage: what was looked at.
    """

    request: HuntRequest
    finds: tuple[Find, ...]
    stretches: tuple[Stretch, ...]
    curves: tuple[ErrorCurve, ...]
    counts: dict[tuple[Wrt, Mode | None], dict[Status, int]] = field(default_factory=dict)
    coverage: Coverage | None = None
