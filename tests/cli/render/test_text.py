"""The text for one case: a block for each point."""

from __future__ import annotations

import pytest
from report_files import feed
from results import kink, row, stopped

from derivcheck_cli.render.text import TextRenderer
from derivcheck_cli.screen import Screen, Verbosity


def test_points_are_blocks_with_a_line_between(capsys: pytest.CaptureFixture[str]) -> None:
    """The rows of one point stand together, and there is no tally."""
    feed(TextRenderer(Screen()), [[row(wrt=()), row(), kink()]])
    lines = capsys.readouterr().out.splitlines()
    assert [0, 5] == [index for index, line in enumerate(lines) if line.startswith("f(x) = ")]
    assert "" == lines[4]


def test_quiet_is_the_tally_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is printed."""
    feed(TextRenderer(Screen(verbosity=Verbosity.QUIET)), [[row(wrt=()), row()]])
    assert "1 case: 1 pass\n  ✓ match  2\n" == capsys.readouterr().out


def test_a_case_that_could_not_be_run_has_no_block(capsys: pytest.CaptureFixture[str]) -> None:
    """Its error is told on stderr, by the run."""
    feed(TextRenderer(Screen()), [[stopped()]])
    assert "" == capsys.readouterr().out
