"""How a row of the table is found."""

from __future__ import annotations

from table_rows import (
    named,
)

from derivcheck.language import table


def test_lookups() -> None:
    """By name, by alias, by SymPy class, and by what was probably meant."""
    assert named("arctan").name == "atan"
    assert table.function("no_such") is None
    assert table.suggest("sigmod") == "sigmoid"
    assert table.suggest("tahn") == "tanh"
    assert table.suggest("sni") == "sin"
    assert table.by_sympy_head("sinc") is named("sinc_unnormalized")
    assert table.by_sympy_head("Heaviside") is named("heaviside")
    assert table.by_sympy_head("frac") is None
    assert named("leaky_relu").signature == "leaky_relu(x, negative_slope=0.01)"


def test_a_function_of_numbers_comes_first() -> None:
    """Names are shared as aliases only: a node's function is never in doubt."""
    of_shapes = [row.name for row in table.SHAPED_FUNCTIONS]
    assert not set(of_shapes) & {name for row in table.FUNCTIONS for name in (row.name, *row.aliases)}
    for name in of_shapes:
        assert table.function(name) is table.function_of_shapes(name)
    assert table.function_of_shapes("sin") is None
