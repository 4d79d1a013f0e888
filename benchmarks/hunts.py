"""What a hunt finds, and how long it takes.

    python benchmarks/hunts.py [known] [planted] [right] [--seeds N]

`known` hunts for defects of torch, and of formulas, that somebody found before. `planted` hides a wrong backward pass
on an interval of relative width 1e-6, which a seed chooses between 2**-10 and 100, on either side of 0. `right` hunts
where there is nothing. The seconds are those of the processor, and so is the budget.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch

from derivcheck.hunting import watch
from derivcheck.hunting.search import hunt
from derivcheck.model import Case, OwnFunction, Severity, Status
from derivcheck.model.hunt import Find, FindKind, Hunt, HuntRequest, SearchRange
from derivcheck.numbers import DType


@dataclass(frozen=True)
class Known:
    """A hunt whose prey is known.

    Attributes:
        what: what is hunted for.
        expr, low, high, wrt, dtype: the hunt.
        is_it: whether a find is that.
    """

    what: str
    expr: str
    low: str
    high: str
    is_it: Callable[[Find], bool]
    wrt: tuple[str, ...] = ("x",)
    dtype: DType = DType.FLOAT64


def _x(find: Find) -> float:
    return float(Fraction(find.at["x"]))


def _fails(find: Find, wrt: tuple[str, ...]) -> bool:
    return find.kind is FindKind.FAILS and find.wrt == wrt


KNOWN = (
    Known(
        "softplus'' beyond 20",
        "softplus(x)",
        "-100",
        "100",
        lambda find: _fails(find, ("x", "x")) and _x(find) > 20,
        wrt=("x", "x"),
    ),
    Known("gelu's tail", "gelu(x)", "-50", "50", lambda find: _fails(find, ("x",)) and _x(find) < -5),
    Known(
        "expm1's backward at -40",
        "expm1(x)",
        "-50",
        "50",
        lambda find: find.kind is FindKind.LOSES_DIGITS and find.wrt == ("x",) and _x(find) < -30,
    ),
    Known(
        "hardsigmoid's float32 constant",
        "hardsigmoid(x)",
        "-5",
        "5",
        lambda find: find.wrt == ("x",) and any(row.status is Status.INACCURATE for row in find.results),
    ),
    Known(
        "threshold of log1p(exp(x)) in float32",
        "log1p(exp(x))",
        "-200",
        "200",
        lambda find: find.kind is FindKind.LOSES_DIGITS and abs(_x(find) - 88.72284) < 1e-4,
        dtype=DType.FLOAT32,
    ),
    Known(
        "kink of abs(x - 1/3)",
        "abs(x - 1/3)",
        "-10",
        "10",
        lambda find: find.kind is FindKind.KINK and find.place == Fraction(1, 3),
    ),
)

RIGHT = (
    ("exp(x)", "-700", "700"),
    ("sin(x)", "-10", "10"),
    ("cos(x)", "-1", "1"),
    ("atan(x)", "-1e8", "1e8"),
    ("asinh(x)", "-1e8", "1e8"),
    ("log1p(x)", "-0.5", "1e10"),
    ("log(x)", "1e-300", "1e300"),
    ("sqrt(x)", "1e-300", "1e300"),
    ("sqrt(1 + x*x)", "-1e8", "1e8"),
    ("x*x + 3*x + 7", "-1", "100"),
    ("exp(-x*x)", "-20", "20"),
    ("log1p(x*x)", "-1e5", "1e5"),
    ("x/(1 + x*x)", "-0.5", "0.5"),
    ("erf(x)", "-5", "5"),
    ("sinh(x)", "-700", "700"),
    ("cosh(x)", "-700", "700"),
    ("x**3", "-1e90", "1e90"),
    ("1/(1 + exp(x))", "-30", "30"),
    ("rsqrt(x)", "1e-100", "1e100"),
    ("x*log(x)", "1", "1e100"),
)
"""Right functions, on ranges where they lose no digits."""

WIDTH = 1e-6
"""The relative width of the interval of a planted defect."""


def planted(centre: float) -> type[torch.autograd.Function]:
    """A function whose backward pass is wrong by a hundredth on a narrow interval."""

    class Planted(torch.autograd.Function):
        """sin(x) + x**2, with a wrong gradient beside `centre`."""

        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return torch.sin(x) + x * x

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors
            slope = torch.cos(x) + 2 * x
            size, first = x * (1 if centre > 0 else -1), abs(centre)
            return g * torch.where((size >= first) & (size <= first * (1 + WIDTH)), 1.01 * slope, slope)

    return Planted


def seek_planted(seed: int, budget: float) -> tuple[float, Hunt]:
    """The centre of a planted defect, and the hunt for it."""
    draw = random.Random(seed)
    centre = draw.choice((1, -1)) * 2.0 ** draw.uniform(-10, 6.6)
    own = OwnFunction("mine", ("x",), "sin(x) + x**2", planted(centre))
    case = Case("mine(x)", ({},), functions=(own,))
    return centre, hunt(HuntRequest(case, (SearchRange("x", "-100", "100"),), budget=budget, seed=seed))


def table(rows: Iterable[tuple[str, bool, float]], heading: str) -> None:
    """Print what was sought, whether it was found, and how long that took."""
    print(f"{heading:42} {'as it should':>12} {'seconds':>8}")
    for what, is_right, seconds in rows:
        print(f"{what:42} {'yes' if is_right else 'NO':>12} {seconds:8.1f}", flush=True)


def known() -> Iterable[tuple[str, bool, float]]:
    """The hunts for what is known."""
    for prey in KNOWN:
        case = Case(prey.expr, ({},), wrt=(prey.wrt,), dtype=prey.dtype)
        began = time.process_time()
        found = hunt(HuntRequest(case, (SearchRange("x", prey.low, prey.high),)))
        yield prey.what, any(map(prey.is_it, found.finds)), time.process_time() - began


def hidden(seeds: int) -> Iterable[tuple[str, bool, float]]:
    """The hunts for planted defects."""
    for seed in range(seeds):
        began = time.process_time()
        centre, found = seek_planted(seed, budget=60)
        places = [_x(find) for find in found.finds if find.kind is FindKind.FAILS]
        is_found = any(abs(x / centre - 1) <= 2 * WIDTH for x in places)
        yield f"seed {seed}: beside {centre:.9g}", is_found, time.process_time() - began


def innocent() -> Iterable[tuple[str, bool, float]]:
    """The hunts for nothing."""
    for expr, low, high in RIGHT:
        began = time.process_time()
        found = hunt(HuntRequest(Case(expr, ({},)), (SearchRange("x", low, high),)))
        worst = max((status.severity.rank for counts in found.counts.values() for status in counts), default=0)
        yield f"{expr}, {low} to {high}", worst <= Severity.PASS.rank, time.process_time() - began


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["known", "planted", "right"])
    parser.add_argument("--seeds", type=int, default=20)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    watch.CLOCK = time.process_time
    if "known" in asked.parts:
        table(known(), "known defects")
    if "planted" in asked.parts:
        table(hidden(asked.seeds), "planted defects, relative width 1e-6")
    if "right" in asked.parts:
        table(innocent(), "right functions: nothing is found")


if __name__ == "__main__":
    main()
