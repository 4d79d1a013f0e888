"""A differential fuzz: random expressions, whose truth, claims and verdicts are judged by an evaluator of its own.

    python benchmarks/fuzz.py [truth|claims|verdicts|tensors …] [--rows N] [--seed S] [--budget SECONDS]

The evaluator (`fuzzing/`) computes in mpmath, on trees of its own, by rules of its own: it shares neither a line nor a
library with what it judges, but for mpmath itself, which SymPy brings. Every disagreement is printed with the command
line that reproduces it, and the exit status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random

from fuzzing import claims, tensors, truths, verdicts
from fuzzing.generate import Generator
from fuzzing.rows import Row
from fuzzing.tally import Judged, Tally

from derivcheck.errors import DerivcheckError


def draw_truth(random: Random) -> tuple[Row, Callable[[], Iterator[Judged]]]:
    """A row, and what judges it."""
    row = Generator(random).row()
    return row, lambda: truths.judge_row(row)


def draw_claim(random: Random) -> tuple[Row, Callable[[], Iterator[Judged]]]:
    """Claims about a row, and what judges them."""
    row = Generator(random, extreme=0.1, special=0.1, dyadic=random.random() < 0.8).row()
    return row, lambda: claims.judge_row(row, random)


def draw_verdict(random: Random) -> tuple[Row, Callable[[], Iterator[Judged]]]:
    """Verdicts on a row, and what judges them."""
    row = Generator(random, extreme=0.15, special=0.02).row()
    return row, lambda: verdicts.judge_row(row, random)


def draw_tensors(random: Random) -> tuple[tensors.TensorRow, Callable[[], Iterator[Judged]]]:
    """An expression with shapes, and what judges it."""
    row = tensors.draw_row(random)
    return row, lambda: tensors.judge_row(row)


Drawn = tuple[Row | tensors.TensorRow, Callable[[], Iterator[Judged]]]

PARTS: Mapping[str, Callable[[Random], Drawn]] = {
    "truth": draw_truth,
    "claims": draw_claim,
    "verdicts": draw_verdict,
    "tensors": draw_tensors,
}
"""The parts: what draws a row, and judges it."""

SLOW = 10
"""Seconds after which a row is given up."""


class SlowError(BaseException):
    """A row took too long; no Exception, which derivcheck, at work on the row, would take for a bug of its own."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """SlowError after so many seconds."""

    def give_up(*_: object) -> None:
        raise SlowError

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def run(name: str, rows: int, seed: int, budget: float, skip: int = 0) -> Tally:
    """Run one part; print what disagrees, and the counts."""
    tally = Tally()
    started = time.perf_counter()
    while tally.rows < rows and time.perf_counter() - started < budget:
        number = skip + tally.drawn
        row, judge = PARTS[name](Random(f"{seed}/{number}"))
        tally.drawn += 1
        try:
            with time_limit(SLOW):
                found = list(judge())
        except SlowError:
            tally.slow += 1
            print(f"  row {number} took more than {SLOW} s: {row.command()}", flush=True)
        except DerivcheckError:
            tally.refused += 1
        except Exception:
            tally.raised += 1
            print(f"  row {number} raised: {row.command()}\n{traceback.format_exc(limit=-3)}", flush=True)
        else:
            for one in tally.added(found):
                print(f"  row {number}, {one.about}: {row.command()}")
                print(f"      derivcheck: {one.said}\n      oracle: {one.known}", flush=True)
    print(f"{name}, seed {seed}, {time.perf_counter() - started:.0f} s: {tally}", flush=True)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; default: all")
    parser.add_argument("--rows", type=int, default=20_000, help="how many rows of each part")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other rows")
    parser.add_argument("--budget", type=float, default=600, metavar="SECONDS", help="stop a part after so long")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many expressions at the start")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    parts = options.parts or list(PARTS)
    found = [run(name, options.rows, options.seed, options.budget, options.skip) for name in parts]
    return 0 if all(tally.is_clean for tally in found) else 1


if __name__ == "__main__":
    sys.exit(main())
