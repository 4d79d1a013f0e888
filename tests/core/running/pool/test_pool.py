"""Tests of `derivcheck.running.pool.pool`: workers that are watched, killed and replaced.

Covers also: preloaded, server, stopped_cases, transport, running.loading.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
import pytest
from typer.testing import CliRunner

from derivcheck.case_files import read_cases
from derivcheck.model import Case
from derivcheck.reporting.outcomes.statistics import Statistics
from derivcheck.running.in_process import InProcess
from derivcheck.running.limits import Limits
from derivcheck.running.pool import slot, transport
from derivcheck.running.pool.pool import Pool
from derivcheck_cli.app import app

ROOT = Path(__file__).resolve().parents[4]
HOSTILE = ROOT / "tests" / "hostile"

BYTES = ("traps.toml", "activations.toml")
"""The files whose bytes are compared."""


def command(*args: str) -> list[str]:
    """`derivcheck batch`, as a process."""
    return [sys.executable, "-m", "derivcheck_cli", "batch", *args]


def environment(folder: Path) -> dict[str, str]:
    """An environment whose workers do what the names of the cases say."""
    path = os.pathsep.join(filter(None, [str(HOSTILE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "HOSTILE_ONCE": str(folder / "once")}


def batch(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a batch with hostile workers to its end."""
    return subprocess.run(
        command(*args),
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def good(index: int) -> str:
    """A case that is right, and no two of them are the same."""
    fields = {"name": f"good/{index}", "expr": f"x**{index % 7 + 2} + {index}*sin(x)", "at": {"x": 0.5}}
    return json.dumps(fields)


def named(name: str) -> str:
    """A case that does what its name says."""
    return json.dumps({"name": name, "expr": "x**2", "at": {"x": 3}})


def rows(run: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, Any]]]:
    """The results of a run, by case."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in run.stdout.splitlines():
        result = json.loads(line)
        found.setdefault(result["case"], []).append(result)
    return found


REASONS = {
    "hang_in_sympy": "stopped after 1 s without an end",
    "hang_in_c": "stopped after 1 s without an end",
    "memory_bomb": "stopped: it takes more memory than 500 MB",
    "killed": "SIGKILL ended its process, twice",
    "stack_overflow": "its process died of SIGSEGV",
}


def test_hostile_cases_are_errors_and_every_other_case_is_right(tmp_path: Path) -> None:
    """200 good cases and 20 hostile ones at 2 jobs: every good one has its two right Results, in the file's order."""
    lines = [good(index).encode() for index in range(200)]
    hostile = [f"{kind}/{number}" for kind in REASONS for number in range(3)]
    for place, name in enumerate(hostile):
        lines.insert(13 * place + 5, named(name).encode())
    for place in (30, 60, 90):
        lines.insert(place, b'{"name": "\xff", "expr": "x", "at": {"x": 1}}')
    for place in (45, 150):
        lines.insert(place, json.dumps({"expr": "+".join(["x"] * 5_000_000), "at": {"x": 1}}).encode())
    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"\n".join(lines))
    started = time.monotonic()
    run = batch(tmp_path, str(file), "-j2", "--case-timeout", "1", "--case-memory", "500MB", "--format", "jsonl")
    taken = time.monotonic() - started
    found = rows(run)
    right = {name: results for name, results in found.items() if name.startswith("good/")}
    wrong = [result for name, results in found.items() if name not in right for result in results]
    assert [f"good/{index}" for index in range(200)] == list(right)
    assert {("match", "match")} == {tuple(result["status"] for result in results) for results in right.values()}
    assert (20, {"error"}) == (len(wrong), {result["status"] for result in wrong})
    for name in hostile:
        assert found[name][0]["reason"].startswith(REASONS[name.partition("/")[0]])
        assert f"{file}:" in run.stderr
    assert 20 == run.stderr.count("error: ") == run.stderr.count("  hint: ") + 2
    assert "Traceback" not in run.stderr
    assert 2 == run.returncode
    assert taken < 60


def test_a_worker_killed_at_random_costs_no_case(tmp_path: Path) -> None:
    """The chunk is done again, whole, and nothing of it is told twice."""
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join([good(0), named("killed_once"), good(1), named("exits"), good(2)]))
    run = batch(tmp_path, str(file), "--format", "jsonl")
    found = {name: [result["status"] for result in results] for name, results in rows(run).items()}
    assert (tmp_path / "once").exists()
    both = ["match", "match"]
    assert found == {"good/0": both, "killed_once": both, "good/1": both, "exits": ["error"], "good/2": both}
    assert "its process died of exit code 0" in run.stderr


@pytest.mark.parametrize(
    ("sent", "whole_group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, True, 143), (signal.SIGHUP, True, 129), (signal.SIGTERM, False, 143)],
)
def test_an_interrupted_run_ends_with_what_is_finished(
    sent: signal.Signals, whole_group: bool, code: int, tmp_path: Path
) -> None:
    """Sent to the whole group, as Ctrl-C is, or to the parent: results and tally are shown, and no process is left."""
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join([*map(good, range(40)), named("hang_in_c"), *map(good, range(40, 80))]))
    with subprocess.Popen(
        command(str(file), "--jobs", "2", "--verbose"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        await_hostile(tmp_path)
        family = psutil.Process(process.pid).children(recursive=True)
        (os.killpg if whole_group else os.kill)(process.pid, sent)
        rest, errors = process.communicate(timeout=60)
    told = "interrupted" if sent is signal.SIGINT else f"ended by {sent.name}"
    assert process.returncode == code
    assert re.fullmatch(rf"{told} after \d+ of 81 cases\n", errors)
    assert "good/0" in first
    tally = re.search(r"^(\d+) cases?: (\d+) pass \(interrupted\)\n", rest, re.MULTILINE)
    assert tally
    assert 1 <= int(tally[1]) == int(tally[2]) <= 40
    assert len(family) >= 2
    assert not left_of(family)


def test_a_run_killed_leaves_no_process(tmp_path: Path) -> None:
    """SIGKILL gives no time to clean up, and yet a worker that hangs ends too."""
    file = tmp_path / "cases.jsonl"
    file.write_text(named("hang_in_c"))
    with subprocess.Popen(command(str(file)), env=environment(tmp_path)) as process:
        await_hostile(tmp_path)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert len(family) >= 2
    assert not left_of(family)


def await_hostile(folder: Path) -> None:
    """Wait until a hostile case is at its work."""
    for _ in range(600):
        if (folder / "begun").exists():
            return
        time.sleep(0.1)
    raise AssertionError("no worker has begun within a minute")


def left_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended in time; a machine with much else to do needs some."""
    _, alive = psutil.wait_procs(family, timeout=20)
    return [left for left in alive if left.is_running() and left.status() != psutil.STATUS_ZOMBIE]


def test_the_bytes_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    """Shipped cases and one of many points, as JSON Lines, in this process and with one, two and three workers."""
    points = tmp_path / "points.jsonl"
    points.write_text(json.dumps({"expr": "sin(x)/x", "at": [{"x": index / 8} for index in range(1, 50)]}))
    files = [str(ROOT / "expressions" / name) for name in BYTES] + [str(points)]
    outputs = {jobs: CliRunner().invoke(app, ["batch", *files, "--format", "jsonl", "--jobs", jobs]) for jobs in "0123"}
    assert {(0, "")} == {(run.exit_code, run.stderr) for run in outputs.values()}
    assert outputs["0"].stdout.count("\n") > 200
    for jobs, run in outputs.items():
        assert None is first_difference(outputs["0"].stdout, run.stdout), f"{jobs} jobs"


def first_difference(ours: str, theirs: str) -> tuple[str, ...] | None:
    """The first line in which two texts differ, with its number; None where they do not."""
    pairs = zip_longest(ours.splitlines(keepends=True), theirs.splitlines(keepends=True), fillvalue="(no line)")
    return next((("line", str(number), *pair) for number, pair in enumerate(pairs, 1) if pair[0] != pair[1]), None)


def test_results_come_back_whole() -> None:
    """What a worker sends is what is found here, to the last field; the tree of its expression is read again."""
    items = [case for case in read_cases(str(ROOT / "expressions" / "traps.toml")) if isinstance(case, Case)][:20]
    ours, theirs = list(InProcess().run(items)), list(Pool(1, Limits()).run(items))
    assert repr(ours) == repr(theirs).replace("Unparsed(", "Expression(")
    trees = [[result.expression for piece in pieces for result in piece.results] for pieces in (ours, theirs)]
    assert trees[0] == trees[1]


def test_statistics_of_what_comes_back_read_no_expression_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker says which functions are called; all else of the tree is parsed where it is asked for, and not here."""
    pieces = list(Pool(1, Limits()).run([Case("sin(x)*exp(-sin(x))", ({"x": "1"},))]))
    monkeypatch.setattr(transport, "parse", None)
    statistics = Statistics()
    for result in pieces[0].results:
        statistics.add(result)
    assert {"sin", "exp", "mul", "neg"} & statistics.data()["function"].keys() >= {"sin", "exp"}


def test_an_unreadable_case_passes_through() -> None:
    """In its place, with its error; where nothing else is in its chunk, no worker is started for it."""
    with patch.object(slot, "Child", None):
        (absent,) = Pool(1, Limits()).run(read_cases("absent.toml"))
    assert (True, "there is no such file") == (absent.last, str(absent.results[0].verdict.reason))
    items = [*read_cases("absent.toml"), Case("x**", ({"x": "1"},)), Case("x", ({"x": "1"},))]
    pieces = list(Pool(1, Limits()).run(items))
    assert [piece.item for piece in pieces] == items
    errors = [piece.results[0].error for piece in pieces]
    assert ["there is no such file", "the expression ends where an operand is due"] == [
        error.message for error in errors if error
    ]
    assert errors[1] is not None
    assert "^" in errors[1].render()


def test_results_come_as_they_are_found_though_their_chunk_takes_long(tmp_path: Path) -> None:
    """Of three cases that take a second each, the first is shown two seconds before the end."""
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(map(named, ["slow/1", "slow/2", "slow/3"])))
    with subprocess.Popen(
        command(str(file), "--jobs", "1", "--format", "jsonl"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        shown = time.monotonic()
        rest = process.stdout.readlines()
        assert time.monotonic() - shown > 1.5
    assert ["slow/1"] * 2 + ["slow/2"] * 2 + ["slow/3"] * 2 == [json.loads(line)["case"] for line in [first, *rest]]
