"""The statistics of a run as text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from derivcheck.model import Severity
from derivcheck.reporting.outcomes.statistics import PERCENTILES, Group, Statistics
from derivcheck.reporting.presentation.cells import error_text
from derivcheck_cli.alignment import align

_HEADINGS = ("results", *(severity.value for severity in Severity), *(f"{percent} %" for percent in PERCENTILES), "max")


def statistics_lines(statistics: Statistics) -> Iterator[str]:
    """Yield a table for each kind of group, with the numbers of results by severity and percentiles of their errors."""
    for by, members in groupby(statistics.rows(), key=lambda row: row[0]):
        yield ""
        yield from align([(f"by {by}", *_HEADINGS), *((f"  {name}", *_cells(group)) for _, name, group in members)])


def _cells(group: Group) -> Iterator[str]:
    yield f"{group.statuses.total():,}"
    for severity in Severity:
        count = sum(count for status, count in group.statuses.items() if status.severity is severity)
        yield f"{count:,}" if count else "—"
    for percent in PERCENTILES:
        yield _ulps(group.errors.percentile(percent))
    yield _ulps(group.errors.largest if group.errors.count else math.nan)


def _ulps(ulps: float) -> str:
    return "—" if math.isnan(ulps) else error_text(ulps)
