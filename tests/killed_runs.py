"""Runs of the command line that are killed again and again: one process loads torch, and forks into each run.

    python tests/killed_runs.py SEED KILLS GROWTH RESULTS ARGUMENTS…

The arguments are those of `derivcheck`; RESULTS is the file that grows. Each run is killed once that file, or the one
that will take its place, has grown by a random amount up to GROWTH bytes, and a random moment later; the last one is
not. How many kills met a run that was alive is printed, and what the last one prints.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import sympy  # noqa: F401
import torch  # noqa: F401

from derivcheck.checking import check_case  # noqa: F401
from derivcheck.running import chunks, parts
from derivcheck_cli.app import main
from derivcheck_cli.render.formats import BATCH_RENDERERS  # noqa: F401

for module in (chunks, parts):
    setattr(module, "MAX_POINTS", 16)  # noqa: B010 - a constant, for mypy
# Points in a piece: few, so that a run has many pieces and is quick all the same.


def forked(arguments: list[str], *, out: Path) -> int:
    """A process of its own that runs the command line; its id."""
    process = os.fork()
    if process:
        return process
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        sys.argv = ["derivcheck", *arguments]
        main()
    except SystemExit as exit_:
        sys.stdout.flush()
        os._exit(exit_.code if isinstance(exit_.code, int) else 1)
    os._exit(0)


def size(path: Path) -> int:
    """How much was written to the file, and to the one that will take its place."""
    part = path.with_name(f"{path.name}.part")
    total = 0
    for file in (path, part):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def kill(process: int, path: Path, growth: int, delay: float) -> bool:
    """Kill the process once the file has grown so much; whether it was still alive."""
    before = size(path)
    while abs(size(path) - before) < growth:
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            break
        time.sleep(0.0005)
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def run(seed: int, kills: int, results: Path, arguments: list[str], largest: int) -> int:
    """The killed runs, then a last one; its exit code."""
    dice = random.Random(seed)
    out = results.with_name("stdout")
    met = 0
    for _ in range(kills):
        growth, delay = dice.randrange(largest), dice.random() * 0.005
        met += kill(forked(arguments, out=out), results, growth, delay)
    _, status = os.waitpid(forked(arguments, out=out), 0)
    sys.stdout.buffer.write(b"%d\n%s" % (met, out.read_bytes()))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[4]), sys.argv[5:], int(sys.argv[3])))
