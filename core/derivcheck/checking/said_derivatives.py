"""What a text that is not plain says of itself: that it is not, which derivative it is, or by what one is asked for."""

from __future__ import annotations

from derivcheck.errors import ParseError, Span
from derivcheck.model import Wrt
from derivcheck.model.expression import Expression


def by_what(written: Expression) -> list[Wrt]:
    """By what `d/dx` before an expression asks to differentiate; nothing where there is no such thing."""
    as_read = written.as_read
    return [] if as_read is None or not as_read.by else [as_read.by]


def check_plain(written: Expression, *, is_strict: bool) -> None:
    """Fail for a text that is not plain where only plain ones are allowed.

    Raises:
        ParseError: with the plain text, ready to paste.
    """
    if is_strict and written.as_read is not None:
        text, span = written.source, Span(0, len(written.source))
        message = "the text is not plain, and --strict-syntax is set"
        raise ParseError(message, text=text, span=span, hint=f"write `{written.as_read.text}`")


def check_claimed(written: Expression, wrt: Wrt) -> None:
    """Fail for a claim that says itself which derivative it is, `∂f/∂x = 2x`, and is claimed for another one.

    Raises:
        ParseError: for such a claim.
    """
    as_read = written.as_read
    if as_read is None or not (as_read.by or as_read.states):
        return
    text, span = written.source, Span(0, len(written.source))
    if as_read.by:
        message = "a claim is a derivative, and is not differentiated again"
        raise ParseError(message, text=text, span=span, hint=f"write `{as_read.text}` if that is what is claimed")
    if sorted(as_read.states) != sorted(wrt):
        said, meant = ",".join(as_read.states), ",".join(wrt) or "the value"
        message = f"it says that it is the derivative by {said}, and is claimed for {meant}"
        raise ParseError(message, text=text, span=span, hint=f"write `{as_read.text}` if that is what is claimed")


def note_as_read(written: Expression) -> tuple[str, ...]:
    """A note that says how a claim was read that is not plain."""
    return () if written.as_read is None else (f"the claim `{written.source}` is read as {written.as_read.text}",)
