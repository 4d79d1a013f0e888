"""What a case asks for, and its names, before it is checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checked import run, statuses

from derivcheck.checking.many_points.rows import check_points
from derivcheck.checking.one_point import check_case
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


def test_a_constant_is_held() -> None:
    """There is no derivative by it, of whatever order."""
    case = Case("eps*x**2", ({"x": "3", "eps": "2"},), const=("eps",), allow_unused=False)
    assert [(), ("x",)] == [result.wrt for result in check_case(case)]
    assert [(), ("x", "x")] == [result.wrt for result in check_case(replace(case, order=2))]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (Case("eps*x", ({"x": "3", "eps": "2"},), const=("ep",)), "the constant `ep` is no variable of the expression"),
        (Case("eps*x", ({"x": "3", "eps": "2"},), const=("x",), wrt=(("x",),)), "`x` is held constant, and diff"),
        (Case("eps*x", ({"x": "3", "eps": "2"},), const=("x",), derivative={("x",): "1"}), "`x` is held constant, and"),
    ],
)
def test_a_constant_that_makes_no_sense_is_an_error(case: Case, told: str) -> None:
    """A name that is no variable, and a derivative by what is held."""
    (result,) = check_case(replace(case, allow_unused=False))
    assert result.error is not None
    assert result.error.message.startswith(told)


def test_many_points_hold_constants_too() -> None:
    """They go a way of their own."""
    points = tuple({"x": str(place), "eps": "2"} for place in range(1, 20))
    results = check_points(Case("eps*x**2", points, const=("eps",)))
    assert {(), ("x",)} == {result.wrt for result in results}
    assert {Status.MATCH} == {result.status for result in results}


def test_a_constant_of_shared_points_need_not_be_a_variable() -> None:
    """As a name that such points give need not be one."""
    case = Case("x**2", ({"x": "3"},), const=("eps",), allow_unused=True)
    assert [(), ("x",)] == [result.wrt for result in check_case(case)]
