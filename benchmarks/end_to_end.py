"""So many generated cases from a file to a file: the rate, memory over time, the size of the results, statuses.

    python benchmarks/end_to_end.py COUNT [--seed S] [--jobs N] [--folder FOLDER] [--every SECONDS] [--resume]

Six of ten cases are integral claims (`generated_claims.py`), four are random expressions of the fuzz at a point, with
kinks, cancellations and functions of all kinds. The same seed writes the same file. With --folder the files stay, and
--resume goes on with a run of the same COUNT and seed that was interrupted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import psutil
from fuzzing.generate import Generator
from generated_claims import claim
from scale_of_clusters import memory_of

CLAIMS = 0.6
"""The share of claims."""

EXTREME, SPECIAL = 0.02, 0.02
"""The shares of coordinates that are huge or tiny, and of functions that take long."""

_SOME_UNREADABLE = 2
"""The exit code where a case cannot be read: the fuzz types exponents that are too large, one in ten thousand cases."""

_SAMPLED = 1 << 24
"""The bytes of the results that are compressed, to tell how many are left."""

_BETWEEN_LOOKS = 1.0
"""Seconds between two looks at what the processes hold and have used."""


def generated(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """So many cases, as lines of a JSON Lines file have them."""
    random = Random(seed)
    fuzz = Generator(random, extreme=EXTREME, special=SPECIAL)
    for index in range(count):
        if random.random() < CLAIMS:
            yield claim(random, f"claim:{seed}:{index}")
        else:
            row = fuzz.row()
            wrt = [",".join(names) for names in row.wrts if names]
            yield {"name": f"point:{seed}:{index}", "expr": row.tree.written, "at": row.texts, "wrt": wrt}


class Watch:
    """Looks at the processes of a run from time to time.

    Args:
        process: the run.

    Attributes:
        memory: what each of them held at the last look, in bytes: the run itself, then those below it.
    """

    def __init__(self, process: int) -> None:
        self._process = psutil.Process(process)
        self._used: dict[int, float] = {}
        self.memory: list[float] = []

    def look(self) -> None:
        """Look at each of them; one that has just ended is as it was at the look before."""
        with suppress(psutil.Error):
            below = self._process.children(recursive=True)
            for process in (self._process, *below):
                times = process.cpu_times()
                self._used[process.pid] = times.user + times.system
            self.memory = [memory_of(self._process), *sorted(map(memory_of, below), reverse=True)]

    @property
    def used(self) -> float:
        """The seconds of the processor that all of them had used at the last look."""
        return sum(self._used.values())


def run(cases: Path, results: Path, options: argparse.Namespace) -> tuple[float, float]:
    """Run `derivcheck batch`, print what it holds every now and then, and what it prints at the end.

    Returns:
        Its seconds, and those of the processor.
    """
    command = [sys.executable, "-m", "derivcheck_cli", "batch", str(cases), "--jobs", str(options.jobs)]
    command += ["-q", "--exit-zero", "--output", str(results), "--resume" if options.resume else "--overwrite"]
    print(f"{'seconds':>9}{'used':>9}{'results':>12}{'parent':>9}  workers and their server", flush=True)
    started = shown = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_BETWEEN_LOOKS)
            watch.look()
            if time.perf_counter() - shown >= options.every:
                shown = time.perf_counter()
                _show(shown - started, results, watch)
        taken = time.perf_counter() - started
        assert process.stdout is not None
        print(process.stdout.read(), end="")
        if process.returncode not in {0, _SOME_UNREADABLE}:
            raise SystemExit(process.returncode)
    return taken, watch.used


def _show(elapsed: float, results: Path, watch: Watch) -> None:
    """Print what the run has written, used and holds at this moment."""
    size = results.stat().st_size if results.exists() else 0
    own, *below = (f"{held / 1e6:.0f}" for held in watch.memory or [0])
    written, held = f"{size / 1e6:.1f} MB", f"{own} MB"
    print(f"{elapsed:>9.0f}{watch.used:>9.0f}{written:>12}{held:>9}  {' '.join(below)} MB", flush=True)


def main() -> None:
    """Write the cases, check them, and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="how many cases")
    parser.add_argument("--seed", type=int, default=0, help="other cases")
    parser.add_argument("--jobs", type=int, default=2, help="worker processes")
    parser.add_argument("--folder", type=Path, help="where the files stay; default: a temporary one")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two lines about memory")
    parser.add_argument("--resume", action="store_true", help="go on with the results in --folder")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        cases, results = folder / "cases.jsonl", folder / "results.jsonl"
        started = time.perf_counter()
        with cases.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(case) + "\n" for case in generated(options.count, options.seed))
        print(f"{options.count:,} cases, seed {options.seed}, written in {time.perf_counter() - started:.0f} s")
        taken, used = run(cases, results, options)
        size, count = results.stat().st_size, options.count
        with results.open("rb") as file:
            rows = sum(1 for _ in file)
            file.seek(0)
            sample = file.read(_SAMPLED)
        print(f"{count / taken:,.0f} cases/s: {taken:,.0f} s with {options.jobs} workers, start-up included")
        print(f"{used:,.0f} s of the processor: {1e3 * used / count:.2f} ms a case")
        print(f"cases {cases.stat().st_size / 1e6:,.1f} MB, results {size / 1e6:,.1f} MB in {rows:,} lines:")
        print(f"{size / count:,.0f} bytes a case, {size / rows:,.0f} a line")
        print(
            f"gzip leaves {len(gzip.compress(sample, 6)) / len(sample):.1%} of their first {len(sample) / 1e6:.0f} MB"
        )


if __name__ == "__main__":
    main()
