"""What claimed derivatives cost, against the script that one would write."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import generated_claims
from aims import Aim, Table, process_seconds
from obvious_script import agrees
from sympy.core.cache import clear_cache

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.checking.one_point import check_case
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import Case, Status
from derivcheck.reporting.outcomes.expect import judge

COUNT = 2000
"""Claims that are generated."""

ONE_BY_ONE = 400
"""So many claims are checked one by one, in turn with the script, unless --limit says otherwise."""

MILLISECONDS = Aim(2)
WITH_START, WITHOUT_START = Aim(20, at_least=True), Aim(35, at_least=True)


@contextmanager
def claims_file(given: Path | None) -> Iterator[Path]:
    """The file that is given, or one of generated claims."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "claims.jsonl")
        made.write_text("".join(json.dumps(case) + "\n" for case in generated_claims.claims(COUNT)), encoding="utf-8")
        yield made


def claims_of(source: Path, limit: int) -> list[Case]:
    """The first cases of numbers that claim a derivative, one point each: the script knows no tensors."""
    found = (
        Case(case.expr, case.at[:1], case.name, derivative=case.derivative, wrt=tuple(case.derivative))
        for case in read_cases(str(source))
        if not isinstance(case, Unreadable) and not is_shaped_point(case.at[0]) and case.derivative
    )
    return list(islice(found, limit))


BLOCK = 50
"""So many claims are checked by one side before the other one has its turn."""


def measure_one_by_one(table: Table, cases: Sequence[Case]) -> None:
    """The claims by derivcheck and by the script, in turn; those that break the script count for neither.

    SymPy's cache is emptied at each turn: otherwise the second side lives on what the first has worked out. Within its
    turn either side goes from claim to claim as it does in a file. What counts is the processor's time: either side
    runs in one thread, and other work on the machine is not theirs.
    """
    ours = other = 0.0
    done = broken = disagreed = 0
    statuses: Counter[Status] = Counter()
    for first in range(0, len(cases), BLOCK):
        block = cases[first : first + BLOCK]
        clear_cache()
        mine = [_by_derivcheck(case, statuses) for case in block]
        clear_cache()
        for case, taken in zip(block, mine, strict=True):
            started = time.process_time()
            try:
                disagreed += not agrees(case.expr, case.at[0], case.derivative)
            except Exception:  # whatever stops the script
                broken += 1
                continue
            other += time.process_time() - started
            ours += taken
            done += 1
    if not done:
        table.remark("no claims")
        return
    one, two = 1e3 * ours / done, 1e3 * other / done
    what = f"a claim in one process, of {done}  :  the script (milliseconds of ours)"
    table.row(what, f"{one:.2f} ms", f"{two:.1f} ms", one, MILLISECONDS)
    listed = ", ".join(f"{statuses[status]} {status}" for status in Status if statuses[status])
    table.remark(f"{other / ours:.1f} times as fast; derivcheck: {listed}")
    table.remark(f"the script: stopped by {broken} more, {disagreed} called wrong")


def _by_derivcheck(case: Case, statuses: Counter[Status]) -> float:
    """The seconds of the processor that a check of one case takes; its status is counted."""
    started = time.process_time()
    statuses[judge(case, check_case(case)).status] += 1
    return time.process_time() - started


def measure_batch(table: Table, source: Path, limit: int | None, jobs: int, repeats: int) -> None:
    """`derivcheck batch` over a whole file against the script over that file, each as a process of its own.

    The claims that stop the script count for both. What either takes for the first claim alone is its start-up.

    Args:
        table: where the rows are printed.
        source: the file of claims, JSON Lines.
        limit: only so many claims of it; None: all.
        jobs: the number of workers.
        repeats: runs for the start-up.
    """
    lines = list(islice(source.read_text(encoding="utf-8").splitlines(keepends=True), limit))
    script = str(Path(__file__).with_name("obvious_script.py"))
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder, "one.jsonl"), Path(folder, "many.jsonl")
        one.write_text(lines[0], encoding="utf-8")
        many.write_text("".join(lines), encoding="utf-8")

        def ours(file: Path) -> float:
            options = ("-q", "--exit-zero", "--jobs", str(jobs))
            return process_seconds("-m", "derivcheck_cli", "batch", str(file), *options)[1]

        def others(file: Path) -> float:
            return process_seconds(script, str(file))[1]

        starts = [(ours(one), others(one)) for _ in range(repeats)]
        start, start_of_script = (statistics.median(side) for side in zip(*starts, strict=True))
        # Ours is so much shorter that it is run before the script and after it.
        before, other, after = ours(many), others(many), ours(many)
    taken = (before + after) / 2
    alone, alone_of_script = taken - start, other - start_of_script
    what = f"batch --jobs {jobs}, {len(lines):,} claims  :  the script (times as fast"
    table.row(f"{what})", f"{taken:.1f} s", f"{other:.1f} s", other / taken, WITH_START)
    table.row(
        f"{what}, without start-up)",
        f"{alone:.1f} s",
        f"{alone_of_script:.1f} s",
        alone_of_script / alone,
        WITHOUT_START,
    )
    table.remark(f"{before:.1f} s before, {after:.1f} s after; start-up {start:.1f} s and {start_of_script:.1f} s")
