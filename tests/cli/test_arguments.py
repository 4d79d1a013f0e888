"""How the command line is split."""

from __future__ import annotations

import pytest
from command_line import run

from derivcheck.model import Case, Mode, Tolerance


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
