"""The tape beside the exact numbers: what flows where, in autograd's graph and in the exact one."""

from __future__ import annotations

import math

import pytest

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case
from derivcheck.model.explanation import TapeTensor


def taped(expr: str, **point: str) -> tuple[TapeTensor, ...]:
    """The tape of an expression."""
    return explain_expression(Case(expr, (point,)), ()).tape


def test_what_an_operation_returns_is_summed_by_argument() -> None:
    """For x*x autograd returns two gradients, for one argument."""
    tape = taped("x*x", x="3")
    (returned,) = tape[-1].returned
    assert (returned.argument, returned.numbers.computed) == (0, (6.0,))


def test_an_adjoint_is_the_sum_of_what_all_uses_return() -> None:
    """Its local error is that of these backward passes and of the sum, and nothing else."""
    tape = taped("sin(x)*cos(x) + x**3", x="1.1")
    adjoint = tape[0].adjoint
    assert adjoint is not None
    assert adjoint.exact[0] is not None
    assert float(adjoint.exact[0].decimal(20)) == pytest.approx(math.cos(2.2) + 3 * 1.1**2, rel=1e-15)
    assert adjoint.local[0] is not None
    assert adjoint.local[0] < 2


def test_a_branch_that_is_not_taken_gets_nothing() -> None:
    """The exact adjoint of a logarithm of -1 is 0; torch's backward pass makes nan or 0 of it."""
    tape = taped("where(x > 0, sqrt(x), x)", x="-1")
    (root,) = [one for one in tape if one.operation == "sqrt"]
    assert root.value.exact == (None,)
    assert root.adjoint is not None
    assert root.adjoint.exact[0] is not None
    assert root.adjoint.exact[0].is_exact_zero
    assert math.isnan(root.returned[0].numbers.computed[0])
    assert root.returned[0].numbers.local == (math.inf,)


def test_numbers_beyond_the_format_have_an_exact_value() -> None:
    """exp(800) is no float64; what is computed from inf has no exact result of its own."""
    tape = taped("exp(x)/(1 + exp(x))", x="800")
    values = {one.operation: one.value for one in tape if one.operation}
    assert values["exp"].local == (math.inf,)
    assert values["exp"].exact[0] is not None
    assert values["exp"].exact[0].decimal(4) == "2.726e347"
    assert values["div"].local == (None,)
    assert values["div"].exact[0] is not None
    assert values["div"].exact[0].decimal(4) == "1"


def test_the_condition_is_the_largest_of_all_numbers_and_arguments() -> None:
    """Of a difference that cancels, and of a product 1."""
    tape = taped("(x - y)*x", x="[1, 5]", y="[0.999, 1]")
    conditions = [one.condition for one in tape if one.operation]
    assert conditions == [pytest.approx(1000), pytest.approx(1)]


def test_numbers_that_are_the_same_whatever_the_point_have_no_derivative() -> None:
    """Above its diagonal the lower triangle of a matrix is 0."""
    tape = taped("sum(tril(A)*A)", A="[[1, 2], [3, 4]]")
    (triangle,) = [one for one in tape if one.operation == "tril"]
    assert triangle.adjoint is not None
    assert triangle.adjoint.computed == (1.0, 2.0, 3.0, 4.0)
    assert [one is None for one in triangle.adjoint.exact] == [False, True, False, False]


def test_gradients_whose_sum_overflows_are_added_up() -> None:
    """For x*x autograd returns x twice: 2e308 is no float64."""
    tape = taped("x*x", x="1e308")
    (returned,) = tape[-1].returned
    assert returned.numbers.computed == (math.inf,)
    assert returned.numbers.due[0] is not None
    assert returned.numbers.due[0].decimal(3) == "2e308"
