"""The lexer: text in, tokens with their spans out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from derivcheck.errors import ParseError, Span

MAX_LENGTH = 200_000
"""Characters in an expression. The longest of the integral tables has two thousand."""

MAX_LITERAL_DIGITS = 4_000
"""Digits in a literal: Python itself refuses to print integers of more than 4,300."""

MAX_LITERAL_EXPONENT = 5_000
"""The decimal exponent of a literal; float64 ends at 308, float128 at 4,932."""


class TokenKind(Enum):
    """What a token is."""

    NUMBER = auto()
    NAME = auto()
    OPERATOR = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text (a name in Unicode's NFKC form, as in Python), its span, a number's value."""

    kind: TokenKind
    text: str
    span: Span
    value: Fraction | None = None


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<hex>0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][+-]?[0-9]+)?)
    | (?P<number>(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9]+)?)
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
    "²": "did you mean `**2`?",
    "³": "did you mean `**3`?",
    "\x00": "the text holds a NUL byte: is it the right file?",
}


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind `END`.

    Raises:
        ParseError: for a text that is too long, a character that is not part of the language, a literal that is too
            long or too large.
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
            raise _stray(text, position)
        span = Span(position, match.end())
        position = match.end()
        group, lexeme = match.lastgroup, match.group()
        if group == "number":
            tokens.append(Token(TokenKind.NUMBER, lexeme, span, _decimal(lexeme, text, span)))
        elif group == "hex":
            tokens.append(Token(TokenKind.NUMBER, lexeme, span, _hexadecimal(lexeme, text, span)))
        elif group == "name":
            tokens.append(Token(TokenKind.NAME, _identifier(lexeme, text, span), span))
        elif group == "operator":
            tokens.append(Token(TokenKind.OPERATOR, lexeme, span))
    tokens.append(Token(TokenKind.END, "", Span(len(text), len(text))))
    return tokens


def _stray(text: str, position: int) -> ParseError:
    """The error for a character that no token begins with."""
    char = text[position]
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    shown = f"`{char}`" if char.isprintable() else name
    return ParseError(
        f"{shown} is not part of the expression language",
        text=text,
        span=Span(position, position + 1),
        hint=_HINTS.get(char),
    )


def _identifier(lexeme: str, text: str, span: Span) -> str:
    """The NFKC form of a name, as Python's own tokenizer has it."""
    if not lexeme.isidentifier():
        at = next(i for i, _ in enumerate(lexeme) if not lexeme[: i + 1].isidentifier())
        raise _stray(text, span.start + at)
    return unicodedata.normalize("NFKC", lexeme)


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


def _hexadecimal(lexeme: str, text: str, span: Span) -> Fraction:
    """The exact value of a hexadecimal literal, C's and Python's `float.hex` form included."""
    mantissa, _, exponent = lexeme.lower().removeprefix("0x").partition("p")
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
