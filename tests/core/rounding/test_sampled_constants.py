"""The samples of literals, and of rounded numbers in somebody's code."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Range
from derivcheck.numbers import DType
from derivcheck.rounding.sampled_constants import Literal, perturbed, repeated
from derivcheck.rounding.samples_at_points import SamplesAtPoints
from derivcheck.rounding.samples_on_axis import SamplesOnAxis


def literal(value: Fraction | str, dtype: DType = DType.FLOAT64) -> tuple[SamplesOnAxis, Literal]:
    """A literal, and the run that it belongs to."""
    samples = SamplesOnAxis(dtype)
    return samples, repeated(value, TorchSetting("cpu", dtype, Mode.REVERSE), samples, shared=True)


@pytest.mark.parametrize(("value", "exact"), [(Fraction(1, 2), True), (Fraction(1, 10), False), ("pi", False)])
def test_a_literal_is_perturbed_unless_the_format_holds_it(value: Fraction | str, exact: bool) -> None:
    """0.5 is a float, 0.1 and pi are not: their floats may have been the neighbours."""
    samples, found = literal(value)
    assert exact is found.exact
    numbers = perturbed(found, samples)
    assert exact is (numbers.unique().numel() == 1)
    assert numbers[0] == found.number


def test_a_literal_has_the_same_samples_wherever_it_is_used() -> None:
    """One float stands for it, and rounding has moved that once."""
    samples, found = literal(Fraction(1, 10))
    assert torch.equal(perturbed(found, samples), perturbed(found, samples))


@pytest.mark.parametrize(
    ("value", "lost"), [(Fraction(10) ** 60, Range.OVERFLOW), (Fraction(1, 10**60), Range.UNDERFLOW)]
)
def test_a_literal_beyond_the_range_is_noted_where_it_is_used(value: Fraction, lost: Range) -> None:
    """float32 holds neither 1e60 nor 1e-60."""
    samples, found = literal(value, DType.FLOAT32)
    assert not samples.losses
    perturbed(found, samples)
    (loss,) = samples.losses.found
    assert (lost, True) == (loss.range, loss.in_forward)


def test_a_condition_has_no_samples() -> None:
    """True is a literal as well."""
    samples, found = literal("True")
    assert perturbed(found, samples).shape == ()


@pytest.mark.parametrize("samples", [SamplesOnAxis(DType.FLOAT64), SamplesAtPoints(DType.FLOAT64, few=True)])
def test_a_rounded_number_in_code_is_told_from_an_exact_one(samples: SamplesOnAxis | SamplesAtPoints) -> None:
    """A tensor of 0.1 that somebody's code makes gets samples, the same each time; one of 0.25 is left alone."""

    def samples_of(number: float) -> Tensor:
        found: Tensor = samples.constants.samples_of(torch.tensor(number, dtype=torch.float64))
        return found

    assert samples_of(0.25).shape == ()
    assert samples_of(0.1).shape[0] == samples.count
    assert torch.equal(samples_of(0.1), samples_of(0.1))
