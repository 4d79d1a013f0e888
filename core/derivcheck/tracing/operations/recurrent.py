"""Recurrent layers that torch runs in one kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_LSTM = 2


def _layer(op: Operation) -> Any:
    """A layer of an LSTM in one direction, as oneDNN runs it in float32.

    S. Hochreiter and J. Schmidhuber, "Long short-term memory", 1997, with the gates in the order in which torch has
    them: input, forget, cell, output.
    """
    if op["mode"] != _LSTM or op["batch_first"]:
        raise UnsupportedError(f"the operation `{op.func.name()}` with mode={op['mode']} cannot be read")
    x, by_input, by_state = op.nodes("input"), op.nodes("weight0"), op.nodes("weight1")
    state = op.nodes("hx_").reshape(x.shape[1], -1)
    cell = op.nodes("cx_").reshape(state.shape)
    outputs: dict[int, Nodes] = {}
    for at in range(len(x))[:: -1 if op["reverse"] else 1]:
        sums = op.call("add", op.call("matmul", x[at], by_input.T), op.call("matmul", state, by_state.T))
        if op["has_biases"]:
            sums = op.call("add", op.call("add", sums, op.nodes("weight2")), op.nodes("weight3"))
        opened, kept, new, shown = np.split(sums, 4, axis=1)
        cell = op.formula("sigmoid(f)*c + sigmoid(i)*tanh(g)", f=kept, c=cell, i=opened, g=new)
        state = op.formula("sigmoid(o)*tanh(c)", o=shown, c=cell)
        outputs[at] = state
    shapes = op["hx_"].shape, op["cx_"].shape
    return np.stack([outputs[at] for at in range(len(x))]), state.reshape(shapes[0]), cell.reshape(shapes[1]), None


OPERATIONS: Mapping[str, Handler] = {"mkldnn_rnn_layer": _layer}
