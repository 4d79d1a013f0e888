"""What is wrong with a command line, and what to write instead."""

from __future__ import annotations

import pytest
from command_line import run

from derivcheck.model import Case


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
