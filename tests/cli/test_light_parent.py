"""Tests that the parent process of a run reads, judges and shows, and leaves mathematics to its workers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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


FUNCTION = "import torch\n\ndef sine(x):\n    return torch.sin(x)\n"
POINTS = ", ".join(f"{{ x = {index} }}" for index in range(1, 40))
FILES = {
    "cases.toml": CASES,
    "known.toml": MENDED,
    "mine.py": FUNCTION,
    "points.toml": f'[[case]]\nexpr = "sin(x)/x"\nat = [{POINTS}]\n',
    "shown.toml": SHOWN,
}

CHECK_LISTS = ["function mine.py:sine --formula sin(x) --at x=1", "function mine.py:sine --formula cos(x) --at x=1 -q"]
RUNS = [
    "batch points.toml --jobs 2 -q --statistics",
    "batch points.toml cases.toml --jobs 2 --format github --markdown r.md --sarif r.sarif",
    "batch cases.toml --jobs 2 -v --junit r.xml --html r.html",
    "batch cases.toml points.toml --jobs 2 --output r.jsonl",
    "report r.jsonl -q --statistics --sarif s.sarif",
]
BASELINE = "--baseline known.toml"
READERS = [
    "batch shown.toml --jobs 1",
    "batch shown.toml --jobs 1 --strict --format github --format text",
    "batch shown.toml --jobs 1 -q --junit q.xml",
    "batch shown.toml --jobs 1 -q --markdown q.md",
    "batch shown.toml --jobs 1 --only-failing --format json",
    "batch shown.toml --jobs 1 --only-failing --format json --strict",
    f"batch shown.toml --jobs 1 {BASELINE}",
    f"batch shown.toml --jobs 1 -q --markdown m.md --junit m.xml --sarif m.sarif {BASELINE}",
    f"batch shown.toml --jobs 1 --only-failing --format jsonl --strict {BASELINE}",
]
REPORTS = ["batch cases.toml --jobs 1 --output f.jsonl -q", "report f.jsonl -v --html f.html --junit f.xml"]
COMMANDS = [*CHECK_LISTS, *RUNS, *READERS, *REPORTS]
"""All in one process, which then has what any of them loads: the only one that may load something is the last."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run."""
    path = tmp_path_factory.mktemp("light")
    for name, text in {"parent.py": PARENT, **FILES}.items():
        (path / name).write_text(text)
    return path


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, list[str]]:
    """What each command says on stderr; the last line is its exit code, and the heavy libraries in its process."""
    ended = subprocess.run(
        [sys.executable, "parent.py"],
        input="\n".join(COMMANDS),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )
    return dict(zip(COMMANDS, _by_command(ended.stderr.splitlines()), strict=True))


def _by_command(lines: list[str]) -> Iterator[list[str]]:
    said = []
    for line in lines:
        said.append(line)
        if re.fullmatch(r"\d \[.*\]", line):
            yield said
            said = []


def test_the_check_list_of_a_function_leaves_torch_to_its_child(told: dict[str, list[str]]) -> None:
    """The parent needs the names of the items and the grammar of a formula, and no torch."""
    assert ["0 []", "1 []"] == [told[command][-1] for command in CHECK_LISTS]


def test_a_run_with_workers_loads_neither_torch_nor_sympy_nor_arb(told: dict[str, list[str]]) -> None:
    """Every number and every formula comes from a worker, that of a passing row beside a failing one too."""
    assert [["0 []"], *[["1 []"]] * 4] == [told[command] for command in RUNS]


def test_whatever_is_shown_comes_from_a_worker(folder: Path, told: dict[str, list[str]]) -> None:
    """Every reader says what it looks at: none of them meets a formula that is still to be made."""
    assert {"1 []"} == {told[command][-1] for command in READERS}
    assert "3*x**2" in (folder / "m.md").read_text()


def test_a_report_makes_the_formulas_that_it_shows_and_a_record_leaves_out(
    folder: Path, told: dict[str, list[str]]
) -> None:
    """Of rows that match: SymPy, which brings Arb along, is loaded for them, and torch is not."""
    assert [["1 []"], ["1 ['sympy', 'flint']"]] == [told[command] for command in REPORTS]
    assert "2*x*y + cos(x)" in (folder / "f.xml").read_text()
    assert (folder / "f.html").stat().st_size > 10_000
