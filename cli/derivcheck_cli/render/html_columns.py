"""The cases of an HTML report as columns: a line of the list takes some 30 bytes beside its texts, a number as many.

A column in which everything is the same is that value, not a list. What occurs again and again, as statuses and files
do, is a number: the place in a table that stands beside the columns.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from derivcheck.model import Result, Severity, What
from derivcheck.reporting.presentation.cells import (
    NOTHING,
    error_text,
    outcome_text,
    reason_text,
    row_error_text,
    row_status_text,
    shape_text,
    symbolic_text,
    tenths,
    true_text,
)
from derivcheck.reporting.presentation.layout import brief_value
from derivcheck.reporting.presentation.mathml import derivative, symbol
from derivcheck.reporting.presentation.plain_text import error_of
from derivcheck.reporting.presentation.widths import printable
from derivcheck_cli.render.findings import Finding
from derivcheck_cli.render.html_details import settings_text, torch_text

_T = TypeVar("_T", bound=Hashable)

_PLACE = re.compile(r"(.*?)([1-9]\d{0,8}|)", re.DOTALL)
"""A place in a file, and the number of the line that ends it."""

_AS_BEFORE = 0
"""Stands for the truth of the row before, which a claim has in common with the derivative."""

_AS_TORCH = 1
"""Stands for the number of the symbolic derivative where it is torch's."""


@dataclass(slots=True)
class _Table(Generic[_T]):
    """Different values, and the place of each."""

    places: dict[_T, int] = field(default_factory=dict)

    def place(self, value: _T) -> int:
        return self.places.setdefault(value, len(self.places))

    def values(self) -> list[_T]:
        return list(self.places)


def _column(values: list[Any]) -> Any:
    """The values, or the one value that all of them are; none of them is a list itself."""
    return values[0] if len(set(values)) == 1 else values


class Listing:
    """Some lines of the list: what is shown, searched, sorted and plotted of each case."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._kinds: _Table[tuple[str, ...]] = _Table()
        self._texts: _Table[str] = _Table()
        self._places: _Table[str] = _Table()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, finding: Finding, full: int | None) -> int:
        """Add a case, and return how many characters it takes.

        Args:
            finding: the case.
            full: the place among the cases that the page has in full; None if it has not.
        """
        outcome = finding.outcome
        case = outcome.case
        aside = "expected" if outcome.expected or outcome.known else ""
        kind = (outcome.kind, outcome.label, outcome.severity.value, aside, outcome_text(outcome))
        name, expr = printable(case.label), printable(case.expr, keep="\n").strip()
        place = _PLACE.fullmatch(printable(str(case.location)))
        assert place is not None, "the pattern matches every text"
        reason = "" if finding.is_unremarkable else finding.headline
        before = len(self._texts.places)
        self._rows.append(
            (
                name,
                self._texts.place(expr),
                self._places.place(place[1]),
                int(place[2]) if place[2] else None,
                self._kinds.place(kind),
                _plotted(finding),
                reason,
                full,
            )
        )
        return len(name) + len(reason) + (len(expr) if len(self._texts.places) > before else 0) + _LEAST

    def data(self) -> dict[str, Any]:
        """The columns with their tables."""
        names = ("name", "expr", "place", "line", "kind", "ulps", "reason", "full")
        columns = zip(names, map(list, zip(*self._rows, strict=True)), strict=True)
        return {
            "count": len(self._rows),
            "kinds": self._kinds.values(),
            "exprs": self._texts.values(),
            "places": self._places.values(),
            **{name: _column(values) for name, values in columns},
        }


_LEAST = 30
"""The characters of a line beside its texts."""


def _plotted(finding: Finding) -> str | None:
    """The error that the plot and the list show, in ulps; that of torch's number says nothing of a wrong claim."""
    worst = finding.worst
    if worst is not None and worst.what is What.CLAIM and worst.status.severity is not Severity.PASS:
        return None
    text = error_text(finding.ulps)
    return None if text == NOTHING else text.removesuffix(" ulp")


class Numbers:
    """The points of some cases in short: every number, and no formula but those that somebody claimed."""

    def __init__(self) -> None:
        self._cases: dict[int, list[Any]] = {}
        self._kinds: dict[tuple[Any, ...], int] = {}
        self._described: list[tuple[Any, ...]] = []
        self._names: _Table[tuple[str, ...]] = _Table()
        self._settings: _Table[str] = _Table()

    def add(self, place: int, finding: Finding) -> int:
        """Add a case, and return about how many characters it takes.

        Args:
            place: the case's place in its `Listing`.
            finding: the case.
        """
        points = [self._point(rows) for rows in finding.points]
        outcome = finding.outcome
        said = [printable(outcome.message or ""), printable(outcome.case.why or "", keep="\n")]
        case = _trimmed([points, *said, finding.left_out or ""])
        self._cases[place] = case
        return len(str(case))

    def data(self) -> dict[str, Any]:
        """The cases by their places, and the tables."""
        return {
            "kinds": self._described,
            "names": self._names.values(),
            "settings": self._settings.values(),
            "cases": self._cases,
        }

    def __len__(self) -> int:
        return len(self._cases)

    def _point(self, rows: tuple[Result, ...]) -> list[Any]:
        typed = rows[0].typed
        notes = [printable(note) for note in dict.fromkeys(note for row in rows for note in row.notes)]
        names = tuple(typed)
        shown: list[Any] = []
        truth = ""
        for row in rows:
            before, truth = truth, true_text(row)
            shown.append(self._row(row, names, _AS_BEFORE if truth and truth == before else truth))
        return [
            self._names.place(tuple(printable(symbol(name)) for name in names)),
            [printable(brief_value(text)) for text in typed.values()],
            self._settings.place(settings_text(rows)),
            shown,
            *([notes] if notes else []),
        ]

    def _row(self, row: Result, names: tuple[str, ...], truth: str | int) -> list[Any]:
        if (stopped := error_of(row)) is not None:
            return [-1, printable(stopped, keep="\n")]
        torch, symbolic = torch_text(row), "" if row.what is What.VALUE else symbolic_text(row)
        error, digits = row_error_text(row), row.verdict.digits
        return _trimmed(
            [
                self._kind(row, names),
                truth,
                torch,
                "" if error == NOTHING else error.removesuffix(" ulp"),
                "" if digits is None else str(tenths(digits)),
                _AS_TORCH if symbolic and symbolic == torch else "" if symbolic == NOTHING else symbolic,
                printable(row.formula_text or "") if row.what is What.CLAIM else "",
                reason_text(row),
                printable(row.diagnosis or ""),
            ]
        )

    def _kind(self, row: Result, names: tuple[str, ...]) -> int:
        """The place of what many rows have in common: the derivative, the mode and the status."""
        label = row_status_text(row) if row.shape else ""
        mode = row.gradient.mode if row.gradient else None
        is_partial = len({*row.wrt, *names}) > 1
        key = (row.item, row.what, row.wrt, is_partial, mode, row.status, label, row.shape)
        if key not in self._kinds:
            self._kinds[key] = len(self._described)
            described = (
                printable(row.item or ""),
                "" if row.item else derivative(row.wrt, names),
                row.what is What.CLAIM,
                "" if mode is None else mode.value,
                row.status.severity.value,
                label or row_status_text(row),
                shape_text(row),
            )
            self._described.append(described)
        return self._kinds[key]


def _trimmed(values: list[Any]) -> list[Any]:
    """The values without the empty texts at the end."""
    while values[-1] == "":
        values.pop()
    return values
