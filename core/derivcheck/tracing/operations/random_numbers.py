"""Random numbers: what is drawn is a constant of the run, and what is made of it depends on the inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_NOTE = "random numbers (`{}`)"


def _drawn(op: Operation) -> Callable[[Any], Tensor]:
    """Numbers that are drawn, which autograd may follow; what they are written over is gone."""
    op.run.note(_NOTE.format(op.func.name()))
    return op.run.nodes.constants


def _dropped(op: Operation) -> Any:
    """native_dropout: the numbers that are kept, larger by as much as others are missing."""
    x, probability = op.nodes("input"), op["p"]
    if op["train"] is False or not probability:
        return x, None
    op.run.note(_NOTE.format(op.func.name()))
    scaled = op.call("mul", x, 0 if probability == 1 else 1 / (1 - probability))

    def kept(result: tuple[Tensor, Tensor]) -> tuple[Nodes, None]:
        return np.where(result[1].numpy(), scaled, op.run.make.zero), None

    return kept


def _leaking(op: Operation) -> Any:
    """rrelu: a random slope where a number is not positive, which torch writes into `noise`; else the mean slope."""
    x = op.nodes("self")
    if not op["training"]:
        return op.call("leaky_relu", x, (op["lower"] + op["upper"]) / 2)
    if op["noise"] in op.run.nodes:
        raise UnsupportedError(f"the operation `{op.func.name()}` writes its slopes into numbers of the run")
    op.run.note(_NOTE.format(op.func.name()))
    return lambda _: op.formula("where(x > 0, x, slope*x)", x=x, slope=op.nodes("noise"))


OPERATIONS: Mapping[str, Handler] = {
    **dict.fromkeys(("bernoulli", "multinomial", "poisson", "binomial", "normal", "uniform"), _drawn),
    **dict.fromkeys(("exponential", "geometric", "cauchy", "log_normal", "random"), _drawn),
    **dict.fromkeys(("rand_like", "randn_like", "randint_like"), _drawn),
    "native_dropout": _dropped,
    "rrelu_with_noise": _leaking,
}
