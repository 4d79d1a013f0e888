"""Square matrices and stacks of them: what determinants, inverses and factors share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derivcheck.elements.node_arrays import NodeArrays, Nodes

MOST_BY_MINORS = 8
"""The size up to which a determinant is written out by minors, which takes n*2**(n - 1) products."""


_SURELY_NOT_0 = 1e-20
"""How large a pivot must be beside the elements of its column at first: estimates have more digits than that."""


def square(make: NodeArrays, name: str, x: Nodes) -> int:
    """The size of a square matrix, or of those in a stack; fail for anything else."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        make.fail(f"`{name}` needs a square matrix, and the shape is {x.shape}")
    size: int = x.shape[-1]
    return size


def each_matrix(compute: Callable[..., Nodes], core: tuple[int, ...], *stacks: Nodes) -> Nodes:
    """What a function makes of each matrix in a stack, or of several stacks that have as many.

    Args:
        compute: the function, of one matrix from each stack.
        core: the shape of its result.
        stacks: arrays with the same leading dimensions before the last two.
    """
    leading = stacks[0].shape[:-2]
    found = np.empty((*leading, *core), dtype=np.int64)
    for index in np.ndindex(leading):
        found[index] = compute(*[stack[index] for stack in stacks])
    return found


def together(make: NodeArrays, name: str, x: Nodes, y: Nodes) -> tuple[Nodes, Nodes]:
    """Two stacks of matrices, their leading dimensions broadcast."""
    try:
        leading = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        make.fail(
            f"`{name}` cannot broadcast the leading sizes of the shapes {x.shape} and {y.shape}",
            "sizes must be equal, or one of them 1",
        )
    make.need(int(np.prod([*leading, *x.shape[-2:]], dtype=object)))
    make.need(int(np.prod([*leading, *y.shape[-2:]], dtype=object)))
    return np.broadcast_to(x, (*leading, *x.shape[-2:])), np.broadcast_to(y, (*leading, *y.shape[-2:]))


def by_minors(make: NodeArrays, x: Nodes) -> Nodes:
    """The determinant of a small matrix, without a division, so that it is right for a singular one."""
    size = x.shape[-1]
    make.need(3 * size * 2 ** max(size - 1, 0))
    call, rows = make.graph.call, x.tolist()
    minors: dict[int, int] = {0: int(make.number(1))}
    for columns in sorted(range(1, 2**size), key=int.bit_count):
        count = columns.bit_count()
        row = rows[size - count]
        present = [column for column in range(size) if columns >> column & 1]
        if count == 1:
            minors[columns] = row[present[0]]
            continue
        last = -1
        for place, column in enumerate(present):
            term = call("mul", (row[column], minors[columns & ~(1 << column)]))
            last = term if place == 0 else call("sub" if place % 2 else "add", (last, term))
        minors[columns] = last
    return np.array(minors[2**size - 1], dtype=np.int64)


class Elimination:
    """Gauss' elimination of one matrix, each pivot the largest of its column at the point.

    Args:
        make: makes the nodes.
        x: the matrix.

    Attributes:
        rows: the matrix after it: the upper triangle, and below it the multiples of the rows that were taken away.
        order: which row of the matrix each row is.
        is_even: whether the rows changed places an even number of times.
        is_sure: whether each pivot is far from 0, beside the elements of its column.
    """

    def __init__(self, make: NodeArrays, x: Nodes) -> None:
        self.rows = x.copy()
        self.order = list(range(len(x)))
        self.is_even = True
        self.is_sure = True
        size = len(x)
        make.need(2 * size**3 // 3)
        scale = np.max(np.abs(np.nan_to_num(make.estimate(x))), axis=0, initial=0)
        for step in range(size - 1):
            self._bring_up(make, step, scale[step])
            self._clear_below(make, step)
        if size:
            self._look_at(make.estimate(self.rows[-1:, -1]), scale[-1])

    def _bring_up(self, make: NodeArrays, step: int, scale: float) -> None:
        """Bring the row with the pivot up, if another one has a larger element."""
        sizes = self._look_at(make.estimate(self.rows[step:, step]), scale)
        pivot = step + int(np.argmax(sizes))
        if pivot != step:
            self.rows[[step, pivot]] = self.rows[[pivot, step]]
            self.order[step], self.order[pivot] = self.order[pivot], self.order[step]
            self.is_even = not self.is_even

    def _look_at(self, candidates: np.ndarray[tuple[int, ...], np.dtype[np.float64]], scale: float) -> Nodes:
        """The sizes of the candidates for a pivot; whether the largest is far from 0 is kept."""
        sizes = np.nan_to_num(np.abs(candidates), nan=-1.0)
        if not np.max(sizes) > _SURELY_NOT_0 * scale:
            self.is_sure = False
        return sizes

    def _clear_below(self, make: NodeArrays, step: int) -> None:
        pivot, right = self.rows[step, step], self.rows[step, step + 1 :]
        factors = make.call("div", self.rows[step + 1 :, step], pivot)
        below = self.rows[step + 1 :, step + 1 :]
        self.rows[step + 1 :, step] = factors
        self.rows[step + 1 :, step + 1 :] = make.call("sub", below, make.call("mul", factors[:, None], right))
