"""Tests that a hostile checkout gets nothing run, written or said by whoever runs derivcheck in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hostile_checkout import Checkout, make, plant

LOADED = """
import sys
import derivcheck.api, derivcheck.running.workers.preloaded, derivcheck_cli.app, distributed
from derivcheck.running.workers.pool import Pool
print(*sys.modules)
"""

COMMANDS = [
    ["--help"],
    ["--version"],
    ["x**2", "--at", "x=2"],
    ["x**2", "--at", "x=2", "--mode", "compile"],
    ["batch", "cases.txt", "--jobs", "2", "--output", "r.jsonl", "--html", "r.html", "--sarif", "r.sarif"],
    ["batch", "cases.txt", "--jobs", "0", "--junit", "r.xml", "--markdown", "r.md", "--format", "github"],
    ["report", "r.jsonl", "--statistics"],
    [
        "function",
        "functions_of_mine/mine.py:square",
        "--formula",
        "x**2",
        "--at",
        "x=2",
        "--only",
        "backward,global-state",
    ],
    ["devices"],
    ["functions"],
    ["schema"],
]
"""Every command, with what makes it start processes or load libraries."""


def run(
    checkout: Checkout, *arguments: str, code: int | None = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run derivcheck in the checkout."""
    done = subprocess.run(
        [*checkout.command, *arguments],
        cwd=checkout.folder,
        env={**os.environ, "COLUMNS": "100", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert code is None or code == done.returncode, done.stderr
    return done


@pytest.fixture(scope="module")
def shadowed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which every module that any command imports lies once more."""
    checkout = make(tmp_path_factory.mktemp("shadowed"))
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, encoding="utf-8", check=True)
    planted = plant(checkout, set(loaded.stdout.split()))
    assert {"torch", "signal", "socket", "multiprocessing", "resource", "sympy", "derivcheck"} <= {*planted}
    (checkout.folder / "cases.txt").write_text("x**2 @ x=2\nsin(x) @ x=1\n")
    (checkout.folder / "functions_of_mine").mkdir()
    (checkout.folder / "functions_of_mine" / "mine.py").write_text("def square(x):\n    return x * x\n")
    return checkout


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda given: " ".join(given[:2]))
def test_no_module_of_the_working_directory_is_imported(shadowed: Checkout, arguments: list[str]) -> None:
    """Fork server, resource tracker, workers and the compiler's processes import what is installed."""
    if arguments[0] == "report" and not (shadowed.folder / "r.jsonl").exists():
        run(shadowed, "batch", "cases.txt", "--output", "r.jsonl", "--overwrite")
    run(shadowed, *arguments)
    assert shadowed.planted() == ""


def test_python_without_its_environment_imports_nothing_either(shadowed: Checkout) -> None:
    """`python -E` ignores PYTHONSAFEPATH, and hands that on to the processes that it starts."""
    command = [sys.executable, "-E", *shadowed.command[1:], "batch", "cases.txt", "--jobs", "2"]
    subprocess.run(command, cwd=shadowed.folder, check=True, capture_output=True, timeout=120)
    assert shadowed.planted() == ""


def test_python_m_imports_nothing_from_where_it_stands(shadowed: Checkout) -> None:
    """`python -P -m derivcheck_cli`, as docs/security.md has it; a worker that is started anew is no exception."""
    command = [sys.executable, "-P", "-m", "derivcheck_cli", "batch", "cases.txt", "--jobs", "2"]
    subprocess.run(command, cwd=shadowed.folder, check=True, capture_output=True, timeout=120)
    assert shadowed.planted() == ""


SERVER_KILLED = """
import os, signal
from multiprocessing import forkserver
from derivcheck.model import Case
from derivcheck.running.limits import Limits
from derivcheck.running.workers.pool import Pool

if __name__ == "__main__":
    list(Pool(1, Limits()).run([Case("x**2", ({"x": "2"},))]))
    server = forkserver._forkserver._forkserver_pid
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    print([row.status.label for piece in Pool(1, Limits()).run([Case("x**2", ({"x": "2"},))]) for row in piece.results])
"""


def test_a_server_that_is_started_again_imports_nothing_either(shadowed: Checkout) -> None:
    """Python starts the fork server and its tracker anew where they were killed, by itself."""
    script = shadowed.outside / "bin" / "killed.py"
    script.write_text(SERVER_KILLED)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=shadowed.folder, check=True, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "['match', 'match']\n"
    assert shadowed.planted() == ""
