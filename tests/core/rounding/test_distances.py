"""How far samples lie from the unperturbed number: at one point and at many the same."""

from __future__ import annotations

import math

import pytest
import torch

from derivcheck.rounding.distances import distances, spread_of, spreads_of


def test_one_point_and_many_points_are_as_far_apart() -> None:
    """The root mean square of the distances and the farthest one, without the samples that are not finite."""
    columns = [[1.0, 1.5, 0.5, 3.0], [1e-200, 2e-200, 1e-200, 4e-200], [2.0, math.inf, 2.5, 2.0], [5.0] * 4]
    farthest, mean = distances(torch.tensor(columns, dtype=torch.float64).T, len(columns))
    for column, far, size in zip(columns, farthest.tolist(), mean.tolist(), strict=True):
        spread = spread_of(torch.tensor(column, dtype=torch.float64), 4, ())
        assert spread.absolute == pytest.approx(size)
        assert spread.farthest == pytest.approx(far)


def test_the_spread_of_samples() -> None:
    """Around 1 lie 1.5, 0.5 and 3: the squares of their distances add up to 4.5."""
    spread = spread_of(torch.tensor([1.0, 1.5, 0.5, 3.0], dtype=torch.float64), 4, ())
    assert spread.absolute == pytest.approx(math.sqrt(4.5 / 3))
    assert (2.0, 1.0) == (spread.farthest, spread.finite)


def test_samples_that_are_not_finite_are_set_aside() -> None:
    """A third of the samples is nan; the others are where the unperturbed number is."""
    spread = spread_of(torch.tensor([1.0, math.nan, 1.0, 1.0], dtype=torch.float64), 4, ())
    assert (0.0, 2 / 3) == (spread.absolute, spread.finite)
    assert distances(torch.tensor([[math.nan], [1.0]], dtype=torch.float64), 1)[0].tolist() == [0.0]


def test_many_results_have_the_spreads_of_each_alone() -> None:
    """To the last bit, also where samples are 0, infinite or no numbers."""
    rows = 1 + 1e-14 * torch.randn(20, 65, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows[1], rows[2, 7], rows[3, 0], rows[4] = 0.0, math.nan, math.inf, -rows[4]
    assert [spread_of(row, 65, ()) for row in rows] == spreads_of(rows)


def test_a_number_without_samples_does_not_spread() -> None:
    """A derivative that is known to be 0 comes as a single number."""
    assert 0.0 == spread_of(torch.tensor(0.0), 65, ()).absolute
    assert [[0.0, 0.0]] * 2 == [column.tolist() for column in distances(torch.tensor(0.0), 2)]
