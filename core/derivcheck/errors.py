"""The errors that derivcheck raises, each knowing where it happened and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derivcheck.system.harmless import one_line


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters `[start, end)` in the text that was read."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")


NOWHERE = Span(0, 0)
"""The span of what does not stand in any text."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the user's input something stands: a file (or None), a 1-based line (or None) and a key (or None)."""

    file: str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        where = self.file or ""
        if self.line is not None:
            where += f":{self.line}" if where else f"line {self.line}"
        if self.key:
            where += f" ({self.key})" if where else self.key
        return where


class DerivcheckError(Exception):
    """The root of every error that derivcheck raises on purpose.

    Args:
        message: what happened, one sentence without a full stop.
        hint: what to do about it, or None where the message says it.
        location: where it happened, as far as it is known.
    """

    def __init__(self, message: str, *, hint: str | None = None, location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location

    def at(self, location: Location) -> DerivcheckError:
        """Fill in the location, unless the error has one already, and return the error."""
        if self.location is None:
            self.location = location
        return self

    def render(self) -> str:
        """The whole message as a user reads it: where, what, and what to do."""
        return self._rendered("")

    def _rendered(self, excerpt: str) -> str:
        """Write each part on a line of its own. Line breaks within a part, as from a case file, are replaced."""
        where = one_line(str(self.location)) if self.location else ""
        text = one_line(f"{where}: {self.message}" if where else self.message)
        return f"{text}{excerpt}\n  hint: {one_line(self.hint)}" if self.hint else f"{text}{excerpt}"

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (type(self), self.args, self.__dict__.copy())


def _revived(kind: type[DerivcheckError], args: tuple[Any, ...], state: dict[str, Any]) -> DerivcheckError:
    """Make an error again that another process has pickled.

    Python itself would call `__init__` with the message alone, which some of our classes do not accept.
    """
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ParseError(DerivcheckError):
    """A text that is not an expression, with the characters that are at fault."""

    #: How many characters of a long line are shown around the caret: with what stands before it, 80 columns.
    _WINDOW = 70

    def __init__(self, message: str, *, text: str, span: Span, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.text = text
        self.span = span

    def caret(self) -> str:
        """The line at fault with carets under the span, cut to a window around it."""
        start = min(self.span.start, len(self.text))
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", start)
        line_end = len(self.text) if line_end < 0 else line_end
        window_start = max(line_start, start - self._WINDOW // 2)
        window_end = min(line_end, window_start + self._WINDOW)
        before = "…" if window_start > line_start else ""
        after = "…" if window_end < line_end else ""
        shown = one_line(self.text[window_start:window_end])
        width = max(1, min(self.span.end, window_end) - start)
        return f"{before}{shown}{after}\n{' ' * (len(before) + start - window_start)}{'^' * width}"

    def render(self) -> str:
        """The message with the line at fault and a caret under the span."""
        return self._rendered("".join(f"\n    {line}" for line in self.caret().splitlines()))


class TwoReadingsError(ParseError):
    """A text that can be read in two ways, both of which the hint shows, with the characters that are at fault."""


class TooLargeError(ParseError):
    """An expression beyond the bounds of the language, with the characters that are at fault."""


class MissingValueError(ParseError):
    """An expression with variables that have no value at the point, with the first of them."""


class ShapeError(ParseError):
    """An operation on values whose shapes do not go together, or beyond the bounds, with the operation's characters."""


class PointError(DerivcheckError):
    """A point that lacks a variable, names an unknown one, or holds a value that is not a number."""


class NoNumberError(ParseError, PointError):
    """A value of a point that cannot be read as a number, with the characters that are at fault."""


class InfinitePointError(PointError):
    """A point at infinity, or beyond the largest number of the dtype: there is nothing to check there."""


class CaseError(DerivcheckError):
    """A case that cannot be run as written: a wrong key, a wrong type, a claim about nothing."""


class SettingError(DerivcheckError):
    """A setting that is unknown, or has a value that it cannot have, or a file of settings that cannot be read."""


class InputFileError(DerivcheckError):
    """A file that cannot be read as a case file."""


class OutputFileError(DerivcheckError):
    """A file that cannot be written."""


class DeviceError(DerivcheckError):
    """A device or dtype that this machine does not offer."""


class UnsupportedError(DerivcheckError):
    """Something that a reading cannot express, such as a function without a torch kernel."""


class UserFunctionError(DerivcheckError):
    """A user's own function that cannot be loaded, or that returned something else than one tensor."""


class WorkerError(DerivcheckError):
    """A case that had to be stopped, or whose process died; workers that cannot be started or reached.

    Args:
        message, hint, location: as of any error.
        limit: the limit of the run that the case met, and how much that was: another run may allow more.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        location: Location | None = None,
        limit: tuple[str, float | None] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, location=location)
        self.limit = limit
