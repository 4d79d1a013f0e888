"""The ranges that a hunt looks at and how long it may, as a case states them."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_BUDGET = 10.0
"""Seconds of a hunt where nothing else is said."""

EXHAUSTIVE_BUDGET = 120.0
"""The same where every number is to be looked at: such a hunt is worth little unless it comes to its end."""


def default_budget(*, exhaustive: bool) -> float:
    """The seconds of a hunt for which nobody said how long it may take."""
    return EXHAUSTIVE_BUDGET if exhaustive else DEFAULT_BUDGET


@dataclass(frozen=True, slots=True)
class SearchRange:
    """The range that one variable, or one element of a tensor, is searched over.

    Attributes:
        name: the variable, or the address of an element: `x`, `W[0, 2]`.
        low, high: its ends as they were typed; both belong to it.
    """

    name: str
    low: str
    high: str

    def __str__(self) -> str:
        return f"{self.name} in [{self.low}, {self.high}]"


@dataclass(frozen=True, slots=True)
class Search:
    """That a case is a hunt: it has no points of its own, and its rows are those of the worst points in its ranges.

    Attributes:
        ranges: the ranges, one at least.
        budget: seconds after which the hunt stops.
        exhaustive: whether to look at every number of the format: float16 and bfloat16, one variable.
    """

    ranges: tuple[SearchRange, ...]
    budget: float = DEFAULT_BUDGET
    exhaustive: bool = False
