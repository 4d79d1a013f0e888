"""Whether a rewrite that is shown is ever another function, how often one helps, and how long the search takes.

    python benchmarks/rewrites.py [--cases N] [--seed S]

It draws expressions and points at random, with cancellations, kinks and coordinates at the ends of the range. Each
rewrite that is shown is held against the expression, in exact arithmetic, at points that the search has not seen.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import torch
from flint import arb
from fuzzing.generate import Generator

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import UnsupportedError
from derivcheck.explaining.rewriting.finding import find_rewrites
from derivcheck.language.parse import parse
from derivcheck.model.explanation import Rewrite
from derivcheck.numbers import DType
from derivcheck.truth.runs import Runs
from derivcheck.truth.values import value_at

POINTS = 4
"""At so many other points the two are compared, each coordinate within a hundredth of its own."""


@dataclass(frozen=True)
class Searched:
    """One search.

    Attributes:
        expression: what was rewritten.
        found: the rewrites.
        wrong: those that are another function at one of the other points.
        seconds: how long the search took, of the processor.
    """

    expression: str
    found: tuple[Rewrite, ...]
    wrong: tuple[Rewrite, ...]
    seconds: float


def value_of(text: str, point: dict[str, Fraction]) -> arb | None:
    """What an expression is at a point; None where it has no value, or none that balls know."""
    try:
        value = value_at(Runs(compile_balls(parse(text, frozenset(point))), point))
    except UnsupportedError:  # a norm of several values
        return None
    return value if isinstance(value, arb) and value.is_finite() else None


def is_another(expression: str, rewrite: Rewrite, point: dict[str, Fraction], random: Random) -> bool:
    """Whether a rewrite has another value than the expression somewhere beside a point."""
    for _ in range(POINTS):
        near = {name: value * Fraction(random.randint(990, 1010), 1000) for name, value in point.items()}
        mine, theirs = value_of(expression, near), value_of(rewrite.expression, near)
        with precision(256):
            if mine is not None and theirs is not None and not mine.overlaps(theirs):
                return True
    return False


def searched(cases: int, seed: int) -> Iterator[Searched]:
    """Search for rewrites of random expressions."""
    random = Random(seed)
    generator = Generator(random, extreme=0.3, special=0.02)
    for _ in range(cases):
        row = generator.row()
        text, dtype = row.tree.written, random.choice(list(DType))
        start = time.thread_time()
        found = find_rewrites(text, row.texts, dtype)
        seconds = time.thread_time() - start
        wrong = tuple([rewrite for rewrite in found if is_another(text, rewrite, row.exact, random)])
        yield Searched(text, found, wrong, seconds)


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    find_rewrites("1 - cos(x)", {"x": "1e-9"})  # reads the table
    done = list(searched(options.cases, options.seed))
    shown = [one for one in done if one.found]
    wrong = [(one.expression, rewrite.expression) for one in done for rewrite in one.wrong]
    times = sorted(one.seconds for one in done)
    print(f"expressions: {len(done)}; with rewrites: {len(shown)}; another function: {len(wrong)}")
    for pair in wrong:
        print("    ", *pair)
    median, high = statistics.median(times), times[len(times) * 95 // 100]
    print(
        f"each: {1000 * median:.0f} ms of the processor (median), {1000 * high:.0f} ms (95 %), {times[-1]:.1f} s (most)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
