"""The lexer: text in, tokens with their spans out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from derivcheck.errors import ParseError, Span
from derivcheck.language.scripts import instead_of_script, normalized, on_the_line
from derivcheck.model.expression import NUMBER, Extent, Node
from derivcheck.model.light_records import record

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
    ATTRIBUTE = auto()  # .sum
    STRING = auto()  # 'mean'
    OPERATOR = auto()
    STRAY = auto()
    END = auto()


@record
class Lexeme:
    """What a token is by its characters alone, wherever it stands.

    Attributes:
        kind: what the token is.
        text: its text; a name in Unicode's NFKC form, as in Python; an attribute without its dot.
        length: how many characters of the source it takes.
        number: the node of a number.
    """

    kind: TokenKind
    text: str
    length: int
    number: Node | None = None


class Token(NamedTuple):
    """One token: its kind, its text, its span, a number's value."""

    kind: TokenKind
    text: str
    span: Span
    value: Fraction | None = None


@record
class Tokens:
    """The tokens of a text, in columns: only an error needs one as a whole.

    Attributes:
        lexemes: what each of them is.
        starts: where each of them begins.
    """

    lexemes: list[Lexeme]
    starts: list[int]

    def extent(self, index: int) -> Extent:
        """Where a token stands."""
        start = self.starts[index]
        return start, start + self.lexemes[index].length

    def __len__(self) -> int:
        return len(self.lexemes)

    def __getitem__(self, index: int) -> Token:
        lexeme, start = self.lexemes[index], self.starts[index]
        value = None if lexeme.number is None else lexeme.number.value
        return Token(lexeme.kind, lexeme.text, Span(start, start + lexeme.length), value)

    def __iter__(self) -> Iterator[Token]:
        return map(self.__getitem__, range(len(self)))


DECIMAL = r"(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
"""The pattern of a decimal literal."""

_GRAMMAR = rf"""
      (?P<hex>0[xX](?:(?:_?[0-9a-fA-F])+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?)
    | (?P<number>{DECIMAL})
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*|//|<=|>=|==|!=|<>|&&|\|\||:=|\.\.\.|[-+*/%^()<>=&|~,;:@\[\]])
    | (?P<attribute>\.\s*[^\W\d]\w*)
    | (?P<string>'[^'\\\n]*'|"[^"\\\n]*")
"""
_TOKEN = re.compile(_GRAMMAR, re.VERBOSE)
_PIECE = re.compile(rf"(?: {re.sub('[?]P<[a-z]+>', '?:', _GRAMMAR)} ) \s* | (?s:.+)", re.VERBOSE)
"""A token and the blanks after it, or all the rest from a character on that no token begins with."""

# What people write where Python's arithmetic has something else, and what they mean.
_HINTS: dict[str, str] = {
    "{": "only round brackets group",
    "}": "only round brackets group",
    "!": "write factorial(x); `not equal` is !=",
    ".": "what is elementwise needs no dot: `*`, `/` and `^` are; a method is written x.sum(-1)",
    "?": "conditions are written where(condition, a, b), or `a if condition else b`",
    "'": "the quote is not closed",
    '"': "the quote is not closed",
    "`": "leave out the backquotes",
    "\\": "a backslash begins a command of LaTeX: \\frac{1}{x}",
    "$": "LaTeX stands between two dollars: $x^2$",
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
    "∇": "derivcheck differentiates by itself; write the function only",
    "∑": "write sum(x)",
    "∏": "write prod(x)",
    "∫": "integrals are not part of the language; write the function only",
    "±": "write both, each in its own expression: x + 1, and x - 1",
    "‖": "write norm(x)",
    "⌊": "write floor(x)",
    "⌈": "write ceil(x)",
    "\x00": "the text holds a NUL byte: is it the right file?",
}


def tokenize(text: str) -> Tokens:
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
    blanks = len(text) - len(text.lstrip())
    pieces, rest = _split(text, blanks)
    starts = [*accumulate(map(len, pieces), initial=blanks)]
    try:
        lexemes = list(map(lexeme_of, map(str.rstrip, pieces)))
    except ParseError:
        raise _error_at_its_place(pieces, starts, text) from None
    lexemes.append(Lexeme(TokenKind.STRAY, rest[0], 1) if rest else _END)
    return Tokens(lexemes, starts)


def _error_at_its_place(pieces: list[str], starts: list[int], text: str) -> ParseError:
    """The error about the first token that is beyond the bounds, with its characters in the text."""
    for start, piece in zip(starts, pieces, strict=False):
        try:
            lexeme_of(piece.rstrip())
        except ParseError as error:
            return ParseError(error.message, text=text, span=Span(start, start + error.span.end))
    raise AssertionError(text)


_END = Lexeme(TokenKind.END, "", 0)


def _split(text: str, start: int) -> tuple[list[str], str]:
    """The tokens from `start` on, each with the blanks after it; and what begins with a stray character, if any.

    In ASCII every name is an identifier, and only the last piece can be anything else than a token.
    """
    pieces = _PIECE.findall(text, start)
    sure = len(pieces) - 1 if text.isascii() else 0
    for index, piece in enumerate(pieces[sure:], sure):
        match = _TOKEN.match(piece)
        if match is None:
            return pieces[:index], piece
        if match.lastgroup == "name" and match.end() <= MAX_NAME:
            good = _identifier_length(match.group())
            if good < match.end():
                return [*pieces[:index], *filter(None, [piece[:good]])], piece[good:]
    return pieces, ""


@lru_cache(maxsize=1024)
def lexeme_of(text: str) -> Lexeme:
    """What the text of a token is: most of them are a few names, operators and small numbers.

    Raises:
        ParseError: for one beyond the bounds, with its span in the token.
    """
    match = _TOKEN.fullmatch(text)
    assert match is not None, text
    if match.lastgroup == "operator":
        return Lexeme(TokenKind.OPERATOR, text, len(text))
    if match.lastgroup in {"name", "attribute"}:
        _bound(len(text) <= MAX_NAME, f"a name may have {MAX_NAME} characters", text)
        if match.lastgroup == "name":
            return Lexeme(TokenKind.NAME, normalized(text), len(text))
        return Lexeme(TokenKind.ATTRIBUTE, normalized(text[1:].lstrip()), len(text))
    if match.lastgroup == "string":
        return Lexeme(TokenKind.STRING, text, len(text))
    read = _decimal if match.lastgroup == "number" else _hexadecimal
    return Lexeme(TokenKind.NUMBER, text, len(text), Node(NUMBER, text, (), read(text)))


def is_token(text: str) -> bool:
    """Whether a text is one token of the language."""
    return _TOKEN.fullmatch(text) is not None


def stray_error(token: Token, text: str) -> ParseError:
    """The error for a token of kind `STRAY`."""
    char = token.text
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    shown = f"`{char}`" if char.isprintable() else name
    hint = instead_of_script(text, token.span.start) or _hint(char)
    return ParseError(f"{shown} is not part of the expression language", text=text, span=token.span, hint=hint)


def _hint(char: str) -> str | None:
    """What may be meant by a character that is not part of the language."""
    if char in _HINTS:
        return _HINTS[char]
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and plain.isascii() and plain.isprintable():
        return f"did you mean `{plain}`?"
    return None


def _identifier_length(lexeme: str) -> int:
    """How many characters of a run of letters and digits are an identifier, as Python has it: of `x²` one.

    Raised and lowered letters end it, too: of `xᵃ` one.
    """
    if lexeme.isidentifier() and on_the_line(lexeme):
        return len(lexeme)
    if not (lexeme[0].isidentifier() and on_the_line(lexeme[0])):
        return 0
    return next(
        (i for i, char in enumerate(lexeme) if not (f"x{char}".isidentifier() and on_the_line(char))), len(lexeme)
    )


def _decimal(lexeme: str) -> Fraction:
    """The exact value of a decimal literal."""
    mantissa, _, exponent = lexeme.replace("_", "").lower().partition("e")
    _bound(len(mantissa) <= MAX_LITERAL_DIGITS, f"a literal may have {MAX_LITERAL_DIGITS:,} digits", lexeme)
    _bound(
        len(exponent) < 10 and abs(int(exponent or 0)) <= MAX_LITERAL_EXPONENT,
        f"a literal's exponent may be {MAX_LITERAL_EXPONENT:,} at most",
        lexeme,
    )
    whole, _, fraction = mantissa.partition(".")
    return _scaled(int(whole + fraction), 10, int(exponent or 0) - len(fraction))


_PLAIN = re.compile(r"([+-]?[0-9]{1,30})(?:\.([0-9]{1,30}))?(?:[eE]([+-]?[0-9]{1,3}))?")


def decimal_value(text: str) -> Fraction | None:
    """The exact value of a text that is one plain signed decimal and nothing else; None for any other.

    Example:
        >>> decimal_value("-0.25"), decimal_value("1/4")
        (Fraction(-1, 4), None)
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return None
    whole, fraction, exponent = plain.groups("")
    return _scaled(int(whole + fraction), 10, int(exponent or 0) - len(fraction))


def _hexadecimal(lexeme: str) -> Fraction:
    """The exact value of a hexadecimal literal, C's and Python's `float.hex` form included."""
    mantissa, _, exponent = lexeme.replace("_", "").lower().removeprefix("0x").partition("p")
    _bound(
        len(mantissa) <= MAX_LITERAL_DIGITS and len(exponent) < 10 and abs(int(exponent or 0)) <= 16_000,
        "a hexadecimal literal is too long or too large",
        lexeme,
    )
    whole, _, fraction = mantissa.partition(".")
    return _scaled(int(whole + fraction, 16), 2, int(exponent or 0) - 4 * len(fraction))


def _scaled(digits: int, base: int, exponent: int) -> Fraction:
    """digits * base**exponent."""
    return Fraction(digits * base**exponent) if exponent >= 0 else Fraction(digits, base**-exponent)


def _bound(holds: bool, message: str, lexeme: str) -> None:
    if not holds:
        raise ParseError(message, text=lexeme, span=Span(0, len(lexeme)))
