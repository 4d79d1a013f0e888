"""What one comparison found, and the count of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """What came of one comparison."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    EXCUSED = "a known defect of torch may be meant"
    UNKNOWN = "not judged: the oracle does not know"


@dataclass(frozen=True, slots=True)
class Judged:
    """One comparison.

    Attributes:
        outcome: what came of it.
        about: what was compared: the value, or what is differentiated by.
        said: what derivcheck says.
        known: what the oracle says.
    """

    outcome: Outcome
    about: str
    said: str
    known: str


@dataclass
class Tally:
    """The count of a part.

    Attributes:
        outcomes: how many comparisons came out how.
        drawn: how many expressions were drawn.
        slow, refused, raised: of these, how many took too long, were none to derivcheck, or made something raise.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    drawn: int = 0
    slow: int = 0
    refused: int = 0
    raised: int = 0

    @property
    def rows(self) -> int:
        """How many comparisons there were."""
        return self.outcomes.total()

    @property
    def is_clean(self) -> bool:
        """Whether there was no disagreement."""
        return not self.outcomes[Outcome.WRONG] and not self.raised

    def added(self, found: Iterable[Judged]) -> list[Judged]:
        """Count some comparisons; those that are wrong."""
        judged = list(found)
        self.outcomes.update(one.outcome for one in judged)
        return [one for one in judged if one.outcome is Outcome.WRONG]

    def __str__(self) -> str:
        counted = {outcome.value: self.outcomes[outcome] for outcome in Outcome}
        head = f"{self.rows} rows of {self.drawn} expressions"
        lines = [f"  {what:<46}{count:>8}{count / max(self.rows, 1):>9.2%}" for what, count in counted.items()]
        lines.append(f"  expressions: {self.slow} too slow, {self.refused} refused, {self.raised} raised")
        return "\n".join([head, *lines])
