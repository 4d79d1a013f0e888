"""Arguments for layers."""

from __future__ import annotations

from typing import Any

import torch

from lowering_samples.draws import draw, integers, positive, turned

_BAG = torch.tensor([[0, 2, 2], [1, 0, 3]])

_LINE, _PICTURE, _CUBE = draw(2, 4, 9), turned(2, 4, 6, 5), draw(1, 2, 4, 3, 3)

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "conv1d": [
        (_LINE, draw(6, 4, 3), draw(6), 1, 0, 1, 1),
        (_LINE, draw(6, 4, 3), None, 2, 1, 2, 1),
        (_LINE, draw(6, 2, 2), draw(6), 1, "same", 1, 2),
        (_LINE, draw(6, 4, 4), draw(6), 1, "same", 2, 1),
        (_LINE, draw(4, 1, 3), None, (3,), "valid", 1, 4),
        (draw(4, 9), draw(2, 4, 3), draw(2), 1, 5, 1, 1),
        (draw(0, 4, 9), draw(2, 4, 3), draw(2), 1, 0, 1, 1),
    ],
    "conv2d": [
        (_PICTURE, turned(3, 4, 3, 3), draw(3), 1, 0, 1, 1),
        (_PICTURE, draw(6, 2, 3, 2), draw(6), (2, 1), (1, 0), (1, 2), 2),
        (_PICTURE, draw(2, 4, 3, 2), None, 1, "same", 1, 1),
        (draw(1, 5, 5), draw(2, 1, 1, 1), draw(2), 3, 2, 1, 1),
    ],
    "conv3d": [
        (_CUBE, draw(2, 2, 2, 2, 2), draw(2), 1, 0, 1, 1),
        (_CUBE, draw(2, 1, 3, 1, 2), None, (1, 2, 1), (1, 0, 1), 1, 2),
    ],
    "conv_transpose1d": [
        (_LINE, draw(4, 3, 3), draw(3), 1, 0, 0, 1, 1),
        (_LINE, draw(4, 3, 3), draw(6), 3, 1, 2, 2, 1),
        (_LINE, draw(4, 3, 2), None, 2, 2, 1, 1, 3),
        (draw(2, 3), draw(2, 1, 1), draw(1), 3, 0, 0, 1, 1),
    ],
    "conv_transpose2d": [
        (_PICTURE, draw(4, 2, 3, 2), draw(2), 1, 0, 0, 1, 1),
        (_PICTURE, draw(4, 2, 3, 2), draw(4), (2, 3), (1, 0), (1, 2), 2, (2, 1)),
        (draw(1, 2, 2), draw(1, 1, 2, 2), None, 2, 0, 0, 1, 1),
    ],
    "conv_transpose3d": [(_CUBE, draw(2, 1, 2, 2, 2), draw(2), (2, 1, 1), 0, 0, 2, 1)],
    "max_pool1d": [
        (_LINE, 3, None, 0, 1, False),
        (_LINE, 3, 2, 1, 2, True),
        (draw(4, 9), (2,), (3,), 0, 1, True),
        (_LINE, 2, None, 1, 1, True),
    ],
    "max_pool2d": [
        (_PICTURE, 2, None, 0, 1, False),
        (_PICTURE, (3, 2), (2, 1), (1, 0), 1, True),
        (draw(4, 6, 5), 3, 1, 1, 2, False),
    ],
    "max_pool3d": [(_CUBE, 2, 1, 1, 1, False)],
    "avg_pool1d": [
        (_LINE, 3, None, 0, False, True),
        (_LINE, 3, 2, 1, True, True),
        (_LINE, 4, 3, 2, True, True),
        (_LINE, 4, 3, 2, True, False),
        (draw(4, 9), (2,), (3,), 1, False, False),
    ],
    "avg_pool2d": [
        (_PICTURE, 2, None, 0, False, True, None),
        (_PICTURE, (3, 2), (2, 1), (1, 1), True, True, None),
        (_PICTURE, (3, 2), 2, (1, 1), True, False, None),
        (draw(4, 6, 5), 3, 2, 1, False, True, 5),
    ],
    "avg_pool3d": [(_CUBE, 2, 1, 1, False, False, None), (_CUBE, (2, 3, 1), None, 0, False, True, None)],
    "adaptive_max_pool1d": [(_LINE, 4), (draw(4, 9), 9), (_LINE, 12)],
    "adaptive_max_pool2d": [(_PICTURE, 2), (_PICTURE, (4, None)), (draw(4, 6, 5), (3, 1))],
    "adaptive_max_pool3d": [(_CUBE, (2, 2, None))],
    "adaptive_avg_pool1d": [(_LINE, 4), (draw(4, 9), 9), (_LINE, 12), (_LINE, 1)],
    "adaptive_avg_pool2d": [(_PICTURE, 2), (_PICTURE, (4, None)), (draw(4, 6, 5), (3, 7))],
    "adaptive_avg_pool3d": [(_CUBE, (2, 2, None))],
    "lp_pool1d": [
        (_LINE, 2, 3, None, False),
        (positive(2, 4, 9), 3, 3, 2, True),
        (positive(2, 4, 9), 1.5, 2, None, False),
        (positive(2, 4, 9), 1, 4, None, True),
    ],
    "lp_pool2d": [(_PICTURE, 2, 2, None, False), (positive(1, 2, 5, 5), 3, (2, 3), 2, True)],
    "lp_pool3d": [(_CUBE, 2, 2, None, False)],
    "unfold": [
        (_PICTURE, 2, 1, 0, 1),
        (_PICTURE, (2, 3), (2, 1), (1, 0), (1, 2)),
        (draw(4, 6, 5), 3, 1, 1, 2),
    ],
    "fold": [
        (draw(2, 8, 20), (6, 5), 2, 1, 0, 1),
        (draw(2, 12, 12), (6, 5), (2, 3), (2, 1), (1, 0), (1, 2)),
        (draw(9, 9), (6, 5), 3, 1, 1, 2),
    ],
    "pad": [
        (draw(3), (1, 2), "constant", 0),
        (turned(2, 3), (1, 0, 0, 2), "constant", 2.5),
        (draw(5), (-1, 2), "constant", -1),
        (draw(2, 3), (), "constant", 0),
        (draw(0), (1, 1), "constant", 0),
        *[
            (x, pads, mode, 0)
            for mode in ("reflect", "replicate", "circular")
            for x, pads in ((draw(2, 4), (1, 3)), (turned(2, 4, 3), (2, 1, 0, 3)), (draw(2, 2, 2, 2, 2), (1, 0) * 3))
        ],
        (draw(1, 2), (7, 5), "replicate", 0),
    ],
    "interpolate": [
        *[
            (x, size, factor, mode, None)
            for mode in ("nearest", "nearest-exact", "area")
            for x, size, factor in (
                (_LINE, 4, None),
                (_LINE, 20, None),
                (_LINE, None, 1.7),
                (_PICTURE, (9, 3), None),
                (_PICTURE, None, (2, 0.5)),
                (_PICTURE, None, 2),
            )
        ],
        (_CUBE, None, 2, "nearest", None),
        *[
            (x, size, factor, mode, corners)
            for corners in (False, True)
            for x, size, factor, mode in (
                (_LINE, 4, None, "linear"),
                (_LINE, 20, None, "linear"),
                (_LINE, 1, None, "linear"),
                (_PICTURE, (9, 5), None, "bilinear"),
                (_PICTURE, None, 2, "bilinear"),
                (_CUBE, (3, 5, 1), None, "trilinear"),
            )
        ],
        (_LINE, None, 1.7, "linear", False),
        (draw(1, 1, 2), None, 1.3, "linear", False),
        (_PICTURE, None, (1.5, 0.6), "bilinear", False),
    ],
    "pixel_shuffle": [(draw(2, 8, 2, 3), 2), (draw(9, 1, 2), 3), (draw(2, 3, 4), 1)],
    "pixel_unshuffle": [(draw(2, 2, 4, 6), 2), (draw(1, 3, 6), 3)],
    "channel_shuffle": [(draw(2, 6, 2, 2), 3), (draw(1, 4, 3), 2)],
    "scaled_dot_product_attention": [
        (turned(3, 4), draw(5, 4), draw(5, 2), None, 0.0, False, None, False),
        (draw(2, 1, 3, 3), draw(2, 5, 3), draw(2, 2, 5, 4), None, 0.0, False, 0.25, False),
        (draw(4, 2), draw(4, 2), draw(4, 3), None, 0.0, True, None, False),
        (draw(3, 2), draw(5, 2), draw(5, 3), None, 0.0, True, None, False),
        (draw(5, 2), draw(3, 2), draw(3, 3), None, 0.0, True, None, False),
        (draw(2, 3, 2), draw(2, 5, 2), draw(2, 5, 3), draw(3, 5), 0.0, False, None, False),
        (
            draw(2, 2),
            draw(3, 2),
            draw(3, 1),
            torch.tensor([[True, False, True], [False, True, True]]),
            0.0,
            False,
            1,
            False,
        ),
        (draw(2, 2), draw(3, 2), draw(3, 1), torch.tensor([[True, False, True], [False] * 3]), 0.0, False, None, False),
        (draw(2, 4, 3, 2), draw(2, 2, 5, 2), draw(2, 2, 5, 3), None, 0.0, False, None, True),
    ],
    "channel_prelu": [
        (turned(2, 3), draw(3)),
        (draw(2, 3, 2), draw(3)),
        (draw(4), draw(1)),
        (draw(), draw(1)),
        (draw(2, 3), draw(1)),
    ],
    "dropout": [(turned(2, 3), 0.5, False), (draw(), 0, True)],
    "embedding": [
        (integers(2, 0, 2), turned(4, 3)),
        (_BAG, draw(4, 2)),
        (torch.tensor(1), draw(4, 2)),
        (integers(), draw(4, 2)),
    ],
    "embedding_bag": [(_BAG, turned(4, 3), mode) for mode in ("sum", "mean", "max")],
}
