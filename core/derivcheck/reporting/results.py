"""The Results of a check as one sequence, which prints itself as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from derivcheck.checking.many_points.rows import Rows
from derivcheck.model import Result, Status
from derivcheck.reporting.outcomes.worst import Worst
from derivcheck.reporting.presentation.notebook import html
from derivcheck.reporting.presentation.plain_text import report


class Results(Sequence[Result]):
    """Results, in order: an immutable sequence that equals a list or tuple of the same Results.

    Printed, it is the table that the terminal shows; a notebook shows it with typeset formulas. Of many points those
    Results that match are made when they are looked at; `status` and `len` look at none of them.
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[Result] = ()) -> None:
        self._rows: Sequence[Result] = rows if isinstance(rows, Rows) else tuple(rows)

    @property
    def status(self) -> Status:
        """The worst status; `error` if there are no Results, since nothing was checked.

        What is skipped in one mode and checked in another is as good as it was found there; an item of a check list
        that is skipped says nothing of the function, unless all are.
        """
        worst = Worst()
        if isinstance(self._rows, Rows) and self._rows.passing:
            worst.add_matches(self._rows.wrts)
        for row in self._rows.examples if isinstance(self._rows, Rows) else self._rows:
            worst.add(row)
        return worst.status

    @overload
    def __getitem__(self, index: int) -> Result: ...

    @overload
    def __getitem__(self, index: slice) -> Results: ...

    def __getitem__(self, index: int | slice) -> Result | Results:
        return Results(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __add__(self, other: Iterable[Result]) -> Results:
        return Results((*self._rows, *other))

    def __radd__(self, other: Iterable[Result]) -> Results:
        return Results((*other, *self._rows))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results | list | tuple):
            return NotImplemented
        return tuple(self._rows) == tuple(other)

    # As a list's: a Case holds dicts, so that no Result has a hash.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return report(self._rows) or "no results"

    def _repr_html_(self) -> str:
        return html(self._rows)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._repr_html_()}
