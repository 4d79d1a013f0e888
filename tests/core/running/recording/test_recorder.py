"""Runs that are recorded, ended anywhere, and resumed: nothing is lost, nothing is checked twice.

Covers also: fingerprint, index, lock, records, replay, results_file, results_path.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import row, stopped

from derivcheck.case_files.unreadable import as_unreadable
from derivcheck.errors import DerivcheckError, InputFileError, Location, OutputFileError, WorkerError
from derivcheck.model import Case, Checklist, Coordinate, Mode, OwnFunction, Result, Status, Tolerance, Verdict
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.reporting.serialization.serialize import json_schema, result_data
from derivcheck.running import chunks
from derivcheck.running.immediate import Immediate
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import Executor, Item, Piece
from derivcheck.running.limits import NO_LIMITS, Limits
from derivcheck.running.recording import recorder as recorder_module
from derivcheck.running.recording.fingerprint import fingerprint
from derivcheck.running.recording.lock import lock
from derivcheck.running.recording.recorder import Recorder, make_recorder
from derivcheck.running.recording.replay import Replay
from derivcheck.running.recording.results_file import Existing, ResultsFile

MAX_POINTS = 8
"""Points in a piece, for these tests: many pieces, and yet quick."""


@pytest.fixture(scope="module", autouse=True)
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for most in ("MAX_POINTS", "BLOCK"):
            patch.setattr(chunks, most, MAX_POINTS)
        patch.setattr(os, "fsync", lambda _: None)  # a thousand files need not outlive a power cut
        yield


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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a run that nothing interrupted."""
    path = tmp_path_factory.mktemp("whole") / "r.jsonl"
    run(path, CASES, existing=Existing.REFUSE)
    return path.read_bytes()


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


@pytest.mark.parametrize(
    "change",
    [
        {"expr": "x + 5"},
        {"at": ({"x": "1"},)},
        {"wrt": (("x", "x"),)},
        {"order": 2},
        {"modes": (Mode.FORWARD,)},
        {"dtype": DType.FLOAT32},
        {"device": "cuda"},
        {"value": "1"},
        {"derivative": {("x",): "1"}},
        {"expect": Status.MATCH},
        {"expect": {("x",): Status.UNSTABLE}},
        {"why": "because"},
        {"tolerance": Tolerance(rtol=0.1)},
        {"allow_unused": False},
        {"functions": (OwnFunction("f", ("x",), "x", f"{__file__}:run"),)},
        {"checklist": Checklist(only=("forward",))},
    ],
    ids=",".join,
)
def test_whatever_changes_a_case_changes_its_fingerprint(change: dict[str, Any]) -> None:
    """Every field but its name and place."""
    before = case("1")
    assert fingerprint(before) != fingerprint(replace(before, **change))
    assert fingerprint(before) == fingerprint(replace(before, name=None, location=Location()))
    assert set(Case.__dataclass_fields__) == {
        *("expr", "at", "wrt", "order", "modes", "dtype", "device", "value", "derivative", "expect", "why"),
        *("tolerance", "allow_unused", "functions", "checklist", "name", "location"),
    }


def test_another_version_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of torch, say."""
    from derivcheck.running.recording import fingerprint as module

    before = fingerprint(case("1"))
    monkeypatch.setattr(module, "_versions", lambda: ["torch 99"])
    assert before != fingerprint(case("1"))


# --- refused ----------------------------------------------------------------------------------------------------------


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
        (b'{"schema": 2, "case": "x"}\n', "1: the result is of another schema"),
        (b'{"schema": 1, "case": "x"}\n', "1: the row does not tell what it came of"),
        (b'{"schema": 1, "case": "x", "run": 5}\n', "1: the row's place in the run cannot be read"),
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


# --- replayed ---------------------------------------------------------------------------------------------------------


def test_a_file_is_replayed_as_it_was_run(tmp_path: Path) -> None:
    """The same rows for the same cases, judged the same; two files as if they were one."""
    paths = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    fresh = [run(path, half) for path, half in zip(paths, (CASES[:3], CASES[3:]), strict=True)]
    replayed = list(Replay([str(path) for path in paths]).run())
    assert [(rows, last) for _, rows, last in (*fresh[0], *fresh[1])] == [
        (rows, last) for _, rows, last in outline(replayed)
    ]
    results: list[Result] = []
    outcomes = []
    for piece in replayed:
        results += piece.results
        if piece.last:
            outcomes.append(judge(results[0].case, results))
            results = []
    assert 6 == len(outcomes)
    assert outcomes[1].expected


def test_rows_without_a_place_are_replayed(tmp_path: Path) -> None:
    """Those of --format jsonl: a case ends where another one begins, and points are told apart."""
    rows = [(item, row(wrt=wrt, case=item)) for item in (case("1"), case("2")) for wrt in ((), ("x",), (), ("x",))]
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps({"schema": 1, **result_data(result)}) + "\n" for _, result in rows))
    pieces = list(Replay([str(path)]).run())
    assert [False, False, False, False, True] * 2 == [piece.last for piece in pieces]
    points = [id(result.point) for piece in pieces for result in piece.results]
    assert [0, 0, 1, 1, 2, 2, 3, 3] == [sorted(set(points), key=points.index).index(point) for point in points]


def test_what_cannot_be_replayed_is_an_error_of_its_own(tmp_path: Path, whole: bytes) -> None:
    """A file that is not there, one that is not ours, and one whose run was interrupted; the others are shown."""
    (tmp_path / "torn.jsonl").write_bytes(whole[:-5])
    (tmp_path / "within.jsonl").write_bytes(whole[: whole.find(b"\n", whole.find(b'"row": 15')) + 1])
    (tmp_path / "other.jsonl").write_text("hello\n")
    names = [str(tmp_path / f"{name}.jsonl") for name in ("torn", "within", "other", "none")]
    errors = [
        result.error.render()
        for piece in Replay(names).run()
        for result in piece.results
        if result.error and result.error.location and result.error.location.file in names
    ]
    assert ["interrupted", "interrupted", "no file of results", "cannot be read"] == [
        next(words for words in ("interrupted", "no file of results", "cannot be read") if words in error)
        for error in errors
    ]


def test_a_run_without_a_case_is_told_from_one_that_was_killed_before_its_first(tmp_path: Path, whole: bytes) -> None:
    """Its only line says so, in the schema's words; it is resumed, as a file that holds nothing is."""
    ended, killed = tmp_path / "ended.jsonl", tmp_path / "killed.jsonl"
    killed.touch()
    run(ended, ())
    assert {"schema": 1, "run": {"rows": 0, "end": True}} == json.loads(ended.read_bytes())
    jsonschema.Draft202012Validator(json.loads(json_schema())).validate(json.loads(ended.read_bytes()))
    assert [] == list(Replay([str(ended)]).run())
    assert interrupted(killed)
    for path in (ended, killed):
        run(path, CASES)
        assert whole == path.read_bytes()
    run(ended, ())
    assert b'{"schema": 1, "run": {"rows": 0, "end": true}}\n' == ended.read_bytes()


@pytest.mark.parametrize("parts", ["empty whole", "whole empty", "empty empty whole empty", "whole empty whole"])
def test_files_of_which_some_have_no_case_may_be_joined(tmp_path: Path, whole: bytes, parts: str) -> None:
    """They are shown and resumed as the same files without those that have none."""
    empty, joined = tmp_path / "empty.jsonl", tmp_path / "joined.jsonl"
    run(empty, ())
    joined.write_bytes(b"".join({"empty": empty.read_bytes(), "whole": whole}[part] for part in parts.split()))
    pieces = [piece for piece in Replay([str(joined)]).run() if piece.results]
    assert not [piece for piece in pieces if piece.results[0].error and "joined" in str(piece.results[0].error)]
    run(joined, CASES)
    assert whole == joined.read_bytes().replace(empty.read_bytes(), b"")


def test_a_shard_that_left_no_file_is_missed(tmp_path: Path) -> None:
    """As are those of each selection; a shard that has no case is there all the same."""
    files: list[str] = []
    for selection in ("--shard 1/3", "--shard 3/3", "-k sin --shard 1/2", "-k sin --shard 2/2", None):
        files.append(str(tmp_path / f"{len(files)}.jsonl"))
        selected(Path(files[-1]), CASES[:1] if len(files) == 1 else (), selection)
    ((missing,),) = [piece.results for piece in Replay(files).run() if piece.results[0].error]
    assert "0.jsonl: this is a shard, of which others are missing: 2/3" in str(missing.error)
    selected(tmp_path / "of.jsonl", (), "--shard 2/3")
    assert [None] == [piece.results[0].error for piece in Replay([*files, str(tmp_path / "of.jsonl")]).run()]


def test_the_verdict_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    """Nothing is judged again."""
    path = tmp_path / "r.jsonl"
    run(path, CASES[:1])
    verdicts = {result.verdict for piece in Replay([str(path)]).run() for result in piece.results}
    assert {Verdict(Status.UNSTABLE, None, 0.0, 0.0, 0.0, 15.95)} == verdicts


# --- ended, selected, limited, locked ---------------------------------------------------------------------------------


def interrupted(path: Path) -> bool:
    """Whether a report calls the run unfinished."""
    errors = [result.error.render() for piece in Replay([str(path)]).run() for result in piece.results if result.error]
    return any("interrupted" in error for error in errors)


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


def selected(path: Path, items: Sequence[Item], selection: str | None, executor: Executor | None = None) -> None:
    """A run over what a selection left."""
    file = ResultsFile(str(path), existing=Existing.RESUME, selection=selection)
    with closing(Recorder(executor or Counted(), file).run(items)) as pieces:
        outline(pieces)


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
