"""Runs of the command line that SIGKILL ends: resumed, they leave what an uninterrupted one leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked from a process with torch")

HARNESS = Path(__file__).resolve().parents[1] / "killed_runs.py"
PYTHON = [sys.executable, "-m", "derivcheck_cli"]
POINTS = "; ".join(f"x={number}/7" for number in range(40))
FEW = "".join(
    [
        *(f"x**{power} + {power}*x @ x={power}\n" for power in range(2, 14)),
        "1/2x @ x=1\n",
        "abs(x) @ x=0\n",
        *(f"x*y + {number} @ x={number}, y=1/3\n" for number in range(8)),
    ]
)
CASES = f"{FEW}x**2 @ {POINTS}\n3*x @ x=1\n"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}

TRIALS = {  # benchmarks/soak.py goes on for as long as one likes
    "alone": {"jobs": 0, "kills": 14, "seed": 20261125, "rewritten": False},
    "rewritten": {"jobs": 0, "kills": 8, "seed": 7, "rewritten": True},
    "workers": {"jobs": 2, "kills": 4, "seed": 11, "rewritten": False},
    "few": {"jobs": 0, "kills": 0, "seed": 0, "rewritten": False},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of each trial."""
    listed = []
    for name, trial in TRIALS.items():
        folder = tmp_path_factory.mktemp(name)
        (folder / "cases.txt").write_text(FEW if name == "few" else CASES)
        listed.append({"folder": str(folder), **trial})
    done = subprocess.run(
        [sys.executable, str(HARNESS)],
        input=json.dumps(listed),
        capture_output=True,
        encoding="utf-8",
        timeout=280,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(TRIALS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", ["alone", "rewritten", "workers"])
def test_killed_at_random_moments_nothing_is_lost(found: dict[str, dict[str, Any]], name: str) -> None:
    """The file, what is printed, and the exit code are those of an uninterrupted run, with workers and without."""
    trial = found[name]
    print(f"{trial['met']} kills met a run alive, of {trial['runs']}; written were {trial['moments']} of the bytes")  # noqa: T201
    assert trial["differing"] == 0
    assert trial["met"] >= TRIALS[name]["kills"]
    assert len(set(trial["moments"])) > TRIALS[name]["kills"] // 3  # spread over the run
    assert found["alone"]["wanted"] == trial["wanted"]
    assert found["alone"]["outcome"] == trial["outcome"]
    assert trial["outcome"][0] == 2


def test_the_command_itself_is_killed(found: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Not a fork of ours but `derivcheck` with workers, in the middle of a run, then resumed."""
    results, wanted = tmp_path / "r.jsonl", found["few"]["wanted"]
    (tmp_path / "cases.txt").write_text(FEW)
    options = ["--output", "r.jsonl", "--resume", "--format", "json", "--jobs", "2"]
    command = [*PYTHON, "batch", "cases.txt", *options]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    ) as process:
        while process.poll() is None and (not results.exists() or not results.stat().st_size):
            time.sleep(0.0005)
        process.kill()
    assert -signal.SIGKILL == process.returncode
    assert results.stat().st_size < len(wanted)
    resumed = subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120, check=False, env=ENVIRONMENT
    )
    assert wanted == results.read_text()
    assert found["few"]["outcome"] == [resumed.returncode, resumed.stdout]
