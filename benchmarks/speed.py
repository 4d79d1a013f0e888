"""What a check costs, each time as a ratio against the thing that a user would otherwise run, measured in one run.

    python benchmarks/speed.py [--claims FILE.jsonl] [--limit N] [--points N] [--repeats N] [--jobs N]

The two sides take turns, so that a machine that is slow for a while is slow for both.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import torch
from obvious_script import agrees
from sympy.core.cache import clear_cache

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.checking.many_points.columns import BLOCK
from derivcheck.checking.one_point import check_case
from derivcheck.inputs.coordinates import read_point
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, Status
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import TALLY, Executor
from derivcheck.running.limits import Limits
from derivcheck.running.loading import load_all
from derivcheck.running.pool.pool import Pool

EXPRESSIONS = Path(__file__).parent.parent / "expressions"

THIRTY_OPERATIONS = (
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y)) + sqrt(2 + x*y)*atan(x/3)"
)
"""Thirty operations on two variables, literals not counted."""

ONE_BY_ONE = 400
"""So many claims are checked one by one, in turn with the script, unless --limit says otherwise."""

FACTORS = "*".join(f"(x/{index} + 1)" for index in range(1, 1001))
SINES = "+".join(f"sin({index}*x)" for index in range(1, 5001))
"""Expressions whose derivatives are far too long to be shown, so that no time may go into the form that is."""

GRADCHECKED = 1000
"""gradcheck runs on so many of the points; its time is extrapolated."""


def seconds(action: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def row(what: str, ours: str, other: str, ratio: str) -> None:
    """One line of the table."""
    print(f"{what:<58}{ours:>12}{other:>12}{ratio:>8}", flush=True)


# --- a single check, as a process ------------------------------------------------------------------------------------


def process(*arguments: str) -> Callable[[], object]:
    """A Python process that is run to its end, its modules compiled by the first run, as an installation has them."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)


def single_checks(repeats: int) -> None:
    """The commands a user types, against Python that imports torch and SymPy and does nothing."""
    commands = {
        "derivcheck 'x**2+2*x+1' --at x=2": process("-m", "derivcheck_cli", "x**2+2*x+1", "--at", "x=2"),
        "1,000 factors (x/k + 1) at 0.3": process("-m", "derivcheck_cli", FACTORS, "--at", "x=0.3"),
        "1,000 factors (x/k + 1) at 1": process("-m", "derivcheck_cli", FACTORS, "--at", "x=1"),
        "5,000 sines sin(k*x) at 0.3": process("-m", "derivcheck_cli", SINES, "--at", "x=0.3"),
        "5,000 sines sin(k*x) at 1": process("-m", "derivcheck_cli", SINES, "--at", "x=1"),
        "derivcheck --help": process("-m", "derivcheck_cli", "--help"),
    }
    bare = process("-c", "import torch, sympy")
    for action in (bare, *commands.values()):
        action()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(repeats):
        reference = seconds(bare)
        for name, command in commands.items():
            taken[name].append((seconds(command), reference))
    for name, pairs in taken.items():
        ours, other = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(one / two for one, two in pairs)
        row(f"{name}  :  python -c 'import torch, sympy'", f"{ours:.2f} s", f"{other:.2f} s", f"{ratio:.2f}")


# --- claims, against the script that one would write -----------------------------------------------------------------


def claims_of(source: Path | None, limit: int | None) -> list[Case]:
    """The cases of numbers that claim a derivative, one point each: of a file, or of the project's expressions."""
    files = [source] if source else sorted(EXPRESSIONS.glob("*.toml"))
    return list(islice(_claims(files), limit))


def _claims(files: Sequence[Path]) -> Iterator[Case]:
    for file in files:
        for case in read_cases(str(file)):
            if isinstance(case, Unreadable) or is_shaped_point(case.at[0]):  # the script knows no tensors
                continue
            if case.derivative and case.expect is None:
                yield Case(case.expr, case.at[:1], case.name, derivative=case.derivative, wrt=tuple(case.derivative))


def claims(cases: Sequence[Case]) -> None:
    """Each claim by derivcheck and by the script, in turn; those that break the script count for neither.

    SymPy's cache is emptied in between: otherwise the second side lives on what the first has worked out. SymPy's rules
    of differentiation, which derivcheck takes once a function, stay: that is how it works in a batch. What counts is
    the processor's time: either side runs in one thread, and other work on the machine is not theirs.
    """
    ours = other = 0.0
    done = broken = disagreed = 0
    statuses: dict[Status, int] = {}
    for case in cases:
        clear_cache()
        started = time.process_time()
        status = judge(case, check_case(case)).status
        mine = time.process_time() - started
        statuses[status] = statuses.get(status, 0) + 1
        clear_cache()
        started = time.process_time()
        try:
            disagreed += not agrees(case.expr, case.at[0], case.derivative)
        except Exception:  # whatever stops the script
            broken += 1
            continue
        other += time.process_time() - started
        ours += mine
        done += 1
    if not done:
        print("no claims")
        return
    what = f"{done} claims  :  sympify, diff, evalf, lambdify, backward"
    row(what, f"{1e3 * ours / done:.1f} ms", f"{1e3 * other / done:.1f} ms", f"{ours / other:.2f}")
    listed = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items(), key=lambda item: item[0].rank))
    print(f"    {other / ours:.1f} times as fast, in one process")
    print(f"    derivcheck: {listed}; the script: stopped by {broken} more, {disagreed} called wrong")


def whole_batch(source: Path, limit: int | None, jobs: int | None, repeats: int) -> None:
    """`derivcheck batch` over a whole file against the script over that file, each as a process of its own.

    The claims that stop the script count for both. What either takes for the first claim alone is its start-up.

    Args:
        source: the file of claims, JSON Lines.
        limit: only so many claims of it; None: all.
        jobs: the number of workers; None: no option `--jobs`.
        repeats: runs for the start-up.
    """
    lines = list(islice(source.read_text(encoding="utf-8").splitlines(keepends=True), limit))
    options = [] if jobs is None else ["--jobs", str(jobs)]
    script = str(Path(__file__).with_name("obvious_script.py"))
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder, "one.jsonl"), Path(folder, "many.jsonl")
        one.write_text(lines[0], encoding="utf-8")
        many.write_text("".join(lines), encoding="utf-8")

        def ours(file: Path) -> float:
            return seconds(process("-m", "derivcheck_cli", "batch", str(file), "-q", "--exit-zero", *options))

        def others(file: Path) -> float:
            return seconds(process(script, str(file)))

        starts = [(ours(one), others(one)) for _ in range(repeats)]
        start, start_of_script = (statistics.median(side) for side in zip(*starts, strict=True))
        # Ours is so much shorter that it is run before the script and after it.
        before, other, after = ours(many), others(many), ours(many)
    taken = (before + after) / 2
    called = " ".join(["derivcheck batch", *options])
    row(f"{called}, {len(lines)} claims  :  the script", f"{taken:.1f} s", f"{other:.1f} s", f"{taken / other:.3f}")
    alone, alone_of_script = taken - start, other - start_of_script
    print(f"    {other / taken:.1f} times as fast ({before:.1f} s before, {after:.1f} s after the script)")
    print(
        f"    {alone_of_script / alone:.1f} times without the start-up: {alone:.1f} s : {alone_of_script:.1f} s"
        f" beyond the first claim, {start:.1f} s : {start_of_script:.1f} s"
    )


# --- many points of one expression, against gradcheck ----------------------------------------------------------------


def many_points(count: int, jobs: int) -> None:
    """One expression at many points, against gradcheck at each of them: half of it before, half of it behind."""
    draw = random.Random(1)
    points = [{"x": repr(draw.uniform(0.1, 2)), "y": repr(draw.uniform(0.1, 2))} for _ in range(count)]
    program = compile_torch(parse(THIRTY_OPERATIONS, frozenset({"x", "y"})))
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)

    def gradcheck(texts: dict[str, str]) -> bool:
        exact = {name: coordinate.exact for name, coordinate in read_point(texts, DType.FLOAT64).items()}
        inputs = [setting.tensor(exact[name]).requires_grad_() for name in program.variables]
        passes: bool = torch.autograd.gradcheck(lambda *xs: program(xs, setting.literal), inputs)
        return passes

    sample = points[:: max(1, count // GRADCHECKED)]
    half = len(sample) // 2
    other = seconds(lambda: [gradcheck(texts) for texts in sample[:half]])
    ours, statuses = _at_all(points, Pool(jobs, Limits(), TALLY) if jobs > 1 else InProcess(TALLY), 2 * jobs)
    other += seconds(lambda: [gradcheck(texts) for texts in sample[half:]])
    extrapolated = other / len(sample)
    what = f"a point of {count:,} of one expression, {jobs} jobs  :  gradcheck"
    row(what, f"{1e6 * ours:.0f} µs", f"{1e6 * extrapolated:.0f} µs", f"{ours / extrapolated:.4f}")
    listed = ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses[status])
    print(
        f"    derivcheck: {listed}; {extrapolated / ours:.0f} times; gradcheck extrapolated from {len(sample):,} points"
    )


def _at_all(points: Sequence[dict[str, str]], executor: Executor, warm: int) -> tuple[float, Counter[Status]]:
    """The seconds that a point takes once each worker has started and done some blocks, and what came out."""
    statuses: Counter[Status] = Counter()
    started = time.perf_counter()
    behind = len(points)
    for position, piece in enumerate(executor.run([Case(THIRTY_OPERATIONS, tuple(points))]), 1):
        statuses[Status.MATCH] += piece.matches.count
        statuses.update(result.status for result in piece.results)
        if position == warm:
            started, behind = time.perf_counter(), len(points) - warm * BLOCK
    return (time.perf_counter() - started) / behind, statuses


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--claims", type=Path, help="JSON Lines case file; default: the claims in expressions/*.toml")
    parser.add_argument("--limit", type=int, help="only so many claims, one by one and in one go")
    parser.add_argument("--points", type=int, default=100_000, help="points of the one expression")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each process")
    parser.add_argument("--jobs", type=int, help="workers for the whole file of --claims; default: no option --jobs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    load_all()
    row("what  :  against what", "derivcheck", "other", "ratio")
    single_checks(options.repeats)
    claims(claims_of(options.claims, options.limit or ONE_BY_ONE))
    if options.claims:
        whole_batch(options.claims, options.limit, options.jobs, options.repeats)
    for jobs in (1, 2):
        many_points(options.points, jobs)


if __name__ == "__main__":
    main()
