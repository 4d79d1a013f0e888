"""The formula of a user's torch.autograd.Function, in the place of what its forward pass computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.binding import Binding
from derivcheck.autograd.user_kernels import kernel_of
from derivcheck.elements.calling import Calling
from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.graph.inlining import detaches, held_name, with_held
from derivcheck.language.parse import definition
from derivcheck.model import OwnFunction
from derivcheck.model.expression import Expression
from derivcheck.tracing.nodes_of_run import NodesOfRun


@dataclass(frozen=True, slots=True)
class FormulaOfFunction:
    """What a Function should compute, and be differentiated as.

    Attributes:
        value: the formula of its value; of several outputs a tuple.
        slope: the formula whose derivatives its backward pass should have; None where it should have none of any.
        binding: which of the formula's variables it takes in which place.
    """

    value: Expression
    slope: Expression | None
    binding: Binding

    def __call__(self, run: NodesOfRun, arguments: Sequence[Any]) -> tuple[Sequence[Nodes], Sequence[Nodes]]:
        """The nodes of its outputs for the arguments of a call, and those of the slope; of no slope none.

        Raises:
            ShapeError: where the shapes do not go together.
        """
        given = {
            one.name: argument
            for one, argument in zip(self.binding.by_place, arguments, strict=False)
            if one.name is not None and isinstance(argument, Tensor)
        }
        value = self._nodes(self.value, run, given)
        if self.slope is self.value:
            return value, value
        return value, [] if self.slope is None else self._nodes(self.slope, run, given)

    def _nodes(self, formula: Expression, run: NodesOfRun, given: dict[str, Tensor]) -> list[Nodes]:
        names: dict[str, Any] = {}
        for name, tensor in given.items():
            if not (tensor.is_floating_point() or tensor.is_complex()):
                names[name] = names[held_name(name)] = Integers(tensor.detach().cpu().to(torch.int64).numpy())
                continue
            nodes = run.read(tensor)
            names[name], names[held_name(name)] = nodes.numpy(), run.held(nodes).numpy()
        missing = next((name for name in formula.variables if name not in names), None)
        if missing is not None:
            raise UnsupportedError(f"the formula names `{missing}`, which the function is not called with")
        calling = Calling(run.make)
        root = calling.emit(formula, names)[-1]
        return [calling.numbers(output) for output in (root if isinstance(root, tuple) else (root,))]


def formulas_of_own(functions: Sequence[OwnFunction]) -> dict[Any, FormulaOfFunction]:
    """The formulas of the functions of a user's own that an expression calls, by the Function that each is one of."""
    found: dict[Any, FormulaOfFunction] = {}
    for own in functions:
        function = kernel_of(own).function
        if function.written is None or function.binding is None:
            continue
        value = slope = definition(own.stated, own.params, own.constants)
        if own.surrogate is not None:
            slope = definition(own.surrogate, own.params, own.constants)
        slope = with_held(slope) if detaches(slope) else slope
        found[function.written] = FormulaOfFunction(value, None if own.gradients else slope, function.binding)
    return found
