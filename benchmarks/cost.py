"""What a check costs in-process, by what it needs: nothing more, the perturbed tape, or one-sided limits.

    python benchmarks/cost.py [--cases FILE …] [--slowest N]

Every point of every case of `expressions/*.toml` is a check of its own, with everything it has to do: reading the
expression, differentiating it, torch, the truth and the verdict. It runs twice, with its expression new and known:
a batch that shares an expression pays the second price. What a check needed is observed, not guessed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from sympy.core.cache import clear_cache

from derivcheck.balls.kernels.remembering import forget
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Mode
from derivcheck.readings import readings

EXPRESSIONS = Path(__file__).parent.parent / "expressions"

LIMIT = 0.05
"""Seconds that a check may take."""


class Need(Enum):
    """What a check had to do beyond a match."""

    MATCH = "a match, nothing more"
    TAPE = "the perturbed tape"
    LIMITS = "one-sided limits"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Cost:
    """One check: its name, what it needed, and its seconds with a new expression and with a known one."""

    name: str
    need: Need
    new: float
    known: float


def single_points(files: Sequence[Path]) -> Iterator[Case]:
    """Every point of every case, as a case; those of torch.compile are left out, which take seconds in torch."""
    for file in files:
        for case in read_cases(str(file)):
            if isinstance(case, Unreadable) or Mode.COMPILE in case.modes:
                continue
            for point in case.at:
                yield replace(case, at=(point,))


def measure(case: Case) -> Cost:
    """Check a case twice, and note what it needed."""
    seen: set[str] = set()
    with ExitStack() as stack:
        for name in (
            "derivcheck.rounding.later_looks.program_spreads",
            "derivcheck.truth.by_quotients.one_sided",
        ):
            stack.enter_context(patch(name, _noting(seen, name)))
        tuple(check_case(case))
    readings.cache_clear()
    clear_cache()  # SymPy's
    new, known = (_seconds(case) for _ in range(2))
    tape, limits = (
        "derivcheck.rounding.later_looks.program_spreads" in seen,
        "derivcheck.truth.by_quotients.one_sided" in seen,
    )
    need = Need.BOTH if tape and limits else Need.TAPE if tape else Need.LIMITS if limits else Need.MATCH
    at = ", ".join(f"{name} = {number}" for name, number in case.at[0].items())
    return Cost(f"{case.name or case.expr} at {at}, {case.dtype or 'float64'}", need, new, known)


def _noting(seen: set[str], name: str) -> Callable[..., Any]:
    """Return the function of this name, made to note that it was called."""
    module, _, attribute = name.rpartition(".")
    original = getattr(__import__(module, fromlist=[attribute]), attribute)

    def called(*args: Any, **kwargs: Any) -> Any:
        seen.add(name)
        return original(*args, **kwargs)

    return called


def _seconds(case: Case) -> float:
    """Return the processor time of one thread, which does not depend on what else runs on the machine."""
    forget()
    started = time.process_time()
    tuple(check_case(case))
    return time.process_time() - started


def table(costs: Sequence[Cost]) -> None:
    """Median, 95th percentile, maximum and the share over the limit, by need."""
    print(f"{'milliseconds a check':<26}{'checks':>8}{'median':>9}{'95th':>9}{'max':>9}{f'over {LIMIT * 1e3:.0f}':>9}")
    for title, known in (("a new expression", False), ("a known one", True)):
        print(title)
        for need in Need:
            taken = sorted(cost.known if known else cost.new for cost in costs if cost.need is need)
            if not taken:
                continue
            high = taken[min(len(taken) - 1, int(0.95 * len(taken)))]
            over = sum(seconds > LIMIT for seconds in taken) / len(taken)
            numbers = "".join(f"{seconds * 1e3:>9.1f}" for seconds in (statistics.median(taken), high, taken[-1]))
            print(f"  {need.value:<24}{len(taken):>8}{numbers}{over:>8.1%}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=Path, nargs="+", default=sorted(EXPRESSIONS.glob("*.toml")), metavar="FILE")
    parser.add_argument("--slowest", type=int, default=10, metavar="N", help="how many of the slowest are listed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    costs = [measure(case) for case in single_points(options.cases)]
    table(costs)
    print(f"the {options.slowest} slowest with a known expression")
    for cost in sorted(costs, key=lambda cost: -cost.known)[: options.slowest]:
        print(f"  {cost.known * 1e3:>8.1f} ms ({cost.new * 1e3:.1f} ms new), {cost.need.value}: {cost.name}")


if __name__ == "__main__":
    main()
