"""The formula's own reverse sweep in float64, of which every contribution of a step to an argument of its is known.

It makes candidates for the name of a mistake, nothing else: what is true is never taken from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.formula_steps import FormulaProgram, Step

Cotangents = dict[int, Tensor]
"""What arrives at slots in a reverse sweep."""

Edge = tuple[int, int]
"""The use of a result: a step, and which of its arguments."""

Changes = Mapping[int, Callable[..., Any]]
"""What some steps run instead, by their index: on their own arguments."""


@dataclass(frozen=True, slots=True)
class _Local:
    """One step as torch's graph of its own.

    Attributes:
        leaves: its arguments, of which those that vary ask for a gradient.
        slots: where they come from.
        result: its result.
    """

    leaves: tuple[Any, ...]
    slots: tuple[int, ...]
    result: Tensor


class Tape:
    """A formula that has run at a point: the value of each slot, and each step ready to be pulled back."""

    def __init__(self, program: FormulaProgram, inputs: Sequence[Tensor], changes: Changes | None = None) -> None:
        self.program = program
        numbers = [one.double() if one.is_floating_point() else one for one in inputs]
        self.values: list[Any] = [*numbers, *[one.double() for one in inputs]]
        count = len(inputs)
        self.moving: set[int] = {
            at for at, one in enumerate(inputs) if one.is_floating_point() for at in (at, count + at)
        }
        self.locals: list[_Local | None] = []
        self.several: dict[int, tuple[tuple[int, ...], Callable[..., Any]]] = {}
        for index, step in enumerate(program.steps):
            self._run(index, step, (changes or {}).get(index, step.run))

    def _run(self, index: int, step: Step, run: Callable[..., Any]) -> None:
        slots, run = self._through_several(step.args, run)
        slot = self.program.slot(index)
        leaves = tuple(self._leaf(at) for at in slots)
        varies = any(at in self.moving for at in slots)
        with torch.set_grad_enabled(varies):
            result = run(*leaves)
        if not isinstance(result, Tensor):  # several results, of which the next step chooses one
            self.several[slot] = (slots, run)
        differentiable = isinstance(result, Tensor) and result.requires_grad
        if varies and (differentiable or slot in self.several):
            self.moving.add(slot)
        self.values.append(result.detach() if isinstance(result, Tensor) else result)
        self.locals.append(_Local(leaves, slots, result) if differentiable else None)

    def _through_several(
        self, args: tuple[int, ...], run: Callable[..., Any]
    ) -> tuple[tuple[int, ...], Callable[..., Any]]:
        """A step on one of several results, as one with the step that gave these."""
        if not self.several.keys() & set(args):
            return args, run
        slots: list[int] = []
        makers: list[tuple[Callable[..., Any], range]] = []
        for at in args:
            inner, make = self.several.get(at, ((at,), _itself))
            makers.append((make, range(len(slots), len(slots) + len(inner))))
            slots += inner

        def call(*tensors: Any) -> Any:
            return run(*[make(*[tensors[at] for at in places]) for make, places in makers])

        return tuple(slots), call

    def _leaf(self, slot: int) -> Any:
        value = self.values[slot]
        if not isinstance(value, Tensor):
            return value
        wanted = slot in self.moving and value.is_floating_point()
        return value.detach().requires_grad_(wanted)

    def pull_step(self, index: int, cotangent: Tensor) -> list[tuple[int, int, Tensor]]:
        """What a step hands to its arguments: which argument, its slot, and the cotangent."""
        local = self.locals[index]
        if local is None:
            return []
        asking = [
            (at, slot) for at, slot in enumerate(local.slots) if getattr(local.leaves[at], "requires_grad", False)
        ]
        found = torch.autograd.grad(
            local.result, [local.leaves[at] for at, _ in asking], cotangent, retain_graph=True, allow_unused=True
        )
        return [(at, slot, one) for (at, slot), one in zip(asking, found, strict=True) if one is not None]

    def pull(
        self, cotangents: Cotangents, parts: dict[Edge, Tensor] | None = None, arrived: Cotangents | None = None
    ) -> dict[str, Tensor]:
        """The gradients by the arguments of what arrives at some slots.

        Args:
            cotangents: what arrives.
            parts: filled with what each step hands to each of its arguments.
            arrived: filled with what arrives at each slot.
        """
        adjoints = dict(cotangents)
        first = self.program.slot(0)
        for index in range(max(adjoints, default=-1) - first, -1, -1):
            cotangent = adjoints.get(first + index)
            if cotangent is None:
                continue
            for at, slot, part in self.pull_step(index, cotangent):
                adjoints[slot] = adjoints[slot] + part if slot in adjoints else part
                if parts is not None:
                    parts[index, at] = part
        if arrived is not None:
            arrived.update(adjoints)
        count = len(self.program.variables)
        found: dict[str, Tensor] = {}
        for at, name in enumerate(self.program.variables):
            here = [adjoints[slot] for slot in (at, count + at) if slot in adjoints]
            found[name] = sum(here[1:], here[0]) if here else torch.zeros_like(self.values[count + at])
        return found

    @property
    def outputs(self) -> list[Tensor]:
        """The values of the results."""
        found: list[Tensor] = []
        for slot in self.program.outputs:
            value = self.values[slot]
            found += [value] if isinstance(value, Tensor) else list(value)
        return found


def _itself(tensor: Any) -> Any:
    return tensor


@dataclass
class Sweep:
    """One reverse sweep over a tape.

    Attributes:
        tape: the formula at a point.
        upstream: the upstream gradient of each output.
    """

    tape: Tape
    upstream: Sequence[Tensor]
    parts: dict[Edge, Tensor] = field(default_factory=dict)
    arrived: Cotangents = field(default_factory=dict)

    @cached_property
    def start(self) -> Cotangents:
        """What arrives at the outputs."""
        return self.started(self.upstream)

    def started(self, upstream: Sequence[Tensor]) -> Cotangents:
        """What arrives at the outputs for another upstream gradient."""
        found: Cotangents = {}
        for slot, g in zip(self.tape.program.outputs, upstream, strict=True):
            if slot in self.tape.moving:
                found[slot] = found[slot] + g if slot in found else g
        return found

    @cached_property
    def gradients(self) -> dict[str, Tensor]:
        """The gradients by the arguments, as the formula has them."""
        return self.tape.pull(self.start, self.parts, self.arrived)

    def edges(self) -> Iterator[Edge]:
        """The uses of results through which something arrives, those next to the outputs first."""
        _ = self.gradients
        yield from self.parts

    def part(self, edge: Edge) -> Tensor | None:
        """What a step hands to an argument; None where nothing arrives."""
        _ = self.gradients
        return self.parts.get(edge)

    def source(self, edge: Edge) -> int:
        """The slot of the argument."""
        local = self.tape.locals[edge[0]]
        assert local is not None
        return local.slots[edge[1]]

    def changed(self, change: Cotangents) -> dict[str, Tensor]:
        """The gradients where something is added to what arrives at some slots."""
        more = self.tape.pull(change)
        return {name: one + more[name] for name, one in self.gradients.items()}
