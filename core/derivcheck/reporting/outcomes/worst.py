"""Finds the worst status of some Results; `skipped` counts only where nothing else is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from derivcheck.model import Result, Status, What, Wrt


@dataclass(slots=True)
class Worst:
    """Takes Results one by one and keeps the worst status of each derivative, and of each claim about one.

    A derivative that is skipped in one mode or at one point, and checked in another, has the status that was found
    there. One that was skipped everywhere is `skipped`. A skipped item of a check list does not count at all.
    """

    _statuses: dict[tuple[bool, Wrt], Status] = field(default_factory=dict)
    _skipped: set[Wrt] = field(default_factory=set)

    def add(self, result: Result) -> None:
        """Take one more Result into account."""
        if result.status is Status.SKIPPED:
            self._skipped.add(result.wrt)
            if result.item is not None:
                return
        key = (result.what is What.CLAIM, result.wrt)
        self._statuses[key] = _worse(self._statuses.get(key), result.status)

    def add_matches(self, wrts: Iterable[Wrt]) -> None:
        """Count Results about these derivatives that match."""
        for wrt in wrts:
            self._statuses[False, wrt] = _worse(self._statuses.get((False, wrt)), Status.MATCH)

    @property
    def status(self) -> Status:
        """The worst status; without any Result it is `error`, since nothing was checked."""
        nothing = Status.SKIPPED if self._skipped else Status.ERROR
        return max(self._statuses.values(), key=_rank, default=nothing)

    def by_wrt(self) -> dict[Wrt, Status]:
        """The worst status about each derivative, its claims included."""
        worst: dict[Wrt, Status] = {}
        for (_, wrt), status in self._statuses.items():
            worst[wrt] = max(worst.get(wrt, status), status, key=_rank)
        return worst

    def held_against(self, wanted: Status, wrt: Wrt | None = None) -> Status:
        """Return the status to compare with an expectation, of one derivative or of all.

        If `skipped` is expected and something was skipped, it is `skipped`, even if other Results match.
        """
        status = self.status if wrt is None else self.by_wrt()[wrt]
        skipped = bool(self._skipped) if wrt is None else wrt in self._skipped
        return Status.SKIPPED if wanted is Status.SKIPPED and status is Status.MATCH and skipped else status


def _worse(before: Status | None, now: Status) -> Status:
    if before is None or before is Status.SKIPPED:
        return now
    return before if now is Status.SKIPPED else max(before, now, key=_rank)


def _rank(status: Status) -> int:
    return status.rank
