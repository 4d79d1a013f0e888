"""Operations that move numbers and compute none; they run on the nodes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation

_MOVEMENTS = frozenset(  # one name a line would be a page
    """
    clone cat stack index gather index_select flip roll repeat tril triu diag_embed index_put scatter
    masked_scatter masked_select take put select_scatter slice_scatter diagonal_scatter as_strided_scatter
    lift_fresh_copy lift_fresh _unsafe_view embedding im2col pixel_shuffle pixel_unshuffle channel_shuffle
    repeat_interleave rot90 _reshape_copy view_copy expand_copy permute_copy unsqueeze_copy squeeze_copy
    slice_copy select_copy t_copy transpose_copy split_copy split_with_sizes_copy unbind_copy diagonal_copy
    as_strided_copy unfold_copy alias_copy narrow_copy index_copy block_diag detach_copy reflection_pad1d
    reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d upsample_nearest1d
    upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d _to_copy copy zero nonzero_static
    """.split()  # noqa: SIM905
)
"""Operations that move numbers and compute none."""

_AS_FLOATS = frozenset(
    name for name in _MOVEMENTS if name.startswith(("reflection", "replication", "upsample", "_upsample", "im2col"))
)
"""Those whose kernels take no integers: the nodes go through as float64, which holds them exactly."""


def _move(op: Operation) -> Any:
    return op.moved()


def _move_as_floats(op: Operation) -> Any:
    (first, *rest) = [one.name for one in op.func._schema.arguments]
    nodes = op.run.read(op.arguments[first]).double()
    others = {name: op.arguments[name] for name in rest if name in op.arguments}
    return op.func(nodes, **others).long()


def _copy(op: Operation) -> Any:
    """copy_ and copy: the numbers of the source, in the shape of the target."""
    nodes = torch.from_numpy(op.nodes("src").copy())
    return nodes.expand(op["self"].shape)


def _converted(op: Operation) -> Any:
    """A copy in another format: the numbers stay what they are; a condition becomes 1 or 0."""
    if op["dtype"] is not None and op["dtype"].is_complex:
        return op.pair("self")
    if op["self"].dtype is not torch.bool and not _is_real(op["dtype"]):
        return None if op["dtype"] is not None else op.moved()
    return op.nodes("self").copy()


def _is_real(dtype: torch.dtype | None) -> bool:
    return dtype is None or dtype.is_floating_point


def _padded(op: Operation) -> Any:
    """A border of one number."""
    nodes = op.read(op["self"])
    value = 0.0 if op["value"] is None else op["value"]
    border = int(op.run.make.minus_infinity() if value == -np.inf else op.as_nodes(value))
    return torch.constant_pad_nd(nodes, op["pad"], border)


def _zeroed(op: Operation) -> Any:
    return torch.zeros(op["self"].shape, dtype=torch.int64)


def _placed(op: Operation) -> Any:
    """index_put, which may add; a condition that is an index is one as the run has it."""
    if op["accumulate"]:
        return _added_at(op)
    nodes = op.run.read(op["self"]).clone()
    where = tuple([slice(None) if one is None else one for one in op["indices"]])
    nodes[where] = torch.from_numpy(np.ascontiguousarray(op.nodes("values")))
    return nodes


def _added_at(op: Operation) -> Nodes:
    """index_put with accumulate: each value is added to what stands at its place."""
    x = op.nodes("self").copy()
    places = np.arange(x.size).reshape(x.shape)
    found = torch.from_numpy(places)[[slice(None) if one is None else one for one in op["indices"]]].numpy()
    values = np.broadcast_to(op.nodes("values"), found.shape)
    return _add_each(op, x, found, values)


def _add_each(op: Operation, x: Nodes, places: Nodes, values: Nodes) -> Nodes:
    flat = x.reshape(-1).copy()
    for place, value in zip(places.reshape(-1).tolist(), values.reshape(-1).tolist(), strict=True):
        flat[place] = int(op.call("add", flat[place : place + 1], np.array([value]))[0])
    return flat.reshape(x.shape)


def _scatter_add(op: Operation) -> Nodes:
    found: Nodes = op.call("scatter_add", op.nodes("self"), op["dim"], Integers(op["index"].numpy()), op.nodes("src"))
    return found


def _index_add(op: Operation) -> Nodes:
    found: Nodes = op.call(
        "index_add", op.nodes("self"), op["dim"], Integers(op["index"].numpy()), op.nodes("source"), op["alpha"]
    )
    return found


def _scattered(op: Operation) -> Any:
    if op["reduce"] is not None:
        raise UnsupportedError(f"the operation `{op.func.name()}` with reduce={op['reduce']!r} cannot be read")
    return op.call(
        "scatter",
        op.nodes("self"),
        op["dim"],
        Integers(op["index"].numpy()),
        np.broadcast_to(op.as_nodes(op["src"] if "src" in op.arguments else op["value"]), tuple(op["index"].shape)),
    )


OPERATIONS: Mapping[str, Handler] = {
    **{name: _move_as_floats if name in _AS_FLOATS else _move for name in _MOVEMENTS},
    "constant_pad_nd": _padded,
    "copy": _copy,
    "_to_copy": _converted,
    "zero": _zeroed,
    "index_put": _placed,
    "_index_put_impl": _placed,
    "_unsafe_index_put": _placed,
    "scatter_add": _scatter_add,
    "index_add": _index_add,
    "scatter": _scattered,
}
