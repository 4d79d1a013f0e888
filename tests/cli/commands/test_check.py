"""`derivcheck check` from end to end, with the real check."""

from __future__ import annotations

import json
import re

import pytest
from command_line import run


def test_the_first_command_of_the_readme() -> None:
    """The example that the project started from, to the letter."""
    wanted = """\
f(x) = x**2 + 2*x + 1   at x = 2   float64 · cpu · reverse
           formula    symbolic    autograd    error    status
  f        —          9           9.0         0 ulp    ✓ match
  df/dx    2*x + 2    6           6.0         0 ulp    ✓ match
"""
    assert wanted == run("x**2 + 2*x + 1", "--at", "x=2").stdout


def test_a_wrong_claim_fails() -> None:
    """Exit code 1, and the row says why."""
    result = run("-x**2", "--at", "x=1", "--claim", "-3*x", code=1)
    assert "✗ wrong-formula" in result.stdout
    assert "claim df/dx" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["x**", "--at", "x=1"], "error: the expression ends where an operand is due\n    x**\n       ^\n"),
        (["x*y", "--at", "x=1"], "error: the point has no value for `y`"),
        (["x", "--at", "x=1,y=2"], "error: the expression has no variable `y`"),
        (
            ["x*y", "--at", "x=1,y=2", "--const", "z"],
            "error: the constant `z` is no variable of the expression\n  hint: its",
        ),
        (["x", "--at", "x=1", "--seed", "-1"], "error: --seed: the seed -1 is no whole number from 0 to 2**64 - 1"),
        (["x", "--at", "x=1", "--device", "cuda:99"], "error: there is no device `cuda:99` here; there is `cpu`"),
        (["batch", "-", "--device", "cuda:99"], "error: there is no device `cuda:99` here; there is `cpu`"),
    ],
)
def test_a_users_error_is_one_message_on_stderr(args: list[str], message: str) -> None:
    """Exit code 2, and nothing on stdout."""
    result = run(*args, code=2)
    assert result.stderr.startswith(message)
    assert ("", 1) == (result.stdout, result.stderr.count("error:"))


def test_a_constant_is_held() -> None:
    """A claim that names no derivative is about the first one that is left."""
    result = run("eps*x**2", "--at", "eps=2; x=3", "--const", "eps", "--claim", "2*eps*x")
    assert ["f", "df/dx", "claim df/dx"] == [re.split("  +", line)[1] for line in result.stdout.splitlines()[2:]]


def test_a_claim_names_its_derivative_by_a_colon_too() -> None:
    """Behind it may stand a formula with a sign of equality."""
    assert "claim df/dy" in run("x*y", "--at", "x=2,y=3", "--claim", "y: x").stdout


def test_a_claim_may_begin_with_a_statement() -> None:
    """Its name is no variable of the point, and the claim is about the first derivative."""
    assert "claim df/dx" in run("x**2", "--at", "x=2", "--claim", "h = 2; h*x").stdout


def test_json_is_strict_and_whole() -> None:
    """An error is a row as well, and its message is on stderr too."""
    sound, broken = run("log(x)", "--at", "x=-1", "--format", "json"), run("x+", "--format", "json", code=2)
    documents = [json.loads(result.stdout, parse_constant=pytest.fail) for result in (sound, broken)]
    assert [2, 2] == [document["schema"] for document in documents]
    assert ["nan", -1.0] == [item["autograd"] for item in documents[0]["results"]]
    assert ["error"] == [item["status"] for item in documents[1]["results"]]
    assert {"cases": 1, "results": 1, "by_status": {"error": 1}, "exit_code": 2} == documents[1]["summary"]
    assert broken.stderr.startswith("error: ")


def test_a_number_alone_is_the_value_of_the_only_name_that_can_have_one() -> None:
    """`Sin[x]` is an element of a tensor Sin, unless x alone has a value."""
    assert "read as  sin(x)**2" in run("Sin[x]^2", "--at", "0.5").stdout
    assert "gives no variable a value" in run("x*y", "--at", "2", code=2).stderr


def test_strict_and_exit_zero() -> None:
    """log(-1) warns, a lie fails."""
    run("log(x)", "--at", "x=-1")
    run("log(x)", "--at", "x=-1", "--strict", code=3)
    run("log(x)", "--at", "x=-1", "--strict", "--exit-zero")
    run("x", "--at", "x=1", "--claim", "2", "--exit-zero")


@pytest.mark.parametrize("columns", ["0", "1", "5", "50", "80"])
def test_every_width_has_sensible_text(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    """A status is whole, and an error is told, whatever COLUMNS says."""
    monkeypatch.setenv("COLUMNS", columns)
    text = run("u*v*w + (u*v)**2", "--at", "u=2,v=1.3,w=0.1", "--claim", "7", code=1).stdout
    lines = text.splitlines()
    assert max(map(len, lines)) <= max(30, int(columns)) or columns == "0"
    assert 4 == sum("✓ match" in line for line in lines)
    assert 1 == sum("✗ wrong-formula" in line for line in lines)
    assert "6.8900000000000004735" in "".join(text.split())
    assert run("x+", code=2).stderr.startswith("error: the expression ends where an operand is due\n    x+\n      ^\n")


def test_latex_needs_no_backslash() -> None:
    """The expression and the claims; a power without braces has two readings."""
    text = run("xy^{2}", "--at", "x=2,y=3", "--latex", "--claim", "x,y: 2y").stdout
    assert text.startswith("read as  x*y**2\n")
    assert "without braces only `1` is raised" in run("x^10", "--at", "x=2", "--latex", code=2).stderr
