"""`derivcheck completion`, and what a shell asks for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from command_line import run

from derivcheck_cli.arguments import COMPLETES
from derivcheck_cli.commands.completion import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_a_script(shell: str) -> None:
    """For each shell; another one is an error."""
    script = run("completion", shell).stdout
    assert "derivcheck" in script
    assert COMPLETES in script
    assert "unknown shell 'tcsh'" in run("completion", "tcsh", code=2).stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("derivcheck ba", ["batch"]),
        ("derivcheck batch --form", ["--format"]),
        ("derivcheck batch --format ", ["text", "json", "jsonl", "github"]),
        ("derivcheck batch --mode reverse,fu", ["reverse,func"]),
        ("derivcheck -x**2 --dt", ["--dtype"]),
        ("derivcheck x*y --at x=1 --dtype b", ["bfloat16"]),
        ("derivcheck expl", ["explain"]),
        ("derivcheck explain --form", ["--formula", "--format"]),
        ("derivcheck explain x*y --at x=1 --dtype b", ["bfloat16"]),
        ("derivcheck help func", ["function", "functions"]),
        ("derivcheck completion z", ["zsh"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: str, found: list[str]) -> None:
    """As bash asks for it, and neither torch, SymPy nor Arb is loaded for it."""
    code = (
        "import sys; sys.argv = ['derivcheck']\n"
        "from derivcheck_cli.start import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'torch', 'sympy', 'flint'} & set(sys.modules)))"
    )
    typed = words.split(" ")
    environ = {**os.environ, COMPLETES: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(typed) - 1)}
    told = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert [*found, "[]"] == told.split()
