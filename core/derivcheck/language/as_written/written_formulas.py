"""The front door: a formula as somebody wrote it, read as a plain text of the expression language, or as two."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from derivcheck.errors import ParseError, Span
from derivcheck.language.as_written.choices import Choices
from derivcheck.language.as_written.definitions import Body, without_definition
from derivcheck.language.as_written.forms_of_systems import rewritten
from derivcheck.language.as_written.levels import Levels
from derivcheck.language.as_written.other_conventions import refuse_other_conventions
from derivcheck.language.as_written.signs import Sign, SignKind, read_signs
from derivcheck.language.as_written.token_pieces import Piece, as_text, as_tokens, foreign
from derivcheck.language.as_written.words_as_written import Words
from derivcheck.language.tokens import Tokens
from derivcheck.model import OwnFunction
from derivcheck.model.point import Wrt


@dataclass(frozen=True, slots=True)
class AsWritten:
    """One way to read a formula.

    Attributes:
        tokens: its plain tokens, each with where it stands in the formula.
        text: the plain text.
        by: what `d/dx` before it asks to differentiate by.
        states: the derivative that it is said to be.
    """

    tokens: Tokens
    text: str
    by: Wrt
    states: Wrt


@dataclass(frozen=True, slots=True)
class Readings:
    """How a formula can be read.

    Attributes:
        ways: one way, or two and more.
        span: the characters that can be read in several ways.
    """

    ways: list[AsWritten]
    span: Span


def read_as_written(
    text: str,
    given: Collection[str] | None,
    own: tuple[OwnFunction, ...] = (),
    constants: Mapping[str, object] | None = None,
    *,
    has_shapes: bool = False,
) -> Readings:
    """Read a formula that the plain language refuses.

    Args:
        text: the formula, without comments.
        given: the variables that have a value; None: any name may be one.
        own: the user's own functions.
        constants: the names that stand for plain values.
        has_shapes: whether a variable has a shape.

    Raises:
        ParseError: for what has no reading.

    Example:
        >>> [way.text for way in read_as_written("2xy + 3", ["x", "y"]).ways]
        ['2*x*y + 3']
        >>> [way.text for way in read_as_written("1/2x", ["x"]).ways]
        ['1/(2*x)', '1/2*x']
    """
    known = [*(given or ()), *(constants or {})]
    signs = rewritten(text, read_signs(text, known), known)
    refuse_other_conventions(text, signs, known)
    body = without_definition(text, signs, None if given is None else known)
    words = Words([*known, *_defined(body.signs)], own, is_open=given is None)

    def read(choices: Choices) -> AsWritten:
        return _way(text, body, Levels(text, body.signs, words, choices, has_shapes=has_shapes).run())

    first = Choices()
    ways = [read(first)]
    if not first.spots:
        return Readings(ways, Span(0, 0))
    ways += [read(choices) for choices in first.others()]
    return Readings(ways, first.span())


def _way(text: str, body: Body, pieces: list[Piece]) -> AsWritten:
    stray = foreign(pieces)
    if stray is not None:
        raise ParseError(f"`{stray.text}` has no place here", text=text, span=Span(stray.start, stray.end))
    return AsWritten(as_tokens(pieces, len(text)), as_text(pieces), body.by, body.states)


def _defined(signs: list[Sign]) -> list[str]:
    """The names that statements give."""
    found: list[str] = []
    depth = 0
    for sign, following in pairwise(signs):
        depth += (sign.kind is SignKind.OPEN) - (sign.kind is SignKind.CLOSE)
        is_equal = following.kind is SignKind.OPERATOR and following.text == "="
        if depth == 0 and is_equal and sign.kind is SignKind.WORD:
            found.append(sign.text)
    return found
