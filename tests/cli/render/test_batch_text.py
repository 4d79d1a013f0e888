"""The text of a batch: what passes is silent, what fails is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from results import SQUARE, row, stopped

from derivcheck.model import Coordinate, Status
from derivcheck_cli.render.batch_text import MAX_POINTS
from derivcheck_cli.screen import Verbosity

Shown = Callable[..., str]


def test_control_characters_do_not_reach_the_terminal(shown: Shown) -> None:
    """A name or an expression from a file is no escape sequence."""
    case = replace(SQUARE, name="evil\x1b[2J", expr="x\x1b[31m")
    assert "\x1b" not in shown([replace(row(Status.MISMATCH), case=case)])


def test_a_failure_says_how_to_run_it_alone(shown: Shown) -> None:
    """A command that can be copied; what passes has none."""
    assert "  run it alone: derivcheck batch a.toml --select " in shown([row(Status.MISMATCH)])
    assert "run it alone" not in shown([row()], Verbosity.VERBOSE)


def test_a_warning_is_two_lines(shown: Shown) -> None:
    """The case and its place, then what, at which point, and why."""
    text = shown([row(wrt=()), row(Status.UNSTABLE, reason="half the digits are gone")])
    assert [
        "! unstable  notebook/quadratic  (a.toml:3)",
        "  df/dx at x = 2: half the digits are gone",
        "1 case: 1 warn",
    ] == text.splitlines()[:3]


def test_a_long_warning_goes_on_below(shown: Shown) -> None:
    """No number is cut in its middle, and of many coordinates the first stand for all."""
    point = {f"x{index}": Coordinate("0.125", Fraction(1, 8), Fraction(1, 8)) for index in range(40)}
    reason = f"the true number is 3.72007597602083596296 and the rest of it {'reads on and on ' * 9}"
    told = shown([replace(row(Status.UNSTABLE, reason=reason), point=point)]).splitlines()[1:-2]
    assert all(len(line) <= 100 for line in told)
    assert " ".join(f"df/dx at x0 = 0.125, x1 = 0.125, x2 = 0.125, and 37 more: {reason}".split()) == " ".join(
        " ".join(told).split()
    )


def test_an_expected_status_says_so(shown: Shown) -> None:
    """With -v; the mark alone would make a passing mismatch of it."""
    expecting = replace(SQUARE, expect=Status.MISMATCH, why="known")
    text = shown([row(Status.MISMATCH, case=expecting)], Verbosity.VERBOSE)
    assert text.startswith("✓ mismatch, as expected  notebook/quadratic")


def test_a_failure_tells_its_whole_reason(shown: Shown) -> None:
    """On as many lines as it takes."""
    reason = "the quick brown fox jumps over the lazy dog " * 5
    text = shown([row(Status.MISMATCH, reason=reason)])
    assert reason.split() == " ".join(text.splitlines()[4:7]).split()
    assert "…" not in text


def test_a_failed_expectation_is_told_although_all_match(shown: Shown) -> None:
    """The rows would not tell."""
    expecting = replace(SQUARE, expect=Status.MISMATCH)
    assert ["✗ unexpected match  notebook/quadratic  (a.toml:3)", "  expected mismatch, found match"] == shown(
        [row(case=expecting)]
    ).splitlines()[:2]


def test_a_case_that_could_not_be_run_is_left_to_stderr(shown: Shown) -> None:
    """But it is counted."""
    assert "1 case: 1 error\n  ✗ error  1\n" == shown([stopped()])


def test_many_points_are_cut_short(shown: Shown) -> None:
    """Memory does not grow with the points of a case, short of -v."""
    points = [replace(row(Status.MISMATCH), point=dict(row().point or {})) for _ in range(MAX_POINTS + 3)]
    text = shown(points)
    assert MAX_POINTS == text.count("at x = 2")
    assert "… and 3 more points" in text
