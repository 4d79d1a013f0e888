"""The file of results: what it does not overwrite, what damage is told, and who writes to it.

Covers also: index, lock, records, results_path.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from recorded_runs import CASES, Counted, run

from derivcheck.errors import DerivcheckError, InputFileError, OutputFileError
from derivcheck.running.recording.lock import lock
from derivcheck.running.recording.recorder import Recorder, make_recorder
from derivcheck.running.recording.results_file import Existing, ResultsFile

pytestmark = pytest.mark.usefixtures("small_pieces")


def test_results_are_not_overwritten_by_chance(tmp_path: Path, whole: bytes) -> None:
    """Only by --overwrite."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole)
    with pytest.raises(OutputFileError, match="holds something already"):
        ResultsFile(str(path))
    assert whole == path.read_bytes()
    run(path, CASES[:1], existing=Existing.OVERWRITE)
    assert 2 == path.read_bytes().count(b"\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello\n", "1: this is no file of results"),
        (b"{", None),
        (b'{"schema": 3, "case": "x"}\n', "1: the result is of another schema"),
        (b'{"schema": 2, "case": "x"}\n', "1: the row does not tell what it came of"),
        (b'{"schema": 2, "case": "x", "run": 5}\n', "1: the row's place in the run cannot be read"),
        (b'{"schema": \n', "1: this is no JSON"),
        (b"\n\n", "1: this is no file of results"),
    ],
)
def test_what_is_not_ours_is_left_alone(tmp_path: Path, content: bytes, message: str | None) -> None:
    """With the line, and what to do; the first bytes of a line of ours may be torn anywhere."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    if message is None:
        run(path, CASES)
        return
    with pytest.raises(InputFileError, match=message) as error:
        run(path, CASES)
    assert "--overwrite" in (error.value.hint or "")
    assert content == path.read_bytes()


def test_damage_is_told_with_its_line(tmp_path: Path, whole: bytes) -> None:
    """A line in the middle is no torn end."""
    lines = whole.splitlines(keepends=True)
    path = tmp_path / "r.jsonl"
    for damaged, message in (
        (b"".join([*lines[:5], b"{\n", *lines[6:]]), "r.jsonl:6: this is no JSON"),
        (b"".join([*lines[:5], *lines[6:]]), "r.jsonl:6: the row stands out of place"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputFileError, match=message):
            run(path, CASES)
        assert damaged == path.read_bytes()


def test_names_that_are_no_files_are_refused(tmp_path: Path) -> None:
    """A folder, stdout, a case file, a name below a file; and a case file that is missing on resuming."""
    cases = tmp_path / "cases.txt"
    cases.write_text("x @ x=1\n")
    for name, message in (
        (str(tmp_path), "a folder"),
        ("-", "name of a file"),
        (str(cases), "one of the case files"),
        (f"{tmp_path}/new/", "a folder"),
        ("/dev/stdout", "stdout, not a file"),
        (str(cases / "r.jsonl"), "its folder cannot be made: .*cases.txt is a file"),
    ):
        with pytest.raises(OutputFileError, match=message):
            ResultsFile(name, existing=Existing.OVERWRITE, inputs=[str(cases)])
    with pytest.raises(DerivcheckError, match="no such file"):
        make_recorder(Counted(), str(tmp_path / "r.jsonl"), Existing.RESUME, [str(tmp_path / "nope.txt")])


def test_one_run_writes_to_a_file_at_a_time(tmp_path: Path, whole: bytes) -> None:
    """Another one is refused, whatever it wants, and the file stays; the end of the first one lets it go."""
    path = tmp_path / "r.jsonl"
    file = ResultsFile(str(path))
    with closing(Recorder(Counted(), file).run(CASES)) as pieces:
        next(pieces)
        held = path.read_bytes()
        for existing in Existing:
            with pytest.raises(OutputFileError, match="another run is writing to this file"):
                ResultsFile(str(path), existing=existing)
        assert held == path.read_bytes()
    run(path, CASES)
    assert whole == path.read_bytes()


def test_a_file_that_was_just_replaced_is_not_written_to(tmp_path: Path) -> None:
    """The lock of a file that no longer has its name is worth nothing."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"")
    with path.open("ab", buffering=0) as file:
        (tmp_path / "new").write_bytes(b"")
        (tmp_path / "new").replace(path)
        with pytest.raises(BlockingIOError):
            lock(file, path)
