"""The table that `speed.py` prints: what was measured, against what, the ratio, and the aim beside it."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Aim:
    """What a number is to be.

    Attributes:
        limit: the last number that is good enough.
        at_least: whether larger ones are better.
    """

    limit: float
    at_least: bool = False

    def is_reached_by(self, number: float) -> bool:
        """Whether a measured number is good enough."""
        return number >= self.limit if self.at_least else number <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


class Table:
    """Prints a row as soon as it is measured, and counts the aims."""

    def __init__(self) -> None:
        self.aims = self.reached = 0
        self._print("what  :  against what", "derivcheck", "other", "number", "aim", "")

    def row(self, what: str, ours: str, other: str, number: float, aim: Aim | None = None) -> None:
        """Print a row.

        Args:
            what: what is measured, against what, and how the number is made of the two.
            ours: our side, with its unit.
            other: the other side, likewise.
            number: what the aim speaks of.
            aim: None where there is none.
        """
        reached = ""
        if aim is not None:
            is_reached = aim.is_reached_by(number)
            self.aims += 1
            self.reached += is_reached
            reached = "reached" if is_reached else "not reached"
        self._print(what, ours, other, f"{number:.3g}", str(aim or ""), reached)

    def remark(self, text: str) -> None:
        """Print a line that belongs to the row above."""
        print(f"    {text}", flush=True)

    def end(self) -> None:
        """Print how many aims are reached."""
        print(f"{self.reached} of {self.aims} aims reached")

    @staticmethod
    def _print(*cells: str) -> None:
        what, ours, other, number, aim, reached = cells
        print(f"{what:<74}{ours:>11}{other:>11}{number:>9}{aim:>8}  {reached}".rstrip(), flush=True)


def seconds(action: Callable[[], object]) -> float:
    """How long something takes, on the clock."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def write_bytecode() -> None:
    """Have Python's bytecode of derivcheck in place, as pip does when it installs a package.

    A checkout may lack it where Python is told to write none (PYTHONDONTWRITEBYTECODE): then every start compiles some
    two hundred modules, and that would be measured.
    """
    for name in ("derivcheck", "derivcheck_cli"):
        spec = find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            compileall.compile_dir(folder, quiet=1)


def process_seconds(*arguments: str) -> tuple[float, float]:
    """The processor's seconds and the clock's of a Python process and of all that it has started.

    Its modules are compiled by the first such run, as an installation has them.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    clock = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime, clock
