"""The commands, each of which is loaded when it is asked for.

Covers also: derivcheck_cli.consoles.
"""

from __future__ import annotations

import subprocess
import sys
from inspect import getdoc

import pytest

from derivcheck_cli.app import COMMANDS
from derivcheck_cli.loaded_commands import LoadedCommands


def test_names_are_known_without_loading_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of commands and a word that may be one need no more."""
    monkeypatch.setattr("derivcheck_cli.loaded_commands.import_module", None)
    commands = LoadedCommands(COMMANDS)
    assert ("check" in commands, "chekc" in commands, len(commands)) == (True, False, len(list(commands)))
    assert commands.get("chekc") is None


def test_a_command_is_loaded_once() -> None:
    """With the name, the heading and the examples of its own."""
    commands = LoadedCommands(COMMANDS)
    found = commands["help"]
    assert ("help", "derivcheck help batch" in (found.epilog or "")) == (found.name, True)
    assert found is commands["help"]
    assert COMMANDS["help"].short_help == found.get_short_help_str()


@pytest.mark.parametrize("name", ["check", "batch", "devices", "functions", "help"])
def test_a_heading_is_what_the_command_says_of_itself(name: str) -> None:
    """The headings stand in a table, since the commands are not loaded for them."""
    callback = LoadedCommands(COMMANDS)[name].callback
    assert COMMANDS[name].short_help == (getdoc(callback) or "").split("\n")[0]


def test_the_help_loads_no_command_no_model_and_no_console() -> None:
    """It is there in a twentieth of the time that torch takes."""
    program = """
import sys
import derivcheck_cli.app as app
sys.argv = ["derivcheck", "--help"]
try:
    app.main()
finally:
    print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = done.stdout.split("\n")[-2].split()
    heavy = ("rich", "pydantic", "derivcheck.model", "derivcheck.settings", "derivcheck_cli.commands")
    assert [name for name in loaded if name.startswith(heavy)] == []
