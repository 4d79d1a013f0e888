"""What many points of one expression cost, against gradcheck at each of them, and what it costs to record them."""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from aims import Aim, Table, process_seconds, seconds
from scale import Kept

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, Status
from derivcheck.numbers import DType
from derivcheck.running.in_process import InProcess
from derivcheck.running.interface import FILED, TALLY, Executor
from derivcheck.running.limits import Limits
from derivcheck.running.pool.pool import Pool

THIRTY_OPERATIONS = (
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y)) + sqrt(2 + x*y)*atan(x/3)"
)
"""Thirty operations on two variables, literals not counted."""

GRADCHECKED = 1000
"""gradcheck runs on so many of the points; its time is extrapolated."""

TIMES = Aim(200, at_least=True)
RECORDED = Aim(5)
RECORDED_SECONDS = Aim(30)
RECORDED_POINTS, TURNS = 4096, 3
_AIMED_AT = 100_000
"""The aim in seconds is one for so many points."""


def measure_points(table: Table, count: int) -> None:
    """The one expression at so many points: in one process, with two workers, and recorded in a file."""
    draw = random.Random(1)
    points = [{"x": repr(draw.uniform(0.1, 2)), "y": repr(draw.uniform(0.1, 2))} for _ in range(count)]
    _against_gradcheck(table, points, 1)
    _against_gradcheck(table, points, 2)
    _recorded(table, points)


def _against_gradcheck(table: Table, points: Sequence[dict[str, str]], jobs: int) -> None:
    """Both in turns: half of gradcheck's are measured before, half of them behind."""
    program = compile_torch(parse(THIRTY_OPERATIONS, frozenset({"x", "y"})))
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)

    def gradcheck(texts: dict[str, str]) -> bool:
        exact = {name: coordinate.exact for name, coordinate in read_point(texts, DType.FLOAT64).items()}
        inputs = [setting.tensor(exact[name]).requires_grad_() for name in program.variables]
        passes: bool = torch.autograd.gradcheck(lambda *xs: program(xs, setting.literal), inputs)
        return passes

    sample = points[:: max(1, len(points) // GRADCHECKED)]
    half = len(sample) // 2
    other = seconds(lambda: [gradcheck(texts) for texts in sample[:half]])
    ours, statuses = _at_all(points, Pool(jobs, Limits(), TALLY) if jobs > 1 else InProcess(TALLY))
    other += seconds(lambda: [gradcheck(texts) for texts in sample[half:]])
    extrapolated = other / len(sample)
    what = f"a point of {len(points):,}, {jobs} job{'s' * (jobs > 1)}  :  gradcheck (times as fast)"
    aim = TIMES if jobs == 2 else None
    table.row(what, f"{1e6 * ours:.1f} µs", f"{1e6 * extrapolated:.0f} µs", extrapolated / ours, aim)
    listed = ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses[status])
    table.remark(f"derivcheck: {listed}; gradcheck extrapolated from {len(sample):,} points")


A_LINE = 20_000
"""Points of a case in a file: a line holds 4 MB at most."""


TIMES_OVER = 3
"""So often the points are checked; the first time is not measured."""


def _at_all(points: Sequence[dict[str, str]], executor: Executor) -> tuple[float, Counter[Status]]:
    """The seconds that a point takes once all of them have been checked, and what came out.

    Pieces come in order: while one worker still starts, all that the others have done waits. By the end of the first
    time over the points that is behind, and the further times are measured.
    """
    statuses: Counter[Status] = Counter()
    started = 0.0
    for piece in executor.run([Case(THIRTY_OPERATIONS, tuple(points))] * TIMES_OVER):
        if not started:
            statuses[Status.MATCH] += piece.matches.count
            statuses.update(result.status for result in piece.results)
            started = time.perf_counter() if piece.last else 0.0
    return (time.perf_counter() - started) / (len(points) * (TIMES_OVER - 1)), statuses


def _recorded(table: Table, points: Sequence[dict[str, str]]) -> None:
    """`derivcheck batch --output` over the points, in a few cases; then what it costs in this process to keep one."""
    with tempfile.TemporaryDirectory() as folder:
        file, results = Path(folder, "points.jsonl"), Path(folder, "r.jsonl")

        def record(at: Sequence[dict[str, str]]) -> float:
            cases = [
                {"expr": THIRTY_OPERATIONS, "at": at[place : place + A_LINE]} for place in range(0, len(at), A_LINE)
            ]
            file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
            options = ("-q", "--exit-zero", "--jobs", "2", "--output", str(results), "--overwrite")
            return process_seconds("-m", "derivcheck_cli", "batch", str(file), *options)[1]

        start = record(points[:1])
        whole = record(points)
        size = results.stat().st_size
    aim = RECORDED_SECONDS if len(points) == _AIMED_AT else None
    table.row(f"batch --jobs 2 --output, {len(points):,} points (seconds)", f"{whole:.1f} s", "", whole, aim)
    table.remark(f"{size / len(points):,.0f} bytes a point in the file; start-up {start:.1f} s")
    case = [Case(THIRTY_OPERATIONS, tuple(points[:RECORDED_POINTS]))]
    _processor(Kept(InProcess(FILED)), case)  # what is found out once
    turns = [(_processor(Kept(InProcess(FILED)), case), _processor(InProcess(TALLY), case)) for _ in range(TURNS)]
    kept, proven = (1e6 * min(side) / len(case[0].at) for side in zip(*turns, strict=True))
    ratio = statistics.median(one / two for one, two in turns)
    table.row("a recorded point, in one process  :  its proof", f"{kept:.0f} µs", f"{proven:.0f} µs", ratio, RECORDED)


def _processor(executor: Executor, cases: list[Case]) -> float:
    """The processor's seconds of a run in this process."""
    started = time.process_time()
    for _ in executor.run(cases):
        pass
    return time.process_time() - started
