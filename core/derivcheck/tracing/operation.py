"""One operation of torch that runs, as its handler sees it: its arguments as nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from derivcheck.elements.known_conditions import known_condition
from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.language.table import Sort
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.pairs import ComplexNodes, Pair

IGNORED = frozenset({"dtype", "layout", "device", "pin_memory", "memory_format", "generator", "non_blocking", "copy"})
"""Arguments that say how numbers are stored, and nothing about them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that runs.

    Attributes:
        run: the run whose nodes it makes.
        func: torch's overload.
        name: its name, without the `_` of one that writes into its argument.
        arguments: the arguments by the names of torch's schema, defaults included; those that are `out=` left out.
        written: the tensors that it writes into.
        part: which part of complex arguments their nodes are: 0 the real one, 1 the imaginary one, which of real
            arguments is 0; None where no argument is complex, or the handler asks for pairs.
    """

    run: NodesOfRun
    func: Any
    name: str
    arguments: Mapping[str, Any]
    written: tuple[Tensor, ...] = ()
    part: int | None = None

    @classmethod
    def of(cls, run: NodesOfRun, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operation:
        """The operation that a call of an overload is."""
        schema = func._schema
        given = {one.name: value for one, value in zip(schema.arguments, args, strict=False)} | dict(kwargs)
        arguments = {
            one.name: given.get(one.name, one.default_value)
            for one in schema.arguments
            if (one.name in given or one.has_default_value()) and not _is_out(one)
        }
        written = [given.get(one.name) for one in schema.arguments if is_written(one)]
        name = schema.name.rpartition("::")[2]
        plain = name[:-1] if name.endswith("_") and not name.startswith("__") else name
        tensors = tuple([one for one in tree_leaves(written) if isinstance(one, Tensor)])
        return cls(run, func, plain, arguments, tensors)

    def writes_to(self, output: Tensor) -> bool:
        """Whether an output is an argument that the operation writes into."""
        return any(output is one for one in self.written)

    def __getitem__(self, name: str) -> Any:
        """An argument as it is given; None where the overload has none of that name."""
        return self.arguments.get(name)

    @property
    def is_complex(self) -> bool:
        """Whether an argument is complex."""
        for value in self.arguments.values():
            several = value if isinstance(value, list | tuple) else (value,)
            if any(one.is_complex() if isinstance(one, Tensor) else isinstance(one, complex) for one in several):
                return True
        return False

    def of_part(self, part: int) -> Operation:
        """The same operation on the real parts of its arguments, or on the imaginary ones."""
        return replace(self, part=part)

    def pair(self, name: str) -> Pair:
        """An argument as pairs of nodes: a real or complex tensor's, or those of a plain number."""
        return self.as_pair(self.arguments[name])

    def as_pair(self, value: Any) -> Pair:
        """A tensor, or a plain number, as pairs of nodes."""
        if isinstance(value, Pair):
            return value
        if isinstance(value, Tensor) and value.is_complex():
            return Pair.stored(self.run.read(value))
        if isinstance(value, complex):
            return Pair(self.run.calls.number(value.real), self.run.calls.number(value.imag))
        return self.complexes.of(self.as_nodes(value))

    @property
    def complexes(self) -> ComplexNodes:
        """Arithmetic with pairs of nodes."""
        return ComplexNodes(self.run.make)

    def nodes(self, name: str) -> Nodes:
        """An argument as an array of nodes: a tensor's, or those of a plain number."""
        return self.as_nodes(self.arguments[name])

    def maybe(self, name: str) -> Nodes | None:
        """The same; None where it is None, or there is none."""
        value = self.arguments.get(name)
        return None if value is None else self.as_nodes(value)

    def as_nodes(self, value: Any) -> Nodes:
        """A tensor, or a plain number, as an array of nodes; a condition among numbers is 1 or 0."""
        if isinstance(value, np.ndarray):
            return value
        if isinstance(value, complex) and self.part is not None:
            return self.run.calls.number((value.real, value.imag)[self.part])
        if isinstance(value, Tensor):
            if self.part == 1 and not value.is_complex():
                return np.zeros(tuple(value.shape), dtype=np.int64)
            nodes: Nodes = self.read(value).numpy()
            return self.as_numbers(nodes) if value.dtype is torch.bool else nodes
        if isinstance(value, bool | int | float):
            if isinstance(value, float) and not math.isfinite(value):
                return np.array(self.run.nodes.no_number(value), dtype=np.int64)
            return self.run.calls.number(0 if self.part == 1 else value)
        raise UnsupportedError(f"the operation `{self.func.name()}` has the argument {value!r}, which cannot be read")

    def as_numbers(self, conditions: Nodes) -> Nodes:
        """Conditions as numbers: 1 where they hold, else 0."""
        graph, one, found = self.run.make.graph, int(self.run.calls.number(1)), []
        for at in conditions.ravel().tolist():
            known = known_condition(graph, at)
            found.append(graph.call("where", (at, one, 0)) if known is None else (one if known else 0))
        return np.array(found, dtype=np.int64).reshape(conditions.shape)

    def read(self, tensor: Tensor) -> Tensor:
        """The nodes of a tensor, or of the part of it that is asked for."""
        nodes = self.run.read(tensor)
        if not tensor.is_complex():
            is_number = tensor.is_floating_point()
            return torch.zeros_like(nodes) if self.part == 1 and is_number else nodes
        if self.part is None:
            raise UnsupportedError(f"the operation `{self.func.name()}` cannot be read for complex numbers")
        return nodes[..., self.part]

    def condition(self, name: str) -> Nodes:
        """A condition as an array of nodes of conditions; of a number it is whether that is not 0."""
        return self.conditions(self.arguments[name])

    def conditions(self, value: Any) -> Nodes:
        """A tensor, or a plain number, as an array of nodes of conditions."""
        if isinstance(value, Tensor) and value.dtype is torch.bool:
            found: Nodes = self.run.read(value).numpy()
            return found
        return self.as_conditions(self.as_nodes(value))

    def as_conditions(self, nodes: Nodes) -> Nodes:
        """Numbers as conditions, whether they are not 0; conditions as they are."""
        graph, found = self.run.make.graph, []
        for at in nodes.ravel().tolist():
            value = graph.values[at] if at >= 0 else None
            if value is not None:
                found.append(self.run.nodes.condition(known=bool(value)))
            else:
                row = table.function(graph.calls[at][0]) if graph.calls[at][1] else None
                is_condition = row is not None and row.result is Sort.BOOL
                found.append(at if is_condition else graph.call("ne", (at, 0)))
        return np.array(found, dtype=np.int64).reshape(nodes.shape)

    def integers(self, name: str) -> Integers:
        """An argument that holds integers of the run, such as an index."""
        return Integers(self.arguments[name].detach().cpu().numpy())

    def call(self, name: str, *arguments: Any) -> Any:
        """A function of the table on arrays of nodes."""
        return self.run.calls(name, *arguments)

    def formula(self, text: str, **arguments: Any) -> Nodes:
        """A formula of numbers, element by element; plain numbers among its arguments become nodes."""
        number = self.run.calls.number
        made = {name: one if isinstance(one, np.ndarray) else number(one) for name, one in arguments.items()}
        return self.run.make.formula(text, **made)

    def moved(self) -> Any:
        """What the operation itself makes of the nodes: it moves numbers, and computes none.

        The arguments that say where numbers go, such as an index or a mask, are those of the run.
        """
        given = {name: value for name, value in self.arguments.items() if name not in IGNORED}
        values = [one for name, value in given.items() if name not in PLACES for one in tree_leaves(value)]
        tensors = [one for one in values if isinstance(one, Tensor)]
        conditions = all(one.dtype is torch.bool for one in tensors)
        moved = {
            name: value if name in PLACES else self._as_moved(value, conditions=conditions)
            for name, value in given.items()
        }
        for name in PLACES.intersection(given):
            self.note_places(given[name])
        found = (_functional(self.func) if self.written else self.func)(**moved)
        return _as_conditions(found, self.run.nodes.condition(known=False)) if conditions else found

    def note_places(self, places: Any) -> None:
        """Note that places which depend on the inputs, such as those that a mask chooses, are constants of the run."""
        if any(isinstance(one, Tensor) and one in self.run.nodes for one in tree_leaves(places)):
            self.run.note("the places that a mask of the inputs chooses")

    def _as_moved(self, value: Any, *, conditions: bool) -> Any:
        if isinstance(value, Tensor):
            return self.read(value) if conditions else torch.from_numpy(self.as_nodes(value).copy())
        if isinstance(value, list | tuple):
            return type(value)(self._as_moved(one, conditions=conditions) for one in value)
        return value


PLACES = frozenset({"index", "indices", "mask", "repeats", "offsets"})
"""Arguments that say where numbers go."""


def is_written(argument: Any) -> bool:
    """Whether an operation writes into an argument of its schema."""
    return argument.alias_info is not None and argument.alias_info.is_write


def _is_out(argument: Any) -> bool:
    return is_written(argument) and argument.kwarg_only


def _as_conditions(found: Any, none: int) -> Any:
    """Conditions that were moved, where a gap is filled with one that does not hold."""
    if isinstance(found, Tensor):
        return found.masked_fill(found == 0, none)
    return type(found)(_as_conditions(one, none) for one in found)


def _functional(func: Any) -> Any:
    """The overload of an operation that writes into nothing."""
    name = func._schema.name.rpartition("::")[2]
    packet = getattr(torch.ops.aten, name.removesuffix("_"))
    wanted = [one.name for one in func._schema.arguments if not _is_out(one)]
    for overload in packet.overloads():
        found = getattr(packet, overload)
        arguments = found._schema.arguments
        if [one.name for one in arguments] == wanted and not any(map(is_written, arguments)):
            return found
    raise UnsupportedError(f"the operation `{func.name()}` cannot be read")


Handler = Callable[[Operation], Any]
"""Makes the nodes of an operation's results from those of its arguments: one for each result, None for one that has
none. It runs before torch does, which may write over what it reads; a function in the place of the nodes is called
afterwards with what torch returned, where the nodes depend on that, as on the places of the largest numbers."""
