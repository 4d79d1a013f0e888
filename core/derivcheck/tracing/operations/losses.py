"""Losses, element by element or of classes, reduced as torch's number says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.tracing.operation import Handler, Operation

_REDUCTIONS = ("none", "mean", "sum")


def _of_each(losses: Callable[[Operation], Nodes]) -> Handler:
    """Losses of a prediction and a target, element by element."""
    return lambda op: _reduced(op, losses(op))


def _formula(text: str) -> Callable[[Operation], Nodes]:
    """A formula of the prediction x and the target y."""
    return lambda op: op.formula(text, x=op.nodes("self"), y=op.nodes("target"))


def _reduced(op: Operation, losses: Nodes) -> Nodes:
    if op["reduction"] == 0:
        return losses
    return op.run.make.mean(losses) if op["reduction"] == 1 else op.run.make.sum(losses)


def _binary_cross_entropy(op: Operation) -> Any:
    target, weight = op.nodes("target"), op.maybe("weight")
    return op.call("binary_cross_entropy", op.nodes("self"), target, weight, _reduction(op))


def _labels(op: Operation) -> Integers:
    return Integers(op["target"].numpy())


def _reduction(op: Operation) -> str:
    return _REDUCTIONS[op["reduction"]]


def _nll(op: Operation) -> Any:
    weight = op.maybe("weight")
    return op.call("nll_loss", op.nodes("self"), _labels(op), weight, op["ignore_index"], _reduction(op)), None


def _multi_margin(op: Operation) -> Any:
    x = op.nodes("self").reshape(op["self"].shape or (1,))  # a number is one class
    target = Integers(op["target"].numpy().reshape(x.shape[:-1]))
    return op.call("multi_margin_loss", x, target, int(op["p"]), op["margin"], op.maybe("weight"), _reduction(op))


def _multilabel_margin(op: Operation) -> Any:
    shape = tuple(op["self"].shape) or (1,)
    target = Integers(op["target"].numpy().reshape(shape))
    return op.call("multilabel_margin_loss", op.nodes("self").reshape(shape), target, _reduction(op)), None


OPERATIONS: Mapping[str, Handler] = {
    "mse_loss": _of_each(_formula("(x - y)**2")),
    "soft_margin_loss": _of_each(_formula("log1p(exp(-x*y))")),
    "smooth_l1_loss": lambda op: op.call(
        "reduced_smooth_l1_loss", op.nodes("self"), op.nodes("target"), op["beta"], _reduction(op)
    ),
    "huber_loss": lambda op: op.call(
        "reduced_huber_loss", op.nodes("self"), op.nodes("target"), op["delta"], _reduction(op)
    ),
    "binary_cross_entropy": _binary_cross_entropy,
    "nll_loss_forward": _nll,
    "nll_loss2d_forward": _nll,
    "multi_margin_loss": _multi_margin,
    "multilabel_margin_loss_forward": _multilabel_margin,
}
