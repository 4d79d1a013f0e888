"""How the cost of a check grows: with terms, factors, depth and variables, with the order, with the size of a tensor.

    python benchmarks/growth.py [SERIES …] [--sizes N …] [--repeats N]

Each size of a series is one case at one point, checked in this process by `check_case`, once with no text made and once
with the report that a single check prints. The processor's seconds, the best of some runs. The expression is read and
differentiated anew each time; the rules that derivcheck takes from SymPy once a function are there already.

Beside each size stands the exponent p where seconds grow as size**p, from the last size to this one; below them is the
exponent fitted to the sizes from a quarter of the largest on, where what a check costs anyway counts least. In a series
of tensors p is that of the scalar operations that the case is lowered to, which stand in a column of their own; in the
series of all second partials it is that of operations and rows together, the amount.

`aims` is no series: four cases with tensors, each of which is to take less than a second.
"""

from __future__ import annotations

import argparse
import gc
import math
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from sympy.core.cache import clear_cache
from tensor_growth import AIMS, layer_norm, mlp, operations, product, quadratic_form, softmax

from derivcheck.balls.kernels.remembering import forget
from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Evidence, Result, Status
from derivcheck.readings import readings
from derivcheck.reporting.presentation.plain_text import report
from derivcheck.system.collector import collect_seldom

_ENOUGH = 1.0
"""Seconds beyond which a run is not repeated."""


@dataclass(frozen=True, slots=True)
class Series:
    """Cases of one form and growing size.

    Attributes:
        what: what grows.
        case: the case of a size.
        sizes: those that are measured.
        of_tensors: whether the cost is held against the scalar operations, not against the size.
        of_answers: whether it is held against the scalar operations and the rows together.
    """

    what: str
    case: Callable[[int], Case]
    sizes: tuple[int, ...]
    of_tensors: bool = False
    of_answers: bool = False


def _names(count: int) -> list[str]:
    return [f"x{index}" for index in range(1, count + 1)]


def _point(names: Sequence[str]) -> tuple[dict[str, str]]:
    """A point with different coordinates, between 0.9 and 1.15."""
    return ({name: str(0.9 + 7 * index % 17 / 64) for index, name in enumerate(names)},)


def _of_variables(text: Callable[[list[str]], str]) -> Callable[[int], Case]:
    """A function of n variables, of which all partials are checked."""

    def case(count: int) -> Case:
        names = _names(count)
        return Case(text(names), at=_point(names))

    return case


def _of_one(text: Callable[[int], str]) -> Callable[[int], Case]:
    """A function of one variable, whose formula grows."""
    return lambda count: Case(text(count), at=({"x": "0.7"},))


def rosenbrock(names: Sequence[str]) -> str:
    """The sum over neighbours x, y of 100*(y - x**2)**2 + (1 - x)**2 (H. H. Rosenbrock, 1960)."""
    return " + ".join(f"100*({y} - {x}**2)**2 + (1 - {x})**2" for x, y in pairwise(names))


def logsumexp(names: Sequence[str]) -> str:
    """The logarithm of the sum of the exponentials."""
    return f"log({' + '.join(f'exp({name})' for name in names)})"


SERIES = {
    "terms": Series(
        "terms of a sum", _of_one(lambda n: " + ".join(f"sin({k}*x)" for k in range(1, n + 1))), (50, 100, 200, 400)
    ),
    "factors": Series(
        "factors of a product", _of_one(lambda n: "*".join(f"(x + {k}/8)" for k in range(1, n + 1))), (25, 50, 100, 200)
    ),
    "depth": Series("calls within calls", _of_one(lambda n: "sin(1 + " * n + "x" + ")" * n), (12, 25, 50, 100)),
    "rosenbrock": Series("variables of Rosenbrock's function", _of_variables(rosenbrock), (25, 50, 100, 200)),
    "logsumexp": Series("variables of logsumexp", _of_variables(logsumexp), (25, 50, 100, 200)),
    "product": Series("variables of a product", _of_variables("*".join), (25, 50, 100, 200)),
    "orders": Series(
        "order of a derivative",
        lambda n: Case("exp(sin(x))/(1 + x**2)", at=({"x": "0.7"},), wrt=(("x",) * n,)),
        (1, 2, 3, 4, 5, 6),
    ),
    "hessian": Series(
        "variables of Rosenbrock's function, all second partials",
        lambda n: Case(rosenbrock(_names(n)), at=_point(_names(n)), order=2),
        (10, 20, 40, 80),
        of_answers=True,
    ),
    "softmax": Series("numbers in a softmax", softmax, (128, 256, 512, 1024), of_tensors=True),
    "quadratic": Series("size of x and A in x @ A @ x", quadratic_form, (8, 16, 32, 64), of_tensors=True),
    "layernorm": Series("rows of a layer norm (n, 16)", lambda n: layer_norm(n, 16), (8, 16, 32, 64), of_tensors=True),
    "mlp": Series("width of an MLP 32-n-10", mlp, (16, 32, 64, 128), of_tensors=True),
    "matmul": Series("size of two square matrices", product, (9, 12, 16, 24), of_tensors=True),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("series", nargs="*", metavar="SERIES", help=f"of {', '.join([*SERIES, 'aims'])}; default: all")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="other sizes, in rising order")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs of which the best counts")
    options = parser.parse_args()
    unknown = [name for name in options.series if name not in {*SERIES, "aims"}]
    if unknown:
        parser.error(f"there is no series {unknown[0]}: choose from {', '.join([*SERIES, 'aims'])}")
    torch.set_num_threads(1)
    gc.freeze()  # the collector is kept from the libraries, as in a run
    collect_seldom()
    for name in options.series or [*SERIES, "aims"]:
        if name == "aims":
            measure_aims(options.repeats)
        else:
            measure(name, SERIES[name], options.sizes or SERIES[name].sizes, options.repeats)


def measure_aims(repeats: int) -> None:
    """Check each case that has an aim, and print what it costs, and how many of its numbers are proven."""
    print(f"aims: {'operations':>39}{'numbers':>9}{'proven':>8}{'match':>7}{'seconds':>9}{'memory':>9}")
    for name, case in AIMS.items():
        rows = list(check_case(case))  # takes the rules from SymPy
        found = [element for row in rows if row.elements for element in row.elements.elements]
        proven = sum(element.truth.evidence is Evidence.PROVEN for element in found)
        match = sum(element.verdict.status is Status.MATCH for element in found)
        taken = seconds(case, tuple, repeats)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(
            f"    {name:<34}{operations(case):>7}{len(found):>9}{proven:>8}{match:>7}{taken:>9.2f}{memory:>6} MB",
            flush=True,
        )


def measure(name: str, series: Series, sizes: Sequence[int], repeats: int) -> None:
    """Check each size of a series, and print what it costs."""
    for consume in (tuple, report):
        consume(check_case(series.case(sizes[0])))  # takes the rules from SymPy
    print(f"{name}: {series.what}")
    counts = series.of_tensors or series.of_answers
    extra = f"{'amount' if series.of_answers else 'operations':>12}" if counts else ""
    print(f"{'size':>8}{'rows':>7}{extra}{'without texts':>16}{'exponent':>10}{'with texts':>14}{'exponent':>10}")
    rows: tuple[Result, ...] = ()
    amounts: list[int] = []
    bare: list[float] = []
    whole: list[float] = []
    for index, size in enumerate(sizes):
        case = series.case(size)
        rows = tuple(check_case(case))
        wrong = next((row for row in rows if row.status is not Status.MATCH), None)
        if wrong is not None:
            print(f"    {wrong.status}: {wrong.verdict.reason} ({', '.join(wrong.wrt) or 'the value'})")
        amounts.append((operations(case) if counts else size) + (len(rows) if series.of_answers else 0))
        bare.append(seconds(case, tuple, repeats))
        whole.append(seconds(case, report, repeats))
        ends = slice(index - 1, index + 1)
        exponents = [exponent(amounts[ends], taken[ends]) for taken in (bare, whole)] if index else [math.nan] * 2
        counted = f"{amounts[-1]:>12}" if counts else ""
        print(
            f"{size:>8}{len(rows):>7}{counted}{bare[-1] * 1e3:>13.1f} ms{_shown(exponents[0])}"
            f"{whole[-1] * 1e3:>11.1f} ms{_shown(exponents[1])}",
            flush=True,
        )
    last = [at for at, size in enumerate(sizes) if 4 * size >= sizes[-1]]
    if len(last) > 1:
        far = slice(last[0], None)
        found = [exponent(amounts[far], taken[far]) for taken in (bare, whole)]
        shown = all(row.formula_text for row in rows if row.wrt)
        texts = f"{found[1]:.2f} with texts" if shown else "the longest texts are not shown"
        print(f"    fitted exponent: {found[0]:.2f} without texts, {texts}", flush=True)


def seconds(case: Case, consume: Callable[[Iterator[Result]], object], repeats: int) -> float:
    """The processor's seconds of one check, its expression new, the best of some runs."""
    best = math.inf
    for _ in range(repeats):
        readings.cache_clear()
        clear_cache()  # SymPy's
        forget()
        started = time.process_time()
        consume(check_case(case))
        best = min(best, time.process_time() - started)
        if best > _ENOUGH:
            break
    return best


def exponent(sizes: Sequence[int], taken: Sequence[float]) -> float:
    """The p of size**p that fits best, by least squares of the logarithms."""
    xs, ys = ([math.log(number) for number in numbers] for numbers in (sizes, taken))
    x_mean, y_mean = (sum(numbers) / len(numbers) for numbers in (xs, ys))
    slope = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return slope / sum((x - x_mean) ** 2 for x in xs)


def _shown(number: float) -> str:
    return f"{'':>10}" if math.isnan(number) else f"{number:>10.2f}"


if __name__ == "__main__":
    main()
