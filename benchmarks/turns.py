"""Cases for the benchmarks of scale, and how two executors take turns on them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.model import Case
from derivcheck.running.chunks import MAX_ITEMS
from derivcheck.running.interface import Executor

FUNCTIONS = ("sin", "exp", "tanh", "atan", "erf", "log1p", "sqrt", "cosh")


def generated(count: int) -> Iterator[Case]:
    """So many cases, no two of them the same, each with a claim that holds for its sum."""
    for index in range(count):
        one, two = FUNCTIONS[index % 8], FUNCTIONS[index // 8 % 8]
        yield Case(
            f"{one}(x)*{two}(x + {index}) + x**{index % 5 + 2}/{index + 1}", ({"x": "0.5"},), f"generated/{index}"
        )


def cases_of(claims: Path | None, count: int) -> list[Case]:
    """The cases of a file, or generated ones."""
    if claims is None:
        return list(generated(count))
    return list(islice((case for case in read_cases(str(claims)) if not isinstance(case, Unreadable)), count))


def seconds(executor: Executor, cases: list[Case], workers: int) -> float:
    """How long the cases take once every worker has begun: a few chunks come before."""
    before = list(generated(2 * workers * MAX_ITEMS))
    started = 0.0
    for done, _piece in enumerate(executor.run([*before, *cases]), start=1):
        if done == len(before):
            started = time.perf_counter()
    return time.perf_counter() - started


def compare(
    what: str,
    one: tuple[Executor, int],
    two: tuple[Executor, int],
    cases: list[Case],
    repeats: int,
    *,
    unit: str = "cases",
    count: int | None = None,
) -> None:
    """How many times faster the second side is than the first: the median over turns."""
    turns = [(seconds(one[0], cases, one[1]), seconds(two[0], cases, two[1])) for _ in range(repeats)]
    ratios = sorted(first / second for first, second in turns)
    rate = (count or len(cases)) / statistics.median(second for _, second in turns)
    listed = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{what:<56}{statistics.median(ratios):>6.2f}   ({listed}; {rate:,.0f} {unit}/s)", flush=True)
