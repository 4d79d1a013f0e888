"""Results as plain text."""

from __future__ import annotations

from results import stopped

import derivcheck
from derivcheck.reporting.presentation.plain_text import report
from derivcheck.reporting.serialization.deserialize import Reader
from derivcheck.reporting.serialization.serialize import line_data
from derivcheck_cli.render.block import block


def test_the_text_is_the_terminal_s() -> None:
    """Printed, Results are the lines of the command line, without colour."""
    results = derivcheck.check("abs(x)", at=[{"x": 0}, {"x": "0.1"}])
    blocks = [results[:2], results[2:]]
    assert "\n\n".join("\n".join(line.plain for line in block(rows, width=100)) for rows in blocks) == repr(results)
    assert str(results) == repr(results)


def test_an_error_is_told_with_its_place_and_hint() -> None:
    """What stopped the case stands where its rows would."""
    assert "error: nothing can be done\n  hint: do something else" == report([stopped()])
    assert "1/2x\n" in repr(derivcheck.check("1/2x", at={"x": 1}))
    assert "or `1/2*x`" in derivcheck.check("1/2x", at={"x": 1})._repr_html_()


def test_a_point_at_infinity_keeps_its_header() -> None:
    """There is no number to check at, and it is still said what was asked; each point is a block of its own."""
    results = derivcheck.check("x**2*y", at=[{"x": "inf", "y": 1}, {"x": "-inf", "y": 2}])
    assert [
        "f(x, y) = x**2*y   at x = inf, y = 1",
        "f(x, y) = x**2*y   at x = -inf, y = 2",
    ] == [line for line in repr(results).splitlines() if line.startswith("f")]
    assert "at x = inf, y = 1" in results._repr_html_()
    (read, _) = [Reader().read(line_data(row)) for row in results]
    assert read.typed == {"x": "inf", "y": "1"}
    assert read.point is None
