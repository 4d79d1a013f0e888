"""Quoting: an exception that several items of a list meet is told once, with its traceback; later items name the first.

Both manners of the list share it.
"""

from __future__ import annotations

from derivcheck.autograd.tracebacks import describe_definition
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.model import Refusal, RefusalKind


class Quotes:
    """The exceptions of one list that have been quoted.

    Args:
        function: whose they are.
    """

    def __init__(self, function: UserFunction) -> None:
        self._function = function
        self._items: dict[str, str] = {}
        self._traces: set[str] = set()

    def shorten(self, item: str, refusal: Refusal | None, reason: str) -> str:
        """A reason that quotes an exception, or names the item that has quoted it.

        Args:
            item: the item whose reason it is.
            refusal: the exception; None where there is none.
            reason: the reason, in which it may stand.

        Example:
            >>> from derivcheck.autograd.user_functions import as_user_function
            >>> refusal = Refusal(RefusalKind.RAISED, "ValueError: no")
            >>> quotes = Quotes(as_user_function(abs))
            >>> [quotes.shorten(item, refusal, "raised ValueError: no") for item in ("backward", "points")]
            ['raised ValueError: no', 'raised the same as in `backward`']
        """
        if refusal is None or refusal.text not in reason:
            return reason
        first = self._items.setdefault(refusal.text, item)
        if first != item:
            return reason.replace(f"raised {refusal.text}", f"raised the same as in `{first}`")
        written = self._function.written
        if written is not None and refusal.kind is RefusalKind.WRONG_GRADIENTS:  # raised when backward has returned
            return reason.replace(refusal.text, f"{refusal.text} ({describe_definition(written.backward)})")
        return reason

    def first(self, trace: str | None) -> str | None:
        """A traceback when it comes for the first time, else None."""
        if trace is None or trace in self._traces:
            return None
        self._traces.add(trace)
        return trace
