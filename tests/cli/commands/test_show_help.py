"""`derivcheck help`."""

from __future__ import annotations

import pytest
from command_line import run

HELP = [
    "batch",
    "check",
    "explain",
    "function",
    "functions",
    "report",
    "schema",
    "devices",
    "completion",
    "help",
    "trust",
]


@pytest.mark.parametrize("command", HELP)
def test_help_of_a_command_in_a_word(command: str) -> None:
    """`derivcheck help batch` is `derivcheck batch --help`, which has none of Typer's marks of types."""
    assert not [mark for mark in ("{", "<str>", "<list") if mark in run(command, "--help").stdout]
    assert run(command, "--help").stdout == run("help", command).stdout


def test_help_in_a_word_and_as_an_expression() -> None:
    """`derivcheck help` is `--help`; a variable of that name is checked by `check`."""
    assert run("--help").stdout == run("help").stdout
    assert "df/dhelp" in run("check", "help", "--at", "help=2").stdout
    assert "error: unknown command 'btch'\n  hint: did you mean 'batch'?\n" == run("help", "btch", code=2).stderr
