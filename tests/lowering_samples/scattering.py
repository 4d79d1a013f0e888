"""Arguments for what gathers and scatters."""

from __future__ import annotations

from typing import Any

import torch

from lowering_samples.draws import draw, integers, turned

_SQUARE = torch.tensor([[0, 2], [1, 0]])
_NEGATIVE = torch.tensor([[0, -1], [1, 0]])
_NONE = torch.zeros((0, 2), dtype=torch.int64)
_ROWS = torch.tensor([[1], [0]])
_MASK = torch.tensor([[1, 0, 1], [0, 0, 1]])

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "gather": [
        (turned(2, 3), 1, _SQUARE),
        (turned(3, 2), 0, _SQUARE),
        (draw(2, 3), -1, _ROWS),
        (draw(3), 0, integers(2, 2, 0, 1)),
        (draw(), 0, integers(0, 0)),
        (draw(2, 2), 0, _NONE),
    ],
    "take": [
        (turned(2, 3), integers(0, 5, -1)),
        (draw(3), torch.tensor(1)),
        (draw(2, 2), _SQUARE),
        (draw(), integers(0)),
    ],
    "take_along_dim": [
        (turned(2, 3), _NEGATIVE, 1),
        (turned(2, 3), _ROWS, 1),
        (draw(3, 4), _SQUARE[:1, :1], 0),
        (draw(1, 3), _ROWS, 1),
        (draw(2, 3), integers(0, 5), None),
        (draw(2, 2), _SQUARE, None),
    ],
    "index_select": [
        (turned(2, 3), 1, integers(2, 0, 2)),
        (turned(2, 3), 0, torch.tensor(1)),
        (draw(3), -1, integers()),
        (draw(), 0, integers(0)),
    ],
    "choose": [
        (draw(2, 3) > 0, draw(2, 3), turned(2, 3)),
        (draw(3) > 0, draw(2, 3), draw()),
        (torch.tensor(True), draw(3), turned(1, 3)[0]),
    ],
    "masked_fill": [
        (turned(2, 3), _MASK > 0, 2.5),
        (draw(3), _MASK > 0, 0.5),
        (draw(2, 3), torch.tensor(True), -1),
        (draw(), integers(1, 0) > 0, 0),
    ],
    "masked_select": [
        (turned(2, 3), _MASK),
        (draw(3), _MASK),
        (draw(2, 1), _MASK),
        (draw(2, 3), 0 * _MASK),
        (draw(), integers(1)),
    ],
    "scatter": [
        (draw(2, 3), 1, _SQUARE, draw(2, 2)),
        (turned(3, 2), 0, _SQUARE, draw(3, 3)),
        (draw(2, 3), 1, _SQUARE, 2.5),
        (draw(3), 0, integers(2), draw(1)),
        (draw(), 0, torch.tensor(0), draw()),
    ],
    "scatter_add": [
        (draw(2, 3), 1, 0 * _SQUARE, turned(2, 2)),
        (draw(2, 3), 0, _SQUARE % 2, draw(2, 2)),
        (draw(3), -1, integers(0, 0, 0, 2), draw(4)),
        (draw(3), -1, integers(), draw(0)),
        (draw(), 0, integers(0, 0), draw(2)),
    ],
    "scatter_reduce": [
        (draw(2, 3), 1, 0 * _SQUARE, draw(2, 2), how, included)
        for how in ("sum", "prod", "mean", "amax", "amin")
        for included in (True, False)
    ],
    "index_add": [
        (draw(2, 3), 1, integers(2, 2, 0), draw(2, 3), 1),
        (draw(2, 3), 0, integers(1), draw(1, 3), 0.5),
        (draw(3), 0, torch.tensor(1), draw(1), 1),
        (draw(), 0, integers(0), draw(), 2),
    ],
    "index_copy": [(draw(2, 3), 1, integers(2, 0), draw(2, 2)), (draw(2, 3), 0, integers(1), draw(1, 3))],
    "index_fill": [
        (draw(2, 3), 1, integers(-1, 0), 2.5),
        (draw(2, 3), 0, torch.tensor(1), draw()),
        (draw(), 0, integers(0), 1),
    ],
}
