"""What a text says of itself: the derivative that it is, or by what it is to be differentiated."""

from __future__ import annotations

import pytest

from derivcheck.checking.said_derivatives import by_what, check_claimed, note_as_read
from derivcheck.errors import ParseError
from derivcheck.language.parse import parse


def test_by_what() -> None:
    """`d²/dx²` before an expression asks for that derivative, and a plain one for nothing."""
    assert [("x", "x")] == by_what(parse("d²/dx² x³", ["x"]))
    assert [] == by_what(parse("x**3", ["x"])) == by_what(parse("2x", ["x"]))


def test_a_claim_is_about_what_it_says() -> None:
    """And about nothing else."""
    claim = parse("∂f/∂x = 2x", ["x", "y"])
    check_claimed(claim, ("x",))
    check_claimed(parse("2x", ["x"]), ("y",))
    with pytest.raises(ParseError, match="it says that it is the derivative by x, and is claimed for y") as caught:
        check_claimed(claim, ("y",))
    assert "write `2*x` if that is what is claimed" == caught.value.hint
    with pytest.raises(ParseError, match="is not differentiated again"):
        check_claimed(parse("d/dx x²", ["x"]), ("x",))


def test_a_claim_that_is_not_plain_has_a_note() -> None:
    """How it was read."""
    assert ("the claim `2x` is read as 2*x",) == note_as_read(parse("2x", ["x"]))
    assert () == note_as_read(parse("2*x", ["x"]))
