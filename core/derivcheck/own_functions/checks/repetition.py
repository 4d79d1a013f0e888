"""The item about calls and backward passes that are made again: the same bits each time, whatever came in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import (
    Calls,
    are_same,
    fill,
    has_gradient,
    name_output,
    pull_back_copies,
    weigh,
)
from derivcheck.own_functions.checks.comparison import Comparison, conclude, report_error


def check_repetition(calls: Calls) -> Iterator[Comparison]:
    """A call gives the same bits twice: from a new graph, from the same graph, and with another call in between."""
    if _returns_one_tensor(calls):
        reason = "two calls return one and the same tensor, with the graph of one of them: return a new one each time"
        yield conclude(Status.MISMATCH, reason)
        return
    first, again = _run(calls), _run(calls)
    reason = "the same call gives other numbers"
    for one, two in zip(first.all, again.all, strict=True):
        yield _compare_bits(one, two, reason)
    if first.refused is not None:
        loudly = "a second backward pass over the same graph is refused loudly: "
        yield report_error(Status.SKIPPED, first.refused, loudly)
    elif first.passes:
        once, twice, other = first.passes
        reason = "a second backward pass over the same graph gives other numbers: the first one changed what was saved"
        for one, two in zip(once, twice, strict=True):
            yield _compare_bits(one, two, reason)
        inputs = calls.inputs()
        outputs = calls.run(inputs)
        alone = pull_back_copies(calls, outputs, inputs, weigh(outputs, 1))
        reason = "a backward pass with another upstream gradient gives what the first one over the same graph left"
        for one, two in zip(other, alone, strict=True):
            yield _compare_bits(one, two, reason)
    yield from _check_interleaved_calls(calls)
    yield from _check_results_stay(calls)
    yield from _check_accumulation(calls)


@dataclass(slots=True)
class _Run:
    """What a call and backward passes over its graph gave.

    Attributes:
        values: copies of the outputs.
        passes: the gradients of each backward pass: two with the same upstream gradient, and one with another.
        refused: what a backward pass after the first one raised.
    """

    values: list[Tensor]
    passes: list[list[Tensor]] = field(default_factory=list)
    refused: BaseException | None = None

    @property
    def all(self) -> list[Tensor]:
        """The outputs and all gradients."""
        return [*self.values, *(gradient for each in self.passes for gradient in each)]


def _run(calls: Calls) -> _Run:
    inputs = calls.inputs()
    outputs = calls.run(inputs)
    run = _Run([output.detach().clone() for output in outputs])
    if not has_gradient(outputs):
        return run
    run.passes.append(pull_back_copies(calls, outputs, inputs, weigh(outputs)))
    for shift in (0, 1):
        try:
            run.passes.append(pull_back_copies(calls, outputs, inputs, weigh(outputs, shift)))
        except (Exception, SystemExit) as error:
            run.refused = error
            del run.passes[1:]
            break
    return run


def _returns_one_tensor(calls: Calls) -> bool:
    """Whether a tensor that was computed for one call is what another one returns as well."""
    first, again = calls.run(calls.inputs()), calls.run(calls.inputs())
    return any(one is other and one.grad_fn is not None for one, other in zip(first, again, strict=False))


def _compare_bits(one: Tensor, other: Tensor, reason: str) -> Comparison:
    """Compare two tensors bit by bit; `reason` says what it means that they differ."""
    return conclude(Status.MATCH) if are_same(one, other) else conclude(Status.MISMATCH, reason)


def _check_interleaved_calls(calls: Calls) -> Iterator[Comparison]:
    """A call between a forward pass and its backward pass changes nothing: no call writes where another one reads."""
    if calls.other_inputs() is None:
        return
    alone, between = _find_gradients(calls), _find_gradients(calls, between=True)
    reason = (
        "another call between the forward pass and the backward pass changes the gradient: save by ctx, not outside"
    )
    for one, other in zip(alone, between, strict=True):
        yield _compare_bits(one, other, reason)


def _find_gradients(calls: Calls, *, between: bool = False) -> list[Tensor]:
    """The gradients of a call, perhaps with one on other numbers before the backward pass."""
    inputs = calls.inputs()
    outputs = calls.run(inputs)
    if between:
        calls.run(calls.other_inputs() or calls.inputs())
    return pull_back_copies(calls, outputs, inputs, weigh(outputs)) if has_gradient(outputs) else []


def _check_results_stay(calls: Calls) -> Iterator[Comparison]:
    """What a call returned stays as it is when another call comes: no buffer is handed out twice."""
    inputs = calls.inputs()
    outputs = calls.run(inputs)
    count = len(outputs)
    returned = [(name_output(place, count), output.detach()) for place, output in enumerate(outputs)]
    if has_gradient(outputs):
        found = calls.pull_back(outputs, inputs, weigh(outputs))
        returned += [("the gradient", gradient.detach()) for gradient in found if gradient is not None]
    copies = [tensor.clone() for _, tensor in returned]
    others = calls.other_inputs() or calls.inputs()
    again = calls.run(others)
    if has_gradient(again):
        calls.pull_back(again, others, fill(again, 3.0))
    for (what, tensor), copied in zip(returned, copies, strict=True):
        reason = f"another call overwrites {what} of the one before: return a new tensor each time"
        yield _compare_bits(tensor, copied, reason)


def _check_accumulation(calls: Calls) -> Iterator[Comparison]:
    """`.grad` gets the sum of several backward passes; no word where it does.

    torch keeps a gradient that nobody else holds as `.grad`, and adds the next one to it in place. Where it is a view
    of what the function has saved, this changes what was saved.
    """
    inputs = calls.inputs()
    asking = [place for place, tensor in enumerate(inputs) if tensor.requires_grad]
    for place in asking:
        if not _accumulates(calls, [place]):
            reason = (
                f"the gradient by {calls.args[place]} shares its memory with what was saved: torch adds the next one "
                "to it in place, in .grad, and the next backward passes are wrong. Return a copy"
            )
            yield conclude(Status.MISMATCH, reason)
            return
    if len(asking) > 1 and not _accumulates(calls, asking):
        note = (
            "two of its gradients share their memory, as those of torch's own views may: where both arguments are "
            "leaves, a second .backward() adds to both. Copies (.clone()) do not"
        )
        yield conclude(Status.MATCH, note=note)


def _accumulates(calls: Calls, asking: list[int]) -> bool:
    """Whether `.backward()`, called three times, leaves the sum of the gradients in the `.grad` of some inputs."""
    inputs = tuple(tensor.detach().requires_grad_(place in asking) for place, tensor in enumerate(calls.inputs()))
    outputs = calls.run(inputs)
    if not has_gradient(outputs):
        return True
    results = [output for output in outputs if output.requires_grad]
    total = [torch.zeros_like(inputs[place]) for place in asking]
    ones = fill(outputs, 1.0)
    for upstreams in (ones, ones, weigh(outputs)):
        fresh = tuple(tensor.detach().clone().requires_grad_(tensor.requires_grad) for tensor in inputs)
        alone = pull_back_copies(calls, calls.run(fresh), fresh, upstreams)
        total = [one + two for one, two in zip(total, alone, strict=True)]
        weights = [g.clone() for g, output in zip(upstreams, outputs, strict=True) if output.requires_grad]
        try:
            torch.autograd.backward(
                results, weights, retain_graph=True, inputs=[inputs[place] for place in asking]
            )  # the parameters that the function holds keep their .grad
        except (Exception, SystemExit):  # a reentrant checkpoint refuses to be told by what to differentiate
            return True
    kept = [inputs[place].grad for place in asking]
    return all(grad is None or are_same(grad.to_dense(), due) for grad, due in zip(kept, total, strict=True))
