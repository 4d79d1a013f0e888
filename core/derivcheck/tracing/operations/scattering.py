"""Operations that put numbers to places, or join them with what stands there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_REDUCTIONS = {"add": "sum", "multiply": "prod"}
"""What `scatter` with `reduce=` calls the reductions of `scatter_reduce`."""


def _put(op: Operation) -> Any:
    """put, whose places count the elements in order; it may add."""
    if not op["accumulate"]:
        return op.moved()
    op.note_places(op["index"])
    x = op.nodes("self")
    return _add_each(op, x, op.integers("index").values % max(x.size, 1), op.nodes("source"))


def _put_at(op: Operation) -> Any:
    """index_put, which may add: each value to what stands at its place."""
    if not op["accumulate"]:
        return op.moved()
    op.note_places(op["indices"])
    x = op.nodes("self")
    places = torch.arange(x.size).reshape(x.shape)
    index = tuple([slice(None) if one is None else one.cpu() for one in op["indices"]])
    found = places[index].numpy()
    return _add_each(op, x, found, np.broadcast_to(op.nodes("values"), found.shape))


def _add_each(op: Operation, x: Nodes, places: Nodes, values: Nodes) -> Nodes:
    """An array with values added at places that count its elements in order, one after the other."""
    op.run.make.need(places.size)
    call, flat = op.run.make.graph.call, x.reshape(-1).copy()
    for place, value in zip(places.reshape(-1).tolist(), values.reshape(-1).tolist(), strict=True):
        flat[place] = call("add", (int(flat[place]), value)) if flat[place] else value
    return flat.reshape(x.shape)


def _scatter(op: Operation) -> Any:
    """scatter, whose source may be a number, and which may add or multiply."""
    op.note_places(op["index"])
    source = op.as_nodes(op["src"] if "src" in op.arguments else op["value"])
    if "src" not in op.arguments:
        source = np.broadcast_to(source, tuple(op["index"].shape))
    if op["reduce"] is not None:
        return _joined(op, source, _REDUCTIONS[op["reduce"]], includes=True)
    x = torch.from_numpy(op.nodes("self").copy())
    return x.scatter(op["dim"], op["index"].cpu(), torch.from_numpy(source.copy()))


def _joined(op: Operation, source: Nodes, reduction: str, *, includes: bool) -> Nodes:
    found: Nodes = op.call(
        "scatter_reduce", op.nodes("self"), op["dim"], op.integers("index"), source, reduction, includes
    )
    return found


def _scatter_add(op: Operation) -> Nodes:
    op.note_places(op["index"])
    return _joined(op, op.nodes("src"), "sum", includes=True)


def _scatter_reduce(op: Operation) -> Nodes:
    op.note_places(op["index"])
    return _joined(op, op.nodes("src"), op["reduce"], includes=bool(op["include_self"]))


def _index_add(op: Operation) -> Nodes:
    op.note_places(op["index"])
    found: Nodes = op.call(
        "index_add", op.nodes("self"), op["dim"], op.integers("index"), op.nodes("source"), op["alpha"]
    )
    return found


def _index_reduce(op: Operation) -> Nodes:
    """index_reduce: whole slices along a dim, each joined with the one at its index."""
    op.note_places(op["index"])
    source, x = op.nodes("source"), op.nodes("self")
    at = op["dim"] % max(source.ndim, 1)
    wide = [1] * source.ndim
    if wide:
        wide[at] = -1
    index = np.broadcast_to(op.integers("index").values.reshape(wide), source.shape)
    found: Nodes = op.call(
        "scatter_reduce", x, op["dim"], Integers(index), source, op["reduce"], bool(op["include_self"])
    )
    return found


def _index_fill(op: Operation) -> Any:
    """index_fill: one number at whole slices."""
    op.note_places(op["index"])
    x = torch.from_numpy(op.nodes("self").copy())
    return x.index_fill(op["dim"], op["index"].cpu(), int(op.nodes("value")))


def _segments(op: Operation) -> Any:
    """segment_reduce: the numbers of each stretch along a dim, joined; of none it is a number of its own."""
    data, axis, initial = op.nodes("data"), op["axis"], op["initial"]
    if op["lengths"] is not None:
        ends = op.integers("lengths").values.cumsum(-1)
        bounds = np.concatenate([np.zeros((*ends.shape[:-1], 1), dtype=np.int64), ends], -1)
    elif op["offsets"] is not None:
        bounds = op.integers("offsets").values
    else:
        raise UnsupportedError(f"the operation `{op.func.name()}` with indices cannot be read")
    around, count = data.shape[:axis], bounds.shape[-1] - 1
    found = np.zeros((*around, count, *data.shape[axis + 1 :]), dtype=np.int64)
    for at in np.ndindex(around):
        for segment in range(count):
            first, last = bounds[at][segment : segment + 2].tolist()
            found[(*at, segment)] = _segment(op, data[at][first:last], initial)
    return found


def _segment(op: Operation, rows: Nodes, initial: float | None) -> Nodes:
    """What the rows of one segment are, joined one by one."""
    reduction, make = op["reduce"], op.run.make
    name = {"sum": "add", "mean": "add", "prod": "mul", "max": "Max", "min": "Min"}[reduction]
    of_none = {"sum": 0.0, "mean": math.nan, "prod": 1.0, "max": -math.inf, "min": math.inf}[reduction]
    count = len(rows)
    if not count:
        return np.broadcast_to(op.as_nodes(of_none if initial is None else initial), rows.shape[1:])
    if initial is not None:
        rows = np.concatenate([np.broadcast_to(op.as_nodes(float(initial)), (1, *rows.shape[1:])), rows])
    found = make.chain(name, rows, (0,))
    return make.call("div", found, make.number(count)) if reduction == "mean" else found


def _in_memory(op: Operation) -> torch.Tensor:
    """The nodes of a tensor laid out as the tensor is, with 0 for the rest of its memory, which cannot be read."""
    tensor = op["self"]
    if tensor.is_complex():
        raise UnsupportedError(f"the operation `{op.func.name()}` cannot be read for complex numbers")
    nodes = op.run.read(tensor)
    if tensor in op.run.nodes:
        size = tensor.untyped_storage().nbytes() // tensor.element_size()
    else:
        size = _extent(tensor.shape, tensor.stride(), tensor.storage_offset())
    whole = torch.full((size,), _NOWHERE, dtype=torch.int64)
    whole.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).copy_(nodes)
    return whole


def _extent(shape: Any, stride: Any, offset: int) -> int:
    if 0 in shape:
        return int(offset)
    return int(offset + 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True)))


_NOWHERE = -9


def _as_strided_copy(op: Operation) -> Any:
    """A copy of what lies in the memory of a tensor at some steps."""
    offset = op["self"].storage_offset() if op["storage_offset"] is None else op["storage_offset"]
    return _known(op, _in_memory(op).as_strided(op["size"], op["stride"], offset).clone())


def _as_strided_scatter(op: Operation) -> Any:
    """A copy of a tensor, into whose memory numbers are put at some steps."""
    tensor = op["self"]
    whole = _in_memory(op)
    offset = tensor.storage_offset() if op["storage_offset"] is None else op["storage_offset"]
    source = torch.from_numpy(op.nodes("src").copy())
    whole.as_strided(op["size"], op["stride"], offset).copy_(source.expand(tuple(op["size"])))
    return _known(op, whole.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).clone())


def _known(op: Operation, nodes: torch.Tensor) -> torch.Tensor:
    if (nodes == _NOWHERE).any():
        raise UnsupportedError(f"the operation `{op.func.name()}` reads beyond its tensor, which cannot be read")
    return nodes


OPERATIONS: Mapping[str, Handler] = {
    "put": _put,
    "index_put": _put_at,
    "_index_put_impl": _put_at,
    "_unsafe_index_put": _put_at,
    "scatter": _scatter,
    "scatter_add": _scatter_add,
    "scatter_reduce": _scatter_reduce,
    "index_add": _index_add,
    "index_reduce": _index_reduce,
    "index_fill": _index_fill,
    "segment_reduce": _segments,
    "as_strided_copy": _as_strided_copy,
    "as_strided_scatter": _as_strided_scatter,
}
