"""How much of a report's size its kinds of cases may take: what passes never takes the room of what fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum, auto

from derivcheck.model import Severity
from derivcheck_cli.render.findings import Finding


class Share(Enum):
    """What a part of the room is for."""

    FAILING = auto()
    """Cases that fail, or could not be run."""
    TELLING = auto()
    """Cases that warn, and those that pass and are not plain matches."""
    PLAIN = auto()
    """Cases in which every number matches, as expected."""

    @staticmethod
    def of(finding: Finding) -> Share:
        """The share that a case belongs to."""
        if finding.outcome.severity in {Severity.FAIL, Severity.ERROR}:
            return Share.FAILING
        return Share.PLAIN if finding.is_unremarkable else Share.TELLING


class Room:
    """Counts what has been written of each share against its limit.

    Args:
        limits: the limit of each share.

    Example:
        >>> room = Room({Share.FAILING: 10, Share.TELLING: 0, Share.PLAIN: 10})
        >>> room.take(Share.FAILING, 12)
        >>> [room.is_left(share) for share in Share]
        [False, False, True]
    """

    def __init__(self, limits: Mapping[Share, int]) -> None:
        self._limits = limits
        self._taken: Counter[Share] = Counter()

    def is_left(self, share: Share) -> bool:
        """Whether the share has not reached its limit yet."""
        return self._taken[share] < self._limits[share]

    def take(self, share: Share, size: int) -> None:
        """Count what was written; the last piece may go beyond the limit."""
        self._taken[share] += size
