"""What an item's worst comparison says, in words: where it stands, what torch returned, what the function raised."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import torch

from derivcheck.autograd.tracebacks import trace_of
from derivcheck.model import Mode, Point, Severity, Status
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.checks.quoting import Quotes
from derivcheck.own_functions.checks.subject import Subject


class Reasons:
    """Writes the reasons of the items of one check list; an exception that several of them meet is quoted once."""

    def __init__(self, subject: Subject) -> None:
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
        reason = verdict.reason
        if not reason:
            return reason
        refusal = None if worst.gradient is None else worst.gradient.refusal
        if worst.raised is not None:
            refusal = worst.raised.refusal
        told = self.quotes.shorten(item, refusal, self._name_missing_gradient(worst, reason))
        reason = f"{_describe_place(worst)}{told}"
        bad = [c for c in comparisons if c.verdict.status.severity is not Severity.PASS]
        if len(comparisons) > 1 and bad:
            reason += f" ({len(bad)} of {len(comparisons)} comparisons)"
        return reason

    def trace(self, worst: Comparison) -> str | None:
        """The traceback of what the function raised in a comparison, the first time; None where it raised nothing."""
        trace = None if worst.raised is None else worst.raised.trace
        if trace is None and worst.gradient is not None and worst.gradient.refusal is not None and worst.point:
            trace = find_trace(self.subject, worst.point)
        return self.quotes.first(trace)

    def _name_missing_gradient(self, worst: Comparison, reason: str) -> str:
        """The reason; where torch has no gradient and a 0 stands for it, it says so."""
        gradient = worst.gradient
        if len(worst.wrt) != 1 or gradient is None or gradient.mode is not Mode.REVERSE or worst.point is None:
            return reason
        if not reason.endswith("torch returned 0.0"):
            return reason
        lack = find_lack(self.subject, worst.point, worst.wrt[0])
        return reason if lack is None else reason.replace("torch returned 0.0", lack)


class Lack(StrEnum):
    """In what way torch has no gradient by an argument, so that a 0 stands for it."""

    GRAPH = "the result has no gradient: .detach(), .data, .item(), NumPy or torch.no_grad() cut it off"
    GRADIENT = "torch returned no gradient (None)"


def find_lack(subject: Subject, point: Point, name: str) -> Lack | None:
    """In what way torch has no gradient by an argument; None where it has one, or raises."""
    try:
        inputs = tuple(tensor.requires_grad_() for tensor in subject.inputs(point))
        result = subject(inputs)
        if not result.requires_grad:
            return Lack.GRAPH
        found = subject.gradients(result, inputs)[subject.args.index(name)]
    except (Exception, SystemExit, GeneratorExit):
        return None
    return Lack.GRADIENT if found is None else None


def find_trace(subject: Subject, point: Point) -> str | None:
    """The traceback of what the function raises at a point, forward or backward; None where it raises nothing."""
    try:
        inputs = tuple(tensor.requires_grad_() for tensor in subject.inputs(point))
        result = subject(inputs)
        subject.gradients(result, inputs, torch.ones_like(result))
    except (Exception, SystemExit, GeneratorExit) as error:
        return trace_of(error)
    return None


def _describe_place(comparison: Comparison) -> str:
    """Where a comparison stands, in words."""
    pieces = []
    if comparison.wrt:
        pieces.append("by " + ", ".join(comparison.wrt))
    if comparison.point:
        pieces.append("at " + ", ".join(f"{name} = {value.text}" for name, value in comparison.point.items()))
    if comparison.place:
        pieces.append(comparison.place)
    return f"{', '.join(pieces)}: " if pieces else ""
