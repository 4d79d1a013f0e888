"""Tests of ctc_loss: the sum over all alignments beside an enumeration of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby, product
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded
from torch import Tensor
from torch.nn import functional

from derivcheck.errors import UnsupportedError
from derivcheck.own_functions.checks.exact_truths import as_float


def loss(x: Tensor, targets: Tensor, steps: Sequence[int], labels: Sequence[int], **how: Any) -> Tensor:
    """The loss of sequences of so many steps, with so many labels."""
    return functional.ctc_loss(x.log_softmax(-1), targets, torch.tensor(steps), torch.tensor(labels), **how)


@pytest.mark.parametrize("targets", [torch.tensor([[1, 2], [2, 0]]), torch.tensor([1, 1, 2])], ids=["rows", "joined"])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_ctc_loss_is_read(targets: Tensor, reduction: str) -> None:
    """Labels in rows, and one behind the other; a label that repeats needs a blank between."""
    assert_read(lambda x: loss(x, targets, [4, 3], [2, 1], reduction=reduction), drawn(4, 2, 3))


def test_the_loss_is_that_of_all_alignments() -> None:
    """All sequences of classes are tried: those count that the labels are left of when repeats and blanks go."""
    x = drawn(4, 1, 3, seed=2)
    place = recorded(lambda x: loss(x, torch.tensor([[1, 2]]), [4], [2], reduction="sum"), x)
    shares = x.detach().softmax(-1)[:, 0].tolist()
    whole = sum(
        math.prod([shares[step][label] for step, label in enumerate(path)])
        for path in product(range(3), repeat=4)
        if _collapsed(path) == [1, 2]
    )
    (truth,) = place.value_truths
    assert truth.value is not None
    assert as_float(truth.value.mid) == pytest.approx(-math.log(whole), rel=1e-14)


def _collapsed(path: Sequence[int]) -> list[int]:
    return [label for label, _ in groupby(path) if label]


def test_another_blank_and_lengths_that_are_plain_numbers() -> None:
    """The class that means nothing may be any."""

    def of_plain_lengths(x: Tensor) -> Tensor:
        return torch.ctc_loss(x.log_softmax(-1), torch.tensor([[0]]), [3], [1], blank=2)

    assert_read(of_plain_lengths, drawn(3, 1, 3))


def test_no_labels_at_all() -> None:
    """Then all steps are blanks."""
    empty = torch.zeros(1, 0, dtype=torch.long)
    assert_read(lambda x: loss(x, empty, [2], [0], reduction="sum"), drawn(2, 1, 2))


def test_labels_that_no_alignment_gives() -> None:
    """Two equal labels need three steps: the loss is infinite, and 0 where that is asked for."""
    labels = torch.tensor([[1, 1]])

    def impossible(x: Tensor, *, is_zero: bool) -> Tensor:
        return loss(x, labels, [2], [2], reduction="none", zero_infinity=is_zero) + x.sum()

    assert_read(lambda x: impossible(x, is_zero=True), drawn(2, 1, 2))
    with pytest.raises(UnsupportedError, match="no alignment"):
        _ = recorded(lambda x: impossible(x, is_zero=False), drawn(2, 1, 2)).value
