"""The first call of a function, before its first item: whether it can be run, and whether it is elementwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor

from derivcheck.autograd.randomness import insist_on_repeatable
from derivcheck.errors import UserFunctionError
from derivcheck.model import Point
from derivcheck.own_functions.checks.comparison import describe_error
from derivcheck.own_functions.checks.copies import NOTE, writes_to_leaf
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.checks.subject import Subject

_LAYOUTS: tuple[tuple[int, ...], ...] = ((6,), (4, 3), (2, 3, 4))
"""The shapes of a batch that is tried: some functions take no vector. There are three numbers or more along each of
the last dimensions, for two that are normalized are 1 and -1, whatever they were."""

_CLOSE = 1e-3
"""A value that is off by more than this part of it is not the formula's, in whatever format."""


def look_at(subject: Subject) -> tuple[Subject, BaseException | None]:
    """Call a function for the first time.

    Returns:
        The function as it can be called, and why it cannot be, None where it can.

    Raises:
        UserFunctionError: for a function that is not elementwise, or draws random numbers, which would fail every item
            for this one reason.
    """
    subject, raised = _lift_if_needed(subject, _run_forward)
    if raised is None or not all(_fails(subject, point) for point in subject.points):
        if raised is None:
            insist_on_repeatable(
                subject.function.name, lambda: [_run_forward(subject)], is_training=subject.function.is_training
            )
        subject = _copy_if_needed(subject)
        _insist_on_elementwise(subject)
        return subject, None
    _insist_on_elementwise(replace(subject, trusts=True, known=subject.known.for_another_call()))
    return subject, raised


def look_at_backward(subject: Subject) -> Subject:
    """Run its backward pass for the first time: the function as it can be called, should that refuse 0-d tensors.

    Raises:
        UserFunctionError: for one that draws random numbers.
    """
    subject, raised = _lift_if_needed(subject, _run_backward)
    if raised is None:
        insist_on_repeatable(
            subject.function.name,
            lambda: _run_backward(subject),
            "another gradient",
            is_training=subject.function.is_training,
        )
    return subject


def _copy_if_needed(subject: Subject) -> Subject:
    """The function, called with copies of its arguments where it writes into them."""
    raised = _error_of(subject, _run_on_leaves)
    if raised is None or not writes_to_leaf(raised):
        return subject
    note = "; ".join(filter(None, (subject.note, NOTE)))
    return replace(subject, copies=True, note=note, known=subject.known.for_another_call())


def _lift_if_needed(subject: Subject, run: Callable[[Subject], object]) -> tuple[Subject, BaseException | None]:
    """The function, called with single numbers in the shape (1,) where only this works, and what it raises even so."""
    raised = _error_of(subject, run)
    if raised is None or subject.function.lifts:
        return subject, raised
    note = f"it refuses 0-d tensors ({describe_error(raised)}): single numbers are given in the shape (1,)"
    function = replace(subject.function, lifts=True)
    lifted = replace(subject, function=function, note=note, known=subject.known.for_another_call())
    return (subject, raised) if _error_of(lifted, run) is not None else (lifted, None)


def _error_of(subject: Subject, run: Callable[[Subject], object]) -> BaseException | None:
    """What a pass raises at the first point, None where it does not."""
    try:
        run(subject)
    except (Exception, SystemExit, GeneratorExit) as error:
        return error
    return None


def _run_forward(subject: Subject) -> Tensor:
    return subject(subject.inputs(subject.points[0]))


def _run_on_leaves(subject: Subject) -> Tensor:
    """The forward pass as it is run before a backward pass."""
    return subject(tuple(tensor.requires_grad_() for tensor in subject.inputs(subject.points[0])))


def _run_backward(subject: Subject) -> tuple[Tensor | None, ...]:
    inputs = tuple(tensor.requires_grad_() for tensor in subject.inputs(subject.points[0]))
    result = subject(inputs)
    return subject.gradients(result, inputs, torch.ones_like(result)) if result.requires_grad else ()


def _fails(subject: Subject, point: Point) -> bool:
    """Whether the function has no value at one of the points given."""
    try:
        subject(subject.inputs(point))
    except (Exception, SystemExit, GeneratorExit):
        return True
    return False


# --- elementwise, or not ----------------------------------------------------------------------------------------------


def _insist_on_elementwise(subject: Subject) -> None:
    """Raise where entries of the result depend on several entries of an argument, as those of a mean or a softmax do.

    A right elementwise function computes each entry from one entry of each argument. A wrong one may mix them, by a
    branch on the largest entry, say, and then the items find the mistake. So a function that mixes entries is called
    not elementwise only if no batch has the formula's values; one with a wrong branch has them on the right side of it.
    """
    columns = _list_inputs(subject)
    if columns is None:
        return
    for layout in _LAYOUTS:
        try:
            mixed = _describe_mixing(subject, columns, layout)
        except (Exception, SystemExit, GeneratorExit):
            continue
        if mixed is not None:
            raise UserFunctionError(
                f"{subject.function.name} is not elementwise: {mixed}",
                hint="write the formula on tensors, with the dims that it works along, and give x a shape: "
                'the formula "softmax(x, dim=-1)" at x=[1, 2, 3]',
            )
        return


def _list_inputs(subject: Subject) -> list[tuple[Tensor, ...]] | None:
    """Points that differ from one another; None where there are too few to tell anything."""
    points = subject.smooth or subject.points
    if len(points) < 2:
        return None
    return [subject.inputs(point) for point in points]


def _describe_mixing(subject: Subject, places: Sequence[tuple[Tensor, ...]], layout: tuple[int, ...]) -> str | None:
    """How the function mixes the entries of a batch, in words; None where it does not, or where nobody can say."""
    count, size = len(places), math.prod(layout)
    order = [index % count for index in range(size)]
    first = _call_on_batch(subject, places, order, layout)
    again = _call_on_batch(subject, places, order, layout)
    if first.shape != again.shape or _find_differences(
        first, again
    ):  # it returns something else each time: nothing can be said
        return None
    if _is_right(subject, first, order):
        return None
    sources: list[set[int]] = [set() for _ in range(first.numel())]
    for entry, moved in _move_each_entry(order, count):
        other = _call_on_batch(subject, places, moved, layout)
        if other.shape != first.shape or _is_right(subject, other, moved):
            return None
        for index in _find_differences(first, other):
            sources[index].add(entry)
    mixing = next((index for index, found in enumerate(sources) if len(found) > 1), None)
    if mixing is None:
        return None
    taken = ", ".join(map(str, sorted(sources[mixing])))
    shape = tuple(layout)
    if first.numel() < size:
        return (
            f"its result has the shape {tuple(first.shape)} for arguments of the shape {shape}, and mixes their entries"
        )
    return f"for arguments of the shape {shape}, entry {mixing} of its result depends on their entries {taken}"


def _call_on_batch(
    subject: Subject, places: Sequence[tuple[Tensor, ...]], order: Sequence[int], layout: tuple[int, ...]
) -> Tensor:
    """What the function returns for a batch, as one row; any shape will do."""
    args = zip(*(places[index] for index in order), strict=True)
    columns = [torch.stack(numbers).reshape(layout) for numbers in args]
    result = subject.raw(columns)
    if not isinstance(result, Tensor):
        raise TypeError("no tensor")
    return result.detach().clone().double()


def _move_each_entry(order: Sequence[int], count: int) -> Iterator[tuple[int, list[int]]]:
    """The batch with another point in the place of each entry in turn."""
    for entry, index in enumerate(order):
        moved = list(order)
        moved[entry] = (index + 1) % count
        yield entry, moved


def _is_right(subject: Subject, result: Tensor, order: Sequence[int]) -> bool:
    """Whether every value of a batch is the formula's."""
    points = subject.smooth or subject.points
    if result.numel() != len(order):
        return False
    for index, number in zip(order, result.reshape(-1).tolist(), strict=True):
        truth = subject.truth(points[index], ()).value
        if truth is None:
            return False
        with suppress(OverflowError):
            due = float(as_fraction(truth.mid))
            if abs(number - due) <= _CLOSE * max(abs(due), _CLOSE):
                continue
        return False
    return True


def _find_differences(one: Tensor, other: Tensor) -> list[int]:
    """The entries in which two results differ by more than rounding."""
    a, b = one.reshape(-1), other.reshape(-1)
    same = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= _CLOSE * torch.maximum(a.abs(), b.abs()))
    found: list[int] = (~same).nonzero().reshape(-1).tolist()
    return found
