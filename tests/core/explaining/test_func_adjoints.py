"""Tests of the adjoints of torch.func's way through a tape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derivcheck.checking.one_point import check_case
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case, Mode, Result, Status, Verdict
from derivcheck.model.explanation import Explanation


def explained(text: str, mode: Mode, **point: str) -> Explanation:
    """An explanation in a mode, as if the derivative had not matched."""
    case = Case(text, (point,), modes=(mode,))
    rows: list[Result] = list(check_case(case))
    rows[-1] = replace(rows[-1], verdict=Verdict(Status.UNSTABLE))
    return explain_expression(case, rows)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("sin(x)*x + x*x", {"x": "0.7"}),
        ("sum(softmax(x, dim=0)*x)", {"x": "[1, 2, 3]"}),
        ("x @ x + max(x)", {"x": "[1, -2, 3]"}),
    ],
)
def test_the_adjoints_are_those_of_autograd_where_both_take_one_formula(text: str, point: dict[str, str]) -> None:
    """A tensor that is used twice, or twice by one operation, has the sum of what arrives."""
    reverse, func = (explained(text, mode, **point) for mode in (Mode.REVERSE, Mode.FUNC))
    assert len(reverse.tape) == len(func.tape)
    for one, other in zip(reverse.tape, func.tape, strict=True):
        assert (one.adjoint is None) is (other.adjoint is None)
        if one.adjoint is not None and other.adjoint is not None:
            assert one.adjoint.computed == pytest.approx(other.adjoint.computed, rel=1e-12)
    assert any("torch.func" in note for note in func.notes)
