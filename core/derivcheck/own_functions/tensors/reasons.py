"""What an item's worst comparison says of a function of tensors, in words."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import torch

from derivcheck.model import Severity, Status
from derivcheck.model.shaped_values import address
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.checks.quoting import Quotes
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject


class ReasonsOfTensors:
    """Writes the reasons of the items of one check list; an exception that several of them meet is quoted once."""

    def __init__(self, subject: TensorSubject) -> None:
        self.subject = subject
        self.quotes = Quotes(subject.function)

    def reason(self, item: str, worst: Comparison, comparisons: Sequence[Comparison]) -> str | None:
        """The reason of an item.

        Args:
            item: its name.
            worst: the comparison that speaks for it.
            comparisons: all of its comparisons.
        """
        verdict = worst.verdict
        if verdict.status is Status.MATCH:
            return None if len(comparisons) == 1 else f"{len(comparisons)} comparisons"
        if not verdict.reason:
            return verdict.reason
        told = self._name_missing_gradient(worst, verdict.reason)
        refusal = None if worst.raised is None else worst.raised.refusal
        reason = f"{_describe_place(worst)}{self.quotes.shorten(item, refusal, told)}"
        bad = [one for one in comparisons if one.verdict.status.severity is not Severity.PASS]
        counts = []
        if worst.elements is not None and len(worst.elements) > 1:
            wrong = sum(element.verdict.status is verdict.status for element in worst.elements)
            counts.append(f"{wrong} of {len(worst.elements)} elements")
        if len(comparisons) > 1 and bad:
            counts.append(f"{len(bad)} of {len(comparisons)} comparisons")
        return f"{reason} ({', '.join(counts)})" if counts else reason

    def trace(self, worst: Comparison) -> str | None:
        """The traceback of what the function raised in a comparison, the first time; None where it raised nothing."""
        return self.quotes.first(None if worst.raised is None else worst.raised.trace)

    def _name_missing_gradient(self, worst: Comparison, reason: str) -> str:
        """The reason; where torch has no gradient, it says why."""
        if Lack.GRADIENT not in reason or len(worst.wrt) != 1:
            return reason
        (name,) = worst.wrt
        lack = find_lack(self.subject, name)
        hint = f", which is right of what is held alone: --const {name} holds it" if lack is Lack.GRADIENT else ""
        return reason.replace(Lack.GRADIENT, f"{lack}{hint}")


class Lack(StrEnum):
    """In what way torch has no gradient by an argument, so that a 0 stands for it."""

    GRAPH = "the result has no gradient: .detach(), .data, .item(), NumPy or torch.no_grad() cut it off"
    WRITTEN = (
        "torch returned no gradient (None): its backward pass writes to .grad itself, where autograd does not look"
    )
    KEPT = (
        "torch returned no gradient (None): the function returned the tensor of an earlier call, with that one's graph"
    )
    GRADIENT = "torch returned no gradient (None)"


def find_lack(subject: TensorSubject, name: str) -> Lack:
    """In what way torch has no gradient by an argument, at the first of the points given."""
    try:
        place = given_places(subject)[0]
        inputs, outputs = place.run()
        if not any(output.requires_grad for output in outputs):
            return Lack.GRAPH
        if any(one is other for one, other in zip(outputs, place.run()[1], strict=False)):
            return Lack.KEPT
        subject.gradients(outputs, inputs, [torch.ones_like(output) for output in outputs])
        is_written = inputs[subject.args.index(name)].grad is not None
    except (Exception, SystemExit, GeneratorExit):
        return Lack.GRADIENT
    return Lack.WRITTEN if is_written else Lack.GRADIENT


def _describe_place(comparison: Comparison) -> str:
    """Where a comparison stands, in words: by x[0, 2], with x of the shape (1, 3)."""
    pieces = []
    elements = comparison.elements
    index = elements.worst.index if elements is not None and elements.worst is not None else ()
    is_of_outputs = elements is not None and bool(elements.output)
    if comparison.wrt:
        last = () if is_of_outputs else index
        pieces.append("by " + ", ".join([*comparison.wrt[:-1], address(comparison.wrt[-1], last)]))
    if index and (is_of_outputs or not comparison.wrt):
        pieces.append(f"element {list(index)} of the result")
    if comparison.place:
        pieces.append(comparison.place)
    return f"{', '.join(pieces)}: " if pieces else ""
