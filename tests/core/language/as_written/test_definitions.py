"""What stands before a formula and says what it is."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.as_written.definitions import without_definition
from derivcheck.language.as_written.signs import read_signs
from derivcheck.language.parse import parse


def body_of(text: str, *given: str) -> str:
    """The signs that are left of a text."""
    return " ".join(sign.text for sign in without_definition(text, read_signs(text, given), given).signs)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("f(x) = x + 1", "x + 1"),
        ("f(x, y) := x", "x"),
        ("f[x_] := x", "x"),
        ("y = x", "x"),
        ("lambda x, **_: x", "x"),
        ("f = lambda x: x", "x"),
        ("@(x) x", "x"),
        ("def f(x): return x", "x"),
        ("def f(x: float) -> float:\n    return x", "x"),
        ("x -> x", "x"),
        ("(x, y) => x", "x"),
        ("x ↦ x", "x"),
        ("return x;", "x"),
        ("= x", "x"),
        ("d/dx x", "x"),
        ("∂/∂x (x)", "( x )"),
        ("dy/dx = x", "x"),
        ("f''(x) = x", "x"),
    ],
)
def test_a_definition_is_left_out(text: str, body: str) -> None:
    """The formula remains."""
    assert body == body_of(text, "x")


@pytest.mark.parametrize(
    ("text", "by", "states"),
    [
        ("d/dx x^2", ("x",), ()),
        ("d²/dx² x^3", ("x", "x"), ()),
        ("d^2/dx^2 x^3", ("x", "x"), ()),
        ("∂/∂y (x*y)", ("y",), ()),
        ("∂²/∂x∂y (x*y)", ("x", "y"), ()),
        ("∂f/∂x = 2x", (), ("x",)),
        ("df/dx = 2x", (), ("x",)),
        ("f'(x) = 2x", (), ("x",)),
        ("f''(x) = 2x", (), ("x", "x")),
    ],
)
def test_what_is_asked_for_and_what_is_said(text: str, by: tuple[str, ...], states: tuple[str, ...]) -> None:
    """By what to differentiate, and which derivative the formula is."""
    read = parse(text, ["x", "y"]).as_read

    assert read is not None
    assert (by, states) == (read.by, read.states)


def test_a_quotient_of_variables_is_one() -> None:
    """Where d and dx have values, d/dx is a quotient."""
    tree = parse("d/dx + 2d", ["d", "dx"])

    assert tree.as_read is not None
    assert "d/dx + 2*d" == tree.as_read.text


@pytest.mark.parametrize("text", ["x = 2", "sin(x) = 1", "y = y + 2x"])
def test_an_equation_is_an_error(text: str) -> None:
    """It has no derivative."""
    with pytest.raises(ParseError):
        parse(text, ["x"])
