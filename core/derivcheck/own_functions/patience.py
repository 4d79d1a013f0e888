"""How long the items of a check list may take in a child process."""

from __future__ import annotations

from derivcheck.model import Case
from derivcheck.own_functions.checks.table import ITEMS

Request = tuple[Case, list[str] | None, float]
"""What a child is asked: the check list, the items that are left of it, and the seconds that one may take."""

DEFAULT_TIMEOUT = 60.0
"""Seconds that one item may take; the slowest of them takes about three on an ordinary function."""

SLOW = 10.0
"""How many times longer an item may take that is known to be slow (torch.compile)."""

START = 120.0
"""Seconds more, for torch to be imported in the child; the user's file may import as much."""

_SLOW_ITEMS = frozenset(item.name for item in ITEMS if item.slow)


def patience_with(item: str | None, timeout: float) -> float:
    """Seconds that an item may take; None stands for all that comes before the first one.

    Example:
        >>> patience_with("forward", 60.0), patience_with("compile", 60.0), patience_with(None, 60.0)
        (60.0, 600.0, 180.0)
    """
    if item is None:
        return timeout + START
    return timeout * (SLOW if item in _SLOW_ITEMS else 1)
