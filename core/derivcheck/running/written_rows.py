"""The rows of many points of one case as lines of a file of results, without the place that each has in its run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from derivcheck.checking.many_points.rows import Rows
from derivcheck.model import Result
from derivcheck.reporting.serialization.row_template import RowTemplate
from derivcheck.reporting.serialization.serialize import line_data
from derivcheck.reporting.serialization.shaped_data import hexadecimal
from derivcheck.system.harmless import harmless_json

if TYPE_CHECKING:  # it loads torch, and the parent imports what imports this
    from derivcheck.checking.many_points.proven_rows import ProvenPoint

Finished = Callable[[Sequence[Result]], Iterable[Result]]
"""Makes of the Results of a point those that are written."""


def written_rows(rows: Rows, examples: Iterable[Result], finished: Finished) -> bytes:
    """Write the rows of all points, each as a line.

    Args:
        rows: the Results.
        examples: those of the points that were examined, in order, as they are to be written.
        finished: what makes the others ready to be written.
    """
    given = iter(examples)
    lines = _Lines(rows, finished)
    written = [
        line
        for index in range(len(rows.case.at))
        for line in (
            map(_line, islice(given, len(rows.examined[index]))) if index in rows.examined else lines.of(index)
        )
    ]
    return "\n".join(written).encode("ascii")


def _line(result: Result) -> str:
    return harmless_json(json.dumps(line_data(result), allow_nan=False))


class _Lines:
    """The lines of the points that passed.

    Args:
        rows: the Results.
        finished: what makes them ready to be written.
    """

    def __init__(self, rows: Rows, finished: Finished) -> None:
        self._made, self._finished = rows.by_position(), finished
        self._proven = rows.proven() if _are_harmless(rows.case.at) else {}
        self._templates: list[RowTemplate] = []
        for index in islice(self._proven, 1):
            self._templates = list(map(RowTemplate, finished(self._made(index))))
            if list(self._filled(self._proven[index])) != list(self._by_results(index)):
                self._proven.clear()

    def of(self, index: int) -> Iterator[str]:
        """The lines of a point, from its Results where these are needed."""
        point = self._proven.get(index)
        return self._by_results(index) if point is None else self._filled(point)

    def _by_results(self, index: int) -> Iterator[str]:
        return map(_line, self._finished(self._made(index)))

    def _filled(self, point: ProvenPoint) -> Iterator[str]:
        typed, exact = _object(point.texts), _object({name: hexadecimal(point.numbers[name]) for name in point.texts})
        for template, row in zip(self._templates, point.rows, strict=True):
            yield template.fill(typed, exact, row.truth, row.number, row.verdict)


def _are_harmless(points: Iterable[Mapping[str, str]]) -> bool:
    """Whether no line holds a command for what is typed at a point; then all do as the first."""
    texts = "\n".join(chain.from_iterable(point.values() for point in points))
    return harmless_json(texts) == texts


def _object(texts: Mapping[str, str]) -> str:
    """Some texts as `json.dumps` writes them."""
    return "{" + ", ".join([f"{_quoted(name)}: {_quoted(text)}" for name, text in texts.items()]) + "}"


_quoted = json.encoder.encode_basestring_ascii
