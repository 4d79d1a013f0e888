"""The options of a command, which are made from the table of settings."""

from __future__ import annotations

import pytest

from derivcheck.settings import Command, Resolved, resolve, rows
from derivcheck_cli.options import one_of, screen_of, takes_settings
from derivcheck_cli.screen import Screen, Verbosity, screen_at_first


@pytest.mark.parametrize(
    ("typed", "found"),
    [("fl", ["float64", "float32"]), ("float64,flo", ["float64,float64", "float64,float32"]), ("x", [])],
)
def test_a_value_is_completed_behind_its_last_comma(typed: str, found: list[str]) -> None:
    """What stands before it stays."""
    assert found == one_of(["float64", "float32", "bfloat16"])(typed)


def test_a_command_gets_the_options_of_its_settings() -> None:
    """And its own parameters; the settings that are no option are left out."""

    @takes_settings(Command.BATCH)
    def command(*, mine: str, resolved: Resolved, screen: Screen) -> None:
        """Do nothing."""

    options = {row.name for row in rows(Command.BATCH) if row.in_option}
    assert {"mine"} | options == set(command.__signature__.parameters)  # type: ignore[attr-defined]


def test_quiet_and_verbose_are_the_screens() -> None:
    """As settings, and before they are read, when an error may already have to be told."""
    given = [{}, {"quiet": ["true"]}, {"verbose": ["true"]}]
    screens = [screen_of(resolve(Command.CHECK, texts, environ={})) for texts in given]
    assert [Verbosity.NORMAL, Verbosity.QUIET, Verbosity.VERBOSE] == [screen.verbosity for screen in screens]
    assert Verbosity.VERBOSE is screen_at_first(["x", "-v"]).verbosity
