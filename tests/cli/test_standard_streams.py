"""Streams that are closed or full, and Ctrl-C before anything is loaded: a message and an exit code, no traceback.

Covers also: derivcheck.workers.fork_server, derivcheck.workers.ends_with_server.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from derivcheck_cli import start
from derivcheck_cli.app import app
from derivcheck_cli.boundary import INTERRUPTED

PROGRAM = f"{sys.executable} -m derivcheck_cli"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("functions gamma > /dev/full", 2, "error: stdout: cannot be written: No space left on device"),
        ("--help > /dev/full", 2, "error: the output: cannot be written: No space left on device"),
        ("batch missing.toml 2> /dev/full", 2, "0 cases, and 1 file in error"),
        ("batch --nonsense 2> /dev/full", 2, ""),
        ("schema >&-", 0, ""),
        ("batch missing.toml >&- 2>&-", 2, ""),
        ("batch - --jobs 0 <&-", 5, "error: nothing to check"),
    ],
)
def test_a_stream_that_takes_nothing_is_no_bug(tmp_path: Path, command: str, code: int, told: str) -> None:
    """Who closes stdout wants no output; a full disk is an error of its own; stderr decides no exit code."""
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} {command}"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    said = done.stdout + done.stderr
    assert (code, True) == (done.returncode, told in said), said
    assert "Traceback" not in said
    assert "bug" not in said


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C means afterwards what it meant before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_while_the_program_loads() -> None:
    """It ends with a shell's code; what comes after the end of the run ends the process."""
    loading = SimpleNamespace(main=_interrupted)
    with (
        patch.object(sys, "argv", ["derivcheck"]),
        patch.dict(sys.modules, {"derivcheck_cli.app": loading}),
        pytest.raises(SystemExit) as end,
    ):
        start.run_line()
    assert INTERRUPTED == end.value.code
    assert signal.SIG_DFL is signal.getsignal(signal.SIGINT)


def _interrupted() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_between_the_command_line_and_its_command() -> None:
    """Typer would say "Aborted" and 1, which is the code of a case that fails."""
    with patch("derivcheck_cli.commands.functions.Screen", side_effect=KeyboardInterrupt):
        assert INTERRUPTED == CliRunner().invoke(app, ["functions"]).exit_code


def test_a_working_directory_that_is_gone_is_told() -> None:
    """Settings, files and workers are all looked for from there."""
    with patch.object(Path, "cwd", side_effect=FileNotFoundError):
        done = CliRunner().invoke(app, ["check", "x", "--at", "x=1"])
    assert (2, True) == (done.exit_code, "the working directory is gone" in done.stderr)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the mask of a process in /proc")
def test_the_server_of_workers_never_sees_ctrl_c() -> None:
    """Nor SIGTERM: a terminal sends them to all processes, and the run ends the others itself."""
    program = """
from multiprocessing import forkserver
from pathlib import Path
from derivcheck.workers import fork_server
fork_server.start_server(())
status = Path(f"/proc/{forkserver._forkserver._forkserver_pid}/status").read_text()
print(next(line for line in status.splitlines() if line.startswith("SigBlk")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    blocked = int(done.stdout.split()[1], 16)
    assert {signal.SIGINT, signal.SIGTERM} == {
        number for number in (signal.SIGINT, signal.SIGTERM) if blocked >> (number - 1) & 1
    }


@pytest.mark.parametrize(("error", "told"), [("FileNotFoundError()", False), ("ValueError()", True)])
def test_a_worker_whose_run_is_over_is_silent(error: str, told: bool) -> None:
    """The locks that it was to share are gone; a bug keeps its traceback."""
    program = f"import derivcheck.workers.ends_with_server\nraise {error}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (1, told) == (done.returncode, "Traceback" in done.stderr)


NOISY = """
import ctypes, os, sys, torch
os.write(1, b"at import\\\\n")
print("printed at import")
class Noisy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        os.write(1, b"::error::from forward\\\\n")
        print("printed", flush=True)
        ctypes.CDLL(None).puts(b"from C")
        return x * x
    @staticmethod
    def backward(ctx, g):
        sys.__stdout__.write("to the original\\\\n")
        sys.__stdout__.flush()
        return 2 * ctx.saved_tensors[0] * g
"""
NOISY_CASES = """
[functions.noisy]
torch = "noisy.py:Noisy"
formula = "x**2"

[[case]]
expr = "3*noisy(x)"
at = [{ x = 2 }, { x = 3 }]
"""


@pytest.mark.parametrize(("jobs", "format_"), [("0", "json"), ("0", "text"), ("2", "jsonl")])
def test_what_own_code_writes_to_stdout_is_no_result(
    tmp_path: Path, warm_commands: Path, jobs: str, format_: str
) -> None:
    """Printed, written to file descriptor 1 or by a C library: it is on stderr, whatever process runs it."""
    (tmp_path / "noisy.py").write_text(NOISY.replace("\\\\", "\\"))
    (tmp_path / "cases.toml").write_text(NOISY_CASES)
    options = ["--jobs", jobs, "--format", format_, "--allow-code", "--junit", "/dev/stdout"]
    derivcheck = [sys.executable, "-m", "derivcheck_cli"] if jobs == "2" else [str(warm_commands / "derivcheck")]
    command = [*derivcheck, "batch", "cases.toml", *options]  # a worker's stderr has to be that of its own command
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    out = done.stdout
    assert [word for word in ("import", "::error", "printed", "from C", "original") if word in out] == []
    assert [word for word in ("at import", "from forward", "printed", "original") if word not in done.stderr] == []
    results, _, report = out.partition("<?xml")
    if format_ == "jsonl":
        assert {"match"} == {json.loads(line)["status"] for line in results.splitlines()}
    if format_ == "json":
        assert json.loads(results)["summary"]["exit_code"] == 0
    assert report.endswith("</testsuites>\n")
