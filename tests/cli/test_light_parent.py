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
        "report r.jsonl -q --statistics --sarif s.sarif",
    ]
    assert ["0 []", *["1 []"] * 4] == told(tmp_path, *commands)


def test_a_report_makes_the_formulas_that_it_shows_and_a_record_leaves_out(tmp_path: Path) -> None:
    """Of rows that match: SymPy, which brings Arb along, is loaded for them, and torch is not."""
    commands = ["batch cases.toml --jobs 1 --output r.jsonl -q", "report r.jsonl -v --html s.html --junit s.xml"]
    assert ["1 []", "1 ['sympy', 'flint']"] == told(tmp_path, *commands)
    assert "2*x*y + cos(x)" in (tmp_path / "s.xml").read_text()
    assert (tmp_path / "s.html").stat().st_size > 10_000


MENDED = """
version = 1
[[known]]
case = "mended"
expr = "x**3"
content = "0000000000000000"
what = "derivative"
wrt = "x"
mode = "reverse"
status = "mismatch"
points = 1
at = ["x=2"]
reason = "it was wrong"
why = "an old version"
"""

SHOWN = """
[[case]]
name = "mended"
expr = "x**3"
at = { x = 2 }

[[case]]
name = "warns"
expr = "sqrt(x)"
at = [{ x = -1 }, { x = 4 }]

[[case]]
name = "fails"
expr = "x**2"
at = [{ x = 3 }, { x = 4 }]
[case.derivative]
x = "3*x"

[[case]]
name = "convention"
expr = "abs(x)"
at = { x = 0 }

[[case]]
name = "unmet"
expr = "x**4"
at = { x = 2 }
expect = { x = "mismatch" }
why = "to be mended"
"""


def test_whatever_is_shown_comes_from_a_worker(tmp_path: Path) -> None:
    """Every reader says what it looks at: none of them meets a formula that is still to be made."""
    (tmp_path / "shown.toml").write_text(SHOWN)
    (tmp_path / "known.toml").write_text(MENDED)
    baseline = "--baseline known.toml"
    commands = [
        "batch shown.toml --jobs 1",
        "batch shown.toml --jobs 1 --strict --format github --format text",
        "batch shown.toml --jobs 1 -q --junit r.xml",
        "batch shown.toml --jobs 1 -q --markdown r.md",
        "batch shown.toml --jobs 1 --only-failing --format json",
        "batch shown.toml --jobs 1 --only-failing --format json --strict",
        f"batch shown.toml --jobs 1 {baseline}",
        f"batch shown.toml --jobs 1 -q --markdown m.md --junit m.xml --sarif m.sarif {baseline}",
        f"batch shown.toml --jobs 1 --only-failing --format jsonl --strict {baseline}",
    ]
    assert ["1 []"] * len(commands) == [line for line in told(tmp_path, *commands) if line.endswith("[]")]
    assert "3*x**2" in (tmp_path / "m.md").read_text()


def test_the_check_list_of_a_function_leaves_torch_to_its_child(tmp_path: Path) -> None:
    """The parent needs the names of the items and the grammar of a formula, and no torch."""
    (tmp_path / "mine.py").write_text("import torch\n\ndef sine(x):\n    return torch.sin(x)\n")
    commands = ["function mine.py:sine --formula sin(x) --at x=1", "function mine.py:sine --formula cos(x) --at x=1 -q"]
    assert ["0 []", "1 []"] == [line for line in told(tmp_path, *commands) if line.endswith("[]")]
