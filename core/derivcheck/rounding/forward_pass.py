"""Runs a program forward with each step moved, so that the backward pass works with the moved numbers: the first look.

Each step is moved as on the perturbed tape, where it lies and as soon as torch has computed it. Nothing has to watch
the operations of the backward pass: the dispatch mode costs the tape several times what torch's operations do.
Independent roundings add up by their squares: without some of them the spread is smaller, and explains less.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.language import table
from derivcheck.rounding.sampled_constants import Literal


class ForwardPass(ABC):
    """The sum of a program's samples as a function of those of its inputs, its steps moved by an ulp up or down.

    The derivative of the sum by one sample of an input is that sample's derivative; for that of the samples themselves
    torch would want an upstream gradient, and import a tenth of a second's worth of modules to look at it.

    Args:
        program: what is run.
        literals: its literals.

    Attributes:
        moved: the steps' results that were moved, without the graph.
        result: the program's result, a tensor of samples.
    """

    def __init__(self, program: TorchProgram, literals: Sequence[Literal]) -> None:
        self.program, self.literals = program, literals
        self.moved: list[Tensor] = []
        self.result = torch.empty(0)

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the program on the samples of its inputs, and move the result of each step that rounds."""
        self.result = self.slots(inputs)[self.program.root]
        return self.result.sum()

    @abstractmethod
    def slots(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The samples of every slot, moved."""


ROUNDED = frozenset([row.name for row in table.FUNCTIONS if row.rounds])
"""The functions of which torch's kernel rounds, into a tensor of its own; a step of any other is not moved."""
