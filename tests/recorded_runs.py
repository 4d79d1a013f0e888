"""Recorded runs for tests: cases, an executor without torch, and what comes of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from results import row, stopped

from derivcheck.case_files.unreadable import as_unreadable
from derivcheck.errors import InputFileError, Location
from derivcheck.model import Case, Coordinate, Result, Status
from derivcheck.reporting.serialization.serialize import result_data
from derivcheck.running.immediate import Immediate
from derivcheck.running.interface import Executor, Item, Piece
from derivcheck.running.recording.recorder import Recorder
from derivcheck.running.recording.replay import Replay
from derivcheck.running.recording.results_file import Existing, ResultsFile

MAX_POINTS = 8
"""Points in a piece, for these tests: many pieces, and yet quick."""


@dataclass
class Counted:
    """An executor without torch: a value and a derivative at each point; it counts the points that it is asked for.

    Attributes:
        eager: whether it reads all items before it begins, as a pool with many workers may.
    """

    eager: bool = False
    points: int = 0

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Several pieces for each item."""
        yield from Immediate(self.check).run(list(items) if self.eager else items)

    def check(self, case: Case) -> Iterator[Result]:
        """Rows that tell the case and the point."""
        for texts in case.at:
            self.points += 1
            if case.expr == "broken":
                yield replace(stopped(case), error=InputFileError("broken").at(case.location))
                continue
            point = {name: Coordinate(text, None, Fraction(text)) for name, text in texts.items()}
            for wrt in ((), ("x",)):
                yield replace(row(Status.UNSTABLE, wrt, case=case), point=point)


def case(name: str, points: int = 1, **fields: Any) -> Case:
    """A case of so many points, whose fingerprint the name determines."""
    at = tuple({"x": str(point)} for point in range(points))
    return replace(Case(f"x + {name}", at, f"case {name}", location=Location("a.jsonl", 1 + len(name))), **fields)


BROKEN = as_unreadable(InputFileError("the line is no object"), "a.jsonl", 7)
CASES: list[Item] = [
    case("1"),
    case("2", 3, expect=Status.UNSTABLE, why="it is"),
    BROKEN,
    case("3", 2 * MAX_POINTS + 1),
    Case("broken", ({"x": "1"},), location=Location("a.jsonl", 9)),
    case("4", 2),
]


def outline(pieces: Iterable[Piece]) -> list[tuple[object, list[object], bool]]:
    """What a renderer and a judge see of the pieces."""
    return [(piece.item, [result_data(result) for result in piece.results], piece.last) for piece in pieces]


def run(
    path: Path,
    items: Sequence[Item],
    executor: Executor | None = None,
    *,
    existing: Existing = Existing.RESUME,
    at_most: int | None = None,
) -> list[tuple[object, list[object], bool]]:
    """A run, perhaps ended after some pieces as Ctrl-C does."""
    file = ResultsFile(str(path), existing=existing)
    with closing(Recorder(executor or Counted(), file).run(items)) as pieces:
        return outline(islice(pieces, at_most))


def interrupted(path: Path) -> bool:
    """Whether a report calls the run unfinished."""
    errors = [result.error.render() for piece in Replay([str(path)]).run() for result in piece.results if result.error]
    return any("interrupted" in error for error in errors)


def selected(path: Path, items: Sequence[Item], selection: str | None, executor: Executor | None = None) -> None:
    """A run over what a selection left."""
    file = ResultsFile(str(path), existing=Existing.RESUME, selection=selection)
    with closing(Recorder(executor or Counted(), file).run(items)) as pieces:
        outline(pieces)
