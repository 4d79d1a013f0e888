"""Numbers are moved from one float to its neighbours."""

from __future__ import annotations

import math

import pytest
import torch

from derivcheck.rounding.moving import BITS, moved, shares_of, with_either_sign


@pytest.mark.parametrize("dtype", list(BITS))
def test_a_step_is_an_ulp_away_from_zero(dtype: torch.dtype) -> None:
    """The neighbour is that which torch.nextafter gives, across a power of 2 as well."""
    numbers = torch.tensor([1.0, -1.0, 0.1, -3.0, 2.0], dtype=dtype)
    up = moved(numbers, torch.ones(5, dtype=BITS[dtype]))
    down = moved(numbers, -torch.ones(5, dtype=BITS[dtype]))
    if dtype in (torch.float64, torch.float32):
        assert torch.equal(up, torch.nextafter(numbers, numbers * math.inf))
        assert torch.equal(down, torch.nextafter(numbers, torch.zeros(5, dtype=dtype)))
    assert (up.abs() > numbers.abs()).all()
    assert torch.equal(moved(up, -torch.ones(5, dtype=BITS[dtype])), numbers)


def normal_numbers(dtype: torch.dtype) -> torch.Tensor:
    """All normal numbers of a narrow format; of another one a million, and those beside powers of 2."""
    bits = torch.arange(-(2**15), 2**15).to(torch.int16)
    if BITS[dtype] is not torch.int16:
        powers = torch.ldexp(torch.ones(200, dtype=dtype), torch.arange(-100, 100))
        beside = powers.view(BITS[dtype]).unsqueeze(1) + torch.arange(-3, 4)
        generator = torch.Generator().manual_seed(1)
        bits = torch.randint(torch.iinfo(BITS[dtype]).max, (10**6,), dtype=BITS[dtype], generator=generator)
        bits = torch.cat([bits, beside.reshape(-1).to(BITS[dtype])])
        bits = torch.cat([bits, bits | torch.iinfo(BITS[dtype]).min])
    numbers = bits.view(dtype)
    limits = torch.finfo(dtype)
    return numbers[(numbers.abs() > limits.tiny) & (numbers.abs() < limits.max)]


@pytest.mark.parametrize("dtype", list(BITS))
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_share_of_a_number_is_a_step(dtype: torch.dtype, step: int) -> None:
    """Adding so many times the number gives the very float that a step in the bits does."""
    numbers = normal_numbers(dtype)
    steps = torch.full((len(numbers),), step, dtype=BITS[dtype])
    assert len(numbers) > 50_000
    assert torch.equal(moved(numbers, steps), torch.addcmul(numbers, numbers, shares_of(steps, dtype)))


def test_zeros_and_what_is_not_finite_stay() -> None:
    """Beside 0 lies a subnormal number, and beside the largest one an infinity: no rounding leads there."""
    numbers = torch.tensor([0.0, -0.0, math.inf, -math.inf, 1.0], dtype=torch.float64)
    steps = torch.ones(5, dtype=torch.int64)
    assert moved(numbers, steps).tolist() == [0.0, 0.0, math.inf, -math.inf, 1 + 2**-52]
    assert moved(torch.tensor([math.nan, 1.0], dtype=torch.float64), steps[:2]).isnan().tolist() == [True, False]


def test_a_zero_has_no_exact_sign() -> None:
    """It is the other one where the step is one up; all other numbers stay."""
    numbers = torch.tensor([0.0, 0.0, -0.0, 1.0], dtype=torch.float64)
    steps = torch.tensor([1, -1, 1, 1])
    signs = torch.copysign(torch.ones(4, dtype=torch.float64), with_either_sign(numbers, steps))
    assert signs.tolist() == [-1.0, 1.0, 1.0, 1.0]
    some = torch.tensor([False, True, True, True])
    assert not with_either_sign(numbers, steps, some)[0].signbit()
