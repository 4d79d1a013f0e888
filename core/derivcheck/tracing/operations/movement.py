"""Operations that move numbers and compute none; they run on the nodes themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation

_MOVEMENTS = frozenset(  # one name a line would be a page
    """
    clone cat stack index gather index_select flip roll repeat tril triu diag_embed
    masked_scatter masked_select take select_scatter slice_scatter diagonal_scatter
    lift_fresh_copy lift_fresh _unsafe_view im2col pixel_shuffle pixel_unshuffle channel_shuffle
    repeat_interleave rot90 _reshape_copy view_copy expand_copy permute_copy unsqueeze_copy squeeze_copy
    slice_copy select_copy t_copy transpose_copy split_copy split_with_sizes_copy unbind_copy diagonal_copy
    unfold_copy alias_copy narrow_copy index_copy block_diag detach_copy reflection_pad1d
    reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d upsample_nearest1d
    upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d _upsample_nearest_exact2d
    _upsample_nearest_exact3d _to_copy copy zero unsafe_split unsafe_split_with_sizes unsafe_chunk
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
    return _as_format(op, op["src"], op["self"].dtype)


def _converted(op: Operation) -> Any:
    """A copy in another format: the numbers stay what they are."""
    return _as_format(op, op["self"], op["dtype"] or op["self"].dtype)


def _as_format(op: Operation, tensor: Tensor, dtype: torch.dtype) -> Any:
    """Numbers in another format: a condition becomes 1 or 0, a number that is made an integer a constant of the run."""
    if dtype.is_complex:
        return op.pair("src" if "src" in op.arguments else "self")
    if dtype is torch.bool:
        return op.conditions(tensor).copy()
    if (
        tensor.is_floating_point()
        and dtype.is_floating_point
        and torch.finfo(dtype).eps > torch.finfo(tensor.dtype).eps
    ):
        return _rounded(op, tensor, dtype)
    if not dtype.is_floating_point and (tensor.is_floating_point() or tensor.is_complex()):
        op.run.note(f"numbers that are made integers (`{op.func.name()}`)")
        return None
    return op.as_nodes(tensor).copy()


def _rounded(op: Operation, tensor: Tensor, dtype: torch.dtype) -> Nodes:
    """Numbers in a coarser format: those that the run holds, which differ by constants."""
    op.run.note(f"the rounding of numbers to {str(dtype).removeprefix('torch.')}")
    plain = tensor.detach()
    ways = (plain.to(dtype).double() - plain.double()).reshape(-1).tolist()
    nodes = op.as_nodes(tensor).copy()
    flat = nodes.reshape(-1)
    for at, way in enumerate(ways):
        if way and math.isfinite(way):
            flat[at] = int(op.call("add", flat[at : at + 1], op.run.calls.number(way))[0])
    return nodes


def _padded(op: Operation) -> Any:
    """A border of one number."""
    value = 0.0 if op["value"] is None else op["value"]
    if op["self"].dtype is torch.bool:
        nodes, border = op.read(op["self"]), op.run.nodes.condition(known=bool(value))
    else:
        nodes, border = torch.from_numpy(op.nodes("self").copy()), int(op.as_nodes(value))
    return torch.constant_pad_nd(nodes, op["pad"], border)


def _zeroed(op: Operation) -> Any:
    none = op.run.nodes.condition(known=False) if op["self"].dtype is torch.bool else 0
    return torch.full(op["self"].shape, none, dtype=torch.int64)


OPERATIONS: Mapping[str, Handler] = {
    **{name: _move_as_floats if name in _AS_FLOATS else _move for name in _MOVEMENTS},
    "constant_pad_nd": _padded,
    "copy": _copy,
    "_to_copy": _converted,
    "zero": _zeroed,
}
