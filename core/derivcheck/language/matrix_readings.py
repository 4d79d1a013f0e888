"""What mathematics writes of matrices, `A x`, `A⁻¹`, `|A|`, and torch does element by element: refused with both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, NoReturn

from derivcheck.errors import Span, TwoReadingsError

_DOTS = frozenset({"·", "⋅", "∙", "•", "×", "✕", "\\cdot", "\\times"})
_WRITTEN_OUT = frozenset({"*", ".*", "∗", "\\ast"})
_BARS = ("|", "∣", "\\left", "\\lvert", "\\big", "\\Big", "\\vert")
_POWER_SIGNS = frozenset({"^", "**"})


class Place(NamedTuple):
    """A token of the plain text and where it stands in what was written."""

    text: str
    start: int
    end: int


def refuse_matrix_readings(text: str, places: Sequence[Place], given: Collection[str]) -> None:
    """Refuse what may be meant of whole matrices, in a text whose variables have shapes.

    Args:
        text: what was written.
        places: the tokens that it was read as.
        given: the names that have a value; a capital letter is taken for a matrix.

    Raises:
        TwoReadingsError: with both readings.

    Example:
        >>> refuse_matrix_readings("2x", [Place("2", 0, 1), Place("*", 1, 1), Place("x", 1, 2)], ["x"])
    """
    _Check(text, places, given).run()


class _Check:
    """One run over the tokens of one text."""

    def __init__(self, text: str, places: Sequence[Place], given: Collection[str]) -> None:
        self.text = text
        self.places = places
        self.given = frozenset(given)
        self.calls: list[bool] = []
        """For each open bracket, whether a function stands before it."""

    def run(self) -> None:
        """Check every token."""
        for at, place in enumerate(self.places):
            if place.text == "(":
                self.calls.append(at > 0 and self.is_function(at - 1) and not self.is_bar(at - 1))
            elif place.text == ")" and self.calls:
                self.calls.pop()
            elif place.text == "*" and self.text[place.start : place.end] not in _WRITTEN_OUT:
                self.product(at)
            elif place.text in _POWER_SIGNS:
                self.power(at)
            elif self.is_function(at) and (place.text == "norm" or self.is_bar(at)):
                self.bars(at)

    def product(self, at: int) -> None:
        """A product without a sign, or with a dot."""
        left, right = self.names_before(at), self.names_behind(at)
        is_dot = self.text[self.places[at].start : self.places[at].end] in _DOTS
        if left and right and (is_dot or any(name[0].isupper() for name in (*left, *right))):
            self.fail(at - 1, at + 1, f"`{left[-1]}*{right[0]}`, element by element, or `{left[-1]} @ {right[0]}`")

    def power(self, at: int) -> None:
        """A power of a matrix."""
        base = self.places[at - 1].text if at else ""
        exponent = "".join(place.text for place in self.places[at + 1 : at + 5]).removeprefix("(")
        if base not in self.given or not base[0].isupper():
            return
        if exponent.startswith("-1"):
            self.fail(at - 1, at + 2, f"`inv({base})`, or `1/{base}`, element by element")
        if exponent[:1].isdigit():
            self.fail(at - 1, at + 1, f"`{base} @ {base}`, or `{base}*{base}`, element by element")

    def bars(self, at: int) -> None:
        """Bars around a vector or a matrix."""
        end = self.closing(at + 1)
        names = self.names_between(at + 2, end)
        is_matrix = end == at + 3 and bool(names) and names[0][0].isupper()
        inner = "".join(place.text for place in self.places[at + 2 : end])
        if self.places[at].text == "norm":
            if is_matrix and self.text[self.places[at].start : self.places[at].end] != "norm":
                self.fail(at, end, f"`norm({inner})` for the root of all squares, or `matrix_norm({inner}, ord=2)`")
        elif is_matrix:
            self.fail(at, end, f"`det({inner})`, or `abs({inner})`, element by element")
        elif names and not any(self.calls):
            self.fail(at, end, f"`norm({inner})`, or `abs({inner})`, element by element")

    # --- parts ---------------------------------------------------------------------------------------------------

    def is_function(self, at: int) -> bool:
        """Whether a token is a function's name."""
        text = self.places[at].text
        return text.isidentifier() and text not in self.given

    def is_bar(self, at: int) -> bool:
        """Whether an absolute value was written with bars."""
        place = self.places[at]
        return place.text == "abs" and self.text[place.start : place.end].startswith(_BARS)

    def closing(self, at: int) -> int:
        """The index of the bracket that closes the one at an index."""
        depth = 0
        for index in range(at, len(self.places)):
            depth += (self.places[index].text == "(") - (self.places[index].text == ")")
            if depth == 0:
                return index
        return len(self.places) - 1

    def names_between(self, begin: int, end: int) -> list[str]:
        """The variables between two indices that stand in no call."""
        found: list[str] = []
        at = begin
        while at < end:
            if self.is_function(at) and self.places[min(at + 1, end)].text == "(":
                at = self.closing(at + 1)
            elif self.places[at].text in self.given:
                found.append(self.places[at].text)
            at += 1
        return found

    def names_before(self, at: int) -> list[str]:
        """The variables of the factor before an index."""
        last = at - 1
        if last > 1 and self.places[last - 1].text in _POWER_SIGNS:
            last -= 2
        if self.places[last].text != ")":
            return self.names_between(last, last + 1)
        depth = 0
        for begin in range(last, -1, -1):
            depth += (self.places[begin].text == ")") - (self.places[begin].text == "(")
            if depth == 0:
                is_call = begin > 0 and self.is_function(begin - 1)
                return [] if is_call else self.names_between(begin + 1, last)
        return []

    def names_behind(self, at: int) -> list[str]:
        """The variables of the factor behind an index."""
        if at + 1 >= len(self.places):
            return []
        end = self.closing(at + 1) if self.places[at + 1].text == "(" else at + 2
        return self.names_between(at + 1, end)

    def fail(self, first: int, last: int, both: str) -> NoReturn:
        """Raise the error about some tokens."""
        start = min(self.places[first].start, self.places[last].start)
        end = max(place.end for place in self.places[first : last + 1])
        message = f"`{self.text[start:end]}` can be read in two ways"
        raise TwoReadingsError(message, text=self.text, span=Span(start, end), hint=f"write {both}")
