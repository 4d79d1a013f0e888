"""Movement: what takes elements elsewhere and computes nothing."""

from __future__ import annotations

from derivcheck.elements.node_arrays import NodeArrays, Nodes


def transpose_last(make: NodeArrays, x: Nodes) -> Nodes:
    """The last two dimensions exchanged: `A.mT`."""
    if x.ndim < 2:
        make.fail(f"a transpose needs two dimensions, and the shape is {x.shape}")
    return x.swapaxes(-1, -2)
