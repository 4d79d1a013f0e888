"""Chains: the sum, the product or the largest of many nodes, by a function of two that is called again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.node_arrays import NodeArrays, Nodes

NOTHING = -1
"""What stands in an array in the place of a node where there is none: the border around a padded picture."""


def chain(make: NodeArrays, name: str, nodes: Nodes, empty: int | None = None) -> Nodes:
    """The chain of a function of two along the last dimension: `add` gives the sum.

    Args:
        make: makes the nodes.
        name: the function's name in the table.
        nodes: the terms; where NOTHING stands there is none.
        empty: the number that a chain without terms is; None where a chain has terms always.
    """
    make.need(nodes.size)
    call = make.graph.call
    found = []
    for row in _rows(nodes):
        terms = [at for at in row if at != NOTHING]
        last = _constant(make, empty) if not terms else terms[0]
        for at in terms[1:]:
            last = call(name, (last, at))
        found.append(last)
    return np.array(found, dtype=np.int64).reshape(nodes.shape[:-1])


def total(make: NodeArrays, nodes: Nodes) -> Nodes:
    """The sum along the last dimension; 0 where there are no terms."""
    return chain(make, "add", nodes, 0)


def sum_products(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The sum of the products of two arrays along their last dimension, where NOTHING in x stands for a 0.

    The arrays broadcast. Nothing as large as all products is made before the bound is asked.
    """
    shape = np.broadcast_shapes(x.shape, y.shape)
    make.need(2 * int(np.prod(shape, dtype=object)))
    call = make.graph.call
    found = []
    for left, right in zip(_rows(np.broadcast_to(x, shape)), _rows(np.broadcast_to(y, shape)), strict=True):
        last = NOTHING
        for a, b in zip(left, right, strict=True):
            if a != NOTHING:
                term = call("mul", (a, b))
                last = term if last == NOTHING else call("add", (last, term))
        found.append(_constant(make, 0) if last == NOTHING else last)
    return np.array(found, dtype=np.int64).reshape(shape[:-1])


def numbers(make: NodeArrays, values: NDArray[np.int64]) -> Nodes:
    """An array of plain integers as nodes, such as the identity matrix."""
    return np.array([_constant(make, value) for value in values.ravel().tolist()], dtype=np.int64).reshape(values.shape)


def _rows(nodes: Nodes) -> list[list[int]]:
    """The rows along the last dimension, which may be empty."""
    rows: list[list[int]] = nodes.reshape(int(np.prod(nodes.shape[:-1])), nodes.shape[-1]).tolist()
    return rows


def _constant(make: NodeArrays, value: int | None) -> int:
    if value is None:
        make.fail(f"`{make.function}` has a window that holds no element", "a smaller padding or dilation avoids it")
    return int(make.number(value))
