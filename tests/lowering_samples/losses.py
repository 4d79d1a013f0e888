"""Arguments for losses and distances."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from lowering_samples.draws import draw, integers, positive, turned

REDUCTIONS = ("none", "mean", "sum")
_PAIRS = [(draw(), draw()), (draw(1), draw(1)), (turned(2, 3), draw(2, 3)), (draw(0), draw(0))]


def reduced(*calls: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Each call with each reduction at its end."""
    return [(*call, reduction) for call in calls for reduction in REDUCTIONS]


def probabilities(*shape: int) -> Tensor:
    """Numbers between 0 and 1."""
    return positive(*shape) / 2


def signs(*shape: int) -> Tensor:
    """1 and -1."""
    return torch.sign(draw(*shape)).long()


def distribution(*shape: int) -> Tensor:
    """Numbers that sum to 1 along the classes."""
    return torch.softmax(draw(*shape), 1 if len(shape) > 1 else 0)


def _classes(smoothings: tuple[float, ...] | None) -> list[tuple[Any, ...]]:
    """Predictions and labels, with weights and without, with a label that is ignored and without."""
    found: list[tuple[Any, ...]] = []
    cases: list[tuple[Tensor, Tensor]] = [
        (draw(3), torch.tensor(2)),
        (turned(4, 3), integers(0, 2, 1, 1)),
        (draw(2, 3, 2), torch.tensor([[0, 2], [1, 0]])),
    ]
    for x, target in cases:
        for weight in (None, positive(3)):
            for ignored in (-100, 2) if target.ndim else (-100,):
                for reduction in REDUCTIONS:
                    call = (x, target, weight, ignored, reduction)
                    found += [call] if smoothings is None else [(*call, smoothing) for smoothing in smoothings]
    return found


_TRIPLE = (draw(3, 4), draw(3, 4), draw(3, 4))

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "reduced_mse_loss": reduced(*_PAIRS),
    "reduced_l1_loss": reduced(*_PAIRS),
    "reduced_huber_loss": reduced(*[(*pair, delta) for pair in _PAIRS for delta in (1, 0.25)]),
    "reduced_smooth_l1_loss": reduced(*[(*pair, beta) for pair in _PAIRS for beta in (1, 0.25, 0)]),
    "poisson_nll_loss": [
        (x, y, log_input, full, 1e-8, reduction)
        for x, y in ((positive(3), 3 * positive(3)),)
        for log_input in (False, True)
        for full in (False, True)
        for reduction in REDUCTIONS
    ],
    "gaussian_nll_loss": [
        (draw(2, 3), draw(2, 3), var, full, 1e-6, reduction)
        for var in (positive(2, 3), positive(2), positive(2, 1), torch.tensor(2.0).double())
        for full in (False, True)
        for reduction in REDUCTIONS
    ]
    + [(draw(3), draw(3), 1e-9 * positive(3), False, 0.5, "mean"), (draw(3), draw(3), 2, False, 1e-6, "mean")],
    "binary_cross_entropy": reduced(
        (probabilities(2, 3), probabilities(2, 3), None),
        (probabilities(), torch.ones(()).double(), None),
        (probabilities(2, 3), probabilities(2, 3), positive(3)),
    ),
    "reduced_binary_cross_entropy_with_logits": reduced(
        (draw(2, 3), probabilities(2, 3), None, None),
        (draw(2, 3), probabilities(2, 3), positive(2, 3), positive(3)),
        (50 * draw(3), probabilities(3), None, positive(3)),
        (draw(), probabilities(), None, None),
    ),
    "kl_div": [
        (draw(2, 3), target, reduction, log_target)
        for target, log_target in (
            (distribution(2, 3), False),
            (draw(2, 3), True),
            (torch.tensor([[0.0, 1, 0], [1, 0, 0]]).double(), False),
        )
        for reduction in (*REDUCTIONS, "batchmean")
    ],
    "multilabel_soft_margin_loss": reduced(
        (draw(2, 3), probabilities(2, 3), None),
        (draw(3), probabilities(3), None),
        (draw(2, 3), probabilities(2, 3), positive(3)),
    ),
    "nll_loss": _classes(None),
    "cross_entropy": [
        *_classes((0.0, 0.25)),
        *[
            (x, target, weight, -100, reduction, smoothing)
            for x, target in (
                (draw(3), distribution(3)),
                (turned(2, 3), distribution(2, 3)),
                (draw(2, 3, 2), distribution(2, 3, 2)),
                (draw(3), integers(0, 1, 0)),
            )
            for weight in (None, positive(3))
            for reduction in REDUCTIONS
            for smoothing in (0.0, 0.25)
        ],
    ],
    "multi_margin_loss": [
        (x, target, p, margin, weight, reduction)
        for x, target in ((draw(3), torch.tensor(1)), (turned(2, 3), integers(0, 2)))
        for p in (1, 2)
        for margin, weight in ((1, None), (0.5, positive(3)))
        for reduction in REDUCTIONS
    ],
    "multilabel_margin_loss": reduced(
        (draw(4), integers(2, 0, -1, 3)), (turned(2, 3), torch.tensor([[0, -1, 1], [2, 1, 0]]))
    ),
    "soft_margin_loss": reduced((draw(2, 3), signs(2, 3)), (draw(), signs())),
    "hinge_embedding_loss": reduced((positive(2, 3), signs(2, 3), 1), (positive(3), signs(3), 0.25)),
    "margin_ranking_loss": reduced((draw(3), draw(3), signs(3), 0), (draw(3), draw(3), signs(3), 0.5)),
    "cosine_embedding_loss": reduced(
        (draw(3, 4), draw(3, 4), signs(3), 0), (draw(3, 4), draw(3, 4), signs(3), -0.5), (draw(4), draw(4), signs(), 0)
    ),
    "triplet_margin_loss": [
        (*_TRIPLE, margin, p, 1e-6, swap, reduction)
        for margin, p in ((1, 2), (0.5, 1), (2, 3))
        for swap in (False, True)
        for reduction in REDUCTIONS
    ],
    "cosine_similarity": [
        (draw(2, 3), turned(2, 3), 1, 1e-8),
        (draw(2, 3), draw(3), -1, 1e-8),
        (draw(3), draw(3), 0, 1e-8),
        (draw(2, 3), draw(2, 3), 0, 3.5),
    ],
    "pairwise_distance": [
        (draw(2, 3), turned(2, 3), p, 1e-6, keep) for p in (1, 2, 3, math.inf) for keep in (False, True)
    ]
    + [(draw(3), draw(3), 2, 0.5, False), (draw(2, 3), draw(1, 3), 2, 1e-6, False)],
    "cdist": [(draw(2, 3), draw(4, 3), p) for p in (0, 1, 2, 3, math.inf)] + [(draw(2, 2, 3), draw(2, 1, 3), 2)],
    "pdist": [(draw(4, 3), p) for p in (0, 1, 2, 3, math.inf)] + [(draw(1, 3), 2)],
}
