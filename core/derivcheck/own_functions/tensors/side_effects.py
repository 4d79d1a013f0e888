"""The items about side effects, for functions of tensors: what they are called on, and the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks import (
    global_state,
    input_writes,
    memory,
    overwriting,
    repetition,
    undefined_upstream,
)
from derivcheck.own_functions.checks.calls import Calls
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import further_places, given_places, takes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import ONES, Upstream


@dataclass(frozen=True, slots=True)
class CallsOnTensors:
    """A function of tensors, called at the first of the points given.

    Attributes:
        subject: the function.
        place: the point.
        other: another one in the same shapes, which the function takes; None where nobody knows one.
    """

    subject: TensorSubject
    place: Place
    other: Place | None

    @property
    def args(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return self.subject.args

    @property
    def settings(self) -> dict[str, Any]:
        """torch's own settings before it was called for the first time."""
        return self.subject.settings

    def inputs(self) -> tuple[Tensor, ...]:
        """The arguments at the point; those that are differentiated by ask for gradients."""
        return self.place.inputs()

    def other_inputs(self) -> tuple[Tensor, ...] | None:
        """The arguments at another point."""
        return None if self.other is None else self.other.inputs()

    def run(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The outputs."""
        return self.subject(inputs)

    def pull_back(
        self,
        outputs: Sequence[Tensor],
        inputs: Sequence[Tensor],
        upstreams: Sequence[Tensor],
        *,
        retain_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradients."""
        return self.subject.gradients(outputs, inputs, upstreams, retain_graph=retain_graph)


def _calls(subject: TensorSubject) -> CallsOnTensors:
    return subject.remember("calls", lambda: _make_calls(subject))


def _make_calls(subject: TensorSubject) -> CallsOnTensors:
    first, *rest = given_places(subject)
    shapes = {name: value.shape for name, value in first.point.items()}
    candidates = [place for place in (*further_places(subject), *rest) if place.point != first.point]
    fitting = (place for place in candidates if {name: v.shape for name, v in place.point.items()} == shapes)
    return CallsOnTensors(subject, first, next(filter(takes, fitting), None))


def _on_tensors(check: Callable[[Calls], Iterator[Comparison]]) -> Callable[[TensorSubject], Iterator[Comparison]]:
    return lambda subject: check(_calls(subject))


check_in_place_writes = _on_tensors(input_writes.check_in_place_writes)
check_overwriting = _on_tensors(overwriting.check_overwriting)
check_repetition = _on_tensors(repetition.check_repetition)
check_global_state = _on_tensors(global_state.check_global_state)
check_memory = _on_tensors(memory.check_memory)


def check_undefined_upstream(subject: TensorSubject) -> Iterator[Comparison]:
    """An undefined upstream gradient means 0; one that is declared not to be 0 there, as g + w*sign(x), is left out."""
    calls = _calls(subject)
    if _has_gradient_of_nothing(calls.place):
        yield conclude(Status.SKIPPED, "the declared gradient is not 0 where the upstream gradient is")
        return
    yield from undefined_upstream.check_undefined_upstream(calls)


def _has_gradient_of_nothing(place: Place) -> bool:
    if place.is_linear:
        return False
    truths = [truth for gradient in place.declared.values() for truth in gradient.truths(_NOTHING)]
    return any(truth.value is None or truth.value.mid.man for truth in truths)


_NOTHING = Upstream(ONES).times(Fraction(0))
"""An upstream gradient of zeros."""
