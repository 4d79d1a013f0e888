"""Convolutions are the sums that their definition says. Covers also: windows."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
import torch
from lowered import about, by_lowering, call_of, shaped_row
from lowering_samples.draws import draw

from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError


def test_a_convolution_is_its_definition() -> None:
    """The sum over channels and taps of weight[o, c, k, m] * x[c, i + k, j + m], as torch's page says."""
    x, weight, bias = draw(1, 2, 4, 5), draw(3, 2, 2, 3), draw(3)
    (found,) = by_lowering(shaped_row("conv2d"), x, weight, bias, 1, 0, 1, 1)
    assert (1, 3, 3, 3) == found.shape
    for o in range(3):
        for i in range(3):
            for j in range(3):
                total = bias[o] + sum(
                    weight[o, c, k, m] * x[0, c, i + k, j + m] for c in range(2) for k in range(2) for m in range(3)
                )
                assert float(total) == pytest.approx(float(found[0, o, i, j]), rel=1e-12)


def test_a_convolution_turned_round_is_the_transpose() -> None:
    """With the same weight, <conv(x), y> = <x, conv_transpose(y)> for every x and y."""
    x, weight = draw(1, 2, 7), draw(3, 2, 3)
    (forward,) = by_lowering(shaped_row("conv1d"), x, weight, None, 2, 1, 1, 1)
    y = draw(*forward.shape)
    (back,) = by_lowering(shaped_row("conv_transpose1d"), y, weight, None, 2, 1, 0, 1, 1)
    assert float((forward * y).sum()) == pytest.approx(float((x * back).sum()), rel=1e-12)


def test_fold_is_the_transpose_of_unfold() -> None:
    """<unfold(x), y> = <x, fold(y)>, with windows that overlap and a border."""
    x = draw(2, 5, 4)
    (forward,) = by_lowering(shaped_row("unfold"), x, (2, 3), 1, 1, (2, 1))
    y = draw(*forward.shape)
    (back,) = by_lowering(shaped_row("fold"), y, (5, 4), (2, 3), 1, 1, (2, 1))
    assert float((forward * y).sum()) == pytest.approx(float((x * back).sum()), rel=1e-12)


def test_a_border_of_zeros_costs_nothing() -> None:
    """A kernel of 3 over 3 elements with a border of 1: 7 products and 4 sums, beside the 6 variables."""
    expression, point = call_of(shaped_row("conv1d"), (draw(1, 1, 3), draw(1, 1, 3), None, 1, 1, 1, 1))
    assert 6 + 7 + 4 == len(lower(expression, point, about(point)).elements.nodes)


def test_a_picture_is_lowered_in_a_moment() -> None:
    """A 3x3 convolution of (1, 3, 8, 8) with 4 channels: 13,000 operations, in much less than 0.1 s."""
    arguments = (draw(1, 3, 8, 8), draw(4, 3, 3, 3), draw(4), 1, 1, 1, 1)
    expression, point = call_of(shaped_row("conv2d"), arguments)
    seconds = []
    for _ in range(3):
        start = perf_counter()
        lower(expression, point, about(point))
        seconds.append(perf_counter() - start)
    assert min(seconds) < 0.1


_LINE = draw(1, 4, 5)

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    ("conv1d", (_LINE, draw(2, 3, 3), None, 1, 0, 1, 1), r"\(1, 4, 5\) and \(2, 3, 3\) with groups=1"),
    ("conv1d", (_LINE, draw(3, 2, 3), None, 1, 0, 1, 2), r"\(3, 2, 3\) with groups=2"),
    ("conv1d", (_LINE, draw(2, 4, 6), None, 1, 0, 1, 1), r"does not fit: the shapes are \(1, 4, 5\) and \(2, 4, 6\)"),
    ("conv1d", (_LINE, draw(2, 4, 3), None, 0, 0, 1, 1), "`stride` of `conv1d` is one integer, 1 or larger"),
    ("conv1d", (_LINE, draw(2, 4, 3), None, 2, "same", 1, 1), "is not 'same' here"),
    ("conv1d", (_LINE, draw(2, 4, 3), None, 1, "full", 1, 1), "is not 'full' here"),
    ("conv2d", (_LINE, draw(2, 4, 3), None, 1, 0, 1, 1), r"the shapes \(1, 4, 5\) and \(2, 4, 3\)"),
    ("conv_transpose1d", (_LINE, draw(3, 4, 3), None, 1, 0, 0, 1, 1), r"\(3, 4, 3\) with groups=1"),
    ("conv_transpose1d", (_LINE, draw(4, 3, 3), None, 1, 0, 1, 1, 1), "must be smaller than the stride"),
    ("conv_transpose1d", (_LINE, draw(4, 3, 1), None, 1, 3, 0, 1, 1), "leaves nothing"),
    ("unfold", (_LINE[0, 0], 2, 1, 0, 1), r"the shape is \(5,\)"),
    ("unfold", (_LINE, 9, 1, 0, 1), "larger than the picture: 9 of 4"),
    ("fold", (draw(1, 8, 3), (3, 3), 2, 1, 0, 1), r"the shape is \(1, 8, 3\)"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_a_weight_that_does_not_fit_is_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says both shapes."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)


def test_a_large_convolution_is_refused_before_it_is_made() -> None:
    """38 million products."""
    with pytest.raises(ShapeError, match="more than 200,000"):
        by_lowering(shaped_row("conv2d"), torch.zeros(1, 1, 50, 50), draw(100, 1, 20, 20), None, 1, 0, 1, 1)
