"""Tests that the parent process of a run reads, judges and shows, and leaves mathematics to its workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "sympy", "flint", "numpy")

PARENT = f"""
import sys
from derivcheck_cli.app import main

if __name__ == "__main__":
    for line in sys.stdin.read().splitlines():
        sys.argv = ["derivcheck", *line.split()]
        try:
            main()
        except SystemExit as end:
            print(end.code, [name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""

CASES = """
[[case]]
expr = "abs(x)"
at = [{ x = 0 }, { x = 2 }]

[[case]]
expr = "x**2*y + sin(x)"
at = { x = 3, y = 1 }
[case.derivative]
x = "2*x"

[[case]]
expr = "exp(x)"
at = { x = 0 }
expect = "convention"
why = "to be mended"
"""


def told(folder: Path, *commands: str) -> list[str]:
    """What one process that runs the commands says of each: its exit code, and the heavy libraries that it has."""
    script = folder / "parent.py"
    script.write_text(PARENT)
    (folder / "cases.toml").write_text(CASES)
    ended = subprocess.run(
        [sys.executable, str(script)],
        input="\n".join(commands),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return ended.stderr.splitlines()


def test_a_run_with_workers_loads_neither_torch_nor_sympy_nor_arb(tmp_path: Path) -> None:
    """Every number and every formula comes from a worker, that of a passing row beside a failing one too."""
    points = ", ".join(f"{{ x = {index} }}" for index in range(1, 40))
    (tmp_path / "points.toml").write_text(f'[[case]]\nexpr = "sin(x)/x"\nat = [{points}]\n')
    commands = [
        "batch points.toml --jobs 2 -q --statistics",
        "batch points.toml cases.toml --jobs 2 --format github --markdown r.md --sarif r.sarif",
        "batch cases.toml --jobs 2 -v --junit r.xml --html r.html",
        "batch cases.toml points.toml --jobs 2 --output r.jsonl",
        "report r.jsonl -v --html s.html --junit s.xml --markdown s.md --sarif s.sarif",
    ]
    assert ["0 []", *["1 []"] * 4] == told(tmp_path, *commands)
    assert (tmp_path / "s.html").stat().st_size > 10_000
