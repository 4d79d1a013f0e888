"""Calls of functions of tensors, taped."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from derivcheck.balls.estimates import Estimates
from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.explaining.taped_run import TapedRun
from derivcheck.explaining.taping import Taping
from derivcheck.tracing.custom_functions import listening


def taped(function: Callable[..., Any], *tensors: Tensor) -> TapedRun:
    """The tape of a call."""
    values: dict[str, Fraction] = {}
    here = Estimates(values)
    taping = Taping(NodeArrays("", here), values, here, lambda: None)
    leaves = [tensor.clone().requires_grad_() for tensor in tensors]
    for at, leaf in enumerate(leaves):
        taping.declare_input(f"x{at}", leaf, [Fraction(number) for number in leaf.reshape(-1).tolist()])
    with torch.enable_grad(), listening(taping.run), taping:
        function(*leaves)
    taping.settle()
    return taping.taped
