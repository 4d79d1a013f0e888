"""The steps by which samples are moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from derivcheck.rounding import draws
from derivcheck.rounding.draws import FLIP, FLIP_OF_FEW, NumberDraws, OperationDraws, PooledDraws


def operation_draws(count: int = 65) -> OperationDraws:
    """The steps of one run in float64."""
    return OperationDraws(torch.float64, 7, count)


def test_the_nth_operation_has_the_same_steps_in_every_run() -> None:
    """Whether a point is looked at by itself or among others must not matter."""
    one, other = operation_draws(), operation_draws()
    assert all(torch.equal(one.next(), other.next()) for _ in range(100))


def test_steps_that_are_shared_are_those_that_the_generator_draws() -> None:
    """A run that needs steps of another shape goes on with a generator of its own, where the shared ones end."""
    shared, own = operation_draws(), operation_draws()
    before = [shared.next() for _ in range(32)]
    generator = torch.Generator().manual_seed(7)
    draw = torch.rand((32, 65), generator=generator)
    expected = (draw > 1 - FLIP).to(torch.int64) - (draw < FLIP).to(torch.int64)
    expected[:, 0] = 0
    assert torch.equal(torch.stack(before), expected)
    own.of_shape((1, 65), dim=1)
    assert not torch.equal(own.next(), before[0])


def test_shares_are_the_same_steps() -> None:
    """An operation takes the next ones, in whichever form it needs them."""
    mixed, steps = operation_draws(), operation_draws()
    for number in range(70):
        drawn = mixed.next() if number % 3 else mixed.next_shares() / (5 / 8 * 2**-52)
        assert torch.equal(drawn, steps.next())


def test_the_first_sample_never_moves() -> None:
    """It is the number as torch computes it."""
    draws = operation_draws()
    assert all(draws.next()[0] == 0 for _ in range(100))
    assert not draws.of_shape((65, 3))[0].any()


def test_steps_go_up_and_down_by_an_ulp_at_most() -> None:
    """A sixth of them up, a sixth down: the root mean square is 0.58 ulp, as of noise within the unit roundoff."""
    steps = NumberDraws(torch.float32, 7).next(torch.Size((100, 200)))
    assert steps.unique().tolist() == [-1, 0, 1]
    assert abs(float((steps == 1).double().mean()) - 1 / 6) < 0.01
    assert abs(float(steps.double().mean())) < 0.01


def test_every_number_has_a_step_of_its_own() -> None:
    """They are drawn many at a time, and each is used once."""
    draws, others = NumberDraws(torch.float64, 7), NumberDraws(torch.float64, 7)
    parts = torch.cat([draws.next(torch.Size((2, 256))).flatten() for _ in range(2)])
    assert torch.equal(parts, others.next(torch.Size((1024,))))


def test_few_samples_are_moved_more_often() -> None:
    """So that hardly a number stays the same in a dozen of them: of 400 numbers three do, with the usual steps."""
    still = [
        sum(not column.any() for column in torch.stack([draws.next(torch.Size([400])) for _ in range(12)]).unbind(1))
        for draws in (PooledDraws(torch.float64, 7, flip) for flip in (FLIP, FLIP_OF_FEW))
    ]
    assert still[0] > still[1] == 0


@pytest.fixture
def default_of_somebody_elses() -> Iterator[None]:
    """Another default format of torch's than usual, as code of the user's may leave it behind."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def all_draws() -> list[torch.Tensor]:
    """Steps of every kind, none of which was remembered."""
    draws._shared_block.cache_clear()
    draws._pool.cache_clear()
    operations = operation_draws()
    shared = [operations.next() for _ in range(40)]
    numbers = NumberDraws(torch.float64, 7), PooledDraws(torch.float64, 7)
    return [*shared, operations.of_shape((3, 65), dim=1), *(each.next(torch.Size((2000,))) for each in numbers)]


USUAL = all_draws()


@pytest.mark.usefixtures("default_of_somebody_elses")
def test_steps_do_not_depend_on_torchs_default_format() -> None:
    """Torch draws other numbers in each format: a worker that has run such code would find other spreads."""
    assert all(torch.equal(one, other) for one, other in zip(USUAL, all_draws(), strict=True))
