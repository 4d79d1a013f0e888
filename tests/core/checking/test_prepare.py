"""What a case asks for, and its names, before it is checked."""

from __future__ import annotations

import pytest
from checked import run, statuses

from derivcheck.checking.prepare import prepare
from derivcheck.errors import PointError
from derivcheck.model import Case, Status
from derivcheck.numbers import DType


def test_the_device_decides_the_format_where_nobody_asks_for_one() -> None:
    """It is the widest that the device has; a format that was asked for is kept."""
    made = prepare(Case("x", ({"x": "1"},), device="auto"))
    assert made.dtype is made.device.dtypes[0] is made.case.dtype
    assert DType.BFLOAT16 is prepare(Case("x", ({"x": "1"},), dtype=DType.BFLOAT16)).dtype


def test_a_case_without_a_point_cannot_be_prepared() -> None:
    """There is nothing to check, and the hint says how a point is written."""
    with pytest.raises(PointError, match="no point"):
        prepare(Case("x", ()))


def test_every_second_partial() -> None:
    """Order 2 asks for every second partial, each mixed one once."""
    assert [(), ("x", "x"), ("x", "y"), ("y", "y")] == [r.wrt for r in run("x*y**2", {"x": "1", "y": "2"}, order=2)]


def test_a_variable_that_the_expression_lacks_has_derivative_zero() -> None:
    """What the expression does not contain it does not depend on."""
    result = run("x**2", {"x": "3", "y": "1"}, wrt=(("y",),))[1]
    assert result.gradient is not None
    assert (0.0, Status.MATCH) == (result.gradient.value, result.status)


def test_a_name_that_shared_points_give_in_vain_is_noted() -> None:
    """A note says what is not used; what only a claim uses is used."""
    (value, *_) = run("x**2", {"x": "1", "a": "2", "y": "3"}, derivative={("x",): "2*x + 0*a"})
    assert ("the expression does not use `y`, which the point gives",) == value.notes
    assert () == run("x**2", {"x": "1", "a": "2"}, value="x**2 + a - a")[0].notes
    assert () == run("x**2", {"x": "1", "a": "2"}, wrt=(("a",),))[0].notes


def test_a_mistyped_name_is_nearly_another() -> None:
    """Both names may have a value: the error says which one is like it, and all that there are."""
    error = run("exp(-gamma*x)", {"x": "1", "gamma": "2", "gama": "2"}, allow_unused=False)[0].error
    assert error is not None
    assert "did you mean `gamma`? its variables: `gamma`, `x`" == error.hint


@pytest.mark.parametrize("name", ["xᵃ", "xᵢ"])
def test_a_name_from_python_is_written_on_the_line(name: str) -> None:
    """As on the command line: in a point, and in what to differentiate by."""
    for results in (run("xa", {name: "2"}), run("xi", {"xi": "1", "xa": "1"}, wrt=((name,),))):
        assert "is not a variable's name" in str(results[0].verdict.reason)


def test_names_are_compared_in_nfkc() -> None:
    """The micro sign and the Greek letter mu are the same name, as in Python."""
    assert ["value match", "derivative \u03bc match"] == statuses(run("\u00b5**2", {"\u00b5": "2"}, wrt=(("\u00b5",),)))
