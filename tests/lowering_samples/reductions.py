"""Arguments for reductions."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from lowering_samples.draws import NASTY, draw, positive, turned

_ALONG: list[tuple[Any, bool]] = [(None, False), (0, False), (-1, True), ((0, 2), False), ((-1, 0), True), ((), False)]
"""Dims, and whether they are kept."""


def along(*values: Tensor) -> list[tuple[Any, ...]]:
    """Each value with each choice of dims that it has."""
    found = []
    for x in values:
        for dim, keepdim in _ALONG:
            axes = {
                axis % max(x.ndim, 1)
                for axis in (dim if isinstance(dim, tuple) else (dim or 0,))
                if axis < max(x.ndim, 1)
            }
            named = len(dim) if isinstance(dim, tuple) else 1
            if len(axes) == named or dim in (None, ()):
                found.append((x, dim, keepdim))
    return found


def one_dim(*values: Tensor) -> list[tuple[Any, ...]]:
    """Each value with each of its dims."""
    return [(x, dim) for x in values for dim in [*range(-max(x.ndim, 1), max(x.ndim, 1)), *([None] * (x.ndim < 2))]]


_SOME = [draw(), draw(1), draw(4), turned(2, 3), draw(2, 1, 3)]
_MANY = [x for x in NASTY if x.numel()]
_WIDE = [draw(3), turned(2, 3), turned(2, 3, 4)]
"""Values that have more elements along each dim than torch warns of."""
_ORDERS = (0, 1, 2, 3, 4, 2.5, 0.5, -1, math.inf, -math.inf)

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "sum": along(*NASTY),
    "mean": along(*NASTY),
    "prod": [(x, dim, keep) for x, dim, keep in along(*NASTY) if not isinstance(dim, tuple)],
    "var": [(x, dim, correction, keep) for x, dim, keep in along(*_WIDE) for correction in (0, 1, 0.5)],
    "std": [(x, dim, correction, keep) for x, dim, keep in along(*_WIDE) for correction in (0, 1)],
    "logsumexp": [*[call for call in along(*_MANY) if call[1] != ()], (100 * draw(3), None, False)],
    "amax": along(*_MANY),
    "amin": along(*_MANY),
    "norm": [
        *[(x, p, None, False) for x in _SOME for p in (*_ORDERS, "fro")],
        *[(x, p, dim, keep) for x, dim, keep in along(turned(2, 3, 4)) for p in (1, 2, 3, math.inf) if dim != ()],
        (draw(0), 2, None, False),
    ],
    "vector_norm": [
        (x, p, dim, keep) for x, dim, keep in along(draw(), turned(2, 3), draw(2, 3, 2)) for p in (1, 2, 3, math.inf)
    ],
    "dist": [(draw(3), draw(3), p) for p in _ORDERS] + [(draw(2, 3), draw(3), 2), (draw(), draw(), 1)],
    "cumsum": one_dim(*NASTY),
    "cumprod": one_dim(*NASTY),
    "logcumsumexp": one_dim(*_MANY),
    "diff": [(draw(5), 1, -1), (turned(2, 4), 2, 0), (turned(2, 4), 3, 1), (draw(3), 0, -1), (draw(2), 5, 0)],
    "trapezoid": [
        (draw(5), None, 1, -1),
        (draw(5), None, 0.5, -1),
        (draw(5), draw(5), 1, -1),
        (turned(3, 4), draw(3), 1, 0),
        (turned(3, 4), draw(3, 4), 1, 1),
        (draw(2, 3), draw(1, 3), 1, -1),
        (draw(1), None, 1, -1),
        (draw(2, 3), draw(3), 1, -1),
    ],
    "cumulative_trapezoid": [(draw(5), None, 1, -1), (draw(5), draw(5), 1, -1), (turned(3, 4), draw(3), 1, 0)],
    "cov": [(turned(2, 4), 1), (turned(2, 4), 0), (draw(4), 1), (draw(1, 3), 1)],
    "corrcoef": [(turned(2, 4),), (draw(4),), (draw(3, 3),)],
}

for _rows in ("logsumexp", "amax"):
    SAMPLES[_rows].append((torch.zeros(2, 2, dtype=torch.float64), 0, False))
SAMPLES["prod"].append((positive(3, 3), 1, True))
