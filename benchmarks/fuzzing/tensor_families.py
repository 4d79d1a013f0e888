"""Families of functions of shapes: element by element, moving elements, reducing, along a dimension."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import mpmath
import numpy as np
from mpmath import mpf

from fuzzing import tensor_functions as functions
from fuzzing import tensor_layers
from fuzzing.tensor_draws import DoesNotFitError, Draws, Shaped, fits, made
from fuzzing.tensor_functions import ELEMENTWISE, PAIRS, Array, array


def _elementwise(draws: Draws, x: Shaped) -> Shaped:
    name = draws.random.choice(sorted(ELEMENTWISE))
    inner = {"sqrt": "abs({0}) + 0.5", "log": "abs({0}) + 0.5", "log1p": "abs({0})", "reciprocal": "abs({0}) + 1"}
    shift = {"sqrt": 0.5, "log": 0.5, "log1p": 0, "reciprocal": 1}
    if name not in inner:
        fits(name not in {"exp", "square"} or all(abs(one) < 1000 for one in x.value.ravel()))
        return made(f"{name}({{0}})", ELEMENTWISE[name], x)
    return made(f"{name}({inner[name]})", lambda a: ELEMENTWISE[name](ELEMENTWISE["abs"](a) + mpf(shift[name])), x)


def _pair(draws: Draws, x: Shaped) -> Shaped:
    y = draws.random.choice(draws.pool)
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise DoesNotFitError from None
    name = draws.random.choice(sorted(PAIRS))
    if name == "/":
        return made("({0}/({1}**2 + 0.5))", lambda a, b: a / (b * b + mpf(0.5)), x, y)
    return made(f"({{0}} {name} {{1}})" if len(name) == 1 else f"{name}({{0}}, {{1}})", PAIRS[name], x, y)


def _chosen(draws: Draws, x: Shaped) -> Shaped:
    y = draws.other(*x.shape)
    return made(
        "where({0} > 0.3, {1}, 2*{0})",
        np.frompyfunc(lambda p, q: q if p > mpf("0.3") else 2 * p, 2, 1),
        x,
        y,
    )


def _moved(draws: Draws, x: Shaped) -> Shaped:
    random, rank = draws.random, x.value.ndim
    fits(rank > 0)
    dim, another, size = draws.dim(x), draws.dim(x), x.shape
    order = random.sample(range(rank), rank)
    k = random.randint(-2, 2)
    choices: list[tuple[str, Callable[[Array], Array]]] = [
        (f"transpose({{0}}, {dim}, {another})", lambda a: np.swapaxes(a, dim, another)),
        (f"permute({{0}}, {', '.join(map(str, order))})", lambda a: np.transpose(a, order)),
        (f"flip({{0}}, {dim})", lambda a: np.flip(a, dim)),
        (f"roll({{0}}, {k}, {dim})", lambda a: np.roll(a, k, dim)),
        (f"roll({{0}}, {k})", lambda a: np.roll(a, k)),
        ("({0}).reshape(-1)", lambda a: a.reshape(-1)),
        (f"unsqueeze({{0}}, {dim})", lambda a: np.expand_dims(a, dim)),
        ("({0})[None]", lambda a: a[None]),
        ("({0})[..., None]", lambda a: a[..., None]),
        ("squeeze({0})", np.squeeze),
        (f"stack([{{0}}, 2*{{0}}], dim={dim})", lambda a: np.stack([a, 2 * a], axis=dim)),
        (f"cat([{{0}}, -{{0}}], dim={dim})", lambda a: np.concatenate([a, -a], axis=dim)),
        (f"repeat_interleave({{0}}, 2, dim={dim})", lambda a: np.repeat(a, 2, axis=dim)),
        (f"tile({{0}}, ({'2, ' + ', '.join('1' * rank)}))", lambda a: np.tile(a, (2, *[1] * rank))),
        (f"expand({{0}}, 2, {', '.join(map(str, size))})", lambda a: np.broadcast_to(a, (2, *size))),
        ("({0})[1:]", lambda a: a[1:]),
        ("({0})[..., :-1]", lambda a: a[..., :-1]),
        ("({0})[::2]", lambda a: a[::2]),
    ]
    if size[0]:
        choices.append(("({0})[-1]", lambda a: a[-1]))
        choices.append(("({0})[0, ...]", lambda a: a[0, ...]))
        choices.append(("index_select({0}, 0, [0, -1 + 1, 0])", lambda a: a[[0, 0, 0]]))
        choices.append((f"({{0}})[[{size[0] - 1}, 0]]", lambda a: a[[size[0] - 1, 0]]))
    if rank == 1:
        choices.append((f"diag_embed({{0}}, {k})", lambda a: np.diag(a, k)))
    if rank >= 2:
        choices.append(("({0}).mT", lambda a: np.swapaxes(a, -1, -2)))
        choices.append(
            (
                f"tril({{0}}, {k})",
                lambda a: (
                    np.vectorize(np.tril, signature="(m,n)->(m,n)", otypes=[object], excluded=["k"])(a, k=k)
                    if a.size
                    else a
                ),
            )
        )
        choices.append(
            (
                f"triu({{0}}, {k})",
                lambda a: (
                    np.vectorize(np.triu, signature="(m,n)->(m,n)", otypes=[object], excluded=["k"])(a, k=k)
                    if a.size
                    else a
                ),
            )
        )
    if rank == 2:
        choices.append(("({0}).T", lambda a: a.T))
        choices.append(("diagonal({0})", np.diagonal))
    return made(*random.choice(choices), x)


def _reduced(draws: Draws, x: Shaped) -> Shaped:
    random = draws.random
    dim = None if x.value.ndim == 0 or random.random() < 0.3 else draws.dim(x)
    keep = dim is not None and random.random() < 0.3
    count = x.value.size if dim is None else x.shape[dim]
    p = random.choice((1, 2, 3, 4, mpmath.inf, -mpmath.inf))
    written = f"{p}" if isinstance(p, int) else ("inf" if p > 0 else "-inf")
    q, k = random.choice((0, 0.25, 0.5, 1, 0.75)), random.randint(1, max(count, 1))
    correction = random.randint(0, 1)
    choices: list[tuple[str, str, Callable[[Array], object], int]] = [
        ("sum", "", functions.total, 0),
        ("mean", "", functions.mean, 1),
        ("prod", "", functions.factors, 0),
        ("var", f"correction={correction}", partial(functions.variance, correction=correction), 1 + correction),
        ("std", f"correction={correction}", lambda a: mpmath.sqrt(functions.variance(a, correction)), 1 + correction),
        ("logsumexp", "", functions.log_sum_exp, 1),
        ("amax", "", max, 1),
        ("amin", "", min, 1),
        ("norm", f"p={written}", partial(functions.power_norm, p=p), 1),
        ("quantile", f"q={q}", lambda a: functions.quantile(a, mpf(q)), 1),
        ("median", "", lambda a: functions.kth(a, (len(a) + 1) // 2), 1),
    ]
    if dim is not None:
        choices.append(("kthvalue", f"k={k}", lambda a: functions.kth(a, k), 1))
    name, option, function, least = random.choice(choices)
    fits(count >= least and (name != "quantile" or x.value.size > 0))
    options = [option, *([f"dim={dim}"] if dim is not None else []), *(["keepdim=True"] if keep else [])]
    text = f"{name}({', '.join(['{0}', *filter(None, options)])})"
    return made(text, lambda a: functions.along(function, a, dim, keep), x)


def _along(draws: Draws, x: Shaped) -> Shaped:
    random, dim = draws.random, draws.dim(x)
    count = x.shape[dim]
    fits(count > 0)
    k, down = random.randint(1, count), random.random() < 0.5
    runs = functions.running
    choices: list[tuple[str, Callable[[Array], Array]]] = [
        ("cumsum({0}, DIM)", lambda a: runs(functions.total, a)),
        ("cumprod({0}, DIM)", lambda a: runs(functions.factors, a)),
        ("logcumsumexp({0}, DIM)", lambda a: runs(functions.log_sum_exp, a)),
        ("cummax({0}, DIM)", lambda a: runs(max, a)),
        ("cummin({0}, DIM)", lambda a: runs(min, a)),
        (f"sort({{0}}, dim=DIM, descending={down})", lambda a: array(sorted(a, reverse=down))),
        (f"topk({{0}}, {k}, dim=DIM)", lambda a: array(sorted(a, reverse=True)[:k])),
        ("softmax({0}, dim=DIM)", functions.softmax),
        ("softmin({0}, dim=DIM)", lambda a: functions.softmax(-a)),
        ("log_softmax({0}, dim=DIM)", lambda a: a - functions.log_sum_exp(a)),
        ("diff({0}, dim=DIM)", lambda a: a[1:] - a[:-1]),
        (
            "normalize({0}, dim=DIM, eps=0.125)",
            lambda a: a / max(functions.power_norm(a, 2), mpf(0.125)),
        ),
        (
            "trapezoid({0}, dim=DIM)[..., None]" if dim in {-1, x.value.ndim - 1} else "cumsum({0}, DIM)",
            (lambda a: array([functions.total(a[1:] + a[:-1]) / 2]))
            if dim in {-1, x.value.ndim - 1}
            else (lambda a: runs(functions.total, a)),
        ),
    ]
    if count % 2 == 0:
        half = count // 2
        choices.append(("glu({0}, dim=DIM)", lambda a: a[:half] * ELEMENTWISE["sigmoid"](a[half:])))
    text, function = random.choice(choices)
    return made(text.replace("DIM", str(dim)), lambda a: functions.vectors(function, a, dim), x)


FAMILIES: tuple[Callable[[Draws, Shaped], Shaped], ...] = (
    _elementwise,
    _elementwise,
    _pair,
    _pair,
    _chosen,
    _moved,
    _moved,
    _moved,
    _reduced,
    _reduced,
    _reduced,
    _along,
    _along,
    _along,
    tensor_layers.normed,
    tensor_layers.lost,
    tensor_layers.classified,
    tensor_layers.linear,
    tensor_layers.linear,
    tensor_layers.linear,
    tensor_layers.layered,
    tensor_layers.layered,
    tensor_layers.scattered,
    tensor_layers.compared,
)
"""What draws a function of an expression, the usual ones several times."""
