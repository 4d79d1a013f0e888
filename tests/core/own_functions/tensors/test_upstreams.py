"""Upstream gradients: a few fixed ones, times exact factors."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream, fixed_weights

SHAPES = st.lists(st.lists(st.integers(0, 3), max_size=3).map(tuple), min_size=1, max_size=3)
FLOAT32 = TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE)


@given(SHAPES, st.sampled_from([ONES, *DENSE]), st.sampled_from([Fraction(1), Fraction(-3, 8), Fraction(2) ** 40]))
def test_tensors_hold_the_weights_exactly(shapes: list[tuple[int, ...]], number: int, factor: Fraction) -> None:
    """In float32 too: rounding an upstream gradient would be an error of ours."""
    upstream = Upstream(number).times(factor)
    tensors = upstream.tensors(shapes, FLOAT32)
    assert shapes == [tuple(tensor.shape) for tensor in tensors]
    held = [Fraction(weight) for tensor in tensors for weight in tensor.reshape(-1).tolist()]
    assert upstream.weights(shapes) == held == [factor * weight for weight in Upstream(number).weights(shapes)]


@given(SHAPES)
def test_one_output_or_one_element_alone(shapes: list[tuple[int, ...]]) -> None:
    """The upstream gradients of the outputs sum up to that of all, and those of the elements to 1."""
    outputs = [Upstream(2, output=at).weights(shapes) for at in range(len(shapes))]
    assert Upstream(2).weights(shapes) == [sum(weights) for weights in zip(*outputs, strict=True)]
    rows = [Upstream(row=at).weights(shapes) for at in range(sum(map(prod, shapes)))]
    assert Upstream().weights(shapes) == [sum(weights) for weights in zip(*rows, strict=True)]


@pytest.mark.parametrize("number", DENSE)
def test_nothing_that_forgets_or_repeats_dense_weights_is_right_by_accident(number: int) -> None:
    """They are of many sizes and both signs, none is its own square, and the two have other weights."""
    weights = Upstream(number).weights([(4, 8)])
    assert len(set(weights)) > 8
    assert min(weights) < 0 < max(weights)
    assert not {0, 1, -1} & set(weights)
    assert weights != Upstream(DENSE[0] + DENSE[1] - number).weights([(4, 8)])


def test_they_take_the_format_of_an_output() -> None:
    """An output of integers gets a tensor too, which means nothing."""
    found = Upstream(1).like([torch.ones(2, dtype=torch.float32), torch.ones(3, dtype=torch.int64)])
    assert [torch.float32, torch.int64] == [one.dtype for one in found]


def test_words() -> None:
    """What was asked for, as the report has it."""
    assert str(Upstream()) == "upstream gradient 1"
    assert str(Upstream(2, output=1).times(Fraction(3))) == "upstream gradient g2 of output 1 alone, times 3"
    assert str(Upstream(row=4)) == "the gradient of element 4 of the result"


def test_the_fixed_ones_apart() -> None:
    """Those of single outputs only where there are several."""
    assert len(fixed_weights([(2,)], apart=True)) == 3
    assert len(fixed_weights([(2,), ()], apart=True)) == 9
    assert len(fixed_weights([(2,), ()], apart=False)) == 3
