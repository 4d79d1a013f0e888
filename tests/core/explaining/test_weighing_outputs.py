"""Tests of the upstream gradient of a run with many outputs."""

from __future__ import annotations

from dataclasses import replace

from results import row

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.explaining.weighing_outputs import Weighing, weighing_of
from derivcheck.model import Case, Status


def test_the_element_whose_derivative_is_wrong_is_the_one_that_is_explained() -> None:
    """`exp(x) - exp(y)` loses its digits in its first element alone: of a sum of both nobody would see it."""
    case = Case("log(x)*[1e-9, 1e9] + (exp(x) - 1)/x", at=({"x": "[1e-12, 2]"},))
    found = explain_expression(case)
    assert found.blame is not None
    assert "`exp(x) - 1`" in found.blame.sentence


def test_a_kink_is_explained_at_its_output() -> None:
    """The second output has no derivative by the second element, and the adjoints are those of that output."""
    found = explain_expression(Case("abs(x)", at=({"x": "[1, 0]"},)))
    assert ("the adjoints are those of the output's element [1]",) == found.notes
    assert (0.0, 0.0) == found.tape[0].grad


def test_without_a_row_all_outputs_count() -> None:
    """A number needs no weight, and a note says what others have."""
    weighing = weighing_of(None)
    assert Weighing() == weighing
    assert ((1.0,), ()) == (weighing.weights(1), weighing.words(1))
    assert weighing.words(2)


def test_a_function_that_forgets_its_upstream_gradient_is_explained_with_another_than_1() -> None:
    """With 1 it is right: its check list says by the item `upstream` that it is not."""
    weighing = weighing_of(replace(row(Status.MISMATCH), item="upstream"))
    assert ((3.0,), ("the upstream gradient is 3",)) == (weighing.weights(1), weighing.words(1))
