"""Sorted values are right for every order of the elements, and at ties."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from lowered import by_lowering, shaped_row
from lowering_samples.draws import draw

from derivcheck.elements.lowerings import orderings
from derivcheck.errors import ShapeError


@pytest.mark.parametrize("count", range(9))
def test_the_network_sorts_whatever_there_is(count: int) -> None:
    """A network that sorts every sequence of zeros and ones sorts everything: Knuth's principle."""
    pairs = orderings._comparisons(count)
    for given in product((0, 1), repeat=count):
        found = [*given]
        for low, high in pairs:
            found[low], found[high] = min(found[low], found[high]), max(found[low], found[high])
        assert sorted(given) == found


def test_the_network_is_small() -> None:
    """Batcher's needs 63 comparisons for 16 elements, and 191 for 32."""
    assert [63, 191] == [len(orderings._comparisons(count)) for count in (16, 32)]
    assert [63, 191] == [orderings._fewest_comparisons(count) for count in (16, 32)]
    assert all(orderings._fewest_comparisons(n) <= len(orderings._comparisons(n)) for n in range(1, 40))


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "nearest", "midpoint"])
@pytest.mark.parametrize("q", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
def test_quantiles_are_those_of_numpy(q: float, method: Any) -> None:
    """Whose interpolations have the same names."""
    x = draw(8)
    (found,) = by_lowering(shaped_row("quantile"), x, q, None, False, method)
    assert float(np.quantile(x.numpy(), q, method=method)) == pytest.approx(float(found), rel=1e-13)


def test_a_decimal_part_falls_on_an_element() -> None:
    """0.3 of the way along eleven elements is the fourth; the float 0.3 is a little less."""
    (found,) = by_lowering(shaped_row("quantile"), torch.arange(11.0, dtype=torch.float64), 0.3, None, False, "linear")
    assert 3 == float(found)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("sort", (draw(2), 1, False, False), r"no dim 1: the shape is \(2,\)"),
        ("topk", (draw(2), 3, -1, True, True), r"cannot take 3 elements along dim -1 of the shape \(2,\)"),
        ("topk", (draw(2), 1, -1, True, False), "no order that torch promises"),
        ("kthvalue", (draw(2), 0, -1, False), r"no k = 0 along dim -1 of the shape \(2,\)"),
        ("median", (draw(0), None, False), "no elements to take the median of"),
        ("median", (draw(2), None, True), "keeps no dims"),
        ("quantile", (draw(0), 0.5, None, False, "linear"), "no elements to take a quantile of"),
        ("quantile", (draw(2), 1.5, None, False, "linear"), "a number from 0 to 1, not 1.5"),
        ("quantile", (draw(2), 0.5, None, False, "cubic"), "no interpolation 'cubic'"),
    ],
)
def test_what_cannot_be_sorted_is_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says the shape."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)
