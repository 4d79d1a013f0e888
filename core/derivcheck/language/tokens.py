"""The lexer: text in, tokens with their spans out."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from derivcheck.errors import ParseError, Span

MAX_LENGTH = 100_000
"""Characters in an expression. The longest of the integral tables has two thousand."""

MAX_LITERAL_DIGITS = 4_000
"""Digits in a literal: Python itself refuses to print integers of more than 4,300."""

MAX_LITERAL_EXPONENT = 2_000
"""The decimal exponent of a literal; float64 ends at 308."""

MAX_NAME = 200
"""Characters in a name."""


class TokenKind(Enum):
    """What a token is."""

    NUMBER = auto()
    NAME = auto()
    OPERATOR = auto()
    STRAY = auto()
    END = auto()


class Token(NamedTuple):
    """One token: its kind, its text (a name in Unicode's NFKC form, as in Python), its span, a number's value."""

    kind: TokenKind
    text: str
    span: Span
    value: Fraction | None = None


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<hex>0[xX](?:(?:_?[0-9a-fA-F])+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?)
    | (?P<number>(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*|//|<=|>=|==|!=|<>|&&|\|\||:=|[-+*/%^()<>=&|~,])
    """,
    re.VERBOSE,
)

# What people write where Python's arithmetic has something else, and what they mean.
_HINTS: dict[str, str] = {
    "[": "only round brackets group",
    "]": "only round brackets group",
    "{": "only round brackets group",
    "}": "only round brackets group",
    "!": "write factorial(x); `not equal` is !=",
    ".": "attributes are not part of the language; write functions without `torch.` or `np.` before them",
    ";": "one expression at a time",
    ":": "conditions are written where(condition, a, b)",
    "'": "strings are not part of the language",
    '"': "strings are not part of the language",
    "`": "leave out the backquotes",
    "#": "comments are not part of an expression",
    "@": "a point is given by --at",
    "\\": "LaTeX is not understood; write the formula in Python's arithmetic",
    "$": "LaTeX is not understood; write the formula in Python's arithmetic",
    "−": "did you mean `-`?",
    "–": "did you mean `-`?",
    "×": "did you mean `*`?",
    "·": "did you mean `*`?",
    "⋅": "did you mean `*`?",
    "÷": "did you mean `/`?",
    "√": "did you mean `sqrt(…)`?",
    "≤": "did you mean `<=`?",
    "≥": "did you mean `>=`?",
    "≠": "did you mean `!=`?",
    "∞": "infinity is no number to compute with",
    "∂": "derivcheck differentiates by itself; write the function only",
    "\x00": "the text holds a NUL byte: is it the right file?",
}


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind `END`, or `STRAY` where a character is not part of the language.

    A stray character is a token and no error, so that an error further left is reported first: `lambda x: x` is about
    `lambda`, not about the colon.

    Raises:
        ParseError: for a text that is too long, a name that is too long, a literal that is too long or too large.
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(
            f"the expression has {len(text):,} characters; {MAX_LENGTH:,} are allowed",
            text=text[:200],
            span=Span(0, 0),
            hint="split it into cases of their own",
        )
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return [*tokens, _stray(text, position)]
        group, lexeme = match.lastgroup, match.group()
        end = match.end()
        if group == "space":
            position = end
            continue
        span = Span(position, end)
        position = end
        if group == "operator":
            tokens.append(Token(TokenKind.OPERATOR, lexeme, span))
        elif group == "number":
            value = _integer(lexeme) if lexeme.isdecimal() and len(lexeme) < 18 else _decimal(lexeme, text, span)
            tokens.append(Token(TokenKind.NUMBER, lexeme, span, value))
        elif group == "hex":
            tokens.append(Token(TokenKind.NUMBER, lexeme, span, _hexadecimal(lexeme, text, span)))
        elif group == "name":
            if len(lexeme) > MAX_NAME:
                _bound(False, f"a name may have {MAX_NAME} characters", text, span)
            if lexeme.isascii():
                tokens.append(Token(TokenKind.NAME, lexeme, span))
                continue
            good = _identifier_length(lexeme)
            if good:
                tokens.append(
                    Token(
                        TokenKind.NAME,
                        unicodedata.normalize("NFKC", lexeme[:good]),
                        Span(span.start, span.start + good),
                    )
                )
            if good < len(lexeme):
                return [*tokens, _stray(text, span.start + good)]
    tokens.append(Token(TokenKind.END, "", Span(len(text), len(text))))
    return tokens


def _stray(text: str, position: int) -> Token:
    """The token of a character that no token begins with."""
    return Token(TokenKind.STRAY, text[position], Span(position, position + 1))


def stray_error(token: Token, text: str) -> ParseError:
    """The error for a token of kind `STRAY`."""
    char = token.text
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    shown = f"`{char}`" if char.isprintable() else name
    return ParseError(f"{shown} is not part of the expression language", text=text, span=token.span, hint=_hint(char))


def _hint(char: str) -> str | None:
    """What may be meant by a character that is not part of the language."""
    if char in _HINTS:
        return _HINTS[char]
    plain = unicodedata.normalize("NFKC", char)
    form = unicodedata.decomposition(char).partition(" ")[0]
    if form == "<super>" and plain.isalnum():
        return f"did you mean `**{plain}`?"
    if form == "<sub>" and plain.isalnum():
        return f"indices are written in plain characters: x{plain}"
    if plain != char and plain.isascii() and plain.isprintable():
        return f"did you mean `{plain}`?"
    return None


def _identifier_length(lexeme: str) -> int:
    """How many characters of a run of letters and digits are an identifier, as Python has it: of `x²` one."""
    if lexeme.isidentifier():
        return len(lexeme)
    if not lexeme[0].isidentifier():
        return 0
    return next((i for i, char in enumerate(lexeme) if not f"x{char}".isidentifier()), len(lexeme))


@lru_cache(maxsize=1024)
def _integer(lexeme: str) -> Fraction:
    """The value of a short integer literal; most of them are 1, 2 or 3."""
    return Fraction(int(lexeme))


def _decimal(lexeme: str, text: str, span: Span) -> Fraction:
    """The exact value of a decimal literal."""
    mantissa, _, exponent = lexeme.replace("_", "").lower().partition("e")
    _bound(len(mantissa) <= MAX_LITERAL_DIGITS, f"a literal may have {MAX_LITERAL_DIGITS:,} digits", text, span)
    _bound(
        len(exponent) < 10 and abs(int(exponent or 0)) <= MAX_LITERAL_EXPONENT,
        f"a literal's exponent may be {MAX_LITERAL_EXPONENT:,} at most",
        text,
        span,
    )
    whole, _, fraction = mantissa.partition(".")
    return Fraction(int((whole + fraction) or "0")) * Fraction(10) ** (int(exponent or 0) - len(fraction))


_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")


def decimal_value(text: str) -> Fraction | None:
    """The exact value of a text that is one plain signed decimal and nothing else; None for any other.

    Example:
        >>> decimal_value("-0.25"), decimal_value("1/4")
        (Fraction(-1, 4), None)
    """
    return Fraction(text) if _PLAIN.fullmatch(text) else None


def _hexadecimal(lexeme: str, text: str, span: Span) -> Fraction:
    """The exact value of a hexadecimal literal, C's and Python's `float.hex` form included."""
    mantissa, _, exponent = lexeme.replace("_", "").lower().removeprefix("0x").partition("p")
    _bound(
        len(mantissa) <= MAX_LITERAL_DIGITS and len(exponent) < 10 and abs(int(exponent or 0)) <= 16_000,
        "a hexadecimal literal is too long or too large",
        text,
        span,
    )
    whole, _, fraction = mantissa.partition(".")
    return Fraction(int(whole + fraction, 16)) * Fraction(2) ** (int(exponent or 0) - 4 * len(fraction))


def _bound(holds: bool, message: str, text: str, span: Span) -> None:
    if not holds:
        raise ParseError(message, text=text, span=span)
