"""Runs that are recorded, ended anywhere, and resumed: nothing is lost, nothing is checked twice."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_runs import CASES, MAX_POINTS, Counted, case, interrupted, outline, run, selected
from results import stopped

from derivcheck.errors import InputFileError, Location, WorkerError
from derivcheck.model import Case, Result, Status, Verdict
from derivcheck.running import chunks
from derivcheck.running.immediate import Immediate
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import Item
from derivcheck.running.limits import NO_LIMITS, Limits
from derivcheck.running.recording import recorder as recorder_module
from derivcheck.running.recording.recorder import Recorder
from derivcheck.running.recording.results_file import Existing, ResultsFile

pytestmark = pytest.mark.usefixtures("small_pieces")


def test_the_pieces_are_those_of_the_executor(tmp_path: Path) -> None:
    """Item by item and row by row; a case with many points in several pieces, in the file as well."""
    path = tmp_path / "r.jsonl"
    found = run(path, CASES)
    assert [item for item, _, last in found if last] == CASES
    assert 3 == sum(item == CASES[3] for item, _, _ in found)
    alone = outline(Immediate(Counted().check).run(CASES))
    assert [data for _, rows, _ in found for data in rows] == [data for _, rows, _ in alone for data in rows]
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    places = [(line.pop("schema"), line.pop("run"))[1] for line in rows]
    assert rows == [data for _, rows, _ in found for data in rows]
    assert {"piece": 2, "pieces": 3, "row": 1, "rows": 2}.items() <= places[-6].items()


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_prefix_is_resumed(whole: bytes, data: st.DataObject) -> None:
    """Whatever the number of bytes that were written, the file and the pieces become those of a whole run."""
    size = data.draw(st.integers(0, len(whole)) | st.sampled_from([whole.find(b"\n"), whole.rfind(b"\n"), len(whole)]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.jsonl"
        path.write_bytes(whole[:size])
        counted = Counted()
        found = run(path, CASES, counted)
        assert whole == path.read_bytes()
        assert ["r.jsonl"] == [file.name for file in path.parent.iterdir()]
        assert found == run(Path(folder) / "fresh.jsonl", CASES)
    lost = whole[size:].count(b"\n")
    assert counted.points <= (lost + 2 * MAX_POINTS + 3) / 2 + MAX_POINTS


def test_a_case_is_resumed_within_its_points(tmp_path: Path, whole: bytes) -> None:
    """Of 17 points, 8 were recorded, and 8 of the others are in one piece that is lost by half."""
    path = tmp_path / "r.jsonl"
    first = whole.find(b'"row": 7, "rows": 16', whole.find(b'"piece": 1, "pieces": 3'))
    path.write_bytes(whole[:first])
    counted = Counted()
    run(path, CASES, counted)
    assert whole == path.read_bytes()
    assert MAX_POINTS + 1 + 1 + 2 == counted.points


NAMES = st.lists(st.sampled_from(["1", "22", "333", "4444", "55555"]), max_size=6)


def items_of(names: Sequence[str]) -> list[Item]:
    """Cases in an order, of which one may stand there twice."""
    return [case(name, 4 * len(name), location=Location("a.jsonl", line)) for line, name in enumerate(names, start=1)]


@given(NAMES, NAMES, NAMES, st.integers(0, 12), st.integers(0, 12), st.booleans())
@settings(max_examples=50, deadline=None)
def test_changed_cases_are_resumed(
    before: list[str], between: list[str], after: list[str], ended: int, again: int, eager: bool
) -> None:
    """Cases come, go and change places, runs end anywhere: the file is that of the last cases, none checked twice."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorder_module, "_MAX_WAITING", 2)
        path, fresh = Path(folder) / "r.jsonl", Path(folder) / "fresh.jsonl"
        run(path, items_of(before), at_most=ended)
        run(path, items_of(between), at_most=again)
        held = {json.loads(line)["run"].get("fingerprint") for line in path.read_bytes().splitlines()}
        counted = Counted(eager)
        found = run(path, items_of(after), counted)
        assert found == run(fresh, items_of(after))
        assert fresh.read_bytes() == path.read_bytes()
        assert {"r.jsonl", "fresh.jsonl"} == {file.name for file in Path(folder).iterdir()}
        rows = [row for line in fresh.read_bytes().splitlines() if (row := json.loads(line))["run"]["rows"]]
        wanted = Counter(row["run"]["fingerprint"] for row in rows)
        new = sum(times for found_as, times in wanted.items() if found_as not in held)
        # Of a case that stands there twice only one need have been found.
        copies = Counter(row["run"]["fingerprint"] for row in rows if row["run"]["row"] == 0)
        twice = sum(times - times // copies[found_as] for found_as, times in wanted.items() if found_as in held)
        assert new <= 2 * counted.points <= new + twice


def test_an_ended_run_keeps_what_it_had(tmp_path: Path, whole: bytes) -> None:
    """Where the cases are in another order, the old results stay until the new file is whole, and the new ones too."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole)
    run(path, [case("new"), *reversed(CASES)], at_most=3)
    assert path.read_bytes().startswith(whole)
    assert 2 == path.read_bytes()[len(whole) :].count(b'"case": "case new"')
    counted = Counted()
    run(path, [case("new"), *reversed(CASES)], counted)
    assert 0 == counted.points


def test_a_kill_leaves_a_part_file_that_nobody_needs(tmp_path: Path, whole: bytes) -> None:
    """It is removed."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole)
    (tmp_path / "r.jsonl.part").write_bytes(whole[:9])
    run(path, CASES)
    assert ["r.jsonl"] == [file.name for file in tmp_path.iterdir()]


def test_a_case_on_another_line_is_not_checked_again(tmp_path: Path, whole: bytes) -> None:
    """Nor one with another name; the rows tell its new place, and so does an error."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole)
    moved = [
        replace(item, name="moved", location=Location("b.jsonl", 40 + index)) if isinstance(item, Case) else item
        for index, item in enumerate(CASES)
    ]
    counted = Counted()
    found = run(path, moved, counted)
    assert 0 == counted.points
    assert found == run(tmp_path / "fresh.jsonl", moved)
    assert path.read_bytes() == (tmp_path / "fresh.jsonl").read_bytes()
    assert b'"stopped": {"hint": null, "location": {"file": "b.jsonl", "line": 44' in path.read_bytes()


def test_a_run_that_ended_between_two_cases_is_told_from_a_whole_one(tmp_path: Path, whole: bytes) -> None:
    """By a mark in the last line, which a run that goes on takes away."""
    path = tmp_path / "r.jsonl"
    for count, _ in enumerate(CASES, start=1):
        path.unlink(missing_ok=True)
        run(path, CASES, at_most=count)
        assert interrupted(path), count
        run(path, CASES)
        assert not interrupted(path)
    assert whole == path.read_bytes()
    assert 1 == whole.count(b'"end": true') == whole.endswith(b', "end": true}}\n')
    for items in (CASES, [*CASES, case("new")], CASES[:2], [case("first"), *CASES], [*CASES, *CASES]):
        path.write_bytes(whole)
        run(path, items, at_most=3)
        run(path, items)
        run(tmp_path / "fresh.jsonl", items)
        assert (tmp_path / "fresh.jsonl").read_bytes() == path.read_bytes()


def test_files_one_after_the_other_are_resumed(tmp_path: Path) -> None:
    """As `cat` leaves two of them: the mark in the middle goes."""
    paths = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for path, half in zip(paths, (CASES[:3], CASES[3:]), strict=True):
        run(path, half)
    both = tmp_path / "both.jsonl"
    both.write_bytes(b"".join(path.read_bytes() for path in paths))
    assert not interrupted(both)
    counted = Counted()
    run(both, CASES, counted)
    run(tmp_path / "fresh.jsonl", CASES)
    assert 0 == counted.points
    assert (tmp_path / "fresh.jsonl").read_bytes() == both.read_bytes()


def test_another_selection_drops_nothing(tmp_path: Path, whole: bytes) -> None:
    """It is refused, where it would drop the others' rows; a run of all cases takes those that are there."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole)
    with pytest.raises(InputFileError, match="those of all cases, and this run is of -k 2"):
        selected(path, CASES[1:2], "-k 2")
    assert whole == path.read_bytes()
    path.unlink()
    selected(path, CASES[1:2], "-k 2")
    with pytest.raises(InputFileError, match="those of -k 2, and this run is of --shard 1/2"):
        selected(path, CASES[:2], "--shard 1/2")
    counted = Counted()
    selected(path, CASES[1:2], "-k 2", counted)
    assert 0 == counted.points
    selected(path, CASES, None, counted)
    assert 0 < counted.points == sum(len(item.at) for item in CASES if isinstance(item, Case)) - 3
    assert whole == path.read_bytes()


@dataclass
class Limited(Counted):
    """An executor in which the case of three points meets a limit, or does not.

    Attributes:
        limit: which.
    """

    limit: tuple[str, float | None] | None = None

    def check(self, case: Case) -> Iterator[Result]:
        """An error for three points."""
        if len(case.at) == 3 and self.limit:
            self.points += 3
            error = WorkerError("stopped", limit=self.limit, location=case.location)
            yield replace(stopped(case), error=error, verdict=Verdict(Status.ERROR, "stopped"))
        else:
            yield from Counted.check(self, case)


@pytest.mark.parametrize(
    ("met", "now", "again"),
    [
        (("case-timeout", 60.0), Limits(60.0, None), False),
        (("case-timeout", 60.0), Limits(600.0, None), True),
        (("case-timeout", 60.0), NO_LIMITS, True),
        (("case-memory", 10**9), Limits(1.0, 10**9), False),
        (("case-memory", 10**9), Limits(1.0, 2 * 10**9), True),
        (("case-memory", None), Limits(1.0, None), False),
        (("machine", None), Limits(1.0, None), True),
    ],
)
def test_a_case_that_met_another_limit_is_checked_again(
    tmp_path: Path, whole: bytes, met: tuple[str, float | None], now: Limits, again: bool
) -> None:
    """And nothing else is; one that met the same limit is not, since it would meet it again."""
    path = tmp_path / "r.jsonl"
    run(path, CASES, Limited(limit=met))
    before = path.read_bytes()
    counted = Counted()
    file = ResultsFile(str(path), existing=Existing.RESUME, limits=now)
    with closing(Recorder(counted, file).run(CASES)) as pieces:
        outline(pieces)
    assert 3 * again == counted.points
    assert path.read_bytes() == (whole if again else before)


def test_a_case_with_a_thousand_points_is_resumed_within_them(tmp_path: Path) -> None:
    """Torch takes the points of a piece in one go: what was lost comes to the same bytes when it is checked alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "BLOCK", 256)
        points = tuple({"x": f"{number}/7"} for number in range(1000))
        items = [Case("x + 1", ({"x": "2"},)), Case("exp(sin(x))*x", points), Case("x**2", ({"x": "2"},))]
        path, fresh = tmp_path / "r.jsonl", tmp_path / "fresh.jsonl"
        run(fresh, items, InProcess())
        lines = fresh.read_bytes().splitlines(keepends=True)
        assert [256, 256, 256, 232] == [
            sum(b'"piece": %d, "pieces": 4' % piece in line for line in lines) // 2 for piece in range(4)
        ]
        for kept in (2 + 2 * 256 + 1, 2 + 2 * 768):
            path.write_bytes(b"".join(lines[:kept]) + lines[kept][:50])
            run(path, items, InProcess())
            assert fresh.read_bytes() == path.read_bytes()


def test_a_file_of_schema_1_is_continued(tmp_path: Path, whole: bytes) -> None:
    """Its rows hold, are not checked again, and are written anew as rows of schema 2."""
    path = tmp_path / "r.jsonl"
    path.write_bytes(whole.replace(b'{"schema": 2, ', b'{"schema": 1, '))
    assert not interrupted(path)
    counted = Counted()
    found = run(path, CASES, counted)
    assert 0 == counted.points
    assert whole == path.read_bytes()
    assert found == run(tmp_path / "fresh.jsonl", CASES)
