"""The command line that checks a case by itself: it poses the same case again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from derivcheck.case_files.sources import read_cases
from derivcheck.checking import one_point
from derivcheck.errors import Location
from derivcheck.model import Case, Mode, OwnFunction, Tolerance
from derivcheck.numbers import DType
from derivcheck.reporting.presentation.command_lines import command_line
from derivcheck_cli.app import app

EXPRESSIONS = Path(__file__).resolve().parents[4] / "expressions"
ODD = [
    Case("x**2"),
    Case("-x**2", at=({"x": "1/3"},), derivative={("x",): "-2*x"}, dtype=DType.FLOAT32),
    Case("-v*x", at=({"v": "1", "x": "-2"},), wrt=(("v", "x"), ("x",)), modes=(Mode.FUNC, Mode.FORWARD)),
    Case("help", at=({"help": "2"},), order=2),
    Case("x!", at=({"x": "max(1, 3)"},), tolerance=Tolerance(rtol=1e-3)),
    Case("x @ A @ x", at=({"x": "[1, 2]", "A": "randn(2, 2)"},), seed=7, const=("A",)),
    Case("softmax(z, dim=-1)", at=({"z": "[1, 2]"},), derivative={("z",): "p = softmax(z, dim=-1); diag(p)"}),
    Case("exp(λ)", at=({"λ": "log(2)"},), value="2", tolerance=Tolerance()),
]


def all_cases() -> Iterator[Case]:
    """Every fifth of the shipped ones, and odd ones."""
    yield from ODD
    for file in sorted(EXPRESSIONS.glob("*.toml")):
        yield from (case for case in islice(read_cases(str(file)), 0, None, 5) if isinstance(case, Case))


def posed_by(line: str, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The case that a command line poses; nothing is checked."""
    seen: list[Case] = []
    monkeypatch.setattr(one_point, "check_case", seen.append)
    _, command, *words = shlex.split(line)
    CliRunner().invoke(app, [command, "--isolated", *words])
    (case,) = seen
    return case


def meaning(case: Case) -> dict[str, Any]:
    """What determines the Results of a case; what it expects is another matter."""
    names = ("expr", "wrt", "order", "modes", "dtype", "device", "value", "derivative", "tolerance", "const", "seed")
    case = replace(case, dtype=None) if (case.dtype, case.device) == (DType.FLOAT64, "cpu") else case
    return {name: getattr(case, name) for name in names}


def test_the_command_poses_the_same_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """For shipped cases that can be typed, and odd ones."""
    count = 0
    for case in all_cases():
        if case.functions or case.checklist:
            continue
        point = case.at[0]
        line = command_line(case, point)
        assert line is not None
        if "\n" in case.expr:
            assert line.startswith("derivcheck batch "), line
            continue
        assert line.startswith("derivcheck check "), line
        posed = posed_by(line, monkeypatch)
        assert meaning(case) | ({"order": 1} if case.wrt else {}) == meaning(posed), line
        assert posed.at[0].items() <= point.items()
        count += 1
    assert count > 60


def test_a_variable_that_nothing_uses_is_left_out() -> None:
    """It would be an error of `derivcheck check`."""
    assert 'derivcheck check "x**2" --at x=2' == command_line(Case("x**2"), {"x": "2", "y": "3"})


def test_a_case_that_needs_its_file_is_selected_there() -> None:
    """A function that the file declares, an array that lies beside it, or a tensor that nobody would type."""
    case = Case("f(x)", name="own f", location=Location("a b.toml", 3))
    own = replace(case, functions=(OwnFunction("f", ("x",), "x", "m:f"),), dtype=DType.FLOAT32)
    batch = """derivcheck batch "a b.toml" --select "'own f'\""""
    assert f"{batch} --allow-code --dtype float32" == command_line(own, {"x": "2"})
    assert batch == command_line(case, {"x": "@x.npy"})
    assert batch == command_line(case, {"x": f"[{'1, ' * 1000}]"})
    assert "derivcheck batch a.toml --select own" == command_line(
        replace(case, name="own", location=Location("a.toml")), {"x": "@x.npy"}
    )
    assert None is command_line(replace(own, name=None), {"x": "2"})
    assert None is command_line(replace(own, location=Location()), {"x": "2"})


def test_nothing_of_a_case_is_run_or_begins_a_line() -> None:
    """A shell reads back what the file said; a text with control characters has no command."""
    expr = 'x*"$(rm -rf .)`id`'
    line = command_line(Case(expr, value="1; echo 2"), {"x": "2"})
    assert line is not None
    assert ["derivcheck", "check", expr, "--at", "x=2", "--value", "1; echo 2"] == shlex.split(line)
    assert None is command_line(Case("x\n::error::"), {"x": "2"})
    assert None is command_line(Case("x"), {"x": "2\x1b[2J"})
