"""The rows of the function table for tests: points of their arguments, and what each reading gives there."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from operator import attrgetter

import torch
from flint import arb
from torch import Tensor

from derivcheck.autograd import torch_kernels
from derivcheck.balls.ball import Outside
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.language import table
from derivcheck.language.parse import constant_expression, parse
from derivcheck.language.table import FUNCTIONS, Function, Sort

Point = tuple[float, ...]

REAL_ROWS = [row for row in FUNCTIONS if Sort.BOOL not in (row.result, *row.sorts)]
UNARY_POINTS = (-2.625, -0.78125, 0.3125, 0.625, 1.71875, 3.375)
NO_CLOSED_FORM = {
    ("lowergamma", 0),
    ("uppergamma", 0),
    ("gammainc", 0),
    ("gammaincc", 0),
    ("hyp0f1", 0),
    ("hyp1f1", 0),
    ("hyp1f1", 1),
    ("hyperu", 0),
    ("hyperu", 1),
    ("hyp2f1", 0),
    ("hyp2f1", 1),
    ("hyp2f1", 2),
    ("betainc", 0),
    ("betainc", 1),
    ("betainc_regularized", 0),
    ("betainc_regularized", 1),
}
"""Arguments by which neither torch nor SymPy differentiates."""

ORDERS: dict[str, tuple[float, ...]] = {
    "polygamma": (0, 1, 2, 5),
    "mvlgamma": (1, 2, 4),
    "zeta": (2, 3.5),
    "besseli": (0, 1),
    "besselj": (0, 1, 3, 0.5),
    "bessely": (0, 1, 3, 0.5),
    "besselk": (0, 1, 3, 0.5),
    "expint": (1, 2, 0.5),
    "threshold": (1,),
    "polylog": (2, 3, 0.5, -1),
    "riemann_zeta": (2, 3.5),
    **dict.fromkeys([row.name for row in FUNCTIONS if row.group == "orthogonal polynomials"], (0, 1, 2, 5)),
}
"""Constant parameters to sample; the default is a shape of 1/2 and 3."""

SWINGS_UNSEEN = {
    ("hyp0f1", "x"): "0F1(1/2, -x**2) is cos(2*x): it turns four times up to 51",
    ("hyp1f1", "a"): "of whole numbers below 0 it is Laguerre's polynomial",
    ("hyp1f1", "x"): "of these too",
    ("hyperu", "b"): "likewise",
    ("hyperu", "x"): "likewise",
    ("hyp2f1", "a"): "2F1(a, 1 - a, 1, x) is Legendre's function, which turns where both grow",
    ("hyp2f1", "b"): "likewise",
    ("hyp2f1", "x"): "likewise",
    ("elliptic_f", "phi"): "it grows, and only its slope swings",
    ("ellipeinc", "phi"): "likewise",
    ("ellippiinc", "phi"): "likewise",
}
"""What swings so slowly, or only where another argument grows as well, that no test counts its turns, and why."""

LOOSE: dict[str, tuple[float, str]] = {
    "erfcx": (1e-11, "torch 2.13 approximates it by Chebyshev polynomials"),
    "gamma": (1e-11, "exp multiplies the error of lgamma by its size"),
    "beta": (1e-11, "three such gammas"),
    "polygamma": (1e-9, "torch 2.13 cuts the asymptotic series of trigamma after x**-9, at x = 6"),
}


def everywhere(point: Point) -> bool:
    """Where a function has no narrower domain in torch."""
    return True


TORCH_DOMAIN: dict[str, Callable[[Point], bool]] = {
    "mvlgamma": lambda point: point[0] > (point[1] - 1) / 2,
    "lowergamma": lambda point: min(point) > 0,
    "uppergamma": lambda point: min(point) > 0,
}
"""Where torch's kernel is at home, if that is less than the function's domain."""


def sampled(row: Function) -> list[Point]:
    """Points of the row's arguments, constants included, no two of them equal; some may lie outside of its domain."""
    choices = [
        ORDERS.get(row.name, (0.5, 3.0))
        if name in row.constant_params
        else tuple(x + index / 7.0 for x in UNARY_POINTS)
        for index, name in enumerate(row.params)
    ]
    points = list(itertools.product(*choices))
    return points[:: max(1, len(points) // 40)]


def on_balls(row: Function, *args: arb) -> arb | None:
    """The row's ball reading with default options; None outside of the domain or where it is unknown."""
    if row.ball is None:
        return by_definition(row, *args)
    try:
        value = kernel(row.ball)(*args)
    except OutOfDomain:
        return None
    return value if value.is_finite() else None


def by_definition(row: Function, *args: arb) -> arb | None:
    """The row's definition in ball arithmetic; None likewise."""
    assert row.definition is not None
    names = [*row.params, *(option.name for option in row.options)]
    options = [compile_balls(constant_expression(option.default)).run({}) for option in row.options]
    expression = parse(row.definition, names)
    bound = dict(zip(names, [*args, *options], strict=True))
    value = compile_balls(expression).run({name: bound[name] for name in expression.variables})
    return None if isinstance(value, Outside) or not value.is_finite() else value


def in_torch(row: Function, *args: Tensor | float) -> Tensor:
    """The row's torch kernel; constant parameters are Python numbers."""
    assert row.torch is not None
    home: object = torch_kernels if row.torch.startswith("kernels.") else torch
    kernel: Callable[..., Tensor] = attrgetter(row.torch.removeprefix("kernels."))(home)
    return kernel(*args)


def named(name: str) -> Function:
    """Return the row of the table with this name."""
    row = table.function(name)
    assert row is not None, name
    return row
