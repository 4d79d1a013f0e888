"""Tests of a file of results that somebody else touches while a run writes to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from derivcheck.errors import OutputFileError
from derivcheck.model import Case
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import EVERYTHING, Item
from derivcheck.running.recording.recorder import make_recorder
from derivcheck.running.recording.replay import Replay
from derivcheck.running.recording.results_file import Existing

CASES = [Case(f"x**{power}", ({"x": "2"},), name=f"case {power}") for power in range(2, 8)]


def run(path: Path, items: Iterable[Item], existing: Existing = Existing.RESUME) -> int:
    """Record a run; how many cases came to their end."""
    pieces = make_recorder(InProcess(EVERYTHING), str(path), existing, []).run(items)
    return sum(piece.last for piece in pieces)


def shorten(path: Path, size: int) -> None:
    """Cut the file as another program would."""
    with path.open("r+b") as file:
        file.truncate(size)


def append(path: Path) -> None:
    """Write behind what is there."""
    with path.open("ab") as file:
        file.write(b"mine\n")


def replace(path: Path) -> None:
    """Put a copy into the place of the file."""
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


TOUCHES: dict[str, tuple[Callable[[Path], object], str]] = {
    "emptied": (lambda path: shorten(path, 0), "changed"),
    "shortened to whole records": (lambda path: shorten(path, path.read_bytes().rindex(b"\n", 0, -1) + 1), "changed"),
    "shortened in the middle of one": (lambda path: shorten(path, path.stat().st_size - 7), "changed"),
    "removed": (os.remove, "removed"),
    "renamed": (lambda path: path.rename(path.with_name("elsewhere")), "removed"),
    "replaced": (replace, "changed|removed"),
    "appended to": (append, "changed"),
}


@pytest.mark.parametrize("name", TOUCHES)
@pytest.mark.parametrize("at", [1, 3, len(CASES)])
def test_it_is_noticed_at_once_and_the_run_can_be_resumed(tmp_path: Path, name: str, at: int) -> None:
    """Before the next record is written; what is resumed is what an undisturbed run leaves."""
    touch, now = TOUCHES[name]
    wanted = tmp_path / "wanted.jsonl"
    run(wanted, CASES)
    path = tmp_path / "r.jsonl"
    seen = 0

    def watched() -> None:
        nonlocal seen
        for piece in make_recorder(InProcess(EVERYTHING), str(path), Existing.RESUME, []).run(CASES):
            seen += piece.last
            if seen == at:
                touch(path)

    with pytest.raises(OutputFileError, match=f"somebody else has ({now}) the file while the run was writing") as told:
        watched()
    assert seen == at
    assert told.value.hint
    if name == "appended to":
        path.write_bytes(path.read_bytes().removesuffix(b"mine\n"))
    run(path, CASES)
    assert wanted.read_bytes() == path.read_bytes()


def test_a_file_that_was_cut_between_two_records_is_told(tmp_path: Path) -> None:
    """Of a whole run, cut afterwards: it lacks the mark of its end, and a report says so."""
    path = tmp_path / "r.jsonl"
    run(path, CASES)
    shorten(path, path.read_bytes().rindex(b"\n", 0, -1) + 1)
    last = [*Replay((str(path),)).run()][-1].results[0]
    assert "ends in the middle of a case" in str(last.error) or "cases may be missing at the end" in str(last.error)
