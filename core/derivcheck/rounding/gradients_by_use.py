"""The gradients of variables as the sums of what each of their uses sends back: torch rounds each sum, so it is moved.

Hooks see the same in the midst of the backward pass, at three times the cost (`gradient_sums`). They are for what needs
more than one pass, and for a step of which several others use the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Wrt
from derivcheck.rounding.gradient_sums import is_exact_sum
from derivcheck.rounding.moving import moved
from derivcheck.rounding.nominal import are_plain
from derivcheck.rounding.samples import Samples


def suffices_by_use(program: TorchProgram, wrts: Sequence[Wrt]) -> bool:
    """Whether derivatives need one backward pass, in which only the gradients of variables are sums."""
    inputs = len(program.variables)
    used = [slot for step in program.steps for slot in step.args if slot >= inputs]
    return len(used) == len(set(used)) and program.root >= inputs and all(len(wrt) < 2 for wrt in wrts)


class Uses:
    """The uses of variables, in the order of the forward pass.

    Args:
        samples: how samples are moved.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._aliases: list[tuple[Tensor, Tensor]] = []

    def used(self, variable: Tensor) -> Tensor:
        """A variable as one more step uses it: a tensor that has a gradient of its own."""
        alias = variable.view_as(variable)
        self._aliases.append((variable, alias))
        return alias

    def gradients(self, value: Tensor, variables: Sequence[Tensor]) -> list[Tensor | None]:
        """The gradients of a value by variables; None where no use sends anything back.

        torch works backwards through the steps: what used a variable last is the first to send something back.
        """
        places = {id(variable): place for place, variable in enumerate(variables)}
        uses = [(places[id(one)], alias) for one, alias in reversed(self._aliases) if id(one) in places]
        sums = [_Sum(self._samples) for _ in variables]
        if uses:
            # The graph stays for a derivative that is asked for by itself, where torch lacks another's.
            parts: Sequence[Tensor | None] = torch.autograd.grad(
                value, [alias for _, alias in uses], retain_graph=True, allow_unused=True
            )
            for (place, _), part in zip(uses, parts, strict=True):
                if part is not None:
                    sums[place].add(part)
        return [one.gradient for one in sums]


class _Sum:
    """The sum of what is sent back to a variable.

    Attributes:
        gradient: as torch adds it up of parts that were moved.
    """

    def __init__(self, samples: Samples) -> None:
        self.gradient: Tensor | None = None
        self._samples = samples
        self._total: Tensor | None = None

    def add(self, part: Tensor) -> None:
        """Add a part, moved by as much as the sum is."""
        before, gradient = self._total, self.gradient
        if before is None or gradient is None:
            self._total = self.gradient = part
            return
        total = before + part
        numbers = total.tolist()
        if is_exact_sum(before, part, total, numbers):
            self._total, self.gradient = total, gradient + part
        else:
            self._total = moved(total, self._samples.steps(total), plain=are_plain(numbers))
            self.gradient = gradient + (part + (self._total - total))


class ReverseByUse(Reverse):
    """Reverse mode in which the gradients of the function's inputs are summed up from those of their uses.

    Args:
        function: what is differentiated; it asks `uses` for its inputs.
        variables: the inputs' names.
        inputs: where it is differentiated.
        asked: what will be asked for.
        uses: the uses of the inputs.
    """

    def __init__(
        self,
        function: TensorFunction,
        variables: Sequence[str],
        inputs: tuple[Tensor, ...],
        asked: Sequence[Wrt],
        uses: Uses,
    ) -> None:
        super().__init__(function, variables, inputs, asked)
        self._uses = uses

    def swept(
        self,
        value: Tensor,
        tensors: Sequence[Tensor],
        *,
        by_inputs: bool,  # noqa: ARG002 (there is no other sweep)
        higher: bool,  # noqa: ARG002
    ) -> Sequence[Tensor | None]:
        """The gradients of the value."""
        return self._uses.gradients(value, tensors)
