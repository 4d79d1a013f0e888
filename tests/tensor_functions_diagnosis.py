"""Layers with backward passes written by hand, each right and broken in several ways, for tests of the diagnosis."""

# ruff: noqa: ARG005, PLC3002, PLW0108 (every backward pass takes what any of them may need)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

Backward = Callable[..., Any]


def layer(forward: Callable[..., Any], backward: Backward, *, held: int = 0) -> Callable[..., Any]:
    """A function of tensors whose backward pass is `backward(g, y, *inputs)`; the last `held` inputs get None."""

    class Layer(Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Any:
            y = forward(*inputs)
            ctx.save_for_backward(y, *inputs)
            return y

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            y, *inputs = ctx.saved_tensors
            found = backward(g, y, *inputs)
            found = found if isinstance(found, tuple) else (found,)
            return *found, *[None] * held

    def call(*inputs: Tensor) -> Any:
        return Layer.apply(*inputs)  # type: ignore[no-untyped-call]

    return call


@dataclass(frozen=True)
class Family:
    """A layer, and ways to break it.

    Attributes:
        name: what it is.
        formula: what it computes.
        at: the values of its arguments.
        forward: how it computes it.
        right: its backward pass.
        broken: what is wrong, with the words that a diagnosis must contain, one of several, and the backward pass.
        held: how many of its last arguments are integers.
    """

    name: str
    formula: str
    at: dict[str, Any]
    forward: Callable[..., Any]
    right: Backward
    broken: tuple[tuple[str, str, Backward], ...]
    held: int = 0


def _normal(x: Tensor) -> tuple[Tensor, Tensor]:
    centred = x - x.mean(-1, keepdim=True)
    rstd = torch.rsqrt((centred**2).mean(-1, keepdim=True) + 1e-5)
    return centred * rstd, rstd


def _layer_norm(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return _normal(x)[0] * gamma + beta


def _ln(change: Callable[..., Any]) -> Backward:
    """layer_norm's backward pass with a change in one place."""

    def backward(g: Tensor, y: Tensor, x: Tensor, gamma: Tensor, beta: Tensor) -> Any:
        xhat, rstd = _normal(x)
        d = g * gamma
        mean, projected = d.mean(-1, keepdim=True), (d * xhat).mean(-1, keepdim=True)
        return change(g=g, d=d, xhat=xhat, rstd=rstd, mean=mean, projected=projected, gamma=gamma, x=x)

    return backward


LAYER_NORM = (
    "(x - mean(x, dim=-1, keepdim=True)) / sqrt(var(x, dim=-1, correction=0, keepdim=True) + 1e-5) * gamma + beta"
)


def _affine(g: Tensor, xhat: Tensor) -> tuple[Tensor, Tensor]:
    return (g * xhat).sum(0), g.sum(0)


def _ln_x(make: Callable[..., Tensor]) -> Backward:
    return _ln(lambda **k: (make(**k), *_affine(k["g"], k["xhat"])))


def _dx(d: Tensor, xhat: Tensor, rstd: Tensor, mean: Tensor, projected: Tensor, **_: Tensor) -> Tensor:
    return rstd * (d - mean - xhat * projected)


LN_BROKEN = (
    ("mean missing", "mean term", _ln_x(lambda d, xhat, rstd, projected, **_: rstd * (d - xhat * projected))),
    ("variance missing", "variance term", _ln_x(lambda d, rstd, mean, **_: rstd * (d - mean))),
    ("both missing", "mean term|variance term", _ln_x(lambda d, rstd, **_: rstd * d)),
    (
        "gamma missing",
        "gamma",
        _ln_x(
            lambda g, xhat, rstd, **_: rstd * (g - g.mean(-1, keepdim=True) - xhat * (g * xhat).mean(-1, keepdim=True))
        ),
    ),
    ("rstd missing", "division by .sqrt", _ln_x(lambda d, xhat, mean, projected, **_: d - mean - xhat * projected)),
    (
        "sum instead of mean",
        "mean term",
        _ln_x(lambda d, xhat, rstd, projected, **_: rstd * (d - d.sum(-1, keepdim=True) - xhat * projected)),
    ),
    (
        "sign of the variance term",
        "variance term",
        _ln_x(lambda d, xhat, rstd, mean, projected, **_: rstd * (d - mean + xhat * projected)),
    ),
    (
        "gamma's gradient averaged",
        "by gamma.*n = ",
        _ln(lambda **k: (_dx(**k), (k["g"] * k["xhat"]).mean(0), k["g"].sum(0))),
    ),
    ("gamma and beta exchanged", "exchanged", _ln(lambda **k: (_dx(**k), k["g"].sum(0), (k["g"] * k["xhat"]).sum(0)))),
    (
        "beta for gamma",
        "gradient of `beta` is returned for `gamma`|not multiplied|factor",
        _ln(lambda **k: (_dx(**k), k["g"].sum(0), k["g"].sum(0))),
    ),
    ("x for xhat", "gamma", _ln(lambda **k: (_dx(**k), (k["g"] * k["x"]).sum(0), k["g"].sum(0)))),
    ("beta None", "None", _ln(lambda **k: (_dx(**k), (k["g"] * k["xhat"]).sum(0), None))),
    ("first row alone", "by beta", _ln(lambda **k: (_dx(**k), (k["g"] * k["xhat"]).sum(0), k["g"][0]))),
)


def _rms(x: Tensor) -> Tensor:
    return torch.rsqrt((x**2).mean(-1, keepdim=True) + 1e-6)


def _softmax_back(g: Tensor, y: Tensor) -> Tensor:
    return y * (g - (g * y).sum(-1, keepdim=True))


def _bn(x: Tensor) -> tuple[Tensor, Tensor]:
    rstd = torch.rsqrt(x.var((0, 2), correction=0, keepdim=True) + 1e-5)
    return (x - x.mean((0, 2), keepdim=True)) * rstd, rstd


def _bn_back(change: Callable[..., Tensor]) -> Backward:
    def backward(g: Tensor, y: Tensor, x: Tensor, w: Tensor) -> Any:
        xhat, rstd = _bn(x)
        d = g * w[None, :, None]
        return change(d, xhat, rstd), (g * xhat).sum((0, 2))

    return backward


def _m(d: Tensor) -> Tensor:
    return d.mean((0, 2), keepdim=True)


def _one_hot(labels: Tensor, like: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(labels, like.shape[-1]).to(like.dtype)


def _ce(x: Tensor, t: Tensor) -> Tensor:
    return torch.nn.functional.cross_entropy(x, t)


def _attend(q: Tensor, k: Tensor) -> Tensor:
    return torch.softmax(q @ k.T * 0.25, -1)


def _attend_back(change: Callable[..., Any]) -> Backward:
    def backward(g: Tensor, y: Tensor, q: Tensor, k: Tensor, v: Tensor) -> Any:
        p = _attend(q, k)
        dp = g @ v.T
        return change(g, p, dp, p * (dp - (p * dp).sum(-1, keepdim=True)), q, k, v)

    return backward


def _conv_x(g: Tensor, w: Tensor) -> Tensor:
    return torch.nn.functional.conv_transpose1d(g, w)


def _conv_w(g: Tensor, x: Tensor, w: Tensor) -> Tensor:
    cols = x.unfold(2, w.shape[2], 1)
    return torch.einsum("nol,nclk->ock", g, cols)


def _focal(x: Tensor) -> Tensor:
    p = torch.sigmoid(x)
    return -(((1 - p) ** 2) * torch.log(p)).mean()


def _unit(x: Tensor) -> Tensor:
    return (x**2).sum(-1, keepdim=True).sqrt()


def _nce(q: Tensor, k: Tensor) -> Tensor:
    s = q @ k.T / 0.5
    return (torch.logsumexp(s, 1) - s.diagonal()).mean()


def _nce_back(change: Callable[..., Any]) -> Backward:
    def backward(g: Tensor, y: Tensor, q: Tensor, k: Tensor) -> Any:
        p = torch.softmax(q @ k.T / 0.5, 1)
        return change(g, p, torch.eye(len(q), dtype=p.dtype), q, k)

    return backward


def _bilinear_back(change: Callable[..., Any]) -> Backward:
    return lambda g, y, x, a, z: change(g, x, a, z)


def _clamp_back(change: Callable[..., Any]) -> Backward:
    def backward(g: Tensor, y: Tensor, x: Tensor, lo: Tensor, hi: Tensor) -> Any:
        a, b = -lo.exp(), hi.exp()
        found = change(g, (x >= a) & (x <= b), x < a, x > b, a, b)
        return tuple(
            one if one is None or (one.shape == x.shape and at == 0) else one.sum(0) for at, one in enumerate(found)
        )

    return backward


def _cos(x: Tensor, y: Tensor) -> Tensor:
    return (x * y).sum(-1) / ((x**2).sum(-1).sqrt() * (y**2).sum(-1).sqrt())


def _cos_back(change: Callable[..., Any]) -> Backward:
    def backward(g: Tensor, c: Tensor, x: Tensor, y: Tensor) -> Any:
        a, b = _unit(x), _unit(y)
        return change(g[:, None], c[:, None], x, y, a, b)

    return backward


FAMILIES: tuple[Family, ...] = (
    Family(
        "layer norm",
        LAYER_NORM,
        {"x": "randn(3, 5)", "gamma": "[1.5, -0.75, 0.5, 2, 0.3]", "beta": "[0.1, 0.2, -0.3, 0.7, 1]"},
        _layer_norm,
        _ln_x(_dx),
        LN_BROKEN,
    ),
    Family(
        "rms norm",
        "x / sqrt(mean(x**2, dim=-1, keepdim=True) + 1e-6) * w",
        {"x": "randn(3, 4)", "w": "[1.5, -0.75, 0.5, 2]"},
        lambda x, w: x * _rms(x) * w,
        lambda g, y, x, w: (
            _rms(x) * g * w - x * _rms(x) ** 3 * (g * w * x).mean(-1, keepdim=True),
            (g * x * _rms(x)).sum(0),
        ),
        (
            ("term missing", "sqrt|mean", lambda g, y, x, w: (_rms(x) * g * w, (g * x * _rms(x)).sum(0))),
            (
                "rstd**2",
                "sqrt|divided",
                lambda g, y, x, w: (
                    _rms(x) * g * w - x * _rms(x) ** 2 * (g * w * x).mean(-1, keepdim=True),
                    (g * x * _rms(x)).sum(0),
                ),
            ),
            (
                "sum for mean",
                "n = |mean",
                lambda g, y, x, w: (
                    _rms(x) * g * w - x * _rms(x) ** 3 * (g * w * x).sum(-1, keepdim=True),
                    (g * x * _rms(x)).sum(0),
                ),
            ),
            (
                "w missing in the projection",
                "w",
                lambda g, y, x, w: (
                    _rms(x) * g * w - x * _rms(x) ** 3 * (g * x).mean(-1, keepdim=True),
                    (g * x * _rms(x)).sum(0),
                ),
            ),
            (
                "w: not normalized",
                "by w",
                lambda g, y, x, w: (
                    _rms(x) * g * w - x * _rms(x) ** 3 * (g * w * x).mean(-1, keepdim=True),
                    (g * x).sum(0),
                ),
            ),
        ),
    ),
    Family(
        "batch norm",
        "batch_norm(x, weight=w, training=True)",
        {"x": "randn(3, 2, 4)", "w": "[1.5, -0.75]"},
        lambda x, w: _bn(x)[0] * w[None, :, None],
        _bn_back(lambda d, h, r: r * (d - _m(d) - h * _m(d * h))),
        (
            ("eval mode", "mean|variance", _bn_back(lambda d, h, r: r * d)),
            ("mean missing", "mean term", _bn_back(lambda d, h, r: r * (d - h * _m(d * h)))),
            ("variance missing", "variance", _bn_back(lambda d, h, r: r * (d - _m(d)))),
            ("per element mean", "", _bn_back(lambda d, h, r: r * (d - d.mean(2, keepdim=True) - h * _m(d * h)))),
            ("twice", "2×", _bn_back(lambda d, h, r: 2 * r * (d - _m(d) - h * _m(d * h)))),
        ),
    ),
    Family(
        "group norm",
        "group_norm(x, 2)",
        {"x": "randn(2, 4, 3)"},
        lambda x: torch.nn.functional.group_norm(x, 2),
        lambda g, y, x: _group_back(g, x, mean=True, var=True),
        (
            ("mean missing", "mean term", lambda g, y, x: _group_back(g, x, mean=False, var=True)),
            ("variance missing", "variance", lambda g, y, x: _group_back(g, x, mean=True, var=False)),
            ("both missing", "mean|variance", lambda g, y, x: _group_back(g, x, mean=False, var=False)),
            ("sign", "sign", lambda g, y, x: -_group_back(g, x, mean=True, var=True)),
        ),
    ),
    Family(
        "softmax",
        "softmax(x, dim=-1)",
        {"x": "randn(2, 4)"},
        lambda x: torch.softmax(x, -1),
        lambda g, y, x: _softmax_back(g, y),
        (
            ("diagonal", "diagonal", lambda g, y, x: g * y * (1 - y)),
            ("rank-one term missing", "rank-one", lambda g, y, x: g * y),
            ("no y outside", "", lambda g, y, x: g - (g * y).sum(-1, keepdim=True)),
            ("sum of g", "", lambda g, y, x: y * (g - g.sum(-1, keepdim=True))),
            ("over all", "", lambda g, y, x: y * (g - (g * y).sum())),
            ("of the input", "", lambda g, y, x: x * (g - (g * x).sum(-1, keepdim=True))),
            ("ignores", "ignores grad_output", lambda g, y, x: _softmax_back(torch.ones_like(g), y)),
        ),
    ),
    Family(
        "softmax with temperature",
        "softmax(x/t, dim=-1)",
        {"x": "randn(2, 3)", "t": "2.5"},
        lambda x, t: torch.softmax(x / t, -1),
        lambda g, y, x, t: (_softmax_back(g, y) / t, -(_softmax_back(g, y) * x).sum() / t**2),
        (
            (
                "not divided by t",
                "`t`",
                lambda g, y, x, t: (_softmax_back(g, y), -(_softmax_back(g, y) * x).sum() / t**2),
            ),
            ("t once", "by t.*`t`", lambda g, y, x, t: (_softmax_back(g, y) / t, -(_softmax_back(g, y) * x).sum() / t)),
            (
                "t's sign",
                "by t: sign flipped",
                lambda g, y, x, t: (_softmax_back(g, y) / t, (_softmax_back(g, y) * x).sum() / t**2),
            ),
            (
                "p without t",
                "",
                lambda g, y, x, t: (
                    _softmax_back(g, torch.softmax(x, -1)) / t,
                    -(_softmax_back(g, y) * x).sum() / t**2,
                ),
            ),
            ("t None", "None", lambda g, y, x, t: (_softmax_back(g, y) / t, None)),
        ),
    ),
    Family(
        "log_softmax",
        "log_softmax(x, dim=1)",
        {"x": "randn(2, 4)"},
        lambda x: torch.log_softmax(x, 1),
        lambda g, y, x: g - y.exp() * g.sum(1, keepdim=True),
        (
            ("g alone", "rank-one", lambda g, y, x: g),
            ("softmax's", "", lambda g, y, x: g - y.exp() * (g * y.exp()).sum(1, keepdim=True)),
            ("not summed", "diagonal", lambda g, y, x: g - y.exp() * g),
            ("log for p", "", lambda g, y, x: g - y * g.sum(1, keepdim=True)),
            ("sign", "wrong sign", lambda g, y, x: g + y.exp() * g.sum(1, keepdim=True)),
            ("mean", "n = ", lambda g, y, x: g - y.exp() * g.mean(1, keepdim=True)),
        ),
    ),
    Family(
        "cross entropy",
        "cross_entropy(x, t)",
        {"x": "randn(3, 4)", "t": torch.tensor([1, 3, 0])},
        _ce,
        lambda g, y, x, t: g * (torch.softmax(x, 1) - _one_hot(t, x)) / len(x),
        (
            ("not divided", "not divided by n", lambda g, y, x, t: g * (torch.softmax(x, 1) - _one_hot(t, x))),
            (
                "divided twice",
                "divided by n twice",
                lambda g, y, x, t: g * (torch.softmax(x, 1) - _one_hot(t, x)) / len(x) ** 2,
            ),
            ("ignores", "ignores grad_output", lambda g, y, x, t: (torch.softmax(x, 1) - _one_hot(t, x)) / len(x)),
            ("sign", "sign flipped", lambda g, y, x, t: -g * (torch.softmax(x, 1) - _one_hot(t, x)) / len(x)),
            ("no softmax", "softmax", lambda g, y, x, t: -g * _one_hot(t, x) / len(x)),
            ("no one-hot", "", lambda g, y, x, t: g * torch.softmax(x, 1) / len(x)),
            ("by classes", "", lambda g, y, x, t: g * (torch.softmax(x, 1) - _one_hot(t, x)) / x.shape[1]),
            (
                "ignores and sum",
                "ignores grad_output, and not divided",
                lambda g, y, x, t: torch.softmax(x, 1) - _one_hot(t, x),
            ),
        ),
        held=1,
    ),
    Family(
        "mse",
        "mean((x - y)**2)",
        {"x": "randn(3, 2)", "y": "randn(3, 2)"},
        lambda x, y: ((x - y) ** 2).mean(),
        lambda g, o, x, y: (2 * g * (x - y) / x.numel(), -2 * g * (x - y) / x.numel()),
        (
            ("2 missing", "half as large", lambda g, o, x, y: (g * (x - y) / x.numel(), -g * (x - y) / x.numel())),
            ("not divided", "not divided by n", lambda g, o, x, y: (2 * g * (x - y), -2 * g * (x - y))),
            ("by batch", "", lambda g, o, x, y: (2 * g * (x - y) / len(x), -2 * g * (x - y) / len(x))),
            (
                "y's sign",
                "by y: (sign flipped|the gradient of `x`)",
                lambda g, o, x, y: (2 * g * (x - y) / x.numel(), 2 * g * (x - y) / x.numel()),
            ),
            ("y None", "None", lambda g, o, x, y: (2 * g * (x - y) / x.numel(), None)),
            ("ignores", "ignores", lambda g, o, x, y: (2 * (x - y) / x.numel(), -2 * (x - y) / x.numel())),
        ),
    ),
    Family(
        "huber",
        "mean(where(abs(x - y) < 1, (x - y)**2/2, abs(x - y) - 1/2))",
        {"x": "[[0.3, 2.5], [-1.7, 0.4], [3, -0.2]]", "y": "[[0.1, 0.2], [0.3, -0.5], [0.7, 0.9]]"},
        lambda x, y: torch.nn.functional.huber_loss(x, y),
        lambda g, o, x, y: (g * (x - y).clamp(-1, 1) / x.numel(), -g * (x - y).clamp(-1, 1) / x.numel()),
        (
            ("not clamped", "", lambda g, o, x, y: (g * (x - y) / x.numel(), -g * (x - y) / x.numel())),
            ("sign alone", "", lambda g, o, x, y: (g * (x - y).sign() / x.numel(), -g * (x - y).sign() / x.numel())),
            (
                "not divided",
                "not divided by n",
                lambda g, o, x, y: (g * (x - y).clamp(-1, 1), -g * (x - y).clamp(-1, 1)),
            ),
            (
                "doubled",
                "2×",
                lambda g, o, x, y: (
                    2 * g * (x - y).clamp(-1, 1) / x.numel(),
                    -2 * g * (x - y).clamp(-1, 1) / x.numel(),
                ),
            ),
            (
                "y's sign",
                "by y",
                lambda g, o, x, y: (g * (x - y).clamp(-1, 1) / x.numel(), g * (x - y).clamp(-1, 1) / x.numel()),
            ),
        ),
    ),
    Family(
        "dice",
        "(2*sum(p*m) + 1e-2)/(sum(p) + sum(m) + 1e-2)",
        {"p": "[[0.2, 0.7], [0.9, 0.4]]", "m": "[[0.1, 0.8], [0.5, 0.3]]"},
        lambda p, m: (2 * (p * m).sum() + 1e-2) / (p.sum() + m.sum() + 1e-2),
        lambda g, d, p, m: (g * (2 * m - d) / (p.sum() + m.sum() + 1e-2), g * (2 * p - d) / (p.sum() + m.sum() + 1e-2)),
        (
            (
                "eps of the numerator",
                "1e-2",
                lambda g, d, p, m: (
                    lambda t: (g * (2 * m * t - 2 * (p * m).sum()) / t**2, g * (2 * p * t - 2 * (p * m).sum()) / t**2)
                )(p.sum() + m.sum() + 1e-2),
            ),
            (
                "eps of the denominator",
                "1e-2",
                lambda g, d, p, m: (
                    lambda t: (
                        g * (2 * m * t - 2 * (p * m).sum() - 1e-2) / t**2,
                        g * (2 * p * t - 2 * (p * m).sum() - 1e-2) / t**2,
                    )
                )(p.sum() + m.sum()),
            ),
            (
                "denominator constant",
                "missing",
                lambda g, d, p, m: (g * 2 * m / (p.sum() + m.sum() + 1e-2), g * 2 * p / (p.sum() + m.sum() + 1e-2)),
            ),
            (
                "2 missing",
                "",
                lambda g, d, p, m: (g * (m - d) / (p.sum() + m.sum() + 1e-2), g * (p - d) / (p.sum() + m.sum() + 1e-2)),
            ),
            (
                "exchanged",
                "exchanged",
                lambda g, d, p, m: (
                    g * (2 * p - d) / (p.sum() + m.sum() + 1e-2),
                    g * (2 * m - d) / (p.sum() + m.sum() + 1e-2),
                ),
            ),
            (
                "not squared",
                "",
                lambda g, d, p, m: (
                    g * (2 * m / (p.sum() + m.sum() + 1e-2) - (2 * (p * m).sum() + 1e-2) / (p.sum() + m.sum() + 1e-2)),
                    g * (2 * p - d) / (p.sum() + m.sum() + 1e-2),
                ),
            ),
        ),
    ),
    Family(
        "cosine similarity",
        "sum(x*y, dim=-1) / (sqrt(sum(x**2, dim=-1))*sqrt(sum(y**2, dim=-1)))",
        {"x": "randn(2, 3)", "y": "randn(2, 3)"},
        _cos,
        _cos_back(lambda g, c, x, y, a, b: (g * (y / (a * b) - c * x / a**2), g * (x / (a * b) - c * y / b**2))),
        (
            ("no projection", "missing", _cos_back(lambda g, c, x, y, a, b: (g * y / (a * b), g * x / (a * b)))),
            (
                "y for x",
                "",
                _cos_back(
                    lambda g, c, x, y, a, b: (g * (x / (a * b) - c * y / b**2), g * (y / (a * b) - c * x / a**2))
                ),
            ),
            (
                "norm once",
                "",
                _cos_back(lambda g, c, x, y, a, b: (g * (y / (a * b) - c * x / a), g * (x / (a * b) - c * y / b**2))),
            ),
            (
                "sign of the projection",
                "wrong sign",
                _cos_back(
                    lambda g, c, x, y, a, b: (g * (y / (a * b) + c * x / a**2), g * (x / (a * b) - c * y / b**2))
                ),
            ),
            ("not normalized", "", _cos_back(lambda g, c, x, y, a, b: (g * y, g * x))),
        ),
    ),
    Family(
        "unit rows",
        "x / sqrt(sum(x**2, dim=-1, keepdim=True) + 1e-3)",
        {"x": "randn(2, 3)"},
        lambda x: x / ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt(),
        lambda g, y, x: (lambda n: g / n - x * (g * x).sum(-1, keepdim=True) / n**3)(
            ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()
        ),
        (
            ("projection missing", "missing", lambda g, y, x: g / ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()),
            (
                "n**2",
                "",
                lambda g, y, x: (lambda n: g / n - x * (g * x).sum(-1, keepdim=True) / n**2)(
                    ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()
                ),
            ),
            (
                "no eps",
                "1e-3",
                lambda g, y, x: (lambda n: g / n - x * (g * x).sum(-1, keepdim=True) / n**3)(
                    (x**2).sum(-1, keepdim=True).sqrt()
                ),
            ),
            (
                "doubled projection",
                "doubled",
                lambda g, y, x: (lambda n: g / n - 2 * x * (g * x).sum(-1, keepdim=True) / n**3)(
                    ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()
                ),
            ),
            (
                "mean",
                "n = ",
                lambda g, y, x: (lambda n: g / n - x * (g * x).mean(-1, keepdim=True) / n**3)(
                    ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()
                ),
            ),
            (
                "sum over all",
                "",
                lambda g, y, x: (lambda n: g / n - x * (g * x).sum() / n**3)(
                    ((x**2).sum(-1, keepdim=True) + 1e-3).sqrt()
                ),
            ),
        ),
    ),
    Family(
        "linear",
        "x @ w.T + b",
        {"x": "randn(4, 3)", "w": "randn(3, 3)", "b": "randn(3)"},
        lambda x, w, b: x @ w.T + b,
        lambda g, y, x, w, b: (g @ w, g.T @ x, g.sum(0)),
        (
            ("w.T", "transposed", lambda g, y, x, w, b: (g @ w.T, g.T @ x, g.sum(0))),
            ("x.T @ g", "by w: transposed", lambda g, y, x, w, b: (g @ w, x.T @ g, g.sum(0))),
            ("bias averaged", "by b.*divided by n", lambda g, y, x, w, b: (g @ w, g.T @ x, g.mean(0))),
            ("w averaged", "by w.*divided by n", lambda g, y, x, w, b: (g @ w, g.T @ x / len(x), g.sum(0))),
            ("bias None", "None", lambda g, y, x, w, b: (g @ w, g.T @ x, None)),
            ("bias ones", "by b.*ignore", lambda g, y, x, w, b: (g @ w, g.T @ x, torch.ones_like(b) * len(x))),
            ("x ignores", "by x: ignores", lambda g, y, x, w, b: (torch.ones_like(g) @ w, g.T @ x, g.sum(0))),
        ),
    ),
    Family(
        "attention",
        "softmax(q @ k.T * 0.25, dim=-1) @ v",
        {"q": "randn(3, 2)", "k": "randn(4, 2)", "v": "randn(4, 2)"},
        lambda q, k, v: _attend(q, k) @ v,
        _attend_back(lambda g, p, dp, ds, q, k, v: (0.25 * ds @ k, 0.25 * ds.T @ q, p.T @ g)),
        (
            ("no scale", "0.25|4", _attend_back(lambda g, p, dp, ds, q, k, v: (ds @ k, ds.T @ q, p.T @ g))),
            (
                "scale twice",
                "0.25|4",
                _attend_back(lambda g, p, dp, ds, q, k, v: (0.0625 * ds @ k, 0.0625 * ds.T @ q, p.T @ g)),
            ),
            (
                "no rank-one term",
                "rank-one",
                _attend_back(lambda g, p, dp, ds, q, k, v: (0.25 * (p * dp) @ k, 0.25 * (p * dp).T @ q, p.T @ g)),
            ),
            (
                "diagonal",
                "diagonal",
                _attend_back(
                    lambda g, p, dp, ds, q, k, v: (
                        0.25 * (p * (1 - p) * dp) @ k,
                        0.25 * (p * (1 - p) * dp).T @ q,
                        p.T @ g,
                    )
                ),
            ),
            (
                "softmax left out",
                "",
                _attend_back(lambda g, p, dp, ds, q, k, v: (0.25 * dp @ k, 0.25 * dp.T @ q, p.T @ g)),
            ),
            (
                "k and v exchanged",
                "exchanged",
                _attend_back(lambda g, p, dp, ds, q, k, v: (0.25 * ds @ k, p.T @ g, 0.25 * ds.T @ q)),
            ),
            (
                "scale in k alone",
                "by k",
                _attend_back(lambda g, p, dp, ds, q, k, v: (0.25 * ds @ k, ds.T @ q, p.T @ g)),
            ),
        ),
    ),
    Family(
        "conv1d",
        "conv1d(x, w)",
        {"x": "randn(2, 2, 5)", "w": "randn(3, 2, 3)"},
        lambda x, w: torch.nn.functional.conv1d(x, w),
        lambda g, y, x, w: (_conv_x(g, w), _conv_w(g, x, w)),
        (
            ("kernel not flipped", "flip|turned", lambda g, y, x, w: (_conv_x(g, w.flip(2)), _conv_w(g, x, w))),
            ("w flipped", "flip|turned", lambda g, y, x, w: (_conv_x(g, w), _conv_w(g, x, w).flip(2))),
            ("w averaged", "by w.*n = ", lambda g, y, x, w: (_conv_x(g, w), _conv_w(g, x, w) / len(x))),
            ("sign", "by x: sign", lambda g, y, x, w: (-_conv_x(g, w), _conv_w(g, x, w))),
            ("w None", "None", lambda g, y, x, w: (_conv_x(g, w), None)),
        ),
    ),
    Family(
        "embedding",
        "table[ids]",
        {"table": "randn(4, 2)", "ids": torch.tensor([0, 3, 0, 1, 3])},
        lambda table, ids: table[ids],
        lambda g, y, table, ids: torch.zeros_like(table).index_add_(0, ids, g),
        (
            ("assigned", "last gradient", lambda g, y, table, ids: torch.zeros_like(table).index_put_((ids,), g)),
            (
                "averaged",
                "averaged",
                lambda g, y, table, ids: (
                    torch.zeros_like(table).index_add_(0, ids, g)
                    / ids.bincount(minlength=len(table)).clamp_min(1)[:, None]
                ),
            ),
            (
                "ones",
                "ignores",
                lambda g, y, table, ids: torch.zeros_like(table).index_add_(0, ids, torch.ones_like(g)),
            ),
            (
                "divided by the number of ids",
                "n = ",
                lambda g, y, table, ids: torch.zeros_like(table).index_add_(0, ids, g) / len(ids),
            ),
        ),
        held=1,
    ),
    Family(
        "cumsum",
        "cumsum(x, dim=1)",
        {"x": "randn(2, 4)"},
        lambda x: x.cumsum(1),
        lambda g, y, x: g.flip(1).cumsum(1).flip(1),
        (
            ("forwards", "forwards", lambda g, y, x: g.cumsum(1)),
            ("g", "missing", lambda g, y, x: g),
            ("not turned back", "", lambda g, y, x: g.flip(1).cumsum(1)),
            ("along the other dim", "", lambda g, y, x: g.flip(0).cumsum(0).flip(0)),
        ),
    ),
    Family(
        "cumprod",
        "cumprod(x, dim=1)",
        {"x": "randn(2, 3)"},
        lambda x: x.cumprod(1),
        lambda g, y, x: (g * y).flip(1).cumsum(1).flip(1) / x,
        (
            ("forwards", "forwards", lambda g, y, x: (g * y).cumsum(1) / x),
            ("not divided", "not divided", lambda g, y, x: (g * y).flip(1).cumsum(1).flip(1)),
            ("not summed", "missing", lambda g, y, x: g * y / x),
            ("y missing", "", lambda g, y, x: g.flip(1).cumsum(1).flip(1) / x),
        ),
    ),
    Family(
        "logsumexp",
        "logsumexp(x, dim=1)",
        {"x": "randn(2, 4)"},
        lambda x: x.logsumexp(1),
        lambda g, y, x: g[:, None] * torch.softmax(x, 1),
        (
            ("exp", "", lambda g, y, x: g[:, None] * x.exp()),
            ("no weights", "", lambda g, y, x: g[:, None].expand(x.shape)),
            ("softmax over dim 0", "", lambda g, y, x: g[:, None] * torch.softmax(x, 0)),
            ("ignores", "ignores", lambda g, y, x: torch.softmax(x, 1)),
            ("log", "", lambda g, y, x: g[:, None] * torch.log_softmax(x, 1)),
            ("divided", "n = ", lambda g, y, x: g[:, None] * torch.softmax(x, 1) / x.shape[1]),
        ),
    ),
    Family(
        "swiglu",
        "silu(a)*b",
        {"a": "randn(2, 3)", "b": "randn(2, 3)"},
        lambda a, b: torch.nn.functional.silu(a) * b,
        lambda g, y, a, b: (lambda s: (g * b * s * (1 + a * (1 - s)), g * a * s))(torch.sigmoid(a)),
        (
            ("sigmoid alone", "missing", lambda g, y, a, b: (lambda s: (g * b * s, g * a * s))(torch.sigmoid(a))),
            ("no 1 - s", "1 - ", lambda g, y, a, b: (lambda s: (g * b * s * (1 + a), g * a * s))(torch.sigmoid(a))),
            (
                "b missing",
                "`b`",
                lambda g, y, a, b: (lambda s: (g * s * (1 + a * (1 - s)), g * a * s))(torch.sigmoid(a)),
            ),
            (
                "b: sigmoid for silu",
                "by b",
                lambda g, y, a, b: (lambda s: (g * b * s * (1 + a * (1 - s)), g * s))(torch.sigmoid(a)),
            ),
            (
                "exchanged",
                "exchanged",
                lambda g, y, a, b: (lambda s: (g * a * s, g * b * s * (1 + a * (1 - s))))(torch.sigmoid(a)),
            ),
            (
                "other sign",
                "wrong sign",
                lambda g, y, a, b: (lambda s: (g * b * s * (1 - a * (1 - s)), g * a * s))(torch.sigmoid(a)),
            ),
        ),
    ),
    Family(
        "rotary",
        "a = x[:, :2]; b = x[:, 2:]; cat([a*cos(t) - b*sin(t), b*cos(t) + a*sin(t)], dim=-1)",
        {"x": "randn(3, 4)", "t": "[0.3, 1.1]"},
        lambda x, t: torch.cat([x[:, :2] * t.cos() - x[:, 2:] * t.sin(), x[:, 2:] * t.cos() + x[:, :2] * t.sin()], -1),
        lambda g, y, x, t: _rotary(g, y, x, t, 1, 1),
        (
            ("not inverted", "wrong sign", lambda g, y, x, t: _rotary(g, y, x, t, -1, -1)),
            ("one sign", "wrong sign", lambda g, y, x, t: _rotary(g, y, x, t, -1, 1)),
            ("cosine alone", "missing", lambda g, y, x, t: _rotary(g, y, x, t, 0, 0)),
        ),
    ),
    Family(
        "max pooling",
        "amax(x, dim=1)",
        {"x": "randn(3, 4)"},
        lambda x: x.amax(1),
        lambda g, y, x: g[:, None] * (x == y[:, None]),
        (
            ("everywhere", "", lambda g, y, x: g[:, None].expand(x.shape)),
            ("minimum", "", lambda g, y, x: g[:, None] * (x == x.amin(1, keepdim=True))),
            ("divided", "n = ", lambda g, y, x: g[:, None] * (x == y[:, None]) / x.shape[1]),
            ("times the value", "factor|value", lambda g, y, x: y[:, None] * g[:, None] * (x == y[:, None])),
        ),
    ),
    Family(
        "clamp",
        "minimum(maximum(x, -exp(lo)), exp(hi))",
        {"x": "[[0.3, 2.5, -4], [-1.7, 0.4, 1.2]]", "lo": "[-0.5, 0.2, 0]", "hi": "[0.4, 0.2, -1]"},
        lambda x, lo, hi: torch.minimum(torch.maximum(x, -lo.exp()), hi.exp()),
        _clamp_back(lambda g, m, under, over, a, b: (g * m, g * under * a, g * over * b)),
        (
            ("no mask", "mask", _clamp_back(lambda g, m, under, over, a, b: (g, g * under * a, g * over * b))),
            ("other side", "", _clamp_back(lambda g, m, under, over, a, b: (g * ~m, g * under * a, g * over * b))),
            (
                "exchanged",
                "exchanged",
                _clamp_back(lambda g, m, under, over, a, b: (g * m, g * over * b, g * under * a)),
            ),
            ("no gradient of the bounds", "None", _clamp_back(lambda g, m, under, over, a, b: (g * m, None, None))),
            (
                "bound not multiplied",
                "by lo.*missing",
                _clamp_back(lambda g, m, under, over, a, b: (g * m, g * under, g * over * b)),
            ),
        ),
    ),
    Family(
        "bilinear form",
        "x @ A @ z",
        {"x": "randn(3)", "A": "randn(3, 3)", "z": "randn(3)"},
        lambda x, a, z: x @ a @ z,
        _bilinear_back(lambda g, x, a, z: (g * (a @ z), g * torch.outer(x, z), g * (a.T @ x))),
        (
            (
                "A not transposed",
                "transposed",
                _bilinear_back(lambda g, x, a, z: (g * (a @ z), g * torch.outer(x, z), g * (a @ x))),
            ),
            (
                "outer turned",
                "by A: transposed",
                _bilinear_back(lambda g, x, a, z: (g * (a @ z), g * torch.outer(z, x), g * (a.T @ x))),
            ),
            (
                "x and z exchanged",
                "exchanged",
                _bilinear_back(lambda g, x, a, z: (g * (a.T @ x), g * torch.outer(x, z), g * (a @ z))),
            ),
            (
                "ignores",
                "by A: ignores",
                _bilinear_back(lambda g, x, a, z: (g * (a @ z), torch.outer(x, z), g * (a.T @ x))),
            ),
        ),
    ),
    Family(
        "quadratic form",
        "x @ A @ x",
        {"x": "randn(3)", "A": "randn(3, 3)"},
        lambda x, a: x @ a @ x,
        lambda g, y, x, a: (g * (a + a.T) @ x, g * torch.outer(x, x)),
        (
            ("A symmetric", "", lambda g, y, x, a: (2 * g * a @ x, g * torch.outer(x, x))),
            ("A alone", "missing", lambda g, y, x, a: (g * a @ x, g * torch.outer(x, x))),
        ),
    ),
    Family(
        "solve",
        "inv(A) @ b",
        {"A": "[[2, 0.5], [-0.3, 1.5]]", "b": "randn(2, 2)"},
        torch.linalg.solve,
        lambda g, y, a, b: (lambda gb: (-gb @ y.T, gb))(torch.linalg.solve(a.T, g)),
        (
            ("sign", "by A: sign", lambda g, y, a, b: (lambda gb: (gb @ y.T, gb))(torch.linalg.solve(a.T, g))),
            (
                "not transposed",
                "transpose",
                lambda g, y, a, b: (-torch.linalg.solve(a.T, g) @ y.T, torch.linalg.solve(a, g)),
            ),
            (
                "A turned",
                "by A: transposed",
                lambda g, y, a, b: (lambda gb: (-y @ gb.T, gb))(torch.linalg.solve(a.T, g)),
            ),
            ("b for the solution", "by A", lambda g, y, a, b: (lambda gb: (-gb @ b.T, gb))(torch.linalg.solve(a.T, g))),
        ),
    ),
    Family(
        "logdet",
        "logdet(A)",
        {"A": "[[2, 0.5], [-0.3, 1.5]]"},
        torch.logdet,
        lambda g, y, a: g * torch.inverse(a).T,
        (
            ("not transposed", "transposed", lambda g, y, a: g * torch.inverse(a)),
            ("det's", "", lambda g, y, a: g * torch.det(a) * torch.inverse(a).T),
            ("ignores", "ignores", lambda g, y, a: torch.inverse(a).T),
        ),
    ),
    Family(
        "outer",
        "outer(x, y)",
        {"x": "randn(3)", "y": "randn(3)"},
        torch.outer,
        lambda g, o, x, y: (g @ y, g.T @ x),
        (
            ("not transposed", "by y.*transposed", lambda g, o, x, y: (g @ y, g @ x)),
            ("sums", "by x.*`y`", lambda g, o, x, y: (g.sum(1), g.T @ x)),
            ("exchanged", "exchanged", lambda g, o, x, y: (g.T @ x, g @ y)),
        ),
    ),
    Family(
        "variance",
        "var(x, dim=-1)",
        {"x": "randn(2, 4)"},
        lambda x: x.var(-1),
        lambda g, y, x: g[:, None] * 2 * (x - x.mean(-1, keepdim=True)) / (x.shape[-1] - 1),
        (
            ("n", "n - 1", lambda g, y, x: g[:, None] * 2 * (x - x.mean(-1, keepdim=True)) / x.shape[-1]),
            ("not centred", "mean|missing", lambda g, y, x: g[:, None] * 2 * x / (x.shape[-1] - 1)),
            ("2 missing", "half", lambda g, y, x: g[:, None] * (x - x.mean(-1, keepdim=True)) / (x.shape[-1] - 1)),
            ("not divided", "", lambda g, y, x: g[:, None] * 2 * (x - x.mean(-1, keepdim=True))),
        ),
    ),
    Family(
        "standardize",
        "(x - mean(x))/std(x)",
        {"x": "randn(5)"},
        lambda x: (x - x.mean()) / x.std(),
        lambda g, y, x: (g - g.mean() - y * (g * y).sum() / (len(x) - 1)) / x.std(),
        (
            ("constants", "missing", lambda g, y, x: g / x.std()),
            ("mean missing", "mean term", lambda g, y, x: (g - y * (g * y).sum() / (len(x) - 1)) / x.std()),
            ("std missing", "standard deviation", lambda g, y, x: (g - g.mean()) / x.std()),
            ("n", "n - 1", lambda g, y, x: (g - g.mean() - y * (g * y).mean()) / x.std()),
            ("not divided", "std", lambda g, y, x: g - g.mean() - y * (g * y).sum() / (len(x) - 1)),
        ),
    ),
    Family(
        "focal loss",
        "-mean((1 - sigmoid(x))**2 * log(sigmoid(x)))",
        {"x": "randn(2, 3)"},
        _focal,
        lambda g, y, x: (lambda p: -g / x.numel() * ((1 - p) ** 3 - 2 * (1 - p) ** 2 * p * p.log()))(torch.sigmoid(x)),
        (
            ("weight constant", "missing", lambda g, y, x: (lambda p: -g / x.numel() * (1 - p) ** 3)(torch.sigmoid(x))),
            (
                "not divided",
                "not divided by n",
                lambda g, y, x: (lambda p: -g * ((1 - p) ** 3 - 2 * (1 - p) ** 2 * p * p.log()))(torch.sigmoid(x)),
            ),
            (
                "sign of the weight's term",
                "wrong sign",
                lambda g, y, x: (lambda p: -g / x.numel() * ((1 - p) ** 3 + 2 * (1 - p) ** 2 * p * p.log()))(
                    torch.sigmoid(x)
                ),
            ),
            (
                "2 missing",
                "halved",
                lambda g, y, x: (lambda p: -g / x.numel() * ((1 - p) ** 3 - (1 - p) ** 2 * p * p.log()))(
                    torch.sigmoid(x)
                ),
            ),
        ),
    ),
    Family(
        "info nce",
        "s = q @ k.T / 0.5; mean(logsumexp(s, dim=1) - diag(s))",
        {"q": "randn(3, 2)", "k": "randn(3, 2)"},
        _nce,
        _nce_back(lambda g, p, e, q, k: (g * (p - e) @ k / (len(q) * 0.5), g * (p - e).T @ q / (len(q) * 0.5))),
        (
            (
                "no positives",
                "missing",
                _nce_back(lambda g, p, e, q, k: (g * p @ k / (len(q) * 0.5), g * p.T @ q / (len(q) * 0.5))),
            ),
            (
                "not averaged",
                "not divided by n",
                _nce_back(lambda g, p, e, q, k: (g * (p - e) @ k / 0.5, g * (p - e).T @ q / 0.5)),
            ),
            (
                "temperature",
                "0.5|half",
                _nce_back(lambda g, p, e, q, k: (g * (p - e) @ k / len(q), g * (p - e).T @ q / len(q))),
            ),
            (
                "not transposed",
                "by k.*transposed",
                _nce_back(lambda g, p, e, q, k: (g * (p - e) @ k / (len(q) * 0.5), g * (p - e) @ q / (len(q) * 0.5))),
            ),
            (
                "ignores",
                "ignores",
                _nce_back(lambda g, p, e, q, k: ((p - e) @ k / (len(q) * 0.5), (p - e).T @ q / (len(q) * 0.5))),
            ),
        ),
    ),
    Family(
        "weighted sum",
        "sum(w[:, None]*x, dim=0)/sum(w)",
        {"x": "randn(3, 2)", "w": "[0.5, 1.5, 2]"},
        lambda x, w: (w[:, None] * x).sum(0) / w.sum(),
        lambda g, y, x, w: (w[:, None] * g / w.sum(), ((x - y) * g).sum(1) / w.sum()),
        (
            (
                "denominator constant",
                "by w.*missing",
                lambda g, y, x, w: (w[:, None] * g / w.sum(), (x * g).sum(1) / w.sum()),
            ),
            (
                "w missing",
                "by x.*`w",
                lambda g, y, x, w: ((g / w.sum()).expand(x.shape), ((x - y) * g).sum(1) / w.sum()),
            ),
            ("not normalized", "by x.*sum\\(w\\)", lambda g, y, x, w: (w[:, None] * g, ((x - y) * g).sum(1) / w.sum())),
        ),
    ),
    Family(
        "average pooling",
        "mean(x, dim=(1, 2))",
        {"x": "randn(2, 3, 2)"},
        lambda x: x.mean((1, 2)),
        lambda g, y, x: (g / (x.shape[1] * x.shape[2]))[:, None, None].expand(x.shape),
        (
            ("not divided", "not divided by n", lambda g, y, x: g[:, None, None].expand(x.shape)),
            ("by one size", "n = |size", lambda g, y, x: (g / x.shape[2])[:, None, None].expand(x.shape)),
            ("by all", "n = ", lambda g, y, x: (g / x.numel())[:, None, None].expand(x.shape)),
            (
                "mean of g",
                "mean of grad_output",
                lambda g, y, x: (g.mean() / (x.shape[1] * x.shape[2])).expand(x.shape),
            ),
        ),
    ),
    Family(
        "relu bias",
        "relu(x @ w + b)",
        {"x": "randn(3, 2)", "w": "randn(2, 2)", "b": "[0.1, -0.2]"},
        lambda x, w, b: torch.relu(x @ w + b),
        lambda g, y, x, w, b: (lambda d: (d @ w.T, x.T @ d, d.sum(0)))(g * (y > 0)),
        (
            ("other side", "other side", lambda g, y, x, w, b: (lambda d: (d @ w.T, x.T @ d, d.sum(0)))(g * (y <= 0))),
            ("no mask", "mask", lambda g, y, x, w, b: (g @ w.T, x.T @ g, g.sum(0))),
            ("mask of g", "upstream", lambda g, y, x, w, b: (lambda d: (d @ w.T, x.T @ d, d.sum(0)))(g * (g > 0))),
            (
                "b without the mask",
                "by b.*mask",
                lambda g, y, x, w, b: (lambda d: (d @ w.T, x.T @ d, g.sum(0)))(g * (y > 0)),
            ),
            ("value", "value|factor", lambda g, y, x, w, b: (lambda d: (d @ w.T, x.T @ d, d.sum(0)))(g * y)),
        ),
    ),
    Family(
        "tanh layer",
        "tanh(x @ w)",
        {"x": "randn(3, 2)", "w": "randn(2, 3)"},
        lambda x, w: torch.tanh(x @ w),
        lambda g, y, x, w: (lambda d: (d @ w.T, x.T @ d))(g * (1 - y**2)),
        (
            ("1 - y", "1 - y", lambda g, y, x, w: (lambda d: (d @ w.T, x.T @ d))(g * (1 - y))),
            (
                "of the output",
                "output",
                lambda g, y, x, w: (lambda d: (d @ w.T, x.T @ d))(g * (1 - torch.tanh(y) ** 2)),
            ),
            (
                "of the input",
                "input|of the output|place",
                lambda g, y, x, w: (lambda d: (d @ w.T, x.T @ d))(g * (1 - (x @ w) ** 2)),
            ),
            ("missing", "missing", lambda g, y, x, w: (g @ w.T, x.T @ g)),
            (
                "float32",
                "float32",
                lambda g, y, x, w: (lambda d: ((d.float() @ w.T.float()).double(), (x.T.float() @ d.float()).double()))(
                    g * (1 - y**2)
                ),
            ),
        ),
    ),
)


def _group_back(g: Tensor, x: Tensor, *, mean: bool, var: bool) -> Tensor:
    flat, h = x.reshape(len(x), 2, -1), g.reshape(len(x), 2, -1)
    rstd = torch.rsqrt(flat.var(-1, correction=0, keepdim=True) + 1e-5)
    hat = (flat - flat.mean(-1, keepdim=True)) * rstd
    d = h - mean * h.mean(-1, keepdim=True) - var * hat * (h * hat).mean(-1, keepdim=True)
    return (rstd * d).reshape(x.shape)


def _rotary(g: Tensor, y: Tensor, x: Tensor, t: Tensor, first: int, second: int) -> Any:
    a, b = g[:, :2], g[:, 2:]
    gx = torch.cat([a * t.cos() + first * b * t.sin(), b * t.cos() - second * a * t.sin()], -1)
    gt = (g * torch.cat([-y[:, 2:], y[:, :2]], -1)).reshape(len(g), 2, 2).sum((0, 1))
    return gx, gt
