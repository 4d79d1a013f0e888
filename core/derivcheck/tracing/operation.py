"""One operation of torch that runs, as its handler sees it: its arguments as nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.elements.node_arrays import Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.pairs import ComplexNodes, Pair

IGNORED = frozenset({"dtype", "layout", "device", "pin_memory", "memory_format", "generator", "non_blocking", "copy"})
"""Arguments that say how numbers are stored, and nothing about them."""

_PLACES = frozenset({"index", "indices", "mask", "repeats"})
"""Arguments that say where numbers stand: the run's own integers and conditions, and no nodes."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that runs.

    Attributes:
        run: the run whose nodes it makes.
        func: torch's overload.
        name: its name, without the `_` of one that writes into its argument.
        arguments: the arguments by the names of torch's schema, defaults included.
        writes: whether it writes into an argument.
        part: which part of complex arguments their nodes are: 0 the real one, 1 the imaginary one, which of real
            arguments is 0; None where no argument is complex, or the handler asks for pairs.
    """

    run: NodesOfRun
    func: Any
    name: str
    arguments: Mapping[str, Any]
    writes: bool
    part: int | None = None

    @classmethod
    def of(cls, run: NodesOfRun, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operation:
        """The operation that a call of an overload is."""
        schema = func._schema
        given = {one.name: value for one, value in zip(schema.arguments, args, strict=False)} | dict(kwargs)
        arguments = {
            one.name: given.get(one.name, one.default_value)
            for one in schema.arguments
            if one.name in given or one.has_default_value()
        }
        writes = any(one.alias_info is not None and one.alias_info.is_write for one in schema.arguments)
        name = schema.name.rpartition("::")[2]
        plain = name[:-1] if name.endswith("_") and not name.startswith("__") else name
        return cls(run, func, plain, arguments, writes)

    def writes_to(self, output: Tensor) -> bool:
        """Whether an output is the argument that the operation writes into."""
        return self.writes and any(output is value for value in self.arguments.values())

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
            nodes: Nodes = self.read(value).numpy()
            if value.dtype is torch.bool and value in self.run.nodes:
                nodes = self.call("where", nodes, 1, 0)
            return nodes
        if isinstance(value, bool | int | float):
            return self.run.calls.number(0 if self.part == 1 else value)
        raise UnsupportedError(f"the operation `{self.func.name()}` has the argument {value!r}, which cannot be read")

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
        """A condition as an array of nodes of conditions; a mask of the run's is a comparison that is known."""
        value = self.arguments[name]
        if isinstance(value, Tensor) and value.dtype is torch.bool and value in self.run.nodes:
            found: Nodes = self.run.read(value).numpy()
            return found
        known: Nodes = self.call("ne", self.as_nodes(value), 0)
        return known

    def call(self, name: str, *arguments: Any) -> Any:
        """A function of the table on arrays of nodes."""
        return self.run.calls(name, *arguments)

    def formula(self, text: str, **arguments: Any) -> Nodes:
        """A formula of numbers, element by element; plain numbers among its arguments become nodes."""
        number = self.run.calls.number
        made = {name: one if isinstance(one, np.ndarray) else number(one) for name, one in arguments.items()}
        return self.run.make.formula(text, **made)

    def moved(self) -> Any:
        """What the operation itself makes of the nodes: it moves numbers, and computes none."""
        kwargs = {
            one.name: self.arguments[one.name] if one.name in _PLACES else self._as_moved(self.arguments[one.name])
            for one in self.func._schema.arguments
            if one.name in self.arguments and one.name not in IGNORED
        }
        functional = self.func if not self.writes else _functional(self.func)
        return functional(**{("self" if name == "self" else name): value for name, value in kwargs.items()})

    def _as_moved(self, value: Any) -> Any:
        if isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex() or value in self.run.nodes):
            return self.read(value)
        if isinstance(value, list | tuple):
            return type(value)(self._as_moved(one) for one in value)
        return value


def _functional(func: Any) -> Any:
    """The overload of an operation that writes into nothing."""
    name = func._schema.name.rpartition("::")[2].removesuffix("_")
    return getattr(getattr(torch.ops.aten, name), func._overloadname)


Handler = Callable[[Operation], Any]
"""Makes the nodes of an operation's results from those of its arguments: one for each result, None for one that has
none. It runs before torch does, which may write over what it reads."""
