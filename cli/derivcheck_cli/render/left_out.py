"""Words for what a report leaves out: how many cases that fail, warn or pass."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.model import Severity

_VERBS = {
    Severity.ERROR: ("could not be run", "could not be run"),
    Severity.FAIL: ("fails", "fail"),
    Severity.WARN: ("warns", "warn"),
    Severity.PASS: ("passes", "pass"),
}
"""What cases of a severity do, one of them and several, the worst first."""


def verb(severity: Severity, count: int = 2) -> str:
    """What so many cases of a severity do.

    Example:
        >>> verb(Severity.FAIL), verb(Severity.FAIL, 1)
        ('fail', 'fails')
    """
    return _VERBS[severity][count != 1]


def those(counts: Mapping[Severity, int]) -> str:
    """Write how many cases there are of each severity, the worst first; empty where there are none.

    Example:
        >>> those({Severity.PASS: 126_000, Severity.FAIL: 1})
        '1 that fails and 126,000 that pass'
    """
    found = [severity for severity in _VERBS if counts.get(severity)]
    return " and ".join(f"{counts[severity]:,} that {verb(severity, counts[severity])}" for severity in found)
