"""Arguments for what sorts, with ties among them."""

from __future__ import annotations

from typing import Any

import torch

from lowering_samples.draws import NASTY, draw, turned

_TIES = torch.tensor([3.0, 1.0, 3.0, 2.0, 1.0, 3.0], dtype=torch.float64)

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "sort": [
        *[(x, -1, False, False) for x in NASTY],
        *[(draw(size), -1, False, False) for size in range(2, 20)],
        (turned(4, 3), 0, True, False),
        (_TIES, 0, True, True),
    ],
    "msort": [(x,) for x in NASTY],
    "topk": [
        (draw(7), 3, -1, True, True),
        (turned(2, 5), 2, -1, False, True),
        (turned(5, 2), 4, 0, True, True),
        (draw(3), 0, 0, True, True),
        (draw(), 1, 0, True, True),
        (draw(), 0, 0, True, True),
        (_TIES, 2, -1, True, True),
    ],
    "kthvalue": [(draw(7), k, -1, False) for k in (1, 4, 7)] + [(turned(4, 3), 2, 0, True), (draw(), 1, -1, False)],
    "median": [
        (draw(5), None, False),
        (draw(6), None, False),
        (turned(2, 3), None, False),
        (draw(), None, False),
        (draw(), 0, True),
        (turned(2, 4), 1, True),
        (turned(2, 4), 0, False),
        (_TIES, -1, False),
    ],
    "quantile": [
        *[
            (draw(6), q, None, False, how)
            for q in (0.0, 0.3, 0.5, 1.0, 1)
            for how in ("linear", "lower", "higher", "nearest", "midpoint")
        ],
        (draw(11), 0.3, None, False, "linear"),
        (turned(3, 4), 0.75, 0, False, "linear"),
        (turned(3, 4), 0.75, -1, True, "linear"),
        (turned(3, 4), (0.1, 0.9), 1, True, "linear"),
        (turned(3, 4), (0.1, 0.9), None, False, "linear"),
        (turned(3, 4), 0.5, None, True, "linear"),
        (draw(), 0.5, None, False, "linear"),
        (draw(1), 0.7, 0, True, "linear"),
    ],
    "cummax": [(x, -1) for x in NASTY] + [(turned(4, 3), 0), (_TIES, 0)],
    "cummin": [(x, -1) for x in NASTY] + [(turned(4, 3), 0), (_TIES, 0)],
}
