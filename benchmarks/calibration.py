"""The measurement that chooses derivcheck's criterion: how far off a gradient is, and how far rounding can move it.

    python benchmarks/calibration.py [--cases FILE.jsonl] [--limit N] [--dtype float64 --dtype float32]

Over cases that are right: the error of torch's numbers against the truth, divided by the spread of the perturbed ones,
where the error exceeds the few ulps that are a match in any case; what the farthest sample alone explains, and what
that would be without it; and how much of what all roundings explain those of the forward pass do, which may not be more
than all. Cases with an `expect` are left out: they are known to be something
else than right.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations_with_replacement, islice
from pathlib import Path

import torch

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.errors import DerivcheckError
from derivcheck.inputs.coordinates import read_point
from derivcheck.model import Case, Gradient, Mode, Spread, Status, Truth
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.explanation_at_a_point import Explanation
from derivcheck.truth.finder import TruthFinder
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.distance import error_of
from derivcheck.verdict.judging import judge

EXPRESSIONS = Path(__file__).parent.parent / "expressions"
SPREADS = (1, 2, 3, 4)
"""The candidates for `Criterion.spreads`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One number that torch returned.

    Attributes:
        where: the case, and what was differentiated by.
        status: derivcheck's.
        ulps: the error; None where there is no finite number to compare with another.
        spreads: the error divided by the spread, infinite at a spread of 0; None where the few ulps suffice, and where
            an operation that left the format's range explains the error.
        reach: the largest error that the forward pass' roundings explain, as a share of what all do; None where the
            forward pass is not perturbed alone, and where nothing is rounded.
        forward: the error divided by the forward pass' spread; None as for `spreads`.
        without: the status if the farthest sample explained nothing; None where that is the same.
    """

    where: str
    status: Status
    ulps: float | None = None
    spreads: float | None = None
    reach: float | None = None
    forward: float | None = None
    without: Status | None = None


def cases_of(source: Path | None, limit: int | None) -> list[Case]:
    """The cases without an expectation: of a file, or of the project's expressions."""
    files = [source] if source else sorted(EXPRESSIONS.glob("*.toml"))
    found = (case for file in files for case in read_cases(str(file)))
    return list(islice((case for case in found if not isinstance(case, Unreadable) and case.expect is None), limit))


def measure(case: Case, dtype: DType) -> Iterator[Measured]:
    """The value and the derivatives of a case at its points, in reverse mode on the CPU."""
    setting = TorchSetting("cpu", dtype, Mode.REVERSE)
    for texts in case.at:
        try:
            point = {name: coordinate.exact for name, coordinate in read_point(texts, dtype).items()}
            made = readings(case.expr, frozenset(point), tuple(name for wrt in case.wrt for name in wrt))
            wrts = [(), *(case.wrt or combinations_with_replacement(made.expression.variables, case.order))]
            found = gradients(made.torch, point, wrts, setting)
            finder = TruthFinder(made.balls, made.formula_program, point)
            explanation = Explanation(made.torch, made.expression, point, wrts, setting)
            around = [explanation.all_roundings(wrt) for wrt in wrts]
            before = [explanation.forward_pass(wrt) for wrt in wrts]
        except DerivcheckError:
            yield Measured(case.label, Status.ERROR)
            continue
        for wrt, gradient, spread, forward in zip(wrts, found, around, before, strict=True):
            where = f"{case.label}, by {','.join(wrt) or 'nothing'}"
            yield _measured(where, finder.find(wrt).truth, gradient, spread, forward, found[0])


def _measured(
    where: str, truth: Truth, gradient: Gradient, spread: Spread | None, forward: Spread | None, value: Gradient
) -> Measured:
    """One number against its truth and its spreads."""
    status = judge(truth, gradient, lambda: spread, value=value).status
    blunt = None if spread is None else replace(spread, farthest=0.0)
    without = judge(truth, gradient, lambda: blunt, value=value).status
    if truth.value is None or not truth.value.mid.is_moderate or spread is None:
        return Measured(where, status)
    if gradient.value is None or not math.isfinite(gradient.value):
        return Measured(where, status)
    error = error_of(Fraction(gradient.value), truth.value, gradient.dtype)
    vanishes = abs(truth.value.mid.fraction()) < gradient.dtype.smallest_subnormal
    absolute = Fraction(spread.absolute)
    lost = bool(spread.losses) and status is Status.UNSTABLE and error.absolute > CRITERION.spreads * absolute
    explained = max(CRITERION.spreads * spread.absolute, spread.farthest)
    reach = CRITERION.forward_spreads * forward.absolute / explained if forward is not None and explained else None
    if error.ulps <= CRITERION.ulps or vanishes or lost:
        return Measured(where, status, error.ulps, reach=reach)
    by_forward = float(error.absolute / Fraction(forward.absolute)) if forward and forward.absolute else math.inf
    by_all = float(error.absolute / absolute) if absolute else math.inf
    return Measured(where, status, error.ulps, by_all, reach, by_forward, None if without is status else without)


def print_distribution(dtype: DType, measured: Sequence[Measured]) -> None:
    """Print how far off the numbers of one format are, and what rounding explains of it."""
    compared = [one for one in measured if one.ulps is not None]
    large = sorted((one for one in compared if one.spreads is not None), key=lambda one: one.spreads or 0.0)
    print(f"\n{dtype}: {len(measured)} numbers, {len(compared)} of them comparable")
    counts = Counter(one.status for one in measured)
    print("  " + ", ".join(f"{counts[status]} {status}" for status in Status if counts[status]))
    if not large:
        return
    ratios = [one.spreads or 0.0 for one in large]
    print(
        f"  error over {CRITERION.ulps:g} ulps: {len(large)} ({100 * len(large) / len(compared):.1f} %); "
        f"there error/spread has median {quantile(ratios, 0.5):.2g}, 99th percentile {quantile(ratios, 0.99):.2g}, "
        f"maximum {ratios[-1]:.2g}"
    )
    for k in SPREADS:
        beyond = sum(ratio > k for ratio in ratios)
        print(f"  k = {k}: {beyond} beyond, {100 * beyond / len(compared):.3f} % of all")
    alone = [one for one in large if one.without is not None]
    print(f"  the farthest sample alone explains {len(alone)} of these")
    for (status, without), count in Counter((one.status, one.without) for one in alone).items():
        ratios = sorted(one.spreads or 0.0 for one in alone if (one.status, one.without) == (status, without))
        print(f"    {count} {status} would be {without}, at {ratios[0]:.2g} to {ratios[-1]:.2g} spreads")
    sufficed = sum(one.forward is not None and one.forward <= CRITERION.forward_spreads for one in large)
    print(f"  the forward pass alone explains {sufficed} of these")
    reaches = sorted(one.reach for one in compared if one.reach is not None)
    print(
        f"  it reaches, of what all roundings explain: median {quantile(reaches, 0.5):.2f}, "
        f"99th percentile {quantile(reaches, 0.99):.2f}, maximum {reaches[-1]:.2f} ({len(reaches)} numbers)"
    )
    for one in large[::-1][:8]:
        if (one.spreads or 0.0) > 1:
            print(f"    {one.spreads:9.3g} spreads, {one.ulps:9.3g} ulps, {one.status}: {one.where}")


def quantile(ascending: Sequence[float], share: float) -> float:
    """The number below which that share lies (nearest rank)."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=Path, help="a case file; default: expressions/*.toml")
    parser.add_argument("--limit", type=int, help="only so many cases")
    parser.add_argument("--dtype", action="append", choices=[dtype.label for dtype in DType], help="default: both")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cases = cases_of(options.cases, options.limit)
    for name in options.dtype or ("float64", "float32"):
        dtype = DType.named(name)
        print_distribution(dtype, [one for case in cases for one in measure(case, dtype)])


if __name__ == "__main__":
    main()
