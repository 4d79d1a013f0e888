"""`derivcheck explain`, and `--explain` of other commands, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import jsonschema
import own_functions
import pytest
from command_line import run

from derivcheck.explaining import explained_in_child
from derivcheck.explaining.child_program import answer
from derivcheck.model import Case, Result
from derivcheck.own_functions.checking import check_list
from derivcheck.reporting.presentation.why_lines import NO_BLAME, ON_BACKWARD, ON_BLAME, ON_FORWARD, ON_TAPE
from derivcheck.reporting.serialization.serialize import json_schema

UNSTABLE = ("1 - cos(x)", "--at", "x=1e-8")
WIDE = {"COLUMNS": "80"}


def test_the_rows_come_first_then_the_tape_then_the_blame() -> None:
    """Exit code 0, as of `check`: it is a warning."""
    text = run("explain", *UNSTABLE, env=WIDE).stdout
    places = [text.index(part) for part in ("! unstable", ON_TAPE, ON_FORWARD, ON_BACKWARD, ON_BLAME, "^^^^^^^^^^")]
    assert places == sorted(places)
    assert all(len(line) <= 80 for line in text.splitlines())


def test_where_all_is_right_nothing_is_to_blame() -> None:
    """The tape is shown all the same: it is what a learner asks for."""
    text = run("explain", "x**2 + 2*x + 1", "--at", "x=2").stdout
    assert NO_BLAME in text
    assert "  5  x**2 + 2*x + 1  9.0   True           False    AddBackward0  None" in text


def test_an_expression_may_begin_with_a_minus() -> None:
    """As for `check`."""
    assert "NegBackward0" in run("explain", "-x**2", "--at", "x=2").stdout


def test_a_failing_gradient_has_the_exit_code_of_a_failing_check() -> None:
    """1, or 0 with --exit-zero."""
    failing = ("where(x > 0, sqrt(x), 2*x)", "--at", "x=0")
    check = run("check", *failing, code=1).stdout
    assert check in run("explain", *failing, code=1).stdout
    assert run("explain", *failing, "--exit-zero").stdout


def test_check_explains_what_does_not_match() -> None:
    """With --explain, and nothing else."""
    assert ON_BLAME in run("check", *UNSTABLE, "--explain").stdout
    assert ON_BLAME not in run("check", *UNSTABLE).stdout
    assert ON_BLAME not in run("x**2", "--at", "x=2", "--explain").stdout


def test_json_holds_the_explanation() -> None:
    """As the schema says, in the first row that does not match."""
    data = json.loads(run("explain", *UNSTABLE, "--format", "json").stdout)
    jsonschema.validate(data, json.loads(json_schema()))
    assert [True, False] == ["explanation" in row for row in data["results"]]
    explanation = data["results"][0]["explanation"]
    assert "amplifier" == explanation["blame"]["kind"]
    assert "x" == explanation["tape"][0]["name"]


def test_a_batch_explains_what_needs_attention(tmp_path: Path) -> None:
    """What is recorded is reported again, in text and as a page."""
    cases, kept, page = tmp_path / "cases.txt", tmp_path / "r.jsonl", tmp_path / "r.html"
    cases.write_text("1 - cos(x) @ x=1e-8\nx**2 @ x=1\nwhere(x > 0, sqrt(x), 2*x) @ x=0\n", encoding="utf-8")
    text = run("batch", str(cases), "--explain", "--output", str(kept), "-j0", "--html", str(page), code=1).stdout
    assert 2 == text.count(ON_BLAME)
    assert ON_TAPE not in text
    rows = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    assert 2 == sum("explanation" in row for row in rows)
    assert text == run("report", str(kept), code=1).stdout
    assert '"heading":"to blame"' in page.read_text(encoding="utf-8")
    assert ON_BLAME not in run("batch", str(cases), "-j0", code=1).stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("x**2", "--at", "x=2", "--formula", "x"), "--formula is for code of your own"),
        (("x**2", "--at", "x=2", "--const", "n=3"), "`n=3` is a constant for code of your own"),
        (("mine.py:SQ", "--at", "x=2", "--wrt", "x"), "--wrt is for an expression"),
        (("mine.py:SQ",), "there is no point to explain the function at"),
        (("mine.py", "--at", "x=2"), "name what is to be explained in it: mine.py:NAME"),
        (("x**2", "y"), "one expression"),
        (("x**2 +", "--at", "x=2"), "an operand is due"),
    ],
)
def test_wrong_usage_says_what_to_do(args: tuple[str, ...], told: str) -> None:
    """Exit code 2, and nothing on stdout."""
    result = run("explain", *args, code=2)
    assert "" == result.stdout
    assert told in result.stderr


def test_help_loads_nothing_heavy() -> None:
    """Neither torch, SymPy nor Arb."""
    code = (
        "import sys; sys.argv = ['derivcheck', 'explain', '--help']\n"
        "from derivcheck_cli.start import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'torch', 'sympy', 'flint', 'numpy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "[]" == told.splitlines()[-1]


def in_this_process(case: Case, results: Sequence[Result] | None, timeout: float) -> list[Result]:
    """The answer of the child, without the seconds that it takes to start."""
    assert timeout > 0
    return list(answer(lambda _: None, (case, results)))


def checked_here(case: Case, *, timeout: float) -> Iterator[Result]:
    """The check list, likewise."""
    assert timeout > 0
    return check_list(case)


def test_code_of_ones_own_is_explained() -> None:
    """With the check list before the tape, and the user's backward pass to blame."""
    file = Path(own_functions.__file__)
    with patch.object(explained_in_child, "_ask", in_this_process):
        text = run("explain", f"{file}:SQ", "--formula", "i**2", "--at", "i=2", code=1).stdout
    places = [text.index(part) for part in ("upstream     ✗ mismatch", ON_TAPE, ON_BLAME, "`SQBackward`")]
    assert places == sorted(places)


def test_the_command_function_explains_what_fails() -> None:
    """With --explain; its own options choose the items."""
    file = Path(own_functions.__file__)
    given = ("--formula", "i**2", "--at", "i=2", "--only", "upstream", "--explain")
    with (
        patch.object(explained_in_child, "_ask", in_this_process),
        patch.object(explained_in_child, "check_in_child", checked_here),
    ):
        text = run("function", f"{file}:SQ", *given, code=1).stdout
    assert "SQBackward" in text.partition(ON_BLAME)[2]
