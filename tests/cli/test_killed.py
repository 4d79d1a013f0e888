"""Runs of the command line that SIGKILL ends: resumed, they leave what an uninterrupted one leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked from a process with torch")

HARNESS = Path(__file__).resolve().parents[1] / "killed_runs.py"
PYTHON = [sys.executable, "-m", "derivcheck_cli"]
POINTS = "; ".join(f"x={number}/7" for number in range(100))
CASES = "".join(
    [
        *(f"x**{power} + {power}*x @ x={power}\n" for power in range(2, 30)),
        "2x @ x=1\n",
        f"x**2 @ {POINTS}\n",
        "abs(x) @ x=0\n",
        *(f"x*y + {number} @ x={number}, y=1/3\n" for number in range(20)),
    ]
)


def harness(seed: int, kills: int, growth: int, results: Path, *arguments: str) -> tuple[int, int, str]:
    """How many runs were met by a kill, the exit code of the last run, and what it printed."""
    command = [sys.executable, str(HARNESS), *map(str, (seed, kills, growth, results)), *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False, env=environment)
    met, _, printed = done.stdout.partition("\n")
    assert met.isdecimal(), done.stderr
    return int(met), done.returncode, printed


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, str]:
    """The case file, and the results and the JSON of a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    cases, results = folder / "cases.txt", folder / "r.jsonl"
    cases.write_text(CASES)
    met, code, printed = harness(0, 0, 0, results, "batch", str(cases), "--output", str(results), "--format", "json")
    assert (0, 2) == (met, code)
    return cases, results.read_bytes(), printed


def test_killed_at_25_random_moments_nothing_is_lost(whole: tuple[Path, bytes, str], tmp_path: Path) -> None:
    """The file, what is printed, and the exit code are those of an uninterrupted run."""
    cases, wanted, wanted_print = whole
    results = tmp_path / "r.jsonl"
    arguments = ("batch", str(cases), "--output", str(results), "--resume", "--format", "json")
    met, code, printed = harness(20261125, 25, len(wanted) // 20, results, *arguments)
    assert wanted == results.read_bytes()
    assert (2, wanted_print) == (code, printed)
    assert met >= 8


def test_killed_while_the_file_is_written_anew(whole: tuple[Path, bytes, str], tmp_path: Path) -> None:
    """The cases were in another order, and some are new: the same holds."""
    cases, wanted, wanted_print = whole
    results, other = tmp_path / "r.jsonl", tmp_path / "other.txt"
    lines = CASES.splitlines(keepends=True)
    other.write_text("x + 1 @ x=5\n" + "".join(reversed(lines[10:31])))
    assert 2 == harness(0, 0, 0, results, "batch", str(other), "--output", str(results))[1]
    arguments = ("batch", str(cases), "--output", str(results), "--resume", "--format", "json")
    met, code, printed = harness(7, 12, len(wanted) // 4, results, *arguments)
    assert wanted == results.read_bytes()
    assert (2, wanted_print) == (code, printed)
    assert met >= 3
    assert not (tmp_path / "r.jsonl.part").exists()


def test_the_command_itself_is_killed(tmp_path: Path) -> None:
    """Not a fork of ours but `derivcheck`, in the middle of a run, then resumed."""
    cases, results, wanted = tmp_path / "cases.txt", tmp_path / "r.jsonl", tmp_path / "wanted.jsonl"
    cases.write_text(CASES)

    def command(output: Path) -> list[str]:
        return [*PYTHON, "batch", str(cases), "--output", str(output), "--resume", "--format", "json"]

    with subprocess.Popen(command(results), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and (not results.exists() or results.stat().st_size < len(CASES)):
            time.sleep(0.002)
        process.kill()
    assert -signal.SIGKILL == process.returncode
    resumed, whole = (
        subprocess.run(command(path), capture_output=True, timeout=120, check=False) for path in (results, wanted)
    )
    assert wanted.read_bytes() == results.read_bytes()
    assert (2, whole.stdout, whole.stderr) == (resumed.returncode, resumed.stdout, resumed.stderr)
