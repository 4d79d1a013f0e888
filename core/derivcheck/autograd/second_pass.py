"""Whether a function refuses to have its backward pass differentiated."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

import torch
from torch import Tensor

from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.model import Refusal


def find_refusal(function: TensorFunction, inputs: tuple[Tensor, ...]) -> Refusal | None:
    """What torch raises when a backward pass goes through the whole graph of the gradients; None where nothing.

    once_differentiable refuses only so: it cuts the way to the arguments, and watches the cut. Whoever asks for the
    derivative by an argument sees nothing of that, and a number that lacks what was cut.
    """
    leaves = tuple(tensor.detach().clone().requires_grad_() for tensor in inputs)
    try:
        with redirect_stdout(sys.stderr):
            result = function(leaves)
            if not result.requires_grad:
                return None
            upstream = torch.ones_like(result).requires_grad_()
            gradients = torch.autograd.grad(result, leaves, upstream, create_graph=True, allow_unused=True)
    except (Exception, SystemExit, GeneratorExit):
        return None  # there is no first derivative: that is told elsewhere
    for gradient in gradients:
        if gradient is not None and gradient.requires_grad:
            try:
                with redirect_stdout(sys.stderr):
                    torch.autograd.backward(gradient, torch.ones_like(gradient), retain_graph=True)
            except (Exception, SystemExit, GeneratorExit) as error:
                return refusal_of(error)
    return None
