"""The points of one case as columns: which of them pass, and torch's numbers there."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from derivcheck.model import Mode, Wrt

BLOCK = 2048
"""Points that torch takes in one go: enough to outweigh what a call of torch costs, few enough for the samples."""


@dataclass(slots=True)
class Columns:
    """What is known of the points of a case.

    Attributes:
        wrts: what a row of each point is about, () for the value first.
        modes: the modes; the value is a row of the first one alone.
        passed: of each point, 1 where all of its rows are matches, 0 where nothing is known.
        gradients: for each mode and each of `wrts`, torch's number at each point.
        reach: the same for the largest error that rounding was seen to explain, 0 where that did not matter.
        places: the numbers of each point as the format holds them, in the order of the expression's variables; None of
            one that was not read here.
    """

    wrts: tuple[Wrt, ...]
    modes: tuple[Mode, ...]
    passed: bytes
    gradients: dict[Mode, tuple[array[float], ...]]
    reach: dict[Mode, tuple[array[float], ...]]
    places: list[tuple[float, ...] | None]

    @classmethod
    def none(cls, wrts: tuple[Wrt, ...], modes: tuple[Mode, ...]) -> Columns:
        """The columns of no points."""
        gradients, reach = ({mode: tuple(array("d") for _ in wrts) for mode in modes} for _ in range(2))
        return cls(wrts, modes, b"", gradients, reach, [])

    def add(self, other: Columns) -> None:
        """Append the columns of further points."""
        self.passed += other.passed
        self.places += other.places
        for mine, theirs in ((self.gradients, other.gradients), (self.reach, other.reach)):
            for mode in self.modes:
                for column, more in zip(mine[mode], theirs[mode], strict=True):
                    column.extend(more)
