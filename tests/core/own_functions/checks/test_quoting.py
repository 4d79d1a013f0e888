"""An exception that several items meet is quoted once."""

from __future__ import annotations

from derivcheck.autograd.user_functions import as_user_function
from derivcheck.model import Refusal, RefusalKind
from derivcheck.own_functions.checks.quoting import Quotes


def test_a_later_item_names_the_first() -> None:
    """Another exception is news, and so is a reason that does not quote the one known."""
    quotes = Quotes(as_user_function(abs))
    no, other = Refusal(RefusalKind.RAISED, "ValueError: no"), Refusal(RefusalKind.RAISED, "TypeError: other")
    assert "raised ValueError: no" == quotes.shorten("backward", no, "raised ValueError: no")
    assert "raised the same as in `backward`" == quotes.shorten("points", no, "raised ValueError: no")
    assert "raised TypeError: other" == quotes.shorten("points", other, "raised TypeError: other")
    assert "2 is not 3" == quotes.shorten("far", no, "2 is not 3")


def test_a_traceback_is_shown_once() -> None:
    """Nothing comes of nothing."""
    quotes = Quotes(as_user_function(abs))
    assert ["here", None, None] == [quotes.first("here"), quotes.first("here"), quotes.first(None)]
