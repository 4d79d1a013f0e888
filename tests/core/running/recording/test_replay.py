"""Recorded results, shown again as they were run."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from recorded_runs import CASES, case, interrupted, outline, run, selected
from results import row

from derivcheck.model import Result, Status, Verdict
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.reporting.serialization.serialize import json_schema, result_data
from derivcheck.running.recording.replay import Replay

pytestmark = pytest.mark.usefixtures("small_pieces")


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
    path.write_text("".join(json.dumps({"schema": 2, **result_data(result)}) + "\n" for _, result in rows))
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
    assert {"schema": 2, "run": {"rows": 0, "end": True}} == json.loads(ended.read_bytes())
    jsonschema.Draft202012Validator(json.loads(json_schema())).validate(json.loads(ended.read_bytes()))
    assert [] == list(Replay([str(ended)]).run())
    assert interrupted(killed)
    for path in (ended, killed):
        run(path, CASES)
        assert whole == path.read_bytes()
    run(ended, ())
    assert b'{"schema": 2, "run": {"rows": 0, "end": true}}\n' == ended.read_bytes()


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
