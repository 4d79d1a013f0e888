"""Arguments for softmax and its kin, and for layers that normalize."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lowering_samples.draws import draw, positive, turned
from lowering_samples.reductions import one_dim

_BATCH = turned(2, 4, 3)


def _statistics(x: Tensor, *, affine: bool, running: bool) -> tuple[Any, ...]:
    """Running statistics, weight and bias for each channel, each of them or none."""
    channels = x.shape[1]
    return (
        *((draw(channels), positive(channels)) if running else (None, None)),
        *((draw(channels), draw(channels)) if affine else (None, None)),
    )


_SPARSE = [
    *[(x, -1) for x in (draw(), draw(1), draw(3), draw(0), draw(7), turned(2, 3))],
    *[(scale * turned(4, 3), dim) for scale in (0.125, 1, 8) for dim in (0, 1)],
    (draw(2, 3, 2), 1),
]
"""With few probabilities of 0, with some, and with all but one."""

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "softmax": [*one_dim(draw(), draw(1), draw(3), turned(2, 3), draw(2, 3, 2), draw(0)), (300 * draw(3), 0)],
    "softmin": one_dim(draw(), draw(3), turned(2, 3)),
    "log_softmax": [*one_dim(draw(), draw(1), draw(3), turned(2, 3), draw(2, 3, 2)), (300 * draw(3), 0)],
    "sparsemax": _SPARSE,
    "entmax15": _SPARSE,
    "glu": [(draw(4), -1), (turned(2, 3), 0), (draw(2, 4, 3), 1)],
    "normalize": [
        (turned(2, 3), 2, 1, 1e-12),
        (draw(3), 2, 0, 1e-12),
        (draw(2, 3), 1, -1, 1e-12),
        (draw(2, 3), 3, 0, 5.5),
        (draw(2, 3, 2), 2, (1, 2), 1e-12),
    ],
    "rms_norm": [
        (turned(2, 3), 3, None, 1e-6),
        (turned(2, 3), (2, 3), draw(2, 3), 0.5),
        (draw(3), (3,), draw(3), 1e-6),
    ],
    "local_response_norm": [(draw(2, 5, 3), size, 0.5, 0.75, 1.5) for size in (1, 2, 3, 4, 7)],
    "layer_norm": [
        (turned(2, 3), 3, None, None, 1e-5),
        (turned(2, 3), (2, 3), draw(2, 3), draw(2, 3), 1e-5),
        (draw(3), (3,), draw(3), None, 0.25),
        (draw(2, 3), (3,), None, draw(3), 1e-5),
        (draw(2, 1), 1, None, None, 1e-5),
    ],
    "batch_norm": [
        *[
            (x, *_statistics(x, affine=affine, running=running), not running, 0.1, 1e-5)
            for x in (draw(4, 3), _BATCH, draw(2, 2, 2, 3))
            for affine in (False, True)
            for running in (False, True)
        ],
        (_BATCH, draw(4), positive(4), None, None, True, 0.1, 0.5),
    ],
    "instance_norm": [
        *[
            (x, *_statistics(x, affine=affine, running=running), not running, 0.1, 1e-5)
            for x in (_BATCH, draw(2, 2, 2, 3))
            for affine in (False, True)
            for running in (False, True)
        ],
    ],
    "group_norm": [(_BATCH, groups, *pair, 1e-5) for groups in (1, 2, 4) for pair in ((None, None), (draw(4), draw(4)))]
    + [(draw(3, 4), 2, None, None, 1e-5)],
}
