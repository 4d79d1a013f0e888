"""The edge of the program: an error becomes a message and an exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run

PYTHON = [sys.executable, "-m", "derivcheck_cli"]


def test_a_bug_outside_of_the_cases_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4, without a traceback."""
    monkeypatch.setattr("derivcheck_cli.commands.check.merge_assignments", lambda _: 1 / 0)
    result = run("x", code=4)
    assert result.stderr.startswith("error: internal error: ZeroDivisionError: division by zero\n")
    assert "Traceback" not in result.output


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    """`| head -1`, in a process of its own."""
    (tmp_path / "many.txt").write_text("x @ x=1\n" * 2000)
    arguments = [*PYTHON, "batch", str(tmp_path / "many.txt"), "--format", "jsonl"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"schema": 2, "case"')
        process.stdout.close()
        assert (b"", 141) == (process.stderr.read(), process.wait(60))
