"""Conditions where numbers are due: 1 where they hold and 0 elsewhere, as torch's and NumPy's bools are."""

from __future__ import annotations

import pytest

from derivcheck import check
from derivcheck.errors import ParseError
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model import Status


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("g*(abs(x) <= 1)", "g*where(abs(x) <= 1, 1, 0)"),
        ("1 - (x > lo)", "1 - where(x > lo, 1, 0)"),
        ("mask = (x > 0); g*mask", "g*where(x > 0, 1, 0)"),
        ("~(x > 0)*g", "where(~(x > 0), 1, 0)*g"),
        ("g*(0 < x < 1)", "g*where((0 < x) & (x < 1), 1, 0)"),
        ("(x > 0) - (x < 0)", "where(x > 0, 1, 0) - where(x < 0, 1, 0)"),
        ("where(x > 0, x > 1, 0)", "where(x > 0, where(x > 1, 1, 0), 0)"),
        ("x*True", "x*1"),
        ("(x > d).float() - (x < -d).to(x)", "where(x > d, 1, 0) - where(x < -d, 1, 0)"),
        ("mask = x > 0; mask.double()*g", "where(x > 0, 1, 0)*g"),
        ("sum(x > 0)", "sum(where(x > 0, 1, 0))"),
        ("(x > 0).sum()", "sum(where(x > 0, 1, 0))"),
        ("cat([x > 0, y])", "cat([where(x > 0, 1, 0), y])"),
        ("[x > 0, 1] @ y", "[where(x > 0, 1, 0), 1] @ y"),
        ("g*((x > 0) == (y > 0))", "g*where(where(x > 0, 1, 0) == where(y > 0, 1, 0), 1, 0)"),
    ],
)
def test_a_condition_is_one_or_zero(text: str, meant: str) -> None:
    """The tree is that of where(condition, 1, 0)."""
    assert parse(text) == parse(meant)
    assert to_text(parse(text)) == meant


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("x > 0", "x > 0"),
        ("x, y > 0", "y > 0"),
        ("(x > 0) + (y > 0)", "(x > 0) + (y > 0)"),
        ("x[x > 0]", "x > 0"),
        ("where(x, 1, 0)", "x"),
        ("where(x > 0 & y < 1, x, y)", "0"),
        ("cross_entropy(z, t > 0)", "t > 0"),
    ],
)
def test_what_is_still_an_error(text: str, where: str) -> None:
    """An output is no condition, a sum of two means two things, and no number is a condition."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert text[caught.value.span.start : caught.value.span.end] == where


@pytest.mark.parametrize(("x", "unmasked"), [("0.75", Status.MATCH), ("-0.75", Status.WRONG_FORMULA)])
def test_the_derivative_is_that_of_the_branches(x: str, unmasked: Status) -> None:
    """(x > 0)*x**2 has the derivative 2*x or 0; a claim that forgets the mask is wrong on one side."""
    for claim, status in (("2*x*(x > 0)", Status.MATCH), ("2*x", unmasked)):
        *_, result = check("(x > 0)*x**2", at={"x": x}, derivative={"x": claim})
        assert result.status is status


def test_at_the_jump_there_is_no_derivative() -> None:
    """(x > 0) jumps at 0: torch's 0 is no derivative there."""
    *_, result = check("(x > 0) - x*0", at={"x": 0})
    assert result.status is Status.UNDEFINED


def test_tensors_agree_with_torch() -> None:
    """The gradient of a masked sum is that by torch's bools; one without the mask is found."""
    at = {"x": [1.5, -2.0, 0.25]}
    *_, right = check("sum((abs(x) <= 1)*x**2)", at=at, derivative={"x": "2*x*(abs(x) <= 1)"})
    *_, wrong = check("sum((abs(x) <= 1)*x**2)", at=at, derivative={"x": "2*x"})
    assert (right.status, wrong.status) == (Status.MATCH, Status.WRONG_FORMULA)
