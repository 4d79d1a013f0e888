"""Pieces: the tokens of a plain text that a formula is rewritten into, each with where it stands in the formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from derivcheck.language.tokens import Lexeme, TokenKind, Tokens, is_token, lexeme_of

_END = Lexeme(TokenKind.END, "", 0)
_SPACED = frozenset(
    {"+", "-", "<", "<=", ">", ">=", "==", "!=", "and", "or", "if", "else", "|", "&", "=", "in", "is", "@"}
)
_CLOSING = frozenset({")", "]"})
_UNARY_BEFORE = frozenset({"", "(", "[", ",", ";", ":", "*", "/", "**", "//", "%", "return", "not", *_SPACED})
_KEYWORD_SIGN = "="


class Piece(NamedTuple):
    """One token of the plain text.

    Attributes:
        text: the token, in the expression language.
        start, end: its characters in the formula as it was written; none where the token is added.
    """

    text: str
    start: int
    end: int


def added(text: str, place: int) -> Piece:
    """A token that the formula does not have, at a place in it."""
    return Piece(text, place, place)


def in_brackets(pieces: Sequence[Piece]) -> list[Piece]:
    """Some tokens with brackets around them."""
    return [added("(", pieces[0].start), *pieces, added(")", pieces[-1].end)]


def foreign(pieces: Iterable[Piece]) -> Piece | None:
    """The first of some tokens that the plain language does not have; None where there is none."""
    return next((piece for piece in pieces if not is_token(piece.text)), None)


def as_tokens(pieces: Iterable[Piece], end: int) -> Tokens:
    """The tokens for the parser: what they are by their texts, and where they stand in the formula."""
    lexemes: list[Lexeme] = []
    starts: list[int] = []
    for text, start, stop in pieces:
        known = lexeme_of(text)
        # A bracket that closes takes the last character of what is in it: the parser counts on its having one.
        begin = start - 1 if text in _CLOSING and stop == start > 0 else start
        lexemes.append(Lexeme(known.kind, known.text, stop - begin, known.number))
        starts.append(begin)
    return Tokens([*lexemes, _END], [*starts, end])


def as_text(pieces: Sequence[Piece]) -> str:
    """The plain text, spaced as Python's arithmetic is.

    Example:
        >>> as_text([Piece(text, 0, 0) for text in ["2", "*", "x", "-", "log", "(", "-", "x", ",", "2", ")"]])
        '2*x - log(-x, 2)'
    """
    parts: list[str] = []
    before = ""
    brackets: list[bool] = []  # whether each that is open is a call's
    for index, (text, _, _) in enumerate(pieces):
        if text == "(":
            brackets.append(index > 0 and (before.isidentifier() or before.startswith(".")))
        elif text == ")" and brackets:
            brackets.pop()
        is_keyword = text == _KEYWORD_SIGN and bool(brackets)
        is_sign = text in {"+", "-"} and before in _UNARY_BEFORE
        if text in {",", ";"}:
            parts.append(f"{text} ")
        elif text == "not":
            parts.append("not ")
        elif text in _SPACED and not is_keyword and not is_sign:
            parts.append(f" {text} ")
        else:
            parts.append(text)
        before = text
    return "".join(parts).replace("  ", " ").strip()
