"""Tests of `derivcheck.running.chunks` and of the executors that stay in this process.

Covers also: immediate, in_process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.case_files.unreadable import as_unreadable
from derivcheck.checking.many_points.columns import BLOCK
from derivcheck.errors import InputFileError, PointError
from derivcheck.model import Case, Result, Status
from derivcheck.running.chunks import MAX_ITEMS, MAX_POINTS, Chunk, make_chunks
from derivcheck.running.immediate import Immediate
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import Item, Piece

BROKEN = as_unreadable(InputFileError("byte 1 (0xff) is not UTF-8"), "cases.jsonl", 3)


def case(points: int, name: str = "square", order: int = 2) -> Case:
    """A case of x**2 with so many points, which asks for a second derivative, so that they go one by one."""
    return Case("x**2", tuple({"x": str(at)} for at in range(points)), name, order=order)


def points(chunk: Chunk) -> int:
    """How many points the cases of a chunk have."""
    return sum(len(portion.item.at) for portion in chunk if isinstance(portion.item, Case))


@given(st.lists(st.integers(0, 40), max_size=80) | st.lists(st.integers(0, 3 * MAX_POINTS), max_size=6))
def test_chunks_hold_every_point_once_and_in_order(sizes: list[int]) -> None:
    """Whatever the sizes of the cases, their points come in the order of the file, in chunks that are not too large."""
    cases = [case(size, f"case {index}") for index, size in enumerate(sizes)]
    chunks = list(make_chunks(cases))
    portions = [portion.item for chunk in chunks for portion in chunk]
    assert [(item.name, point) for item in portions for point in item.at] == [  # type: ignore[union-attr]
        (item.name, point) for item in cases for point in item.at
    ]
    assert [portion.item.name for chunk in chunks for portion in chunk if portion.is_last] == [
        item.name for item in cases
    ]
    assert all(len(chunk) <= MAX_ITEMS and points(chunk) <= MAX_POINTS for chunk in chunks)


def test_points_that_go_in_one_go_come_in_larger_chunks() -> None:
    """As many as torch takes at once; the rest of the file stands in the chunks behind."""
    chunks = list(make_chunks([case(3), case(2 * BLOCK + 5, order=1), case(4)]))
    assert [[len(portion.item.at) for portion in chunk if isinstance(portion.item, Case)] for chunk in chunks] == [
        [3], [BLOCK], [BLOCK], [5, 4],
    ]  # fmt: skip


def test_chunks_are_taken_from_the_stream_as_they_are_needed() -> None:
    """The first chunk is there before the stream has ended, so that any number of cases fits into memory."""

    def endless() -> Iterator[Item]:
        while True:
            yield case(1)

    assert len(next(make_chunks(endless()))) == MAX_ITEMS


def statuses(pieces: Iterator[Piece]) -> list[tuple[str | None, list[Status], bool]]:
    """What the pieces say, in short."""
    return [(piece.item.name, [result.status for result in piece.results], piece.last) for piece in pieces]


def test_a_case_with_many_points_comes_in_pieces_of_which_one_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of MAX_POINTS + 1 points the last one makes a piece of its own; what stands behind it is not lost."""
    monkeypatch.setattr("derivcheck.running.chunks.MAX_POINTS", 5)
    found = statuses(InProcess().run([case(6), BROKEN]))
    assert found == [
        ("square", [Status.MATCH] * 2 * 5, False),
        ("square", [Status.MATCH] * 2, True),
        (None, [Status.ERROR], True),
    ]


def test_what_a_check_raises_is_a_result() -> None:
    """An error of the user's is told as it is; a bug of ours keeps its traceback; the case behind it is checked."""

    def check(case: Case) -> Iterator[Result]:
        if case.name == "bug":
            raise ZeroDivisionError("ours")
        raise PointError("the case has no point")

    pieces = list(Immediate(check).run([case(1, "bug"), case(1, "slip")]))
    bug, slip = (result for piece in pieces for result in piece.results)
    assert (bug.status, slip.status) == (Status.ERROR, Status.ERROR)
    assert bug.trace is not None
    assert "ZeroDivisionError: ours" in bug.trace
    assert slip.trace is None
    assert slip.verdict.reason == "the case has no point"
    assert [piece.last for piece in pieces] == [False, True, False, True]
