"""Tests of embeddings: rows of a matrix and bags of them, and the gradients that torch documents."""

from __future__ import annotations

import pytest
import torch
from comparing import assert_read, drawn, partials
from torch import Tensor, nn
from torch.nn import functional

from derivcheck.gradchecking.gradcheck import examine

PLACES = torch.tensor([[0, 2, 2], [3, 0, 2]])
BAGS = torch.tensor([0, 3, 3, 5])


@pytest.mark.parametrize("places", [PLACES, torch.tensor(1), torch.zeros(0, dtype=torch.long)], ids=str)
def test_rows_are_read(places: Tensor) -> None:
    """Integers of any shape, none of them too."""
    assert_read(lambda w: functional.embedding(places, w), drawn(4, 2))


def test_a_padding_row_gets_no_gradient() -> None:
    """As torch documents: padding_idx does not contribute to the gradient."""
    assert partials(lambda w: functional.embedding(PLACES, w, padding_idx=2), drawn(4, 1)) == [2, 0, 0, 1]
    assert_read(lambda w: functional.embedding(PLACES, w, padding_idx=2), drawn(4, 2))


def test_gradients_are_divided_by_how_often_a_row_is_asked_for() -> None:
    """As torch documents scale_grad_by_freq."""
    assert partials(lambda w: functional.embedding(PLACES, w, scale_grad_by_freq=True), drawn(4, 1)) == [1, 0, 1, 1]
    assert_read(lambda w: functional.embedding(PLACES, w, scale_grad_by_freq=True), drawn(4, 2))


def test_rows_that_are_made_shorter_are_differentiated_by_as_they_are_then() -> None:
    """max_norm writes into the matrix first; torch counts the gradient by what it holds afterwards."""
    layer = nn.Embedding(4, 3, max_norm=1.0, dtype=torch.float64)
    assert_read(lambda w: functional.embedding(PLACES, w.clone(), max_norm=1.0), drawn(4, 3))
    assert_read(lambda scale: layer(PLACES) * scale, drawn(1))


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding", [None, 2])
def test_bags_are_read(mode: str, padding: int | None) -> None:
    """One of them is empty; what the padding row holds does not count."""
    places = PLACES.reshape(-1)
    assert_read(lambda w: functional.embedding_bag(places, w, BAGS, mode=mode, padding_idx=padding), drawn(4, 2))


def test_bags_with_weights_are_read() -> None:
    """They are differentiated by the weights as well; a bag ends where the last one would begin."""
    places = PLACES.reshape(-1)
    ends = torch.tensor([0, 2, 6])
    assert_read(
        lambda w, weights: functional.embedding_bag(
            places, w, ends, mode="sum", per_sample_weights=weights, include_last_offset=True
        ),
        drawn(4, 2),
        drawn(6, seed=1),
    )


def test_bags_in_rows_are_read() -> None:
    """A matrix of integers has a bag in each row."""
    assert_read(lambda w: functional.embedding_bag(PLACES, w, mode="sum"), drawn(4, 2))


def test_bags_whose_gradients_are_divided_by_how_often_a_row_is_asked_for() -> None:
    """As torch documents it. Its backward pass takes the count of another row, which is found."""

    def bags(weight: Tensor) -> Tensor:
        return functional.embedding_bag(PLACES, weight, mode="sum", scale_grad_by_freq=True)

    weight = drawn(4, 1)
    assert partials(bags, weight) == [1, 0, 1, 1]
    assert torch.autograd.grad(bags(weight).sum(), weight)[0].flatten().tolist() == [1, 0, 3 / 2, 1 / 3]
    assert examine(bags, (weight,)).is_wrong
