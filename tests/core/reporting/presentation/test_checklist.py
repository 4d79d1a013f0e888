"""The check list as lines."""

from __future__ import annotations

from dataclasses import replace

from results import SQUARE, row

from derivcheck.model import OwnFunction, Result, Status
from derivcheck.reporting.presentation.checklist import as_text, brief_formula, diagnoses, formula_read, headline, items
from derivcheck.reporting.presentation.toned_lines import plain


def item(name: str, status: Status = Status.MATCH, reason: str | None = None, **more: str) -> Result:
    """A Result of an item."""
    return replace(row(status, reason=reason), item=name, **more)  # type: ignore[arg-type]


def test_a_list_is_a_line_an_item_and_the_name_of_the_mistake() -> None:
    """A reason stands below its item, but behind the mark where it passes."""
    results = [
        item("values", reason="at 7 places"),
        item("gradient", Status.MISMATCH, "twice as large", diagnosis="factor 2"),
        item("again", Status.MISMATCH, diagnosis="factor 2"),
    ]
    assert [
        "notebook/quadratic against x**2 + 2*x + 1   at x = 2   float64 · cpu",
        "  values      ✓ match    at 7 places",
        "  gradient    ✗ mismatch",
        "      twice as large",
        "  again       ✗ mismatch",
        "diagnosis: factor 2",
    ] == as_text(results).splitlines()
    assert ["factor 2"] == diagnoses(results)


def test_many_items_that_are_skipped_alike_are_one_line() -> None:
    """Four in a row for the same reason; three of them are told one by one."""
    skipped = [item(f"item {index}", Status.SKIPPED, "it has no backward pass") for index in range(4)]
    four, three = ([plain(line) for line in items(found, width=100)] for found in (skipped, skipped[:3]))
    assert ["  4 others    – skipped", "      it has no backward pass"] == four
    assert 6 == len(three)


def test_a_traceback_is_shown_where_every_detail_is_asked_for() -> None:
    """Not otherwise."""
    broken = [item("values", Status.ERROR, "it raised ValueError", raised="Traceback\n  line 1")]
    shown = [[plain(line) for line in items(broken, width=100, verbose=verbose)] for verbose in (False, True)]
    assert ["      Traceback", "        line 1"] == shown[1][len(shown[0]) :]


def test_a_point_is_told_as_typed() -> None:
    """All of them, and no dtype where nothing was computed."""
    case = replace(SQUARE, at=({"x": "1/3"}, {"x": "pi"}), name="f")
    headed = headline([replace(item("values"), case=case, gradient=None)])
    assert "f against x**2 + 2*x + 1   at x = 1/3; x = pi" == headed


def test_a_long_formula_is_cut() -> None:
    """As one of a loop that was unrolled."""
    long = replace(item("values"), case=replace(SQUARE, expr=" + ".join(["x"] * 1000)))
    assert len(headline([long])) < 500
    assert " … 3,757 more characters … " in headline([long])


UNROLLED = "h = x/2; " + "".join(f"h{step} = h{step - 1}/2; " for step in range(2, 60)) + "h59*x"
"""What is read from a loop of 59 steps."""


def test_a_long_formula_that_was_read_is_shortened() -> None:
    """To its first and last statements and their number; all of it where every detail is asked for."""
    read = OwnFunction("f", ("x",), UNROLLED, "f.py:f", is_read=True)
    case = replace(SQUARE, expr=UNROLLED, functions=(read,), name="f")
    results = [replace(item("forward"), case=case)]
    brief = "h = x/2; h2 = h1/2; … 56 more statements …; h59 = h58/2; h59*x"
    assert f"f   formula (read from the forward pass): {brief}   at x = 2   float64 · cpu" == headline(results)
    assert UNROLLED in headline(results, verbose=True)
    assert [brief in plain(line) for line in formula_read(case)] == [True]
    assert [UNROLLED in plain(line) for line in formula_read(case, verbose=True)] == [True]
    assert as_text(results).startswith(headline(results))
    stated = replace(case, functions=(replace(read, is_read=False),))
    assert f"f against {brief}" in headline([replace(item("forward"), case=stated)])


def test_one_long_statement_is_shown_without_its_middle() -> None:
    """A formula without statements, and each of them that is long."""
    long = " + ".join(f"x**{power}" for power in range(1, 90))
    shown = brief_formula(long)
    assert shown.startswith("x**1 + x**2")
    assert shown.endswith("x**88 + x**89")
    assert f"… {len(long) - 240:,} more characters …" in shown
    assert len(brief_formula("; ".join([long] * 50))) < 5 * 300
    assert brief_formula("x; y") == "x; y"
