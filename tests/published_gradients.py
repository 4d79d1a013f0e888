"""Published functions whose backward pass is no derivative, each as it is meant and as it is written wrongly."""

# ruff: noqa: ARG005

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import pi
from typing import Any

import torch
from torch import Tensor

ROWS = "[[0.375, -1.25, 0.875], [0.125, -0.25, 0.5]]"
SPIKES = "[0.3, -0.2, 1.7, -2.5]"


@dataclass(frozen=True)
class Published:
    """A function as it is published.

    Attributes:
        forward, formula: what it computes.
        backward: what its backward pass returns, of the upstream gradient and the arguments.
        declared: the same as a user declares it.
        at: the point.
        wrong: backward passes that are not meant.
        field: what else is declared.
    """

    forward: Callable[..., Tensor]
    formula: str
    backward: Callable[..., Any]
    declared: Mapping[str, str]
    at: Mapping[str, str]
    wrong: tuple[Callable[..., Any], ...]
    more: Mapping[str, Any] = field(default_factory=dict)


def spike(x: Tensor) -> Tensor:
    """1 above the threshold, else 0."""
    return (x > 0).to(x.dtype)


def inside(x: Tensor, low: float, high: float) -> Tensor:
    """1 between two bounds, else 0."""
    return ((x >= low) & (x <= high)).to(x.dtype)


def pact_alpha(g: Tensor, x: Tensor, alpha: Tensor) -> Tensor:
    """The clipping level's gradient is that of the activations that it clips."""
    return (g * (x >= alpha)).sum().reshape(alpha.shape)


def lsq_levels(w: Tensor, s: Tensor) -> Tensor:
    """What the step size is multiplied by in the published gradient of LSQ."""
    v = w / s
    return torch.where(v <= -2, -2.0, torch.where(v >= 1, 1.0, v.round() - v))


def nearest(z: Tensor, c: Tensor) -> Tensor:
    """The row of a codebook that is nearest, as a row of zeros and a one."""
    distances = (z[:, None] - c).square().sum(-1)
    return torch.nn.functional.one_hot(distances.argmin(1), len(c)).to(z.dtype)


def tempered(g: Tensor, z: Tensor, tau: float) -> Tensor:
    """The gradient of a softmax with a temperature."""
    p = torch.softmax(z / tau, -1)
    found: Tensor = p * (g - (g * p).sum(-1, keepdim=True)) / tau
    return found


HEAVISIDE = "where(x > 0, 1, 0)"

PUBLISHED = {
    "rounding": Published(
        torch.round,
        "round(x)",
        lambda g, x: g,
        {"x": "g"},
        {"x": ROWS},
        (lambda g, x: torch.zeros_like(x), lambda g, x: g * x, lambda g, x: torch.ones_like(x)),
    ),
    "gradient reversal": Published(
        torch.clone,
        "x",
        lambda g, x: -0.5 * g,
        {"x": "-lambd*g"},
        {"x": ROWS},
        (lambda g, x: g, lambda g, x: 0.5 * g, lambda g, x: -g),
        {"constants": (("lambd", 0.5),)},
    ),
    "a scaled gradient": Published(
        torch.clone,
        "x",
        lambda g, x: g * 0.1,
        {"x": "g*0.1"},
        {"x": ROWS},
        (lambda g, x: g, lambda g, x: g * 0.01, lambda g, x: g * torch.tensor(0.1, dtype=torch.float32).double()),
    ),
    "a gradient clipped by value": Published(
        torch.clone,
        "x",
        lambda g, x: g.clamp(-1, 1),
        {"x": "clamp(g, -1, 1)"},
        {"x": ROWS},
        (lambda g, x: g, lambda g, x: g.clamp(max=1), lambda g, x: g.clamp(-1, 1) * 0.5),
        {"is_linear": False},
    ),
    "a gradient clipped by norm": Published(
        torch.clone,
        "x",
        lambda g, x: g / g.norm().clamp(min=1),
        {"x": "n = norm(g); where(n > 1, g/n, g)"},
        {"x": "[1, 2, -0.5]"},
        (lambda g, x: g, lambda g, x: g / (1 + g.norm()), lambda g, x: g.clamp(-1, 1)),
        {"is_linear": False},
    ),
    "a spike with the fast sigmoid": Published(  # F. Zenke and S. Ganguli, SuperSpike, 2018
        spike,
        HEAVISIDE,
        lambda g, x: g / (10 * x.abs() + 1) ** 2,
        {"x": "g/(1 + 10*abs(x))**2"},
        {"x": SPIKES},
        (lambda g, x: g / (10 * x.abs() + 1), lambda g, x: g / (10 * x + 1) ** 2, lambda g, x: g / (x.abs() + 1) ** 2),
    ),
    "a spike with the arc tangent": Published(  # W. Fang et al., 2021
        spike,
        HEAVISIDE,
        lambda g, x: 2 / 2 / (1 + (pi / 2 * 2 * x) ** 2) * g,
        {"x": "g*alpha/2/(1 + (pi/2*alpha*x)**2)"},
        {"x": SPIKES},
        (lambda g, x: g * 2 / (1 + (pi * x) ** 2), lambda g, x: g / (1 + (pi / 2 * x) ** 2)),
        {"constants": (("alpha", 2),)},
    ),
    "a spike with a triangle": Published(  # G. Bellec et al., LSNN, 2018
        spike,
        HEAVISIDE,
        lambda g, x: g * 0.3 * torch.clamp(1 - x.abs(), min=0),
        {"x": "g*0.3*relu(1 - abs(x))"},
        {"x": SPIKES},
        (lambda g, x: g * 0.3 * (1 - x.abs()), lambda g, x: g * torch.clamp(1 - x.abs(), min=0)),
    ),
    "a spike with a boxcar": Published(
        spike,
        HEAVISIDE,
        lambda g, x: g * inside(x, -0.5, 0.5),
        {"x": "g*(abs(x) <= 0.5)"},
        {"x": SPIKES},
        (lambda g, x: g, lambda g, x: g * inside(x, 0, 0.5), lambda g, x: g * inside(x, -1, 1)),
    ),
    "binarised weights": Published(  # M. Rastegari et al., XNOR-Net, 2016
        lambda w: w.sign() * w.abs().mean(),
        "sign(w)*mean(abs(w))",
        lambda g, w: g * (inside(w, -1, 1) * w.abs().mean() + 1 / w.numel()),
        {"w": "g*(where(abs(w) <= 1, mean(abs(w)), 0) + 1/6)"},
        {"w": ROWS},
        (
            lambda g, w: g * inside(w, -1, 1),
            lambda g, w: g * inside(w, -1, 1) * w.abs().mean(),
            lambda g, w: g * (w.abs().mean() + 1 / w.numel()),
        ),
    ),
    "DoReFa": Published(  # S. Zhou et al., 2016
        lambda x: (x * 3).round() / 3,
        "n = 2**k - 1; round(x*n)/n",
        lambda g, x: g,
        {"x": "g"},
        {"x": "[0.1, 0.75, 0.4]"},
        (lambda g, x: g / 3, lambda g, x: g * 3),
        {"constants": (("k", 2),)},
    ),
    "PACT": Published(  # J. Choi et al., 2018
        lambda x, alpha: torch.minimum(x.clamp(min=0), alpha),
        "minimum(relu(x), alpha)",
        lambda g, x, alpha: (g * ((x > 0) & (x < alpha)), pact_alpha(g, x, alpha)),
        {"x": "g*(0 < x)*(x < alpha)", "alpha": "sum(g*(x >= alpha))"},
        {"x": "[[0.5, -1, 3], [1.5, 4, 0.25]]", "alpha": "1.25"},
        (
            lambda g, x, alpha: (g * (x < alpha), pact_alpha(g, x, alpha)),
            lambda g, x, alpha: (g * ((x > 0) & (x < alpha)), pact_alpha(g, -x, -alpha)),
            lambda g, x, alpha: (g * ((x > 0) & (x < alpha)), (g * (x >= alpha)).mean()),
            lambda g, x, alpha: (g * ((x > 0) & (x < alpha)), g.sum()),
        ),
    ),
    "LSQ": Published(  # S. K. Esser et al., 2020
        lambda w, s: (w / s).round().clamp(-2, 1) * s,
        "clamp(round(w/s), -2, 1)*s",
        lambda g, w, s: (g * inside(w / s, -2, 1), 0.25 * (g * lsq_levels(w, s)).sum(1, keepdim=True)),
        {
            "w": "v = w/s; where(v >= -2, where(v <= 1, g, 0), 0)",
            "s": "v = w/s; k*sum(g*where(v <= -2, -2, where(v >= 1, 1, round(v) - v)), dim=1, keepdim=True)",
        },
        {"w": ROWS, "s": "[[0.4], [0.3]]"},
        (
            lambda g, w, s: (g, 0.25 * (g * lsq_levels(w, s)).sum(1, keepdim=True)),
            lambda g, w, s: (g * inside(w / s, -2, 1), (g * lsq_levels(w, s)).sum(1, keepdim=True)),
            lambda g, w, s: (g * inside(w / s, -2, 1), 0.25 * (g * lsq_levels(w, s)).sum().expand(s.shape)),
            lambda g, w, s: (g * inside(w / s, -2, 1), 0.25 * (g * (w / s).round().clamp(-2, 1)).sum(1, keepdim=True)),
        ),
        {"constants": (("k", 0.25),)},
    ),
    "straight-through Gumbel softmax": Published(  # E. Jang et al., 2017
        lambda z: torch.nn.functional.one_hot(z.argmax(-1), z.shape[-1]).to(z.dtype),
        "where(z >= amax(z, dim=-1, keepdim=True), 1, 0)",
        lambda g, z: tempered(g, z, 0.5),
        {"z": "p = softmax(z/tau, dim=-1); p*(g - sum(g*p, dim=-1, keepdim=True))/tau"},
        {"z": ROWS},
        (
            lambda g, z: tempered(g, z, 1),
            lambda g, z: tempered(g, z, 0.5) * 0.5,
            lambda g, z: g * torch.softmax(z / 0.5, -1) * (1 - torch.softmax(z / 0.5, -1)) / 0.5,
        ),
        {"constants": (("tau", 0.5),)},
    ),
    "vector quantisation": Published(  # A. van den Oord et al., VQ-VAE, 2017
        lambda z, c: nearest(z, c) @ c,
        "d = sum((z[:, None] - c)**2, dim=-1); where(d <= amin(d, dim=1, keepdim=True), 1.0, 0.0) @ c",
        lambda g, z, c: (g, nearest(z, c).T @ g),
        {
            "z": "g",
            "c": "d = sum((z[:, None] - c)**2, dim=-1); where(d <= amin(d, dim=1, keepdim=True), 1.0, 0.0).T @ g",
        },
        {"z": "[[0.5, 1], [-1, 0.25], [0.75, 0.5]]", "c": "[[1, 1], [-0.5, 0], [2, -2]]"},
        (
            lambda g, z, c: (torch.zeros_like(z), nearest(z, c).T @ g),
            lambda g, z, c: (g, None),
            lambda g, z, c: (g, nearest(z, c).T @ g / 3),
        ),
    ),
    "the largest elements": Published(
        lambda x: torch.where(x >= x.topk(2).values[-1], x, torch.zeros_like(x)),
        "where(x >= (topk(x, 2))[1], x, 0)",
        lambda g, x: g,
        {"x": "g"},
        {"x": "[0.5, -1, 3, 1.5]"},
        (lambda g, x: g * (x >= x.topk(2).values[-1]), lambda g, x: g * (x < x.topk(2).values[-1])),
    ),
    "a hard threshold": Published(
        lambda x: torch.where(x.abs() > 0.5, x, torch.zeros_like(x)),
        "where(abs(x) > 0.5, x, 0)",
        lambda g, x: g,
        {"x": "g"},
        {"x": SPIKES},
        (lambda g, x: g * (x.abs() > 0.5), lambda g, x: g * x),
    ),
}
