"""Texts that are made only when they are needed, such as formulas, which most runs never show."""

from __future__ import annotations

from collections.abc import Callable


class Deferred:
    """A text together with the function that makes it.

    Pickling sends the function and its arguments to another process, and the text as well if it is made already.

    Args:
        make: makes the text, or returns None where there is nothing to show; a function of a module, so that it can be
            pickled.
        recipe: the arguments of `make`.
        left_out: whether the files of recorded results leave the text out, since their reader can make it again.

    Example:
        >>> str(Deferred("{}*{}".format, 2, "x"))
        '2*x'
    """

    __slots__ = ("_made", "_make", "left_out", "recipe")

    def __init__(self, make: Callable[..., str | None], *recipe: object, left_out: bool = False) -> None:
        self._make = make
        self.recipe = recipe
        self.left_out = left_out
        self._made: list[str | None] = []

    def leaving_out(self) -> Deferred:
        """Return the same text with `left_out` set; it is made once for both."""
        twin = Deferred(self._make, *self.recipe, left_out=True)
        twin._made = self._made
        return twin

    @property
    def is_made(self) -> bool:
        """Whether the text is made already."""
        return bool(self._made)

    @property
    def text(self) -> str | None:
        """The text, made when this is first asked for; None where there is nothing to show."""
        if not self._made:
            self._made.append(self._make(*self.recipe))
        return self._made[0]

    def __str__(self) -> str:
        return self.text or ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Deferred):
            return NotImplemented
        return (self._make, self.recipe) == (other._make, other.recipe)

    def __hash__(self) -> int:
        return hash((self._make, len(self.recipe)))

    def __repr__(self) -> str:
        return f"Deferred({self._made[0]!r})" if self.is_made else "Deferred(…)"


def _nothing() -> None:
    """No text."""


TOO_LONG = Deferred(_nothing)
"""The text of a formula that is too long to be shown."""
