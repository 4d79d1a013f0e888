"""Families of functions of shapes: normalizations, losses, linear algebra, layers, indices and distances."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import mpmath
import numpy as np
from mpmath import mpf

from fuzzing import tensor_functions as functions
from fuzzing.tensor_draws import Draws, Shaped, fits, made
from fuzzing.tensor_functions import POINTWISE_LOSSES, Array, array


def normed(draws: Draws, x: Shaped) -> Shaped:
    """A normalization."""
    random = draws.random
    fits(x.value.ndim > 0 and x.value.size > 0)
    size = x.shape[-1]
    rows = partial(functions.vectors, dim=-1)
    kind = random.choice(("layer", "affine", "rms", "group", "batch"))
    if kind == "layer":
        return made(
            f"layer_norm({{0}}, [{size}], eps=0.125)",
            lambda a: rows(lambda v: functions.normalized(v, mpf(0.125)), a),
            x,
        )
    if kind == "affine":
        weight, bias = draws.other(size), draws.other(size)
        return made(
            f"layer_norm({{0}}, [{size}], weight={{1}}, bias={{2}}, eps=0.125)",
            lambda a, w, b: rows(lambda v: functions.normalized(v, mpf(0.125)), a) * w + b,
            x,
            weight,
            bias,
        )
    if kind == "rms":
        return made(
            f"rms_norm({{0}}, [{size}], eps=0.125)",
            lambda a: rows(lambda v: v / mpmath.sqrt(functions.mean(v * v) + mpf(0.125)), a),
            x,
        )
    fits(x.value.ndim >= 2)
    if kind == "group":
        fits(x.value.ndim == 3 or x.shape[1] > 1)
        return made(
            "group_norm({0}, 1, eps=0.125)",
            lambda a: array([functions.normalized(one.ravel(), mpf(0.125)).reshape(one.shape) for one in a]),
            x,
        )
    fits(x.value.size // x.shape[1] > 1)
    return made(
        "batch_norm({0}, training=True, eps=0.125)",
        lambda a: np.stack(
            [functions.normalized(a[:, k].ravel(), mpf(0.125)).reshape(a[:, k].shape) for k in range(a.shape[1])],
            axis=1,
        ),
        x,
    )


def lost(draws: Draws, x: Shaped) -> Shaped:
    """A loss of each element, or what it is reduced to."""
    random = draws.random
    name, reduction = random.choice(sorted(POINTWISE_LOSSES)), random.choice(("none", "mean", "sum"))
    y = draws.other(*x.shape)
    reduce: dict[str, Callable[[Array], object]] = {
        "none": lambda a: a,
        "mean": functions.mean,
        "sum": functions.total,
    }
    fits(x.value.size > 0)
    if name == "binary_cross_entropy_with_logits":
        fits(all(abs(one) < 8 for one in x.value.ravel()))
    if name == "soft_margin_loss":
        fits(all(abs(one) < 9 for one in array(x.value * y.value).ravel()))
    if name == "poisson_nll_loss":
        fits(all(abs(one) < 1000 for one in x.value.ravel()))
    return made(
        f"{name}({{0}}, {{1}}, reduction='{reduction}')",
        lambda a, b: reduce[reduction](POINTWISE_LOSSES[name](a, b)),
        x,
        y,
    )


def classified(draws: Draws, x: Shaped) -> Shaped:
    """A loss of rows of predictions."""
    random = draws.random
    fits(x.value.ndim == 2 and x.value.size > 0)
    rows, classes = x.shape
    labels = [random.randrange(classes) for _ in range(rows)]
    smoothing, reduction = random.choice((0.0, 0.25)), random.choice(("none", "mean", "sum"))
    weight = draws.other(classes) if random.random() < 0.3 else None
    if weight is not None:
        fits(all(one > 0 for one in weight.value))

    def loss(a: Array, w: Array | None = None) -> object:
        losses, whole = functions.cross_entropy(a, labels, mpf(smoothing), w)
        return losses if reduction == "none" else functions.total(losses) / (whole if reduction == "mean" else 1)

    written = "" if weight is None else ", weight={1}"
    return made(
        f"cross_entropy({{0}}, {labels}{written}, reduction='{reduction}', label_smoothing={smoothing})",
        loss,
        *[x, *([] if weight is None else [weight])],
    )


def _near_diagonal(a: Array) -> Array:
    return a * mpf(0.25) + np.diag(array([mpf(2 + k) for k in range(len(a))]))


def linear(draws: Draws, x: Shaped) -> Shaped:
    """A product, or what linear algebra makes of a matrix."""
    random, rank = draws.random, x.value.ndim
    fits(rank > 0)
    n = x.shape[-1]
    m = random.randint(1, 3)
    product = functions.matmul
    choices: list[Callable[[], Shaped]] = [
        lambda: made("({0} @ {1})", product, x, draws.other(n, m)),
        lambda: made("({0} @ {1})", product, x, draws.other(n)),
        lambda: made("linear({0}, {1})", lambda a, w: product(a, w.T), x, draws.other(m, n)),
        lambda: made(
            "linear({0}, {1}, {2})", lambda a, w, b: product(a, w.T) + b, x, draws.other(m, n), draws.other(m)
        ),
    ]
    if rank == 1:
        choices.append(lambda: made("dot({0}, {1})", product, x, draws.other(n)))
        choices.append(lambda: made("outer({0}, {1})", lambda a, b: a[:, None] * b, x, draws.other(m)))
        choices.append(lambda: made("einsum('i,j->ij', {0}, {1})", lambda a, b: a[:, None] * b, x, draws.other(m)))
        if n == 3:
            choices.append(lambda: made("cross({0}, {1}, dim=-1)", _cross, x, draws.other(3)))
    if rank == 2:
        choices.append(
            lambda: made("einsum('ij,kj->ki', {0}, {1})", lambda a, b: product(b, a.T), x, draws.other(m, n))
        )
        choices.append(lambda: made("kron({0}, {1})", np.kron, x, draws.other(1, 2)))
        choices.append(lambda: made("einsum('ij->j', {0})", lambda a: a.sum(axis=0) + mpf(0), x))
        if x.shape[0] == n and 0 < n < 4:
            shifted = f"({{0}}/4 + diag([{', '.join(str(2 + k) for k in range(n))}]))"
            ordinary = all(abs(one) < 100 for one in x.value.ravel())
            choices.append(lambda: made("trace({0})", np.trace, x))
            choices.append(lambda: made("det({0})", functions.determinant, x))
            choices.append(lambda: made("matrix_power({0}, 3)", lambda a: product(a, product(a, a)), x))
            if ordinary:
                choices.append(lambda: made(f"inv({shifted})", lambda a: functions.inverse(_near_diagonal(a)), x))
                choices.append(
                    lambda: made(
                        f"solve({shifted}, {{1}})",
                        lambda a, b: product(functions.inverse(_near_diagonal(a)), b),
                        x,
                        draws.other(n, m),
                    )
                )
    if rank == 3:
        choices.append(lambda: made("bmm({0}, {1})", product, x, draws.other(x.shape[0], n, m)))
    return random.choice(choices)()


def _cross(a: Array, b: Array) -> Array:
    return array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def layered(draws: Draws, x: Shaped) -> Shaped:
    """A layer that takes batches of channels."""
    random, rank = draws.random, x.value.ndim
    fits(rank == 3 and x.value.size > 0)
    size = random.randint(1, x.shape[-1])
    stride = random.randint(1, 2)
    padding = random.randint(0, 1)
    fits(size > 1 or not padding)
    choices: list[Callable[[], Shaped]] = [
        lambda: made(
            f"conv1d({{0}}, {{1}}, stride={stride}, padding={padding})",
            lambda a, w: functions.conv1d(a, w, stride, padding),
            x,
            draws.other(2, x.shape[1], size),
        ),
        lambda: made(
            f"max_pool1d({{0}}, {size}, stride={stride})", lambda a: functions.pooled(max, a, size, stride), x
        ),
        lambda: made(
            f"avg_pool1d({{0}}, {size}, stride={stride})",
            lambda a: functions.pooled(functions.mean, a, size, stride),
            x,
        ),
        lambda: made(
            "pad({0}, (1, 0), value=0.5)", lambda a: np.pad(a, ((0, 0), (0, 0), (1, 0)), constant_values=mpf(0.5)), x
        ),
        lambda: made("interpolate({0}, scale_factor=2)", lambda a: np.repeat(a, 2, axis=-1), x),
        lambda: made(
            "scaled_dot_product_attention({0}, {1}, {2}, scale=0.5)",
            lambda q, k, v: functions.matmul(
                functions.vectors(functions.softmax, functions.matmul(q, np.swapaxes(k, -1, -2)) * mpf(0.5), -1), v
            ),
            x,
            draws.other(*x.shape),
            draws.other(*x.shape),
        ),
    ]
    return random.choice(choices)()


def scattered(draws: Draws, x: Shaped) -> Shaped:
    """What indices take from a vector or put into it."""
    random = draws.random
    fits(x.value.ndim == 1 and x.value.size > 1)
    n = x.shape[0]
    to = [random.randrange(n) for _ in range(2)]
    apart = random.sample(range(n), 2)
    y = draws.other(2)

    def added(a: Array, b: Array) -> Array:
        found = a.copy()
        for k, one in zip(to, b, strict=True):
            found[k] = found[k] + one
        return found

    def placed(a: Array, b: Array) -> Array:
        found = a.copy()
        found[apart] = b
        return found

    def largest(a: Array, b: Array) -> Array:
        found = a.copy()
        for k, one in zip(to, b, strict=True):
            found[k] = max(found[k], one)
        return found

    choices: list[Callable[[], Shaped]] = [
        lambda: made(f"scatter_add({{0}}, 0, {to}, {{1}})", added, x, y),
        lambda: made(f"index_add({{0}}, 0, {to}, {{1}})", added, x, y),
        lambda: made(f"scatter({{0}}, 0, {apart}, {{1}})", placed, x, y),
        lambda: made(f"index_copy({{0}}, 0, {apart}, {{1}})", placed, x, y),
        lambda: made(f"scatter_reduce({{0}}, 0, {to}, {{1}}, 'amax')", largest, x, y),
        lambda: made(f"gather({{0}}, 0, {to})", lambda a: a[to], x),
        lambda: made(
            "masked_fill({0}, {0} > 0.5, 2)",
            np.frompyfunc(lambda p: mpf(2) if p > 0.5 else p, 1, 1),
            x,
        ),
    ]
    return random.choice(choices)()


def compared(draws: Draws, x: Shaped) -> Shaped:
    """How alike, or how far apart, rows are."""
    random = draws.random
    fits(x.value.ndim == 2 and x.value.size > 0)
    y, p = draws.other(*x.shape), random.choice((1, 2, 3))

    def cosine(a: Array, b: Array) -> object:
        lengths = [max(functions.power_norm(one, 2), mpf(0.125)) for one in (a, b)]
        return functions.total(a * b) / (lengths[0] * lengths[1])

    def rowwise(function: Callable[[Array, Array], object]) -> Callable[[Array, Array], Array]:
        return lambda a, b: array([function(v, w) for v, w in zip(a, b, strict=True)])

    choices: list[Callable[[], Shaped]] = [
        lambda: made("cosine_similarity({0}, {1}, dim=1, eps=0.125)", rowwise(cosine), x, y),
        lambda: made(
            f"pairwise_distance({{0}}, {{1}}, p={p}, eps=0.125)",
            rowwise(lambda v, w: functions.power_norm(v - w + mpf(0.125), p)),
            x,
            y,
        ),
        lambda: made(
            f"cdist({{0}}, {{1}}, p={p})",
            lambda a, b: array([[functions.power_norm(v - w, p) for w in b] for v in a]),
            x,
            y,
        ),
    ]
    return random.choice(choices)()
