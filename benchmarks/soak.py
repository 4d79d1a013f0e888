"""A soak: runs that are killed, stopped, starved and cut, for minutes, and what was lost: nothing, if all is right.

    python benchmarks/soak.py                  # ten minutes
    python benchmarks/soak.py --seconds 60 --seed 3 --only kill

Each round does something to `derivcheck batch --output r.jsonl --resume` at a random moment. Then it looks for
processes and temporary files that are left; after a SIGKILL the next start may remove the latter. Now and then the run
is resumed to its end, and its file compared with that of a run that nobody disturbed. It is no part of the gate; a few
of its rounds are (`tests/cli/test_ending.py`).
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import psutil

GRACE = 5.0
"""Seconds after which nothing of a run may be left."""

OURS = {"cases.txt", "own.toml", "own.py", "r.jsonl", "r.html", "r.xml", "tmp", "__pycache__"}
"""What may stand in the folder of a trial."""

_MARK = "DERIVCHECK_SOAK_FOLDER"
"""The variable by which a process of a trial is known, whoever its parent is by now."""

OWN = """
[functions.hangs]
torch = "own.py:hangs"
formula = "x**2"

[functions.grows]
torch = "own.py:grows"
formula = "x**2"

[[case]]
name = "hangs"
expr = "hangs(x)"
at = { x = 2 }

[[case]]
name = "grows"
expr = "grows(x)"
at = { x = 2 }
"""
OWN_CODE = """
def hangs(x):
    while True:
        pass


def grows(x):
    kept = []
    while True:
        kept.append(bytearray(10**7))
"""


@dataclass
class Trial:
    """A folder with cases, a run over them, and what an undisturbed one leaves.

    Attributes:
        folder: where it is run.
        seed: what the moments follow from.
        own: whether two of the cases hang and eat memory.
        count: how many other cases there are.
        lost: what was lost, by kind of loss.
        rounds: the rounds, by what was done.
    """

    folder: Path
    seed: int = 0
    own: bool = False
    count: int = 40
    lost: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        cases = "".join(f"x**{power}*sin(x) @ x={power}/7\n" for power in range(2, 2 + self.count))
        (self.folder / "cases.txt").write_text(cases)
        (self.folder / "own.toml").write_text(OWN)
        (self.folder / "own.py").write_text(OWN_CODE)
        begin = time.monotonic()
        self.finish("the first run")
        self.seconds = time.monotonic() - begin
        self.wanted = self.results.read_bytes()
        self.results.unlink()

    @property
    def results(self) -> Path:
        """The file of the results."""
        return self.folder / "r.jsonl"

    def start(self, **more: object) -> subprocess.Popen[bytes]:
        """Start the run, in a group of its own."""
        files = ["own.toml", "cases.txt"] if self.own else ["cases.txt"]
        limits = ["--case-timeout", "1", "--case-memory", "300MB"] if self.own else []
        options = ["--jobs", "2", "--output", "r.jsonl", "--resume", "--html", "r.html", "--junit", "r.xml", "-q"]
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-m", "derivcheck_cli", "batch", *files, *options, *limits, "--allow-code"],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.temporary), _MARK: str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **more,  # type: ignore[call-overload]
        )
        return process

    def processes(self) -> list[psutil.Process]:
        """The processes of the trial that live."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(_MARK) == str(self.folder) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def leftovers(self) -> list[str]:
        """The temporary files that are there."""
        return [*os.listdir(self.temporary), *(name for name in os.listdir(self.folder) if name not in OURS)]

    def look(self, what: str, process: subprocess.Popen[bytes], *, killed: bool = False) -> None:
        """Note what a run left behind after its end, and messages that it should not have printed."""
        until = time.monotonic() + GRACE
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.lose(f"{what}: the run does not end")
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.02)
        for orphan in left:
            self.lose(f"{what}: a process is left: {' '.join(orphan.cmdline())[:60]}")
            orphan.kill()
        process.wait()
        if not killed and (names := self.leftovers()):
            self.lose(f"{what}: temporary files are left: {', '.join(names)}")
        assert process.stderr is not None
        told = process.stderr.read().decode(errors="replace")
        process.stderr.close()
        if "Traceback" in told or "internal error" in told:
            self.lose(f"{what}: {' / '.join(told.strip().splitlines()[-4:])}")
        for name in self.leftovers() if not killed else ():
            path = next(folder / name for folder in (self.temporary, self.folder) if (folder / name).exists())
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def lose(self, what: str) -> None:
        """Note that something was lost."""
        self.lost[what] += 1
        print(f"LOST: {what}", flush=True)

    def moment(self) -> None:
        """Wait for a random moment of a run."""
        time.sleep(self.dice.uniform(0.01, 1.05 * self.seconds))

    def finish(self, what: str = "resumed") -> None:
        """Resume the run to its end, and compare its file."""
        process = self.start()
        _, told = process.communicate()
        if process.returncode not in ({2} if self.own else {0}):
            self.lose(f"{what}: it ends with {process.returncode}: {told.decode(errors='replace')[-200:]}")
        if hasattr(self, "wanted") and self.wanted != self.results.read_bytes():
            self.lose(f"{what}: the file differs: {self.difference()}")
        if names := self.leftovers():
            self.lose(f"{what}: temporary files are left: {', '.join(names)}")

    def difference(self) -> str:
        """The first line in which the file differs from that of a run that nobody disturbed."""
        pairs = zip_longest(self.wanted.splitlines(), self.results.read_bytes().splitlines(), fillvalue=b"(no line)")
        wanted, found = next((pair for pair in pairs if pair[0] != pair[1]), (b"", b"(the end of the lines)"))
        return f"{found.decode(errors='replace')[:600]} instead of {wanted.decode(errors='replace')[:600]}"

    def compare(self) -> None:
        """Resume, compare, and begin anew."""
        self.finish()
        self.results.unlink()

    # --- what is done to a run ----------------------------------------------------------------------------------------

    def end(self, number: signal.Signals, *, group: bool = False) -> None:
        """End the run by a signal, to it alone or to its group, as a terminal does."""
        process = self.start()
        self.moment()
        (os.killpg if group else os.kill)(process.pid, number)
        self.look(f"{number.name}{' to the group' if group else ''}", process, killed=number is signal.SIGKILL)

    def kill(self) -> None:
        """End it by any signal."""
        number = self.dice.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
        self.end(number, group=self.dice.random() < 0.5)
        if self.dice.random() < 0.3:
            self.compare()

    def stop(self) -> None:
        """Stop the run, or one of its processes, for a while, as when a laptop is closed."""
        process = self.start()
        self.moment()
        chosen = self.dice.choice(self.processes() or [psutil.Process(process.pid)])
        try:
            chosen.suspend()
            time.sleep(self.dice.uniform(0.1, 2))
            chosen.resume()
        except psutil.Error:
            pass
        process.communicate()
        self.compare()

    def worker(self) -> None:
        """Kill one of its processes, as Linux does where memory ends; the run goes on without it."""
        process = self.start()
        self.moment()
        others = [other for other in self.processes() if other.pid != process.pid]
        if others:
            self.dice.choice(others).kill()
        _, told = process.communicate()
        if process.returncode not in ({2} if self.own else {0}):
            self.lose(f"a killed process: the run ends with {process.returncode}: {told.decode()[-200:]}")
        self.compare()

    def disk(self) -> None:
        """Let no file grow beyond some size, as if the disk were full."""
        most = self.dice.randrange(1000, len(self.wanted))
        process = self.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        _, told = process.communicate()
        if process.returncode not in {0, 2}:
            self.lose(f"a full disk: the run ends with {process.returncode}: {told.decode()[-200:]}")
        self.compare()

    def cut(self) -> None:
        """Shorten the file of the results, or remove it, while the run writes to it."""
        process = self.start()
        self.moment()
        if self.results.exists() and process.poll() is None:
            size = self.results.stat().st_size
            if self.dice.random() < 0.3:
                self.results.unlink()
            elif size:
                os.truncate(self.results, self.dice.randrange(size))
        _, told = process.communicate()
        if process.returncode not in {0, 2}:
            self.lose(f"a cut file: the run ends with {process.returncode}: {told.decode()[-200:]}")
        self.compare()


KINDS: dict[str, Callable[[Trial], None]] = {
    "kill": Trial.kill,
    "stop": Trial.stop,
    "worker": Trial.worker,
    "disk": Trial.disk,
    "cut": Trial.cut,
}
"""What a round may be."""


_OFTEN = 10
"""Rounds after which it is said how far the soak is."""


def tell(trials: list[Trial]) -> None:
    """Say how many rounds there were, now and then."""
    rounds = sum(trial.rounds.total() for trial in trials)
    if rounds % _OFTEN == 0:
        print(f"{rounds} rounds, lost: {sum(trial.lost.total() for trial in trials) or 'nothing'}", flush=True)


def main() -> int:
    """Soak for as long as asked, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long; default: ten minutes")
    parser.add_argument("--seed", type=int, default=0, help="what the moments follow from")
    parser.add_argument("--only", choices=KINDS, action="append", help="the kinds of rounds; default: all")
    parser.add_argument("--kills", type=int, help="instead: so many of each signal, at random moments")
    given = parser.parse_args()
    # What nohup and a shell's `&` ignore, the runs would ignore as well.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    until = time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory(prefix="soak-") as root:
        trials = []
        for own in (False, True):  # with cases that hang and eat memory, and without
            folder = Path(root) / f"own-{own}"
            folder.mkdir()
            trials.append(Trial(folder, given.seed, own=own))
        if given.kills:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
                for _ in range(given.kills):
                    trials[0].end(number)
                    trials[0].rounds[number.name] += 1
                    tell(trials)
                    if trials[0].results.exists() and trials[0].results.stat().st_size == len(trials[0].wanted):
                        trials[0].compare()
            trials[0].finish()
        else:
            kinds = given.only or list(KINDS)
            dice = random.Random(given.seed)
            while time.monotonic() < until:
                trial, kind = dice.choice(trials), dice.choice(kinds)
                KINDS[kind](trial)
                trial.rounds[kind] += 1
                tell(trials)
        rounds, lost = sum((trial.rounds for trial in trials), Counter()), sum((t.lost for t in trials), Counter())
    print(f"{rounds.total()} rounds: {', '.join(f'{count} {kind}' for kind, count in sorted(rounds.items()))}")
    print(f"lost: {', '.join(f'{count} times {what}' for what, count in lost.items()) or 'nothing'}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
