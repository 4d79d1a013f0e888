"""The items about side effects: on inputs, on torch's settings, on memory, and of one call on the next."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, conclude, report_error
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.checks.torch_settings import read_settings, restore_settings

_RUNS = 12
"""Calls after which a leak of one object a call stands out."""


def _make_inputs(subject: Subject) -> tuple[Tensor, ...]:
    """A batch that asks for gradients, or one point where there is no batch."""
    columns = subject.batch(len(subject.smooth)) if subject.smooth else subject.inputs(subject.points[0])
    return tuple(column.requires_grad_() for column in columns)


def check_in_place_writes(subject: Subject) -> Iterator[Comparison]:
    """Neither the inputs nor the upstream gradient are written to."""
    inputs = _make_inputs(subject)
    before = [tensor.detach().clone() for tensor in inputs]
    result = subject(inputs)
    yield from _compare_with_copies("the forward pass", subject.args, before, inputs)
    if not result.requires_grad:
        return
    if any(result is tensor for tensor in inputs):
        return
    for factor in (1.0, 3.0):
        upstream = torch.full_like(result.detach(), factor)
        kept = upstream.clone()
        subject.gradients(result, inputs, upstream, retain_graph=True)
        yield from _compare_with_copies("the backward pass", ("the upstream gradient",), [kept], (upstream,))
        yield from _compare_with_copies("the backward pass", subject.args, before, inputs)


def _compare_with_copies(
    stage: str, names: tuple[str, ...], before: list[Tensor], after: tuple[Tensor, ...]
) -> Iterator[Comparison]:
    for name, old, new in zip(names, before, after, strict=True):
        if not torch.equal(old, new.detach()):
            reason = f"{stage} writes to {name if name.startswith('the ') else f'its argument {name}'} in place"
            yield conclude(Status.MISMATCH, f"{reason}: another user of the same tensor is spoilt")
        else:
            yield conclude(Status.MATCH)


def check_repetition(subject: Subject) -> Iterator[Comparison]:
    """A call gives the same bits twice: from a new graph, from the same graph, and with another call in between."""
    runs: list[list[Tensor]] = []
    for _ in range(2):
        inputs = _make_inputs(subject)
        result = subject(inputs)
        runs.append([result.detach().clone()])
        if result.requires_grad:
            upstream, other = _make_upstream(result, 0), _make_upstream(result, 1)
            for weights in (upstream, upstream, other):
                runs[-1] += _run_backward(subject, result, inputs, weights)
    first, again = runs
    reason = "the same call gives other numbers"
    for one, two in zip(first, again, strict=True):
        yield _compare_bits(one, two, reason)
    count = len(subject.args)
    reason = "a second backward pass over the same graph gives other numbers: the first one changed what was saved"
    for one, two in zip(first[1 : 1 + count], first[1 + count : 1 + 2 * count], strict=True):
        yield _compare_bits(one, two, reason)
    if len(first) > 1:
        inputs = _make_inputs(subject)
        result = subject(inputs)
        alone = _run_backward(subject, result, inputs, _make_upstream(result, 1))
        reason = "a backward pass with another upstream gradient gives what the first one over the same graph left"
        for one, two in zip(first[1 + 2 * count :], alone, strict=True):
            yield _compare_bits(one, two, reason)
    yield from _check_interleaved_calls(subject)
    yield from _check_results_stay(subject)


def _make_upstream(result: Tensor, shift: int) -> Tensor:
    """An upstream gradient of numbers other than 1; with 1, a factor that is applied twice would not show."""
    count = result.numel()
    numbers = torch.tensor([3.0, -2.0, 0.5, -0.75, 4.0], dtype=result.dtype, device=result.device)
    return numbers[(torch.arange(count, device=result.device) + shift) % len(numbers)].reshape(result.shape)


def _run_backward(subject: Subject, result: Tensor, inputs: Sequence[Tensor], upstream: Tensor) -> list[Tensor]:
    """A copy of each gradient, 0 where there is none; the graph stays."""
    found = subject.gradients(result, inputs, upstream, retain_graph=True)
    return [torch.zeros_like(x) if g is None else g.detach().clone() for g, x in zip(found, inputs, strict=True)]


def _compare_bits(one: Tensor, other: Tensor, reason: str) -> Comparison:
    """Compare two tensors bit by bit; `reason` says what it means that they differ."""
    same = one.shape == other.shape and torch.equal(torch.nan_to_num(one), torch.nan_to_num(other))
    return conclude(Status.MATCH) if same else conclude(Status.MISMATCH, reason)


def _check_results_stay(subject: Subject) -> Iterator[Comparison]:
    """What a call returned stays as it is when another call comes: no buffer is handed out twice."""
    first = _make_inputs(subject)
    result = subject(first)
    returned = [("result", result.detach())]
    if result.requires_grad:
        found = subject.gradients(result, first, _make_upstream(result, 0))
        returned += [("gradient", gradient.detach()) for gradient in found if gradient is not None]
    copies = [tensor.clone() for _, tensor in returned]
    other = tuple(
        tensor.detach().flip(0).requires_grad_() if tensor.dim() else tensor for tensor in _make_inputs(subject)
    )
    again = subject(other)
    if again.requires_grad:
        subject.gradients(again, other, torch.full_like(again, 3.0))
    for (what, tensor), copied in zip(returned, copies, strict=True):
        yield _compare_bits(
            tensor, copied, f"another call overwrites the {what} of the one before: return a new tensor each time"
        )


def check_overwriting(subject: Subject) -> Iterator[Comparison]:
    """An argument or the result that is overwritten before the backward pass does no harm, or torch notices it.

    torch counts how often a tensor is written to, and ctx.save_for_backward looks: what is kept on ctx otherwise gives
    the gradient at other numbers, silently.
    """
    leaves = _make_inputs(subject)
    result = subject(leaves)
    if not result.requires_grad or any(result is tensor for tensor in leaves):
        yield conclude(Status.SKIPPED, "the result is an argument, or does not ask for a gradient")
        return
    due = subject.gradients(result, leaves, torch.ones_like(result))
    for index, what in enumerate([*(f"the argument {name}" for name in subject.args), "the result"]):
        leaves = _make_inputs(subject)
        inputs = tuple(leaf.clone() for leaf in leaves)
        result = subject(inputs)
        try:
            with torch.no_grad():
                (*inputs, result)[index].mul_(-1.5).add_(0.25)
            found = subject.gradients(result, leaves, torch.ones_like(result))
        except (Exception, SystemExit):  # as torch's own functions do
            yield conclude(Status.MATCH)
            continue
        same = all(
            (one is None) == (other is None)
            and (one is None or other is None or torch.equal(torch.nan_to_num(one), torch.nan_to_num(other)))
            for one, other in zip(due, found, strict=True)
        )
        if same:
            yield conclude(Status.MATCH)
            continue
        reason = f"where {what} is overwritten before the backward pass, the gradient is silently another one"
        if _uses_hooks(subject):
            hooks = "its hooks for saved tensors (save_on_cpu, a checkpoint of a closure) keep no version of it"
            yield conclude(Status.SKIPPED, f"{reason}: {hooks}")
            continue
        yield conclude(Status.MISMATCH, f"{reason}: save tensors by ctx.save_for_backward, and torch raises")


def _uses_hooks(subject: Subject) -> bool:
    """Whether the function uses torch's hooks for saved tensors; its author then decides what is kept, and how."""
    message = "derivcheck looks for hooks"
    try:
        with torch.autograd.graph.disable_saved_tensors_hooks(message):
            subject(_make_inputs(subject))
    except RuntimeError as error:
        return message in str(error)
    return False


def check_global_state(subject: Subject) -> Iterator[Comparison]:
    """A call changes neither torch's settings nor its random numbers.

    The settings are compared with those before the function was first called: an earlier item may have called it.
    """
    drawn: list[Tensor] = []
    with torch.random.fork_rng(devices=[]):
        try:
            for seed in (1, 2):
                torch.manual_seed(seed)
                _call_repeatedly(subject, 1)
                drawn.append(torch.get_rng_state())
            after = read_settings()
        finally:
            restore_settings(subject.settings)
    for name, found in after.items():
        before = subject.settings[name]
        changes = f"a call changes {name}, from {before} to {found}, for everyone in the process"
        yield conclude(Status.MATCH) if found == before else conclude(Status.MISMATCH, changes)
    if torch.equal(*drawn):
        yield conclude(
            Status.MISMATCH, "a call seeds torch's generator: everyone else's random numbers repeat themselves"
        )
    else:
        yield conclude(Status.MATCH)


def _check_interleaved_calls(subject: Subject) -> Iterator[Comparison]:
    """A call between a forward pass and its backward pass changes nothing: no call writes where another one reads."""
    if len(subject.smooth) < 2:
        return
    alone, between = _find_gradients(subject), _find_gradients(subject, between=True)
    reason = (
        "another call between the forward pass and the backward pass changes the gradient: save by ctx, not outside"
    )
    for one, other in zip(alone, between, strict=True):
        yield _compare_bits(one, other, reason)


def _find_gradients(subject: Subject, *, between: bool = False) -> list[Tensor]:
    """The gradients of a batch, perhaps with a call on the same batch, turned round, before the backward pass."""
    inputs = _make_inputs(subject)
    result = subject(inputs)
    if between:
        subject(tuple(tensor.detach().flip(0).requires_grad_() for tensor in inputs))
    if not result.requires_grad:
        return []
    return _run_backward(subject, result, inputs, _make_upstream(result, 0))


def check_undefined_upstream(subject: Subject) -> Iterator[Comparison]:
    """An undefined upstream gradient, which torch sends where nothing depends on a result, means zero."""
    inputs = _make_inputs(subject)
    result = subject(inputs)
    if not result.requires_grad:
        yield conclude(Status.SKIPPED, "the result does not ask for a gradient")
        return
    if any(result is tensor for tensor in inputs):
        yield conclude(Status.MATCH)
        return
    try:
        cut: Any = torch._C._functions.UndefinedGrad()(result)  # as torch.autograd.gradcheck has it
        found = subject.gradients(cut, inputs, torch.ones_like(cut))
    except (Exception, SystemExit) as error:
        yield report_error(Status.MISMATCH, error, "an undefined upstream gradient: ")
        return
    for name, gradient in zip(subject.args, found, strict=True):
        if gradient is None or not bool(gradient.detach().ne(0).any()):
            yield conclude(Status.MATCH)
        else:
            yield conclude(Status.MISMATCH, f"an undefined upstream gradient gives {name} a gradient that is not 0")


def check_memory(subject: Subject) -> Iterator[Comparison]:
    """No graph, and no tensor of it, outlives its last user."""
    _call_repeatedly(subject, 2)
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        before = _count_alive()
        _call_repeatedly(subject, _RUNS)
        after = _count_alive()
    finally:
        if was_enabled:
            gc.enable()
    if after - before < _RUNS:
        yield conclude(Status.MATCH)
        return
    gc.collect()
    left = _count_alive() - before
    hint = "save inputs and results by ctx.save_for_backward, not on ctx"
    if left >= _RUNS:
        yield conclude(
            Status.MISMATCH, f"each call leaves {left // _RUNS} tensors or graph nodes behind for good: {hint}"
        )
    else:
        count = (after - before) // _RUNS
        yield conclude(
            Status.MISMATCH, f"each call leaves a cycle of {count} tensors or graph nodes to the collector: {hint}"
        )


def _call_repeatedly(subject: Subject, times: int) -> None:
    """Run forward and backward so often, and forward alone as often."""
    for _ in range(times):
        inputs = _make_inputs(subject)
        result = subject(inputs)
        if result.requires_grad:
            subject.gradients(result, inputs, torch.ones_like(result))
        subject(_make_inputs(subject))


def _count_alive() -> int:
    """How many tensors and graph nodes of Functions written in Python there are."""
    kinds = (Tensor, torch.autograd.function.BackwardCFunction)
    return sum(issubclass(type(item), kinds) for item in gc.get_objects())
