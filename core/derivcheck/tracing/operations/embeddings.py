"""Embeddings: rows of a matrix by their numbers, and the sum, the mean or the largest of a bag of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_SUM, _MEAN, _MAX = range(3)


def _rows(op: Operation) -> Nodes:
    """The row of a matrix for each integer, by which it is differentiated as the documentation of torch says.

    The row `padding_idx` gets no gradient, and with `scale_grad_by_freq` that of a row is divided by how often it is
    asked for.
    """
    places = op["indices"].numpy()
    found = op.nodes("weight")[places]
    found = _held_where(op, found, places == op["padding_idx"])
    return _divided(op, found, _counts(places)) if op["scale_grad_by_freq"] else found


def _held_where(op: Operation, rows: Nodes, where: NDArray[np.bool_]) -> Nodes:
    """The rows, some of them as constants."""
    if not where.any():
        return rows
    return np.where(where[..., None], op.run.held(torch.from_numpy(rows)).numpy(), rows)


def _counts(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each integer occurs in all."""
    _, inverse, counts = np.unique(places, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse]).reshape(places.shape)


def _divided(op: Operation, rows: Nodes, counts: NDArray[np.int64]) -> Nodes:
    """Rows whose gradient is divided by a number for each: the value stays what it is."""
    held = op.run.held(torch.from_numpy(np.ascontiguousarray(rows))).numpy()
    divided = op.formula("h + (x - h)/n", x=rows, h=held, n=op.run.make.numbers(counts)[..., None])
    return np.where(counts[..., None] == 1, rows, divided)


def _renormalized(op: Operation) -> Nodes:
    """embedding_renorm: rows longer than `max_norm` become shorter, and torch differentiates by the new ones."""
    x = op.run.nodes.arrays(op["self"]).copy()  # torch writes into a detached view: that stops no derivative here
    rows = np.unique(op["indices"].numpy())
    found = x[rows]
    lengths = op.call("norm", found, op["norm_type"], -1, True)
    factors = op.formula("m/(n + 1e-7)", m=op["max_norm"], n=lengths)
    is_long = op.run.make.estimate(lengths) > op["max_norm"]
    shorter = op.run.held(torch.from_numpy(op.call("mul", found, factors))).numpy()
    held = op.run.held(torch.from_numpy(found)).numpy()
    x[rows] = np.where(is_long, op.formula("s + (x - h)", s=shorter, x=found, h=held), found)
    return x


def _bags(op: Operation) -> Any:
    """The sum, the mean or the largest of the rows of each bag; the row `padding_idx` takes no part."""
    weight, places, mode = op.nodes("weight"), op["indices"].numpy(), op["mode"]
    rows = weight[places]
    if op["scale_grad_by_freq"]:
        rows = _divided(op, rows, _counts(places))
    if op["per_sample_weights"] is not None:
        rows = op.call("mul", rows, op.nodes("per_sample_weights")[:, None])
    starts = op["offsets"].tolist()
    ends = [*starts[1:], len(places)]
    if op["include_last_offset"]:
        starts, ends = starts[:-1], ends[:-1]
    found = [
        _of_bag(op, rows[start:end][places[start:end] != op["padding_idx"]], mode)
        for start, end in zip(starts, ends, strict=True)
    ]
    shape = (len(starts), weight.shape[1])
    return np.array(found, dtype=np.int64).reshape(shape), None, None, None


def _of_bag(op: Operation, rows: Nodes, mode: int) -> Nodes:
    if mode not in {_SUM, _MEAN, _MAX}:
        raise UnsupportedError(f"the operation `{op.func.name()}` with mode={mode} cannot be read")
    if not len(rows):
        return op.run.make.full(rows.shape[1:], 0)
    found: Nodes = op.call({_SUM: "sum", _MEAN: "mean", _MAX: "amax"}[mode], rows, 0)
    return found


OPERATIONS: Mapping[str, Handler] = {
    "embedding": _rows,
    "embedding_renorm": _renormalized,
    "_embedding_bag": _bags,
    "_embedding_bag_forward_only": _bags,
}
