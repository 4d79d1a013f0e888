"""The run: what a bug in one case does to the others, and where an interruption ends it."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest
from command_line import run
from results import row

from derivcheck.model import Case, Result, Status
from derivcheck.running.interface import Item, Piece
from derivcheck.settings import Format
from derivcheck_cli.driver import Run
from derivcheck_cli.render.renderers import BATCH_RENDERERS
from derivcheck_cli.screen import Screen


def test_a_bug_in_one_case_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error row, a message that asks for a report, exit code 4, and a traceback only with -v."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "boom":
            raise ZeroDivisionError("tensor of lies")
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.chunk_checking.check_points", check_points)
    terse, verbose = (
        run("batch", "-", "--jobs", "0", *options, stdin="x\nboom\ny\n", code=4) for options in ([], ["-v"])
    )
    assert "3 cases: 2 pass, 1 error" in terse.stdout
    assert "internal error: <stdin>:2: " in terse.stderr
    assert "tensor of lies" in terse.stderr
    assert "please report it" in terse.stderr
    assert "Traceback" not in terse.output
    assert "Traceback" in verbose.stderr


def test_ctrl_c_ends_with_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is closed, how far the run came is said, and the exit code is SIGINT's."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "y":
            raise KeyboardInterrupt
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.chunk_checking.check_points", check_points)
    result = run("batch", "-", "--jobs", "0", "--format", "json", stdin="x\ny\nz\n", code=130)
    summary = json.loads(result.stdout)["summary"]
    assert ("interrupted after 1 case\n", 1, True) == (result.stderr, summary["results"], summary["interrupted"])


def test_an_interrupted_run_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of how many cases, and how it is gone on with, where its results were kept."""

    def check_points(case: Case) -> list[Result]:
        if case.expr == "y":
            raise KeyboardInterrupt
        return [row(case=case)]

    monkeypatch.setattr("derivcheck.running.chunk_checking.check_points", check_points)
    file, kept = tmp_path / "many.txt", tmp_path / "kept.jsonl"
    file.write_text("# a comment\n" + "x @ x=1\n" * 1200 + "\ny @ y=1\n" * 800)
    result = run("batch", str(file), "--jobs", "0", code=130)
    assert "interrupted after 1,200 of 2,000 cases\n" == result.stderr
    assert result.stdout.startswith("1,200 cases: 1,200 pass (interrupted)\n")
    result = run("batch", str(file), "--jobs", "0", "--output", str(kept), code=130)
    told = "interrupted after 1,200 of 2,000 cases; the same command with --resume goes on from there\n"
    assert told == result.stderr
    monkeypatch.setattr("derivcheck.checking.one_point.check_case", check_points)
    assert "interrupted\n" == run("y", "--at", "y=1", code=130).stderr


def test_an_early_end_closes_the_executor_at_once() -> None:
    """It reads no case further than it has to."""

    class Watched:
        closed = False

        def run(self, items: Iterable[Item]) -> Generator[Piece]:
            try:
                for item in items:
                    assert isinstance(item, Case)
                    yield Piece(item, (row(Status.MISMATCH, case=item),), last=True)
            finally:
                self.closed = True

    executor = Watched()
    screen = Screen()
    endless = (Case(expr="x", at=({"x": str(number)},)) for number in iter(int, 1))
    assert 1 == Run(executor, [BATCH_RENDERERS[Format.JSONL](screen)], screen, max_fail=3).over(endless)
    assert executor.closed
