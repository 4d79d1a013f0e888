"""The formula of a user's torch.autograd.Function, in the place of what its forward pass computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.autograd.binding import Binding
from derivcheck.autograd.user_kernels import kernel_of
from derivcheck.elements.calling import Calling
from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.explaining.taped_run import StatedNodes
from derivcheck.graph.inlining import detaches, held_name, with_held
from derivcheck.language.parse import definition
from derivcheck.model import OwnFunction
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.model.shaped_values import addresses
from derivcheck.own_functions.reading_gradients import read_gradients
from derivcheck.tracing.nodes_of_run import NodesOfRun


@dataclass(frozen=True, slots=True)
class FormulaOfFunction:
    """What a Function should compute, and be differentiated as.

    Attributes:
        value: the formula of its value; of several outputs a tuple.
        slope: the formula whose derivatives its backward pass should have.
        binding: which of the formula's variables it takes in which place.
        gradients: what the backward pass is declared to return all the same, by argument.
        upstreams: the name that these have for the upstream gradient of each output.
    """

    value: Expression
    slope: Expression
    binding: Binding
    gradients: Mapping[str, Expression] = field(default_factory=dict)
    upstreams: tuple[str, ...] = ()

    def __call__(self, run: NodesOfRun, arguments: Sequence[Any]) -> StatedNodes:
        """What it says of a call with some arguments.

        Raises:
            ShapeError: where the shapes do not go together.
        """
        places = {
            one.name: place
            for place, (one, argument) in enumerate(zip(self.binding.by_place, arguments, strict=False))
            if one.name is not None and isinstance(argument, Tensor)
        }
        names = self._named(run, {name: arguments[place] for name, place in places.items()})
        value = _emitted(self.value, run, names)
        slope = value if self.slope is self.value else _emitted(self.slope, run, names)
        if not self.gradients:
            return StatedNodes(value, slope)
        number = len(run.make.graph)  # no other call has these names
        upstreams = [addresses(f"g{number}_{place}", nodes.shape) for place, nodes in enumerate(value)]
        for name, at, nodes in zip(self.upstreams, upstreams, value, strict=True):
            leaves = [run.make.graph.leaf(Node(NodeKind.VARIABLE, address)) for address in at]
            names[name] = names[held_name(name)] = np.array(leaves, dtype=np.int64).reshape(nodes.shape)
        gradients = {
            places[name]: np.broadcast_to(_emitted(gradient, run, names)[0], names[name].shape)
            for name, gradient in self.gradients.items()
            if name in places
        }
        return StatedNodes(value, slope, gradients, upstreams)

    def _named(self, run: NodesOfRun, given: Mapping[str, Tensor]) -> dict[str, Any]:
        """What the variables of the formulas stand for, those that are held among them."""
        names: dict[str, Any] = {}
        for name, tensor in given.items():
            if not (tensor.is_floating_point() or tensor.is_complex()):
                names[name] = names[held_name(name)] = Integers(tensor.detach().cpu().to(torch.int64).numpy())
                continue
            nodes = run.read(tensor)
            names[name], names[held_name(name)] = nodes.numpy(), run.held(nodes).numpy()
        return names


def _emitted(formula: Expression, run: NodesOfRun, names: Mapping[str, Any]) -> list[Nodes]:
    """The nodes of each output of a formula."""
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
        gradients, upstreams = read_gradients(own, value, own.params)
        found[function.written] = FormulaOfFunction(value, slope, function.binding, gradients, upstreams)
    return found
