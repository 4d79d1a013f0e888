"""Runs of the command line that are killed again and again: one process loads torch, and forks into each run.

It reads a list of trials as JSON, and writes what came of each. A trial has a folder with its case file `cases.txt`,
which `derivcheck batch --output r.jsonl --resume` runs until so many kills have met it alive. Each kill comes once the
file has grown by a random number of bytes, and a random moment later; some come a random time after the start instead.
A run that ends before its kill is compared, and the next one begins from scratch.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from derivcheck.checking.many_points import proven  # noqa: F401
from derivcheck.running import chunks
from derivcheck.running.pool import preloaded  # noqa: F401
from derivcheck.running.pool.server import start
from derivcheck.running.recording import recorder  # noqa: F401
from derivcheck_cli.app import main

_POINTS = 16
"""Points in a piece: few, so that a run has many pieces and is quick all the same."""

_POLL = 0.0003
"""Seconds between two looks at the file."""

_EARLY = 0.2
"""The share of the kills that do not wait for the file to grow."""


@dataclass
class Trial:
    """A run that is killed, in a folder of its own.

    Attributes:
        folder: where `cases.txt` is.
        jobs: the workers, 0 for none.
        kills: how many kills have to meet a run alive.
        seed: what the moments follow from.
        rewritten: whether the file is written anew: it holds the first half of the cases, in reverse, to begin with,
            and only kills during that count.
    """

    folder: Path
    jobs: int
    kills: int
    seed: int
    rewritten: bool
    met: int = 0
    runs: int = 0
    differing: int = 0
    moments: list[float] = field(default_factory=list)

    @property
    def results(self) -> Path:
        """The file of the results."""
        return self.folder / "r.jsonl"

    @property
    def part(self) -> Path:
        """The file that will take its place, where it is written anew."""
        return self.folder / "r.jsonl.part"

    def run(self) -> dict[str, Any]:
        """A run that nothing interrupts, then those that are killed; what came of them."""
        whole = self.outcome()
        wanted, dice = self.results.read_bytes(), random.Random(self.seed)
        before = self.before(wanted)
        self.results.write_bytes(before)
        while self.met < self.kills and self.runs < 20 * self.kills:
            self.runs += 1
            if self.kill(self.forked(), dice, len(wanted)):
                self.moments.append(round(self.size() / len(wanted), 2))
            else:
                self.differing += wanted != self.results.read_bytes()
                self.results.write_bytes(before)
        last = self.outcome()
        self.differing += wanted != self.results.read_bytes() or whole != last or self.part.exists()
        return {
            "met": self.met,
            "runs": self.runs,
            "moments": self.moments,
            "differing": self.differing,
            "outcome": last,
            "wanted": wanted.decode(),
        }

    def before(self, wanted: bytes) -> bytes:
        """What the file holds to begin with: nothing, or half of the records, the last one first."""
        if not self.rewritten:
            return b""
        records: list[bytes] = []
        for line in wanted.splitlines(keepends=True):
            if json.loads(line)["run"]["row"]:
                records[-1] += line
            else:
                records.append(line)
        return b"".join(reversed(records[: len(records) // 2]))

    def outcome(self) -> tuple[int, str]:
        """The exit code of a run that is not killed, and what it printed."""
        _, status = os.waitpid(self.forked(), 0)
        return os.waitstatus_to_exitcode(status), (self.folder / "stdout").read_text(encoding="utf-8")

    def forked(self) -> int:
        """A process of its own that runs the command line; its id."""
        process = os.fork()
        if process:
            return process
        try:
            os.chdir(self.folder)
            os.dup2(os.open("stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            for server in (forkserver, forkserver._forkserver) if self.jobs else ():
                setattr(server, "ensure_running", lambda: None)  # noqa: B010 - it runs, but is no child of this process
            options = ["--output", "r.jsonl", "--resume", "--format", "json", "--jobs", str(self.jobs)]
            sys.argv = ["derivcheck", "batch", "cases.txt", *options]
            main()
        except SystemExit as exit_:
            sys.stdout.flush()
            os._exit(exit_.code if isinstance(exit_.code, int) else 1)
        os._exit(0)

    def kill(self, process: int, dice: random.Random, size: int) -> bool:
        """Kill the process at a random moment; whether it was alive."""
        if dice.random() < _EARLY and not self.rewritten:
            time.sleep(dice.random() * 0.1)
        else:
            growth, before = dice.randrange(1, size * 5 // 4 if self.rewritten else size // 4), self.size()
            while abs(self.size() - before) < growth and not ended(process):
                time.sleep(_POLL)
            time.sleep(dice.random() * 0.003)
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        alive = os.WIFSIGNALED(status)
        self.met += alive and (self.part.exists() or not self.rewritten)
        return alive

    def size(self) -> int:
        """How much was written."""
        total = 0
        for file in (self.results, self.part):
            with suppress(FileNotFoundError):
                total += file.stat().st_size
        return total


def warm(file: Path) -> None:
    """Import what every run imports, by one that chooses none of the cases: torch is not to run before the forks."""
    sys.argv = ["derivcheck", "batch", str(file), "--jobs", "0", "-k", "nothing"]
    nowhere = io.TextIOWrapper(io.BytesIO())
    with suppress(SystemExit), redirect_stdout(nowhere), redirect_stderr(nowhere):
        main()


def ended(process: int) -> bool:
    """Whether a process has ended."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def trials(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What came of each trial."""
    made = [Trial(**{**one, "folder": Path(one["folder"])}) for one in listed]
    warm(made[0].folder / "cases.txt")
    if any(one.jobs for one in made):
        start()  # every run has its workers from the server of this process
    try:
        return [one.run() for one in made]
    finally:
        if (server := forkserver._forkserver._forkserver_pid) is not None:  # type: ignore[attr-defined]
            os.kill(server, signal.SIGKILL)


if __name__ == "__main__":
    for most in ("MAX_POINTS", "BLOCK"):
        setattr(chunks, most, _POINTS)
    json.dump(trials(json.load(sys.stdin)), sys.stdout)
