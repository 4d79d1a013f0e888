"""One step of a sweep, seen from one of its arguments, and what a mistake makes of what arrives there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.formula_sweep import Sweep, Tape

Altered = Callable[["StepAt"], "Tensor | None"]
"""What arrives at the argument with a mistake; None where the mistake makes no sense."""


@dataclass(frozen=True, slots=True)
class StepAt:
    """A step in a sweep, seen from one of its arguments.

    Attributes:
        sweep: the sweep.
        index: which step.
        at: which of its arguments.
    """

    sweep: Sweep
    index: int
    at: int

    @property
    def tape(self) -> Tape:
        """The tape of the sweep."""
        return self.sweep.tape

    @property
    def g(self) -> Tensor:
        """What arrives at the step."""
        _ = self.sweep.gradients
        return self.sweep.arrived[self.tape.program.slot(self.index)]

    @property
    def y(self) -> Tensor:
        """The step's result."""
        found: Tensor = self.tape.values[self.tape.program.slot(self.index)]
        return found

    @property
    def x(self) -> Tensor:
        """The argument."""
        return self.operand(self.at)

    @property
    def other(self) -> Tensor:
        """The other one of two arguments."""
        return self.operand(1 - self.at)

    def operand(self, at: int) -> Tensor:
        """An argument."""
        local = self.tape.locals[self.index]
        assert local is not None
        found: Tensor = local.leaves[at].detach()
        return found

    def option(self, name: str) -> object:
        """A plain argument of the step."""
        return dict(self.tape.program.steps[self.index].options).get(name)

    def text(self, at: int) -> str:
        """What an argument is in the words of the formula."""
        local = self.tape.locals[self.index]
        assert local is not None
        return self.tape.program.quote(local.slots[at])

    def spread(self, slope: Tensor | float) -> Tensor:
        """What arrives at the argument if the step has a derivative element by element."""
        return (self.g * slope).sum_to_size(self.x.shape)

    def slope(self, arguments: list[Tensor] | None = None) -> Tensor:
        """The derivative by the argument, element by element, in the shape of the result."""
        local, step = self.tape.locals[self.index], self.tape.program.steps[self.index]
        assert local is not None
        given = [one.detach() for one in local.leaves] if arguments is None else arguments
        wide = given[self.at].expand(self.y.shape).clone().requires_grad_()
        with torch.enable_grad():
            y = step.run(*given[: self.at], wide, *given[self.at + 1 :])
        return torch.autograd.grad(y.sum(), wide)[0]


@dataclass(frozen=True, slots=True)
class Alteration:
    """A mistake in the vector-Jacobian product of a step.

    Attributes:
        words: its name, in which {x} is the argument, {other} the other one, {y} the step.
        altered: what arrives at the argument with it.
    """

    words: str
    altered: Altered
