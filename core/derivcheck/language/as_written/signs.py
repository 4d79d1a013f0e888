"""The signs of a formula as people write them: words, numbers, brackets, operators, raised and lowered characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from derivcheck.errors import ParseError, Span
from derivcheck.language.as_written.other_names import ROOTS
from derivcheck.language.scripts import level, normalized


class SignKind(Enum):
    """What a sign is."""

    NUMBER = auto()
    FRACTION = auto()  # ½
    WORD = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    BAR = auto()
    ROOT = auto()  # √
    STRING = auto()
    ATTRIBUTE = auto()  # .exp
    OTHER = auto()


@dataclass(slots=True)
class Sign:
    """One sign.

    Attributes:
        kind: what it is.
        text: how it is written in plain characters; of a word its NFKC form, of an attribute its dot and its name.
        start, end: its characters in the formula.
        is_apart: whether a blank stands before it.
        is_on_new_line: whether the end of a line stands before it.
        lowered: what is written below the line behind a word, `1` of x₁ and of x_{1}.
    """

    kind: SignKind
    text: str
    start: int
    end: int
    is_apart: bool = False
    is_on_new_line: bool = False
    lowered: str = ""


_MINUSES = (
    "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{SMALL HYPHEN-MINUS}\N{SUPERSCRIPT MINUS}"
)
_TIMES = "·⋅∙•×✕∗\N{INVISIBLE TIMES}"
_OVERS = "÷∕⁄"
OPERATORS = MappingProxyType(
    {
        **dict.fromkeys(_MINUSES, "-"),
        **dict.fromkeys(_TIMES, "*"),
        **dict.fromkeys(_OVERS, "/"),
        "≤": "<=", "⩽": "<=", "≦": "<=", "≥": ">=", "⩾": ">=", "≧": ">=", "≠": "!=", "∧": "and", "∨": "or", "¬": "not",
        ".^": "^", ".*": "*", "./": "/", ".+": "+", ".-": "-", "&&": "and", "<>": "!=", "~=": "!=", "**": "**",
        "→": "->", "↦": "->", "=>": "->", "≔": ":=",
    }
)  # fmt: skip
"""Operators of other languages and their texts here."""

_NOTHING = (
    "\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{FUNCTION APPLICATION}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}"
    "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{INVISIBLE SEPARATOR}"
)
_NUMBER = re.compile(
    r"0[xX](?:(?:_?[0-9a-fA-F])+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
    r"|(?:[0-9](?:_?[0-9])*(?:\.(?![\^*/])(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_DOUBLE = re.compile(r"[dD]([+-]?[0-9]{1,4})(?!\w)")
_SUFFIX = re.compile(r"(?:_(?:dp|sp|wp|rk|r8|real64|real32)|_?f(?:64|32)|[fFlL])(?!\w)")
_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w*)")
_STRING = re.compile(r"'[^'\\\n]*'|\"[^\"\\\n]*\"")
_LOWERED = re.compile(r"_\{\s*(\w{1,20})\s*\}")
_LONG = re.compile(r"\*\*|//|<=|>=|==|!=|<>|&&|:=|->|=>|~=|\.\.\.|\.\^|\.\*|\./|\.\+|\.-")
_SHORT = frozenset("+-*/%^<>=&~,;:@?!'°∂\N{PRIME}\N{DOUBLE PRIME}")
_DOTTED = frozenset({".^", ".*", "./"})
_DIGITS = frozenset("0123456789")
_POWER_OF_POWER = re.compile(r"([^\W\d])([0-9])")
_CONTINUED = re.compile(r"\.\.\.[^\S\n]*\n\s*")
_OPEN, _CLOSE = frozenset("([{⌊⌈"), frozenset(")]}⌋⌉")


def read_signs(text: str, given: Collection[str]) -> list[Sign]:
    """The signs of a formula.

    Args:
        text: the formula, without comments.
        given: the variables that have a value: where `f` is one, `2.0f` could be a product.

    Raises:
        ParseError: for a character that stands for nothing here, and for a number that has two meanings.
    """
    return list(_Reading(text, given).signs())


def has_dotted_operators(text: str, signs: Collection[Sign]) -> bool:
    """Whether a formula has an operator of MATLAB's and Julia's for elements, `x .* y`; `2.*x` may be Python's."""
    return any(
        text[sign.start : sign.end] in _DOTTED and not text[sign.start - 1 : sign.start].isdigit() for sign in signs
    )


def has_question(signs: Collection[Sign]) -> bool:
    """Whether a formula has C's and Julia's `?` of a conditional."""
    return any(sign.text == "?" and sign.kind is SignKind.OPERATOR for sign in signs)


class _Reading:
    """One run over a text."""

    def __init__(self, text: str, given: Collection[str]) -> None:
        self.text = text
        self.given = given
        self.at = 0

    def signs(self) -> Iterator[Sign]:
        """The signs in order."""
        is_apart = is_on_new_line = False
        before: Sign | None = None
        while self.at < len(self.text):
            char = self.text[self.at]
            if char.isspace() or char in _NOTHING:
                is_apart = is_apart or char.isspace()
                is_on_new_line = is_on_new_line or char == "\n"
                self.at += 1
                continue
            continued = _CONTINUED.match(self.text, self.at)
            if continued:  # Octave's line goes on
                is_apart, self.at = True, continued.end()
                continue
            for sign in self.next_signs(before, is_apart):
                sign.is_apart, sign.is_on_new_line = is_apart, is_on_new_line
                is_apart = is_on_new_line = False
                before = sign
                yield sign

    def next_signs(self, before: Sign | None, is_apart: bool) -> list[Sign]:
        """The next sign; those that a raised run is written with stand in brackets behind a `^`."""
        text, start = self.text, self.at
        char = text[start]
        number = _NUMBER.match(text, start)
        if number:
            return [self.number(number[0])]
        kind = level(char)
        if kind == "raised":
            return self.raised(before)
        if kind == "lowered":
            raise self.error("indices are written in plain characters: x_1", start, start + 1)
        if unicodedata.decomposition(char).startswith("<fraction>"):
            top, _, bottom = normalized(char).partition("⁄")
            self.at += 1
            return [Sign(SignKind.FRACTION, f"{top}/{bottom}", start, self.at)] if bottom else []
        if char.isidentifier() or char == "_":
            return [self.word()]
        if normalized(char) in _DIGITS:
            self.at += 1
            return [Sign(SignKind.NUMBER, normalized(char), start, self.at)]
        string = _STRING.match(text, start)
        is_prime = (
            char == "'" and before is not None and not is_apart and before.kind in {SignKind.WORD, SignKind.CLOSE}
        )
        if string and not is_prime:
            self.at = string.end()
            return [Sign(SignKind.STRING, string[0], start, self.at)]
        long = _LONG.match(text, start)
        if long:
            self.at = long.end()
            return [Sign(SignKind.OPERATOR, OPERATORS.get(long[0], long[0]), start, self.at)]
        if char == ".":
            return [self.dotted()]
        self.at += 1
        plain = OPERATORS.get(char) or OPERATORS.get(normalized(char)) or normalized(char)
        found = _kind_of(plain, char)
        if found is None:
            raise self.error(None, start, start + 1)
        shown = {SignKind.ROOT: char, SignKind.BAR: "|"}.get(found, plain)
        return [Sign(found, shown, start, self.at)]

    def number(self, literal: str) -> Sign:
        """A number, without the suffix that says its type in C, Rust or Fortran."""
        start, text = self.at, self.text
        self.at += len(literal)
        double = _DOUBLE.match(text, self.at)
        if double and not {"d", "D"} & {*literal}:
            self.check_suffix(double[0], start, f"{literal}e{double[1]}", literal)
            self.at = double.end()
            return Sign(SignKind.NUMBER, f"{literal}e{double[1]}", start, self.at)
        suffix = _SUFFIX.match(text, self.at)
        is_decimal = "." in literal or "e" in literal.lower() or (suffix is not None and len(suffix[0]) > 1)
        if suffix and is_decimal and not literal.lower().startswith("0x"):
            self.check_suffix(suffix[0], start, literal, literal)
            self.at = suffix.end()
        return Sign(SignKind.NUMBER, literal, start, self.at)

    def check_suffix(self, suffix: str, start: int, as_number: str, literal: str) -> None:
        """Fail where a suffix is a variable's name, too."""
        if suffix in self.given or suffix[0] in self.given:
            hint = f"write {as_number} for the number, or {literal}*{suffix} for the product"
            raise self.error(hint, start, self.at + len(suffix), f"`{literal}{suffix}` can be read in two ways")

    def word(self) -> Sign:
        """A run of letters and digits on the line, with what is written below the line behind it."""
        start, text = self.at, self.text
        while self.at < len(text) and _is_of_word(text[self.at]):
            self.at += 1
        word = normalized(text[start : self.at])
        lowered = ""
        braces = _LOWERED.match(text, self.at - word.endswith("_")) if text[start : self.at] else None
        if braces:
            self.at, lowered, word = braces.end(), braces[1], word.removesuffix("_")
        else:
            begin = self.at
            while self.at < len(text) and level(text[self.at]) == "lowered":
                self.at += 1
            lowered = normalized(text[begin : self.at])
        return Sign(SignKind.WORD, word, start, self.at, lowered=lowered)

    def raised(self, before: Sign | None) -> list[Sign]:
        """The signs of a raised run, as those of a power in brackets."""
        start, text = self.at, self.text
        while self.at < len(text) and level(text[self.at]) == "raised":
            self.at += 1
        run = normalized(text[start : self.at]).replace("\N{MINUS SIGN}", "-")
        if run in {"o", "º"} and before is not None and before.kind is SignKind.NUMBER:
            return [Sign(SignKind.OPERATOR, "°", start, self.at)]
        if len(run) != self.at - start:
            raise self.error("write the power as x**2", start, self.at)
        if _POWER_OF_POWER.search(run):
            plain = _POWER_OF_POWER.sub(r"\1**\2", run)
            raise self.error(f"write the power as x**({plain})", start, self.at, "a power of a power is not clear here")
        inner = read_signs(run, self.given)
        for sign in inner:
            sign.start += start
            sign.end += start
        return [
            Sign(SignKind.OPERATOR, "^", start, start),
            Sign(SignKind.OPEN, "(", start, start),
            *inner,
            Sign(SignKind.CLOSE, ")", self.at, self.at),
        ]

    def dotted(self) -> Sign:
        """What begins with a dot: a method or an attribute, or Julia's `sin.(x)`, whose dot says nothing."""
        start = self.at
        attribute = _ATTRIBUTE.match(self.text, start)
        if attribute:
            self.at = attribute.end()
            return Sign(SignKind.ATTRIBUTE, f".{normalized(attribute[1])}", start, self.at)
        if self.text[start + 1 : start + 2] == "(":
            self.at += 2
            return Sign(SignKind.OPEN, "(", start, self.at)
        raise self.error(None, start, start + 1)

    def error(self, hint: str | None, start: int, end: int, message: str | None = None) -> ParseError:
        """The error about some characters."""
        shown = self.text[start:end]
        message = message or f"`{shown}` is not part of the expression language"
        return ParseError(message, text=self.text, span=Span(start, end), hint=hint)


def _kind_of(plain: str, char: str) -> SignKind | None:
    if char in ROOTS:
        return SignKind.ROOT
    if plain in {"|", "∣", "│"}:
        return SignKind.BAR
    if plain in _OPEN:
        return SignKind.OPEN
    if plain in _CLOSE:
        return SignKind.CLOSE
    return SignKind.OPERATOR if plain in _SHORT or plain in OPERATORS.values() else None


def _is_of_word(char: str) -> bool:
    is_fraction = unicodedata.decomposition(char).startswith("<fraction>") if not char.isascii() else False
    return f"x{char}".isidentifier() and level(char) is None and not is_fraction and char not in OPERATORS
