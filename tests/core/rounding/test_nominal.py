"""The numbers that tensors hold, as floats."""

from __future__ import annotations

import torch

from derivcheck.rounding.nominal import (
    are_plain,
    first_samples,
    is_perturbed,
    nominal,
    rows_of_numbers,
    significant_bits,
)


def test_the_unperturbed_number_is_the_first() -> None:
    """Of a tensor of any shape; a plain number is itself, and a condition is none."""
    assert (
        0.5 == nominal(torch.tensor([0.5, 0.7])) == nominal(torch.tensor([[0.5], [0.7]])) == nominal(torch.tensor(0.5))
    )
    assert 2.0 == nominal(2)
    assert nominal(True) is nominal(torch.tensor(True)) is nominal(None) is nominal("mean") is None


def test_samples_that_differ_are_perturbed() -> None:
    """A number that all samples share is not, nor is a plain one."""
    assert is_perturbed(torch.tensor([0.5, 0.5, 0.7]))
    assert is_perturbed(torch.tensor([[0.5, 0.5], [0.5, 0.7]]))
    assert not is_perturbed(torch.tensor([0.5, 0.5, 0.5]))
    assert not is_perturbed(0.5)


def test_samples_that_are_finite_and_not_zero_are_plain() -> None:
    """So an ulp up or down is the neighbouring pattern of bits."""
    assert are_plain([1.0, -2.0])
    assert not any(map(are_plain, ([1.0, 0.0], [1.0, float("inf")], None)))


def test_an_operation_is_known_by_its_first_samples() -> None:
    """Twenty of them tell numbers apart."""
    assert first_samples(torch.arange(65.0)) == tuple(map(float, range(20)))
    assert (2.0,) == first_samples(2) == first_samples(torch.tensor(2.0))
    assert first_samples(torch.tensor([True, False])) is None


def test_each_number_has_its_operands() -> None:
    """A scalar is an operand of each; where numbers are combined there are no rows."""
    result = torch.tensor([3.0, 5.0])
    assert [[1.0, 2.0, 3.0], [3.0, 2.0, 5.0]] == rows_of_numbers((torch.tensor([1.0, 3.0]), 2), result)
    assert rows_of_numbers((torch.ones(2, 3),), torch.tensor([3.0, 3.0])) is None


def test_how_many_bits_a_number_fills() -> None:
    """3/4 is 11 in binary; 0.1 fills what the format has."""
    assert (2, 0) == (significant_bits(0.75), significant_bits(0.0))
    assert 50 < significant_bits(0.1) <= 53
