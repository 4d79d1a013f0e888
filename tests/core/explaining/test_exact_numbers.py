"""Exact numbers of a tape: of what torch held, and of what is exact."""

from __future__ import annotations

from fractions import Fraction

import torch
from taped_runs import taped
from torch import Tensor

from derivcheck.explaining.exact_numbers import ExactNumbers, Numbers
from derivcheck.explaining.taped_run import TapedRun
from derivcheck.truth.symbolic_rules import sympys_rules


def numbers_of(run: TapedRun) -> ExactNumbers:
    """The exact numbers of a run."""
    return ExactNumbers(run, sympys_rules().partial)


def floats(numbers: Numbers) -> list[float | None]:
    """The numbers as floats."""
    return [None if one is None else float(one) for one in numbers]


def test_held_numbers_start_anew_and_exact_ones_go_through() -> None:
    """In float32 1e-9 + 1 is 1: its logarithm is 0 for what torch held, and 1e-9 exactly."""
    run = taped(lambda x: (x + 1).log(), torch.tensor(1e-9))
    numbers = numbers_of(run)
    logarithm = run.operations[-1]
    assert floats(numbers.held.results(logarithm, 0)) == [0.0]
    (exact,) = numbers.exact.results(logarithm, 0)
    assert exact is not None
    assert abs(float(exact) - 1e-9) < 1e-16


def test_a_product_sums_over_all_uses_of_an_argument() -> None:
    """Of x*x it is twice x times the upstream gradient."""
    run = taped(lambda x: x * x, torch.tensor([3.0, 5.0]))
    numbers = numbers_of(run)
    found = numbers.held.product(run.operations[0], [numbers.held.results(run.operations[0], 0)])
    assert found is not None
    assert floats(found[0]) == [54.0, 250.0]


def test_where_there_is_no_derivative_a_product_is_unknown() -> None:
    """Of relu at 0, while its neighbour has one, and at a smooth point where factors vanish there is one."""
    run = taped(torch.relu, torch.tensor([0.0, 2.0]))
    numbers = numbers_of(run)
    (operation,) = [one for one in run.operations if one.name == "relu"]
    found = numbers.held.product(operation, [numbers.held.results(operation, 0)])
    assert found is not None
    assert floats(found[0]) == [0.0, 2.0]  # the upstream gradient of the first is 0, its value
    ones = numbers.held.product(operation, [numbers.held.results(run.operations[0], 0)[1:] * 2])
    assert ones is not None
    assert floats(ones[0]) == [None, 2.0]


def test_differences_that_vanish_are_no_kinks() -> None:
    """The slope of (x - y)**2 is 0 where x is y."""
    run = taped(torch.nn.functional.mse_loss, torch.tensor([1e30]), torch.tensor([1e30]))
    numbers = numbers_of(run)
    found = numbers.held.product(run.operations[0], [numbers.held.results(run.operations[0], 0)])
    assert found is not None
    assert [floats(one) for one in found.values()] == [[0.0], [0.0]]


def test_conditions_are_those_of_each_argument() -> None:
    """Of x - y it is |x|/|x - y|, and |y|/|x - y|."""

    def difference(x: Tensor, y: Tensor) -> Tensor:
        return x - y

    run = taped(difference, torch.tensor(4.0), torch.tensor(3.0))
    assert numbers_of(run).held.conditions(run.operations[0], 0, 0) == {0: 4.0, 1: 3.0}


def test_precision_rises_until_numbers_are_known() -> None:
    """A cancellation of 400 bits takes more than the first precision."""
    run = taped(lambda x: x + 2.0**400 - 2.0**400, torch.tensor(1 / 3, dtype=torch.float64))
    (exact,) = numbers_of(run).exact.results(run.operations[-1], 0)
    assert exact is not None
    assert Fraction(float(exact)) == Fraction(1 / 3)


def test_many_adjoints_of_one_number_are_added_up_exactly() -> None:
    """As in the backward pass of expand; a sum of few digits would look like a kink."""
    run = taped(lambda x: x.expand(3).sin().sum(), torch.tensor([1.1], dtype=torch.float64))
    numbers = numbers_of(run)
    (expanded,) = [one for one in run.operations if one.name == "expand"]
    (sines,) = [one for one in run.operations if one.name == "sin"]
    found = numbers.exact.product(expanded, [numbers.exact.results(sines, 0)])
    assert found is not None
    assert found[0][0] is not None
    assert found[0][0].rel_accuracy_bits() > 200
