"""Runs a program forward with each step moved, so that the backward pass works with the moved numbers: the first look.

Each step is moved as on the perturbed tape, where it lies and as soon as torch has computed it. Nothing has to watch
the operations of the backward pass: the dispatch mode costs the tape several times what torch's operations do.
Independent roundings add up by their squares: without some of them the spread is smaller, and explains less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.language import table
from derivcheck.rounding.gradient_sums import GradientSum
from derivcheck.rounding.moving import BITS
from derivcheck.rounding.sampled_constants import Literal, perturbed
from derivcheck.rounding.samples import Samples

Fact = TypeVar("Fact")
"""What is known of the number in a slot: where all of its samples are the same."""


class Facts(Protocol[Fact]):
    """Finds out which steps are exact, and how the others move, as `forward_at_a_point` and `forward_at_points` do."""

    def of_input(self, tensor: Tensor) -> Fact:
        """What is known of a variable."""

    def of_literal(self, literal: Literal) -> Fact:
        """What is known of a literal."""

    def of_step(
        self, step: TorchStep, args: Sequence[Any], known: list[Fact], result: Tensor
    ) -> tuple[Fact, Tensor | None]:
        """What is known of a step's result once it is moved, and the steps by which it is to be moved; None: none.

        Args:
            step: the step.
            args: what it was called on.
            known: what is known of those of them that are tensors.
            result: what it returned.
        """

    def gradient_sums(self) -> Mapping[int, GradientSum]:
        """The sums of gradients that are moved as well, by the slot whose gradient each is."""


class ForwardPass(Generic[Fact]):
    """The sum of a program's samples as a function of those of its inputs, its steps moved by an ulp up or down.

    The derivative of the sum by one sample of an input is that sample's derivative; for that of the samples themselves
    torch would want an upstream gradient, and import a tenth of a second's worth of modules to look at it.

    Args:
        program: what is run.
        literals: its literals.
        samples: how the samples lie.
        facts: which steps are exact.

    Attributes:
        moved: the steps' results that were moved.
        result: the program's result, a tensor of samples.
    """

    def __init__(
        self, program: TorchProgram, literals: Sequence[Literal], samples: Samples, facts: Facts[Fact]
    ) -> None:
        self._program, self._literals = program, literals
        self._samples, self._facts = samples, facts
        self.moved: list[Tensor] = []
        self.result = torch.empty(0)

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the program on the samples of its inputs, and move the result of each step that rounds."""
        facts, bits = self._facts, BITS[self._samples.dtype]
        sums = facts.gradient_sums()
        slots = list(inputs)
        known = [facts.of_input(tensor) for tensor in inputs]
        for step in self._program.steps:
            if step.run is None:
                assert step.literal is not None
                literal = self._literals[step.literal]
                slots.append(perturbed(literal, self._samples))
                known.append(facts.of_literal(literal))
                continue
            tensors = [sums[slot].used(slots[slot]) if slot in sums else slots[slot] for slot in step.args]
            args = step.with_numbers(tensors)
            result = step.run(*args)
            fact, steps = facts.of_step(step, args, [known[slot] for slot in step.args], result)
            if steps is not None:
                result.data.view(bits).add_(steps)
                self.moved.append(result)
            slots.append(result)
            known.append(fact)
        self.result = slots[self._program.root]
        return self.result.sum()


ROUNDED = frozenset([row.name for row in table.FUNCTIONS if row.rounds])
"""The functions of which torch's kernel rounds, into a tensor of its own; a step of any other is not moved."""
