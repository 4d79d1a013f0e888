"""Tests that a hostile checkout gets nothing run, written or said by whoever runs derivcheck in it.

Covers also: derivcheck.workers.safe_path.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_checkout import Checkout, make, plant

LOADED = (
    "derivcheck.api",
    "derivcheck.running.pool.pool",
    "derivcheck.running.pool.preloaded",
    "derivcheck_cli.app",
    "distributed",
)
"""What imports everything; this process has other modules as well, which are planted too."""

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
    ["trust", "--show"],
]
"""Every command, with what makes it start processes or load libraries."""


def run(
    checkout: Checkout, *arguments: str, code: int | None = 0, warm: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run derivcheck in the checkout; the warm one, where it is not the question what a new process imports."""
    done = subprocess.run(
        [*(checkout.command if warm is None else [warm / "derivcheck"]), *arguments],
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
    for name in LOADED:
        importlib.import_module(name)
    planted = plant(checkout, set(sys.modules))
    assert {"torch", "signal", "socket", "multiprocessing", "resource", "sympy", "derivcheck"} <= {*planted}
    (checkout.folder / "cases.txt").write_text("x**2 @ x=2\nsin(x) @ x=1\n")
    (checkout.folder / "pyproject.toml").write_text("[tool.derivcheck]\nstrict = false\n")
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


def test_the_client_of_a_cluster_imports_nothing_from_there(shadowed: Checkout) -> None:
    """Dask's client looks for its configuration and its parts elsewhere; nobody answers here."""
    told = run(shadowed, "batch", "cases.txt", "--cluster", "tcp://127.0.0.1:1", code=2).stderr
    assert "no Dask scheduler answers" in told
    assert shadowed.planted() == ""


SERVER_KILLED = """
import os, signal
from multiprocessing import forkserver
from derivcheck.model import Case
from derivcheck.running.limits import Limits
from derivcheck.running.pool.pool import Pool

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


# --- what it says -----------------------------------------------------------------------------------------------------

HOSTILE_CODE = "open({ran!r}, 'a').write('code\\n')\ndef square(x):\n    return x * x\n"

HOSTILE_CASES = """\
[functions.square]
torch = "evil.py:square"
formula = "x**2"

[[case]]
expr = "square(x)"
at = { x = 2 }
"""

HOSTILE_LINES = [
    {"expr": "::error file=a,line=1::owned", "at": {"x": 1}},
    {"expr": "\n::add-mask::x", "at": {"x": 1}, "name": "\r\n::set-env name=PATH::x"},
    {"expr": "x", "at": {"x": 1}, "device": "\n##vso[task.setvariable variable=a]b"},
    {"expr": "x", "at": {"x": 1}, "\n##teamcity[buildProblem]": 1},
    {"expr": "2*x", "at": {"x": "section_start:1:a[collapsed=true]\r\u001b[0K"}},
    {"expr": "x**2", "at": {"x": 3}, "derivative": {"x": "3*x"}, "name": "  ::warning::lie ##[error]x"},
    {"expr": "__import__('os').system('touch owned')", "at": {"x": "__import__('os').system('touch owned')"}},
    {"expr": "x", "at": "@/etc/passwd"},
    {"expr": "x", "at": "@../outside/secret.csv"},
]


@pytest.fixture
def speaking(tmp_path: Path) -> Iterator[tuple[Checkout, socket.socket]]:
    """A checkout that asks for everything that it must not get, and a scheduler that somebody listens behind."""
    checkout = make(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as scheduler:
        scheduler.settimeout(0)
        outside = checkout.outside
        (outside / ".bashrc").write_text("export PATH=/bin\n")
        (outside / "secret.csv").write_text("hunter2\n1\n")
        settings = {
            "allow-code": True,
            "cluster": f"tcp://127.0.0.1:{scheduler.getsockname()[1]}",
            "output": "../outside/r.jsonl",
            "junit": "../outside/.bashrc",
            "sarif": str(outside / "new" / "r.sarif"),
            "html": ".git/hooks/pre-commit",
            "markdown": "link/r.md",
            "baseline": "../outside/.bashrc",
            "overwrite": True,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        (checkout.folder / "pyproject.toml").write_text("\n".join(["[tool.derivcheck]", *lines, ""]))
        (checkout.folder / ".git" / "hooks").mkdir(parents=True)
        (checkout.folder / "link").symlink_to(outside)
        (checkout.folder / "evil.py").write_text(HOSTILE_CODE.format(ran=str(checkout.ran)))
        (checkout.folder / "evil.toml").write_text(HOSTILE_CASES)
        (checkout.folder / "said.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in HOSTILE_LINES))
        yield checkout, scheduler


def tree(folder: Path) -> dict[str, bytes]:
    """The files in a folder, links not followed."""
    paths = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if "__pycache__" not in path.parts}


OBEYED = re.compile(r"(?m)^\s*::(?!(error|warning) )|##\[|##vso\[|##teamcity\[|section_(start|end):\d|\x1b")


@pytest.mark.parametrize(
    "arguments",
    [
        ["batch", "evil.toml", "said.jsonl", "--jobs", "0", "--format", "text,github"],
        ["batch", "evil.toml", "said.jsonl", "--jobs", "2", "--format", "jsonl", "-v"],
        ["batch", "evil.toml", "said.jsonl", "--jobs", "0", "--format", "json", "--junit", "/dev/stderr"],
        ["report", "said.jsonl", "evil.toml"],
        ["batch", "--show-settings"],
        ["x**2", "--at", "x=2"],
    ],
    ids=" ".join,
)
def test_a_checkout_that_asks_for_everything_gets_nothing(
    speaking: tuple[Checkout, socket.socket], arguments: list[str], warm_commands: Path
) -> None:
    """No code, no connection, no file anywhere, no command to a CI; what was not done is told."""
    checkout, scheduler = speaking
    before = tree(checkout.folder), tree(checkout.outside)
    starts_workers = "2" in arguments
    done = run(checkout, *arguments, code=None, warm=None if starts_workers else warm_commands)
    assert done.returncode in {0, 1, 2}
    assert (tree(checkout.folder), tree(checkout.outside)) == before
    assert checkout.planted() == ""
    with pytest.raises(BlockingIOError):
        scheduler.accept()
    assert OBEYED.findall(done.stdout) == []
    assert OBEYED.findall(done.stderr) == []
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    if arguments[0] == "batch":
        wanted = {"allow-code", "cluster", "output", "sarif", "html", "markdown", "baseline"}
        wanted |= set() if "--junit" in arguments else {"junit"}
        assert wanted == set(re.findall(r"^warning: pyproject.toml:\d+ \((.*?)\): not done", done.stderr, re.MULTILINE))


def test_a_projects_report_replaces_nothing_in_the_project(
    speaking: tuple[Checkout, socket.socket], warm_commands: Path
) -> None:
    """Not even with `overwrite = true` in its file: a thesis stays a thesis."""
    checkout, _ = speaking
    (checkout.folder / "thesis.txt").write_text("a thesis")
    for setting in ("junit", "sarif", "html", "markdown", "output"):
        text = f'[tool.derivcheck]\noverwrite = true\n{setting} = "thesis.txt"\n'
        (checkout.folder / "pyproject.toml").write_text(text)
        (checkout.folder / "cases.txt").write_text("x @ x=1\n")
        told = run(checkout, "batch", "cases.txt", "--jobs", "0", code=2, warm=warm_commands).stderr
        assert "and is left as it is" in told
        assert (checkout.folder / "thesis.txt").read_text() == "a thesis"
