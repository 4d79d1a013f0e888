"""A hunt: where in a range of numbers a gradient is wrong, or loses digits, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivcheck.model.case import Case
from derivcheck.model.hunt_map import Coverage, Ended, ErrorCurve, FindKind, Stretch
from derivcheck.model.mode import Mode
from derivcheck.model.point import Wrt
from derivcheck.model.result import Result
from derivcheck.model.search_range import DEFAULT_BUDGET, SearchRange
from derivcheck.model.verdict import Status

__all__ = [
    "Coverage",
    "Ended",
    "ErrorCurve",
    "Find",
    "FindKind",
    "Hunt",
    "HuntRequest",
    "SearchRange",
    "Stretch",
]


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
