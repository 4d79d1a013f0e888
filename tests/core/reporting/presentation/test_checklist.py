"""The check list as lines."""

from __future__ import annotations

from dataclasses import replace

from results import SQUARE, row

from derivcheck.model import Result, Status
from derivcheck.reporting.presentation.checklist import as_text, diagnoses, headline, items
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
    assert "x…" in headline([long]) or "…" in headline([long])
