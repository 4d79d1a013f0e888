"""How the command line is split."""

from __future__ import annotations

from typing import Any

import pytest
from results import row
from typer.testing import CliRunner

from derivcheck.model import Case, Mode, Result, Tolerance
from derivcheck_cli.app import app


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The cases that reach the check, which is played by a fake."""
    seen: list[Case] = []

    def check_case(case: Case) -> list[Result]:
        seen.append(case)
        return [row(case=case)] if case.expr.isidentifier() else [row()]

    monkeypatch.setattr("derivcheck.checking.one_point.check_case", check_case)
    return seen


def run(*args: str, code: int = 0) -> Any:
    """Run the command line and look at its exit code."""
    result = CliRunner().invoke(app, args)
    assert code == result.exit_code, result.output
    return result


@pytest.mark.parametrize(
    ("args", "expr"),
    [
        (["x**2", "--at", "x=1"], "x**2"),
        (["check", "x**2", "--at", "x=1"], "x**2"),
        (["--at", "x=1", "x**2"], "x**2"),
        (["-q", "x**2", "--at", "x=1"], "x**2"),
        (["x**2", "--at=x=1", "-qq"], "x**2"),
        (["-x**2", "--at", "x=1"], "-x**2"),
        (["-x", "--at", "x=1"], "-x"),
        (["-vx*x", "--at", "x=1"], "-vx*x"),
        (["--at", "x=1", "-2*x"], "-2*x"),
        (["-(x)", "--at", "x=1"], "-(x)"),
        (["--(x)", "--at", "x=1"], "--(x)"),
        (["--at", "x=1", "--", "-v"], "-v"),
        (["--at", "x=1", "--", "--at"], "--at"),
        (["check", "batch", "--at", "x=1"], "batch"),
    ],
)
def test_an_expression_is_taken_as_typed(asked: list[Case], args: list[str], expr: str) -> None:
    """With or without the command, before and behind the options, with a leading minus."""
    run(*args)
    assert [(expr, ({"x": "1"},))] == [(case.expr, case.at) for case in asked]


def test_values_may_begin_with_a_minus(asked: list[Case]) -> None:
    """A claim, a value and a coordinate are what follows, whatever it looks like."""
    run("-x**2", "--at", "x=-1", "--claim", "-2*x", "--value", "-1", "--claim", "x,x=-2")
    (case,) = asked
    assert ({("x",): "-2*x", ("x", "x"): "-2"}, "-1") == (case.derivative, case.value)


def test_every_option_reaches_the_case(asked: list[Case]) -> None:
    """As the model's types."""
    options = "--at x=1 --at y=2 --wrt x,y --wrt y --mode reverse,func --mode forward --device cpu --rtol 1e-3"
    run("x*y", *options.split(), "--dtype", "float32", "--claim", "1")
    (case,) = asked
    assert (({"x": "1", "y": "2"},), (("x", "y"), ("y",))) == (case.at, case.wrt)
    assert (Mode.REVERSE, Mode.FUNC, Mode.FORWARD) == case.modes
    assert {("x", "y"): "1"} == case.derivative
    assert Tolerance(rtol=1e-3) == case.tolerance
    assert case.dtype is not None
    assert ("float32", "cpu", False) == (case.dtype.label, case.device, case.allow_unused)


@pytest.mark.parametrize(
    ("claim", "options", "wrt"),
    [
        ("2*x", [], ("x",)),
        ("2", ["--order", "2"], ("x", "x")),
        ("2*x", ["--wrt", "y", "--wrt", "x"], ("y",)),
        ("where(x == 0, 1, 2)", [], ("x",)),
        ("x == 0", [], ("x",)),
        ("y, x = 1", [], ("y", "x")),
    ],
)
def test_a_claim_finds_its_derivative(asked: list[Case], claim: str, options: list[str], wrt: tuple[str, ...]) -> None:
    """The one it names, else the first one asked for; a comparison names none."""
    run("x*y", "--at", "x=1,y=2", "--claim", claim, *options)
    assert [[wrt]] == [list(case.derivative) for case in asked]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["x", "--at", "x"], "'x' gives no variable a value"),
        (["x", "--at", "x=1", "--at", "x=2"], "x is given twice"),
        (["x", "--att", "x=1"], "there is no option --att\n  hint: did you mean --at?\n"),
        (["fnctions"], "there is no command 'fnctions'\n  hint: did you mean 'functions'?"),
        (["x*y", "--at", "x=1,y=1", "--wrt", "x", "--order", "2"], "--wrt and --order exclude each other"),
        (["x", "+", "1"], "one expression is checked at a time\n  hint: put it in quotes: 'x + 1'"),
        (["x*y", "x=1", "y=2"], "'x=1' stands in the place of an expression\n  hint: did you mean --at x=1,y=2?"),
        (["bath", "a.txt"], "there is no command 'bath'\n  hint: did you mean 'batch'?"),
        (["a.toml", "--strict"], "did you mean 'derivcheck batch a.toml'?"),
        (["x", "--wrt", "x,"], "is not what to differentiate by"),
        (["x", "--mode", "backward"], "unknown mode 'backward'"),
        (["x", "--dtype", "float63"], "did you mean 'float64'?"),
        (["x", "--rtol", "-1"], "--rtol: -1 is not a finite number of at least 0"),
        (["x", "--atol", "abc"], "--atol: 'abc' is not a number"),
        (["x", "--order", "0"], "--order"),
        (["x", "--format", "xml"], "--format"),
        (["x", "--at", "x=1", "--claim", "1", "--claim", "x=2"], "two claims about x"),
        (["2", "--claim", "0"], "no variable"),
        (["x", "-q", "-v"], "exclude each other"),
        (["x", "--at"], "--at"),
        (["batch"], "FILES"),
        (["batch", "a.toml", "--input-format", "yaml"], "unknown input format 'yaml'"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_2(asked: list[Case], args: list[str], message: str) -> None:
    """On stderr, and nothing is checked."""
    result = run(*args, code=2)
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert "Usage" not in result.stderr
    assert ("", []) == (result.stdout, asked)
