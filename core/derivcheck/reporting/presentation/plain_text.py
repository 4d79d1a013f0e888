"""Results as plain text: a block for each point, and the error that stopped a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derivcheck.model import Result
from derivcheck.reporting.presentation.checklist import as_text
from derivcheck.reporting.presentation.layout import block
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.presentation.why_lines import why_of

WIDTH = 100
"""The width of a line where there is no terminal; the command line uses the same."""


def report(results: Iterable[Result], *, width: int = WIDTH, at_most: int | None = None, whole: bool = False) -> str:
    """The Results as `derivcheck` prints them without colour.

    Args:
        results: the Results, those of one point side by side.
        width: the columns of a line.
        at_most: how many points are shown; None is all.
        whole: whether an explanation is shown with its tape.
    """
    points = list(by_point(results))
    shown = points if at_most is None else points[:at_most]
    texts = ["\n".join(_lines(rows, width, whole=whole)) for rows in shown]
    if len(shown) < len(points):
        texts.append(f"… and {len(points) - len(shown):,} more points")
    return "\n\n".join(texts)


def by_point(results: Iterable[Result]) -> Iterator[list[Result]]:
    """Group the Results by case and point; a check list is one group."""
    rows: list[Result] = []
    for result in results:
        listed = bool(rows) and rows[0].item is not None and result.item is not None
        if rows and (rows[0].case != result.case or (rows[0].place is not result.place and not listed)):
            yield rows
            rows = []
        rows.append(result)
    if rows:
        yield rows


def error_of(result: Result) -> str | None:
    """The error that stopped the case, with its place and a hint; None where nothing stopped it."""
    if result.error is not None:
        return f"error: {result.error.render()}"
    if result.trace is not None:
        return f"error: {result.verdict.reason}\n{result.trace.rstrip()}"
    return None


def _lines(rows: list[Result], width: int, *, whole: bool) -> Iterator[str]:
    run = [row for row in rows if error_of(row) is None]
    if run and run[0].item is not None:
        yield as_text(run, width=width)
    elif run:
        yield from map(plain, block(run, width=width))
    yield from map(plain, why_of(run, width=width, whole=whole))
    yield from filter(None, map(error_of, rows))
