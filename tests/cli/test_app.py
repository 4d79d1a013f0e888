"""The command line as a whole: its version, its examples, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest
from command_line import run

from derivcheck import __version__
from derivcheck_cli.commands import batch, check, devices, functions


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["check", "--help"], ["batch", "--help"], ["functions"], []]
)
def test_what_needs_no_check_loads_neither_torch_nor_sympy(args: list[str]) -> None:
    """It answers at once."""
    program = f"""
import sys
from derivcheck_cli.app import app
try:
    app({args!r})
except SystemExit:
    print(sorted({{"torch", "sympy", "flint", "numpy"}} & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "[]" == done.stderr.splitlines()[-1]


def test_the_version_is_the_packages() -> None:
    """One place says which it is; a second line has what a report needs besides."""
    first, second = run("--version").stdout.splitlines()
    assert f"derivcheck {__version__}" == first
    assert [f"torch {version('torch')}", "sympy"] == [second.split(" · ")[0], second.split(" · ")[1].split()[0]]


@pytest.mark.parametrize("command", [check, batch, devices, functions])
def test_the_help_of_each_command_shows_an_example(command: Any) -> None:
    """One that can be copied."""
    name = command.__name__.rpartition(".")[2]
    examples = [line.strip() for line in command.EXAMPLES.splitlines() if "derivcheck" in line]
    assert examples
    assert all(line in run(name, "--help").stdout for line in examples)
