"""Torch's own table of operations, its own sample inputs, and the calls of gradcheck that its own test suite makes.

An entry counts that is differentiable, and takes float64, on the CPU: 540 of torch 2.13. The table needs `expecttest`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

PARTS = ("reverse", "forward", "second")
"""First derivatives in reverse mode, in forward mode, and second ones in reverse over reverse."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One of an entry's sample inputs, as a call of gradcheck.

    Attributes:
        number: its place among all of the entry's samples.
        summary: the arguments, with the shapes of tensors.
        function: takes `inputs` and returns what is checked.
        inputs: the tensors that ask for a gradient.
    """

    number: int
    summary: str
    function: Callable[..., Any]
    inputs: tuple[Tensor, ...]

    @property
    def size(self) -> int:
        """The numbers that it is differentiated by."""
        return sum(one.numel() for one in self.inputs)


def entries(names: Sequence[str] = ()) -> list[Any]:
    """The entries that count; with names, those that are called so, with their variant or without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_methods_invocations import op_db
    return [
        op
        for op in op_db
        if op.supports_autograd
        and torch.float64 in op.supported_backward_dtypes("cpu")
        and (not names or {op.name, op.full_name} & set(names))
    ]


def parts_of(op: Any) -> tuple[str, ...]:
    """The parts that torch's suite checks of an entry."""
    return tuple(
        part for part, has in zip(PARTS, (True, op.supports_forward_ad, op.supports_gradgrad), strict=True) if has
    )


def samples(op: Any, most: int, dtype: torch.dtype = torch.float64, device: str = "cpu") -> list[Sample]:
    """The samples with at most so many numbers to differentiate by, all of them in dense tensors.

    Where an entry has none, the smallest one of at most ten times as many.
    """
    torch.manual_seed(0)
    dense = [
        _sample(op, number, sample)
        for number, sample in enumerate(op.sample_inputs(device, dtype, requires_grad=True))
        if all(one.layout is torch.strided for one in _tensors(sample))
    ]
    asking = [one for one in dense if one.inputs]
    found = [one for one in asking if one.size <= most]
    larger = sorted((one for one in asking if one.size <= 10 * most), key=lambda one: one.size)
    return found or larger[:1]


def _is_list(given: Any) -> bool:
    from torch.testing._internal.common_utils import is_iterable_of_tensors

    return bool(is_iterable_of_tensors(given))


def _tensors(sample: Any) -> Iterator[Tensor]:
    for one in (sample.input, *sample.args, *sample.kwargs.values()):
        for inner in one if _is_list(one) else [one]:
            if isinstance(inner, Tensor):
                yield inner


def _sample(op: Any, number: int, sample: Any) -> Sample:
    """A sample, with its tensors taken out and put in again as torch's TestGradients does it."""
    first = tuple(sample.input) if _is_list(sample.input) else (sample.input,)
    inputs = tuple(one for one in (*first, *sample.args, *sample.kwargs.values()) if _asks(one))

    def function(*given: Tensor) -> Any:
        rest = iter(given)

        def put(one: Any) -> Any:
            if _is_list(one):
                return [next(rest) if _asks(inner) else inner for inner in one]
            return next(rest) if _asks(one) else one

        args = [put(sample.input), *[put(one) for one in sample.args]]
        result = op.gradcheck_wrapper(op.get_op(), *args, **{key: put(one) for key, one in sample.kwargs.items()})
        return result if sample.output_process_fn_grad is None else sample.output_process_fn_grad(result)

    return Sample(number, sample.summary(), function, inputs)


def _asks(one: Any) -> bool:
    return isinstance(one, Tensor) and one.requires_grad


def calls_of_gradcheck(op: Any, part: str) -> list[dict[str, Any]]:
    """The keywords of each call that torch's suite makes of gradcheck, or gradgradcheck, for a sample; the slow one."""
    shared = {"check_grad_dtypes": True, "nondet_tol": op.gradcheck_nondet_tol, "fast_mode": False}
    if part == "second":
        return [
            {"gen_non_contig_grad_outputs": gaps, "check_batched_grad": op.check_batched_gradgrad, **shared}
            for gaps in (False, True)
        ]
    forward = part == "forward"
    return [
        {
            "check_forward_ad": forward,
            "check_backward_ad": not forward,
            "check_undefined_grad": True,
            "check_batched_grad": not forward and op.check_batched_grad,
            "check_batched_forward_grad": forward and op.check_batched_forward_grad,
            **shared,
        }
    ]
