"""Arguments that would take all memory are refused within a moment, whatever the function."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
import torch
from lowered import call_of, shaped_row
from lowering_samples.draws import draw

from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError

HUGE = 10**9

BOMBS: list[tuple[str, tuple[Any, ...]]] = [
    ("conv1d", (draw(1, 1, 2), draw(1, 1, 2), None, 1, HUGE, 1, 1)),
    ("conv2d", (draw(0, 1, 2, 2), draw(1, 1, 2, 2), None, 1, HUGE, 1, 1)),
    ("conv_transpose1d", (draw(1, 1, 2), draw(1, 1, 2), None, HUGE, 0, 0, 1, 1)),
    ("avg_pool1d", (draw(1, 2), HUGE, 1, HUGE // 2, False, True)),
    ("adaptive_avg_pool1d", (draw(1, 2), HUGE)),
    ("unfold", (draw(1, 2, 2), 2, 1, HUGE, 1)),
    ("fold", (draw(1, 1), (HUGE, HUGE), 1, 1, 0, HUGE)),
    ("pad", (draw(2), (HUGE, 0), "constant", 0)),
    ("pad", (draw(0, 2), (0, HUGE), "replicate", 0)),
    ("interpolate", (draw(1, 1, 2), HUGE, None, "nearest", None)),
    ("interpolate", (draw(0, 1, 2), None, float(HUGE), "linear", None)),
    ("vander", (draw(0), HUGE, True)),
    ("sort", (torch.zeros(20_000, dtype=torch.float64), -1, False, False)),
    ("kron", (draw(1000), draw(1000))),
    ("outer", (draw(1000), draw(1000))),
    ("det", (draw(100, 100),)),
    ("inv", (draw(100, 100),)),
    ("matrix_power", (draw(6, 6), 2**2000)),
    ("scaled_dot_product_attention", (draw(300, 1), draw(300, 1), draw(300, 1), None, 0.0, False, None, False)),
]


@pytest.mark.parametrize(("name", "arguments"), BOMBS, ids=[f"{name}-{at}" for at, (name, _) in enumerate(BOMBS)])
def test_a_bomb_is_refused_within_a_second(name: str, arguments: tuple[Any, ...]) -> None:
    """Before anything is made that is as large."""
    expression, point = call_of(shaped_row(name), arguments)
    start = perf_counter()
    with pytest.raises(ShapeError, match="more than 200,000"):
        lower(expression, point, lambda graph, nodes: [float(at % 7 + len(graph) % 3) for at in nodes])
    assert perf_counter() - start < 1
