"""The adjoints of torch.func's way through a tape: it may take other formulas than autograd's own backward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from derivcheck.explaining.taped_run import TapedOperation, TapedRun
from derivcheck.explaining.torchs_adjoints import Gradients, TorchsAdjoints


class FuncAdjoints(TorchsAdjoints):
    """What torch.func.vjp of each operation returns, from the outputs back to the inputs.

    The answers are those of `TorchsAdjoints`, so that a tape is laid beside exact numbers in the same way.

    Args:
        run: the run.
        upstreams: the upstream gradient of each output that is differentiated, by its position.
    """

    def __init__(self, run: TapedRun, upstreams: Mapping[int, Tensor]) -> None:
        super().__init__()
        self._run = run
        self._arrived: dict[int, Tensor] = dict(upstreams)
        for operation in reversed(run.operations):
            self._pull_back(operation)
        for one in run.tensors:
            if one.is_leaf:
                self._of_leaves[id(one.tensor)] = self._arrived.get(one.position)

    def _pull_back(self, operation: TapedOperation) -> None:
        """Let one operation send back what arrived at its results."""
        results = [self._run.tensors[at] for at in operation.results]
        node = next((one.node for one in results if one.node is not None), None)
        if operation.run is None or node is None or not any(one.position in self._arrived for one in results):
            return
        run = operation.run
        found: Any = torch.func.vjp(lambda *given: tuple(run(*given)), *operation.tensors)
        values, pull_back = found
        given = tuple(
            self._arrived.get(one.position, torch.zeros_like(value)).to(value.dtype).reshape(value.shape)
            for one, value in zip(results, values, strict=True)
        )
        sums: dict[int, Tensor] = {}
        for at, gradient in zip(operation.positions, pull_back(given), strict=True):
            if at is not None and self._run.tensors[at].requires_grad:
                sums[at] = sums[at] + gradient if at in sums else gradient
        for at, gradient in sums.items():
            self._arrived[at] = self._arrived[at] + gradient if at in self._arrived else gradient
        self._seen[id(node)] = (self._by_edge(node, sums), self._by_output(results))

    def _by_edge(self, node: Any, sums: Mapping[int, Tensor]) -> Gradients:
        """The gradients in the order of a node's edges; two edges to one tensor share what flows there."""
        positions = {edge: one.position for one in self._run.tensors if (edge := one.edge) is not None}
        left = dict(sums)
        edges = [None if to is None else positions.get((id(to), output)) for to, output in node.next_functions]
        return tuple([None if at is None else left.pop(at, None) for at in edges])

    def _by_output(self, results: Sequence[Any]) -> Gradients:
        """What arrived, in the order of a node's outputs."""
        found: list[Tensor | None] = [None] * (1 + max(one.output for one in results))
        for one in results:
            found[one.output] = self._arrived.get(one.position)
        return tuple(found)
