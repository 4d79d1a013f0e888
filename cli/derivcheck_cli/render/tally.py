"""The summary of a run: the cases by severity, the results by status."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from derivcheck.model import Severity
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck_cli.render.coloring import color_status
from derivcheck_cli.render.statistics_text import statistics_lines


def tally(summary: Summary) -> Iterator[Text]:
    """The lines of the summary."""
    cases = summary.cases.total()
    counts = [f"{summary.cases[severity]:,} {severity.value}" for severity in Severity if summary.cases[severity]]
    told = [f"{count:,} {word}" for count, word in _rare_counts(summary) if count]
    asides = ", ".join([*told, *(["interrupted"] if summary.interrupted else [])])
    yield Text(
        f"{cases:,} {'case' if cases == 1 else 'cases'}"
        + (f": {', '.join(counts)}" if counts else "" if summary.files or summary.interrupted else ": nothing to check")
        + (f" ({asides})" if asides else "")
        + (f", and {files_text(summary.files)}" if summary.files else "")
    )
    rows = [(color_status(status), f"{count:,}") for status, count in summary.by_status.items()]
    names = max((name.cell_len for name, _ in rows), default=0)
    numbers = max((len(count) for _, count in rows), default=0)
    for name, count in rows:
        name.truncate(names, pad=True)
        yield Text.assemble("  ", name, "  ", count.rjust(numbers))
    if summary.statistics is not None:
        yield from map(Text, statistics_lines(summary.statistics))


def files_text(count: int) -> str:
    """Say how many files could not be read, or only in part."""
    return f"{count:,} {'file' if count == 1 else 'files'} in error"


def _rare_counts(summary: Summary) -> tuple[tuple[int, str], ...]:
    return (
        (summary.expected, "as expected"),
        (summary.known, "known"),
        (summary.mended, "mended"),
        (summary.deselected, "not selected"),
        (summary.elsewhere, "in other shards"),
    )
