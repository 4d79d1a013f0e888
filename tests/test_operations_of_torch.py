"""Torch's own table of operations: entries of many kinds, each with the smallest of its samples, in all three parts."""

from __future__ import annotations

from typing import Any

import pytest
from operation_samples import entries, parts_of, samples
from opinfo import Outcome, outcome_of, reports_on

NAMES = [
    "__getitem__",
    "__rmatmul__",
    "acos",
    "addcdiv",
    "addr",
    "amax",
    "as_strided",
    "atan2",
    "cartesian_prod",
    "cdist",
    "constant_pad_nd",
    "copysign",
    "cummax",
    "cumsum",
    "diag_embed",
    "diff",
    "div.floor_rounding",
    "einsum",
    "expand",
    "flip",
    "fmod",
    "gather",
    "gradient",
    "hypot",
    "index_add",
    "index_put",
    "kthvalue",
    "ldexp",
    "lerp",
    "linalg.det",
    "linalg.inv",
    "linalg.matrix_norm",
    "linalg.qr",
    "linalg.solve",
    "linalg.solve_triangular",
    "log_softmax",
    "logsumexp",
    "masked.softmax",
    "masked_scatter",
    "max.reduction_with_dim",
    "nanmean",
    "nn.functional.avg_pool2d",
    "nn.functional.binary_cross_entropy_with_logits",
    "nn.functional.conv2d",
    "nn.functional.dropout",
    "nn.functional.interpolate.linear",
    "nn.functional.kl_div",
    "nn.functional.layer_norm",
    "nn.functional.max_pool2d",
    "nn.functional.pad.reflect",
    "nn.functional.prelu",
    "nn.functional.silu",
    "nn.functional.unfold",
    "pow",
    "prod",
    "roll",
    "scatter_add",
    "sort",
    "special.entr",
    "std_mean",
    "unbind",
    "var",
    "where",
    "xlogy",
]


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """The entries by name."""
    return {op.full_name: op for op in entries(NAMES)}


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_is_decided_and_passes(table: dict[str, Any], name: str) -> None:
    """First derivatives in both modes and second ones, with the keywords that torch's own suite gives to gradcheck."""
    op = table[name]
    sample = min((one for one in samples(op, 400) if one.size), key=lambda one: one.size)
    for part in parts_of(op):
        outcome, _, reason = outcome_of(reports_on(op, sample, part))
        assert outcome in {Outcome.RIGHT, Outcome.INACCURATE}, f"{part} of {sample.summary}: {reason}"
