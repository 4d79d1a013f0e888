"""The text for the check list of a user's own function."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_files import feed
from results import row, stopped

from derivcheck.model import Status
from derivcheck_cli.render.checklist_text import ChecklistTextRenderer
from derivcheck_cli.screen import Screen, Verbosity

RESULTS = [
    replace(row(), item="values"),
    replace(row(Status.MISMATCH, reason="wrong"), item="gradient", diagnosis="factor 2", raised="Traceback"),
]


@pytest.mark.parametrize(("verbosity", "traceback"), [(Verbosity.NORMAL, []), (Verbosity.VERBOSE, ["      Traceback"])])
def test_a_list_has_a_headline_and_a_line_an_item(
    capsys: pytest.CaptureFixture[str], verbosity: Verbosity, traceback: list[str]
) -> None:
    """A traceback only with -v."""
    feed(ChecklistTextRenderer(Screen(verbosity=verbosity)), [RESULTS])
    headline, *lines = capsys.readouterr().out.splitlines()
    assert headline.startswith("notebook/quadratic against x**2 + 2*x + 1")
    items = ["  values      ✓ match", "  gradient    ✗ mismatch", "      wrong"]
    assert [*items, *traceback, "diagnosis: factor 2"] == lines


def test_quiet_is_the_tally_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """And what could not be run is told on stderr, by the run."""
    feed(ChecklistTextRenderer(Screen(verbosity=Verbosity.QUIET)), [RESULTS])
    assert "1 case: 1 fail\n" == capsys.readouterr().out.splitlines(keepends=True)[0]
    feed(ChecklistTextRenderer(Screen()), [[stopped()]])
    assert "" == capsys.readouterr().out
