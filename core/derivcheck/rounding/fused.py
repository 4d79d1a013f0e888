"""Kernels that compute several steps in one operation, written out step by step: what they round inside."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor


def _silu_backward(grad: Tensor, x: Tensor) -> Tensor:
    sigma = x.sigmoid()
    return grad * (sigma * (1 + x * (1 - sigma)))


def _mish_backward(grad: Tensor, x: Tensor) -> Tensor:
    tanh = torch.nn.functional.softplus(x).tanh()
    return grad * (tanh + x * x.sigmoid() * (1 - tanh * tanh))


def _gelu_backward(grad: Tensor, x: Tensor, approximate: str = "none") -> Tensor:
    """The share of x and its slope without what cancels in 1 + erf(x) and 1 + tanh(x): a lost tail is no rounding."""
    if approximate == "tanh":
        doubled = math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x)
        share = doubled.sigmoid()
        slope = share * (-doubled).sigmoid() * (math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x * x))
    else:
        share = 0.5 * torch.erfc(x * -math.sqrt(0.5))
        slope = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return grad * (share + x * slope)


# Kernels that subtract a rounded number from 1, or add to it what almost cancels, step by step as they compute: at 36.7
# the slope of silu is 18 ulps off, for x*(1 - sigma) has no digit of 1 - sigma left, and at -1.19 it is 8.
KERNELS: Mapping[str, Callable[..., Tensor]] = {
    "silu_backward": _silu_backward,
    "mish_backward": _mish_backward,
    "gelu_backward": _gelu_backward,
}
COMPUTED_AS_THEY_ARE = frozenset({torch.float32, torch.float64})  # in narrower formats kernels compute in float32


def _softmax(x: Tensor, dim: int, half_to_float: bool = False) -> Tensor:  # noqa: ARG001 (torch's signature)
    exponentials = torch.exp(x - x.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def _log_softmax(x: Tensor, dim: int, half_to_float: bool = False) -> Tensor:  # noqa: ARG001 (torch's signature)
    shifted = x - x.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def _softmax_backward(grad: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:  # noqa: ARG001 (torch's)
    weighed = grad * output
    return weighed - output * weighed.sum(dim, keepdim=True)


def _log_softmax_backward(grad: Tensor, output: Tensor, dim: int, input_dtype: Any) -> Tensor:  # noqa: ARG001 (torch's)
    return grad - output.exp() * grad.sum(dim, keepdim=True)


def _layer_norm(
    x: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, ...]:
    """Scaled first and shifted then, all in float32: equal numbers become what is left of two equal products."""
    wide, dims = x.float(), list(range(-len(normalized_shape), 0))
    variance, mean = torch.var_mean(wide, dims, correction=0, keepdim=True)
    scale = (variance + eps).rsqrt()
    shifted = wide * scale - mean * scale
    if weight is not None:
        shifted = shifted * weight.float()
    if bias is not None:
        shifted = shifted + bias.float()
    return shifted.to(x.dtype), mean.to(x.dtype), scale.to(x.dtype)


# In float16 and bfloat16 these kernels keep the largest number and the sum of a row in the narrow format, and compute
# all else in float32: log(sum) of 1.0004 is 0 in bfloat16 (aten/src/ATen/native/cpu/SoftMaxKernel.cpp).
SOFTMAX_KERNELS: Mapping[str, Callable[..., Tensor]] = {
    "_softmax": _softmax,
    "_log_softmax": _log_softmax,
    "_softmax_backward_data": _softmax_backward,
    "_log_softmax_backward_data": _log_softmax_backward,
}

NARROW_KERNELS: Mapping[str, Callable[..., tuple[Tensor, ...]]] = {"native_layer_norm": _layer_norm}
"""In the same formats, layer_norm multiplies before it subtracts (layer_norm_kernel.cpp there)."""
