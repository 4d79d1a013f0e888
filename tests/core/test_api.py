"""The library's front door."""

from __future__ import annotations

import subprocess
import sys

import own_functions
import pytest

import derivcheck
from derivcheck.model import Mode


def test_check_returns_the_results() -> None:
    """The first example of the documentation."""
    results = derivcheck.check("x**2", at={"x": 2}, derivative={"x": "2*x"})
    assert ["match"] * 3 == [str(result.status) for result in results]


def test_check_stays_a_function() -> None:
    """A module of the package must not take the name away once it is imported."""
    for _ in range(2):
        assert callable(derivcheck.check)
        assert derivcheck.check("x", at={"x": 1})


def test_a_name_that_nothing_uses_is_an_error() -> None:
    """As on the command line; several points may all give it, as the rows of a table do, and then a note says so."""
    (error,) = derivcheck.check("x**2", at={"x": 1, "y": 2})
    assert "the expression has no variable `y`" == error.verdict.reason
    first, *_ = derivcheck.check("x**2", at=[{"x": 1, "y": 2}, {"x": 3}])
    assert "the expression has no variable `y`" == first.verdict.reason
    table = derivcheck.check("x**2", at=[{"x": 1, "y": 2}, {"x": 3, "y": 4}])
    assert {("the expression does not use `y`, which the point gives",)} == {row.notes for row in table}


def test_several_points_orders_modes() -> None:
    """Points, derivatives and modes may be one or several."""
    results = derivcheck.check(
        "x**2*y", at=[{"x": 1, "y": 2}, {"x": "1/3", "y": "pi"}], wrt=["x", "x,y"], mode=["reverse", "forward"]
    )
    assert 2 * (1 + 2 * 2) == len(results)
    assert {derivcheck.Status.MATCH} == {result.status for result in results}


def test_an_unknown_mode_or_dtype_is_a_value_error() -> None:
    """Names that do not exist are refused at once."""
    with pytest.raises(ValueError, match="sideways"):
        derivcheck.check("x", at={"x": 1}, mode="sideways")
    with pytest.raises(ValueError, match="float128"):
        derivcheck.check("x", at={"x": 1}, dtype="float128")


def test_a_mode_is_named_as_on_the_command_line() -> None:
    """`all` is every mode, a comma joins two, and a name that nearly exists is pointed to."""
    results = derivcheck.check("x**3", at={"x": 2}, wrt="x,x", mode="reverse-over-forward,forward")
    assert [r.gradient.mode.value for r in results if r.wrt and r.gradient] == ["reverse-over-forward", "forward"]
    everything = derivcheck.check("besseli(3, x)", at={"x": 2}, mode="all")
    assert {r.gradient.mode for r in everything if r.wrt and r.gradient} == set(Mode)
    with pytest.raises(ValueError, match="did you mean 'reverse-over-forward'"):
        derivcheck.check("x", at={"x": 1}, mode="reverse-over-forwards")


def test_importing_derivcheck_loads_neither_torch_nor_sympy() -> None:
    """Nothing heavy is loaded before it is asked for."""
    code = "import sys, derivcheck; print(sorted({'torch', 'sympy', 'flint'} & set(sys.modules)))"
    assert (
        "[]" == subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    )


def test_assert_derivatives_passes_and_fails_with_the_list() -> None:
    """The AssertionError carries the table and the mistake's name."""
    derivcheck.assert_derivatives(own_functions.Mended, "i**2", at={"i": 2})
    with pytest.raises(AssertionError, match="diagnosis: ignores grad_output") as caught:
        derivcheck.assert_derivatives(own_functions.SQ, "i**2", at={"i": 2})
    assert "upstream              ✗ mismatch" in str(caught.value)


def test_the_front_door_is_what_a_shell_completes() -> None:
    """What is public, and no room behind it, loaded or not."""
    assert callable(derivcheck.check)
    assert set(derivcheck.__all__) == {name for name in dir(derivcheck) if not name.startswith("_")}


def test_gradcheck_stands_at_the_front_door() -> None:
    """Both of them, under torch's names."""
    assert {"gradcheck", "gradgradcheck"} <= {*dir(derivcheck), *derivcheck.__all__}
    assert callable(derivcheck.gradcheck)
    assert callable(derivcheck.gradgradcheck)
