"""`derivcheck functions`."""

from __future__ import annotations

import pytest
from command_line import run

from derivcheck.language.table import FUNCTIONS, SHAPED_FUNCTIONS
from derivcheck.language.table.examples import EXAMPLES


def test_the_functions_are_searchable() -> None:
    """By name, alias, meaning and group; every row is there without a pattern."""
    everything = run("functions").stdout
    assert all(function.signature in everything for function in FUNCTIONS)
    assert all(example in everything for example in EXAMPLES.values())
    assert "A.mean(-1, keepdim=True)" in run("functions", "mean(x, dim=None").stdout
    assert "sigmoid(x)" in run("functions", "EXPIT").stdout
    assert "pi" not in run("functions", "expit").stdout.split()
    assert "hint: did you mean tanh?" in run("functions", "tanhh", code=2).stderr


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_functions_fit_the_screen(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """As far as their names do, beside which the meaning has 24 columns at least; none of them is cut."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("functions").stdout.splitlines()
    names = max(map(len, [*(function.signature for function in FUNCTIONS), *EXAMPLES.values()]))
    assert max(map(len, lines)) <= max(width, 2 + names + 2 + 24)
    text = " ".join(" ".join(lines).split())
    assert all(alias in text for function in (*FUNCTIONS, *SHAPED_FUNCTIONS) for alias in function.aliases)
