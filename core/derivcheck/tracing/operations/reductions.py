"""Operations along dims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation


def _dims(value: Any) -> Any:
    """Dims as the table takes them."""
    return tuple(value) if isinstance(value, list) else value


def _along(name: str, *keys: str) -> Handler:
    """A function of the table along dims, its settings being these arguments."""

    def run(op: Operation) -> Any:
        given = [_dims(op[key]) for key in keys]
        defaults = {"keepdim": False, "correction": 1}
        settings = [
            defaults.get(key) if value is None and key in defaults else value
            for key, value in zip(keys, given, strict=True)
        ]
        return op.call(name, op.nodes("self"), *settings)

    return run


def _with_places(name: str, *keys: str) -> Handler:
    """A function that gives values and their places, which are integers of the run."""
    run = _along(name, *keys)
    return lambda op: (run(op), None)


def _largest_or_pair(name: str) -> Handler:
    """max and min: of two tensors, along a dim with its places, or of all."""

    def run(op: Operation) -> Any:
        if "other" in op.arguments:
            return op.call({"amax": "Max", "amin": "Min"}[name], op.nodes("self"), op.nodes("other"))
        if "dim" in op.arguments:
            return _along(name, "dim", "keepdim")(op), None
        return op.call(name, op.nodes("self"))

    return run


def _variance_and_mean(name: str) -> Handler:
    return lambda op: (_along(name, "dim", "correction", "keepdim")(op), _along("mean", "dim", "keepdim")(op))


def _norm(op: Operation) -> Nodes:
    p = op["ord"] if "ord" in op.arguments else op["p"]
    dim = _dims(op["dim"])
    found: Nodes = op.call("norm", op.nodes("self"), 2 if p is None else as_plain(p), dim or None, bool(op["keepdim"]))
    return found


def _safe_softmax(op: Operation) -> Nodes:
    """A softmax that is 0 where all scores are -inf."""
    x, axis = op.nodes("self"), op["dim"]
    is_hidden = np.broadcast_to((x == int(op.run.make.minus_infinity())).all(axis, keepdims=True), x.shape)
    found: Nodes = op.call("softmax", np.where(is_hidden, op.run.make.zero, x), axis)
    return np.where(is_hidden, op.run.make.zero, found)


def as_plain(number: float) -> float:
    """A number as an integer where it is one, as the table takes the order of a norm."""
    return int(number) if float(number).is_integer() else number


OPERATIONS: Mapping[str, Handler] = {
    "sum": _along("sum", "dim", "keepdim"),
    "mean": _along("mean", "dim", "keepdim"),
    "prod": _along("prod", "dim", "keepdim"),
    "var": _along("var", "dim", "correction", "keepdim"),
    "std": _along("std", "dim", "correction", "keepdim"),
    "var_mean": _variance_and_mean("var"),
    "std_mean": _variance_and_mean("std"),
    "amax": _along("amax", "dim", "keepdim"),
    "amin": _along("amin", "dim", "keepdim"),
    "max": _largest_or_pair("amax"),
    "min": _largest_or_pair("amin"),
    "logsumexp": _along("logsumexp", "dim", "keepdim"),
    "linalg_vector_norm": _norm,
    "norm": _norm,
    "cumsum": _along("cumsum", "dim"),
    "cumprod": _along("cumprod", "dim"),
    "logcumsumexp": _along("logcumsumexp", "dim"),
    "cummax": _with_places("cummax", "dim"),
    "cummin": _with_places("cummin", "dim"),
    "_cummax_helper": _with_places("cummax", "dim"),
    "sort": lambda op: (op.call("sort", op.nodes("self"), op["dim"], op["descending"]), None),
    "topk": _with_places("topk", "k", "dim", "largest"),
    "kthvalue": _with_places("kthvalue", "k", "dim", "keepdim"),
    "median": lambda op: (
        (_along("median", "dim", "keepdim")(op), None) if "dim" in op.arguments else op.call("median", op.nodes("self"))
    ),
    "_softmax": _along("softmax", "dim"),
    "_safe_softmax": _safe_softmax,
    "_log_softmax": _along("log_softmax", "dim"),
    "glu": _along("glu", "dim"),
    "trace": lambda op: op.call("trace", op.nodes("self")),
}
