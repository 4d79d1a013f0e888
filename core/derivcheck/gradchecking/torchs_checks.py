"""What of torch's gradcheck needs no finite difference: torch's own checks, called as torch calls them."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, conclude

TORCHS: Any = importlib.import_module("torch.autograd.gradcheck")
"""Torch's module; `torch.autograd.gradcheck` is the function in it."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a call asks for, as torch's gradcheck takes it.

    Attributes:
        nondet_tol: how far two backward passes may be apart.
        check_undefined_grad: whether undefined upstream gradients should count as zeros.
        check_grad_dtypes: whether gradients should have the formats of the inputs.
        check_batched_grad: whether backward passes should run under vmap.
        check_batched_forward_grad: whether tangents should.
        check_forward_ad: whether tangents are compared.
        check_backward_ad: whether gradients are.
        masked: whether gradients of elements that a sparse input lacks are left out.
    """

    nondet_tol: float = 0.0
    check_undefined_grad: bool = True
    check_grad_dtypes: bool = False
    check_batched_grad: bool = False
    check_batched_forward_grad: bool = False
    check_forward_ad: bool = False
    check_backward_ad: bool = True
    masked: bool | None = None

    def insist(self) -> None:
        """Raise AssertionError where the options contradict one another, as torch does."""
        if not (self.check_forward_ad or self.check_backward_ad):
            raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
        if self.check_batched_grad and not self.check_backward_ad:
            raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
        if self.check_batched_forward_grad and not self.check_forward_ad:
            raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")

    def insist_twice(self) -> None:
        """The same of the options of gradgradcheck."""
        if not (self.check_forward_ad or self.check_backward_ad):
            raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
        if self.check_undefined_grad and not self.check_backward_ad:
            raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
        if self.check_batched_grad and not self.check_backward_ad:
            raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")


def check_inputs(inputs: Sequence[Any]) -> None:
    """Raise what torch raises for inputs that cannot be taken; its warning about single precision is not for us."""
    with warnings.catch_warnings(action="ignore"):
        TORCHS._check_inputs(inputs)


def outputs_of_call(result: Any) -> tuple[Tensor, ...]:
    """The outputs that torch's gradcheck differentiates; what torch raises for those that it cannot take."""
    outputs: tuple[Tensor, ...] = TORCHS._differentiable_outputs(result)
    TORCHS._check_outputs(outputs)
    return outputs


def structural(
    function: Callable[..., Any], inputs: tuple[Any, ...], outputs: tuple[Tensor, ...], options: Options
) -> Iterator[tuple[str, Comparison]]:
    """Torch's own checks, each as an item with a name.

    Args:
        function: the function.
        inputs: what it is called with.
        outputs: those of its outputs that are differentiated, of one call with these inputs.
        options: what is asked for.
    """
    if options.check_batched_forward_grad:
        yield "batched tangents", _run(partial(TORCHS._test_batched_grad_forward_ad, function, inputs))
    if not options.check_backward_ad:
        return
    for output in outputs:
        attributes: Callable[[], object] = partial(
            TORCHS._check_analytical_jacobian_attributes,
            inputs,
            output,
            options.nondet_tol,
            options.check_grad_dtypes,
            fast_mode=True,
            v=_dense(output),
        )
        yield "repetition", _run(attributes)
    if options.check_batched_grad:
        for place, output in enumerate(outputs):
            yield "batched gradients", _run(partial(TORCHS._test_batched_grad, inputs, output, place))
    if outputs:
        multiplied = partial(TORCHS._test_backward_mul_by_grad_output, outputs, inputs, options.masked)
        yield "upstream 0", _run(multiplied)
    if options.check_undefined_grad and outputs:
        yield "undefined gradients", _run(partial(TORCHS._test_undefined_backward_mode, function, outputs, inputs))


def _run(check: Callable[[], object]) -> Comparison:
    """What torch's check says; whatever else it raises is the caller's to see."""
    try:
        check()
    except TORCHS.GradcheckError as error:
        return conclude(Status.MISMATCH, " ".join(str(error).split()))
    return conclude(Status.MATCH)


def _dense(output: Tensor) -> Tensor:
    weights = torch.tensor(dense_weights(output.numel(), 1), dtype=torch.float64)
    return weights.to(dtype=output.dtype, device=output.device)
