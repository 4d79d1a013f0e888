"""The items about side effects, for functions that work element by element: what they are called on, and the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from derivcheck.own_functions.checks import (
    global_state,
    input_writes,
    memory,
    overwriting,
    repetition,
    undefined_upstream,
)
from derivcheck.own_functions.checks.calls import Calls
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.checks.subject import Subject


@dataclass(frozen=True, slots=True)
class CallsOnBatches:
    """A function that works element by element, called on a batch of its points."""

    subject: Subject

    @property
    def args(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return self.subject.args

    @property
    def settings(self) -> dict[str, Any]:
        """torch's own settings before it was called for the first time."""
        return self.subject.settings

    def inputs(self) -> tuple[Tensor, ...]:
        """A batch that asks for gradients, or one point where there is no batch."""
        subject = self.subject
        columns = subject.batch(len(subject.smooth)) if subject.smooth else subject.inputs(subject.points[0])
        return tuple(column.requires_grad_() for column in columns)

    def other_inputs(self) -> tuple[Tensor, ...] | None:
        """The batch turned round; None where it is the same."""
        if len(self.subject.smooth) < 2:
            return None
        return tuple(tensor.detach().flip(0).requires_grad_() for tensor in self.inputs())

    def run(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The result."""
        return (self.subject(inputs),)

    def pull_back(
        self,
        outputs: Sequence[Tensor],
        inputs: Sequence[Tensor],
        upstreams: Sequence[Tensor],
        *,
        retain_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradients."""
        (result,), (upstream,) = outputs, upstreams
        asking = [tensor for tensor in inputs if tensor.requires_grad]
        found = iter(self.subject.gradients(result, asking, upstream, retain_graph=retain_graph))
        return tuple(next(found) if tensor.requires_grad else None for tensor in inputs)


def _on_batches(check: Callable[[Calls], Iterator[Comparison]]) -> Callable[[Subject], Iterator[Comparison]]:
    return lambda subject: check(CallsOnBatches(subject))


check_in_place_writes = _on_batches(input_writes.check_in_place_writes)
check_overwriting = _on_batches(overwriting.check_overwriting)
check_repetition = _on_batches(repetition.check_repetition)
check_global_state = _on_batches(global_state.check_global_state)
check_undefined_upstream = _on_batches(undefined_upstream.check_undefined_upstream)
check_memory = _on_batches(memory.check_memory)
