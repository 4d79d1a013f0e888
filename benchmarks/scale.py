"""What workers, a cluster and a hundred thousand cases cost, each as a ratio measured in one run.

    python benchmarks/scale.py [--claims FILE.jsonl] [--cases N] [--points N] [--repeats N] [--memory N]
                               [--workers N] [--only jobs|cluster|memory|output]

The sides take turns, and the median of their ratios counts: a machine that is slow for a while is slow for both. The
start of the workers is left out: the clock runs from the first of a few cases that come before, once they are done.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path

import psutil
from scale_of_clusters import measure_cluster
from turns import cases_of, compare, generated, seconds

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import FILED, RECORD, TALLY, Executor, Formulas, Item, Piece, Wanted
from derivcheck.running.limits import Limits, default_memory
from derivcheck.running.pool.pool import Pool
from derivcheck.running.recording.recorder import make_recorder
from derivcheck.running.recording.results_file import Existing

MANY = "exp(-x**2/2)*sin(3*x + 1) + tanh(x - 1/4)/(2 + cos(x))"
"""The expression that has many points."""


class Kept:
    """An executor whose results are kept in a file, a new one for each run."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Yield the pieces."""
        with tempfile.TemporaryDirectory() as folder:
            yield from make_recorder(self.executor, f"{folder}/r.jsonl", Existing.REFUSE, ()).run(items)


AIM_OF_A_RECORDED_POINT = 5
AIM_OF_A_FILE = 30
"""The seconds in which two workers write a file of 100,000 points."""


def recorded_points(points: list[Case], repeats: int, limits: Limits) -> None:
    """What a recorded point costs against its proof, in one process, and how long two workers take over a file."""
    count = len(points[0].at)

    def processor(executor: Executor) -> float:
        started = time.process_time()
        for _ in executor.run(points):
            pass
        return time.process_time() - started

    processor(Kept(InProcess(FILED)))  # torch, and what is found out once
    turns = [(processor(InProcess(TALLY)), processor(Kept(InProcess(FILED)))) for _ in range(repeats)]
    ratio = statistics.median(recorded / proven for proven, recorded in turns)
    proven, recorded = (1e6 * min(side) / count for side in zip(*turns, strict=True))
    what = "a recorded point of one expression against its proof"
    print(
        f"{what:<56}{ratio:>6.2f}   (aim: {AIM_OF_A_RECORDED_POINT}; {recorded:.0f} µs : {proven:.0f} µs)", flush=True
    )
    taken = 1e5 * seconds(Kept(Pool(2, limits, FILED)), points, 2) / count
    what = "seconds for 100,000 such points, --output, --jobs 2"
    print(f"{what:<56}{taken:>6.1f}   (aim: {AIM_OF_A_FILE}; from {count:,})", flush=True)


class Canned:
    """An executor that gives the Results of one case for every case: a file of results is made in no time."""

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Yield the pieces."""
        results = tuple(check_case(next(generated(1))))
        for item in items:
            if isinstance(item, Case):
                yield Piece(item, tuple(replace(result, case=item) for result in results), last=True)


def peak_memory(count: int, jobs: int) -> tuple[int, int]:
    """The largest memory of a run over so many cases: the parent's, and the largest of a worker's."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.writelines(f"{case.expr} @ x=0.5\n" for case in generated(count))
    peaks = peak_of("batch", "-q", "-j", str(jobs), file.name)
    os.unlink(file.name)
    return peaks


def peaks_of_recorded(count: int) -> tuple[int, int]:
    """The largest memory of a report of so many cases, and of a run that finds all of them in its file."""
    with tempfile.TemporaryDirectory() as folder:
        cases, results = Path(folder, "cases.txt"), f"{folder}/r.jsonl"
        with cases.open("w") as file:
            file.writelines(f"{case.expr} @ x=0.5\n" for case in generated(count))
        for _ in make_recorder(Canned(), results, Existing.REFUSE, ()).run(generated(count)):
            pass
        shown, _ = peak_of("report", "-q", results)
        resumed, _ = peak_of("batch", "-q", "-j", "0", str(cases), "--output", results, "--resume")
    return shown, resumed


def peak_of(*arguments: str) -> tuple[int, int]:
    """The largest memory of a command: its own, and the largest of one of its children."""
    command = [sys.executable, "-m", "derivcheck_cli", *arguments]
    parent = worker = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        done = threading.Event()
        while process.poll() is None and not done.wait(0.1):
            try:
                parent = max(parent, watched.memory_info().rss)
                worker = max([worker, *(child.memory_info().rss for child in watched.children(recursive=True))])
            except psutil.Error:
                continue
    return parent, worker


def memory(count: int, who_and_how: tuple[tuple[str, str], Callable[[int], tuple[int, int]]]) -> None:
    """Peak memory of so many cases against a tenth of them."""
    names, measure = who_and_how
    few, many = (measure(size) for size in (count // 10, count))
    for who, less, more in zip(names, few, many, strict=True):
        what = f"peak memory of the {who}, {count:,} cases : {count // 10:,}"
        print(f"{what:<56}{more / less:>6.2f}   ({more / 1e6:.0f} MB : {less / 1e6:.0f} MB)", flush=True)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--claims", type=Path, help="JSON Lines case file; default: cases that are generated")
    parser.add_argument("--cases", type=int, default=6000, help="how many of them")
    parser.add_argument("--points", type=int, default=4096, help="points of one expression, for --only output")
    parser.add_argument("--repeats", type=int, default=3, help="turns of the two sides")
    parser.add_argument("--workers", type=int, default=4, help="worker processes of the cluster")
    parser.add_argument("--memory", type=int, default=100_000, metavar="N", help="cases of the larger run")
    parser.add_argument("--only", choices=["jobs", "cluster", "memory", "output"], help="one of them")
    options = parser.parse_args()
    cases = cases_of(options.claims, options.cases)
    limits = Limits(memory=default_memory())
    two = (Pool(2, limits, TALLY), 2)
    if options.only in {None, "jobs"}:
        compare("--jobs 2 against --jobs 1", (Pool(1, limits, TALLY), 1), two, cases, options.repeats)
    if options.only in {None, "cluster"}:
        measure_cluster(cases, limits, options.workers, options.repeats)
    if options.only in {None, "memory"}:
        memory(options.memory, (("parent", "worker"), lambda count: peak_memory(count, 2)))
    if options.only in {None, "output"}:
        rows, text = Pool(2, limits, RECORD), Pool(2, limits, Wanted(formulas=Formulas.FAILURES))
        filed = Kept(Pool(2, limits, FILED))
        compare("--output against the text report, --jobs 2", (text, 2), (filed, 2), cases, options.repeats)
        points = [Case(MANY, tuple({"x": f"{index / options.points:.6f}"} for index in range(1, options.points + 1)))]
        what = f"the same, {options.points:,} points of one expression"
        compare(what, (text, 2), (filed, 2), points, options.repeats, unit="points", count=options.points)
        recorded_points(points, options.repeats, limits)
        compare("--output against --format jsonl, --jobs 2", (rows, 2), (filed, 2), cases, options.repeats)
        memory(options.memory, (("report", "resumed run"), peaks_of_recorded))


if __name__ == "__main__":
    main()
