"""Conditionals, `a if c else b`: the branch that constants choose, or where(c, a, b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

from derivcheck.errors import ParseError, Span
from derivcheck.language.constant_conditions import decide
from derivcheck.language.table import CHOICE, CONDITIONAL
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens, stray_error
from derivcheck.model.light_records import record

IF, ELSE = "if", "else"
_WORDS = (IF, ELSE)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
_SEPARATORS = frozenset({",", ";", ":", "="})
"""What an operand ends at, beside a bracket."""

_HINT = "write `a if condition else b`"

_Placed: TypeAlias = tuple[Lexeme, int]
"""A token and where it begins."""


@record
class Chosen:
    """A text whose conditionals are chosen.

    Attributes:
        tokens: its tokens without those of the branches that constants leave out.
        left_out: the names that stand in these branches, and in the conditions.
    """

    tokens: Tokens
    left_out: frozenset[str]


def with_choices(tokens: Tokens, constants: Mapping[str, object], text: str, *, has_shapes: bool = False) -> Chosen:
    """The tokens with one branch of each conditional that constants decide, and where(c, a, b) for any other.

    The branch that is left out is not read at all: `x + bias if bias is not None else x` has no None in a sum.

    Args:
        tokens: the tokens of a text that has the word `if` in it.
        constants: the constants' values.
        text: the text, for messages.
        has_shapes: whether values may have shapes: then one condition chooses a whole value, whatever its shape.

    Raises:
        ParseError: for an `if` without an `else`, or the reverse.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> text = "2*(a if n > 1 else b) + (a if x > 1 else b)"
        >>> " ".join(each.text for each in with_choices(tokenize(text), {"n": 1}, text).tokens.lexemes)
        '2 * ( b ) + ( where ( x > 1 , a , b ) ) '
    """
    return _Choosing(constants, text, CONDITIONAL if has_shapes else CHOICE).run(tokens)


class _Choosing:
    """One run over the tokens of one text."""

    def __init__(self, constants: Mapping[str, object], text: str, function: str) -> None:
        self.constants = constants
        self.function = function
        self.text = text
        self.left_out: set[str] = set()

    def run(self, tokens: Tokens) -> Chosen:
        """The tokens of the whole text."""
        done: list[list[_Placed]] = [[]]  # what is complete, in each bracket that is open
        parts: list[list[list[_Placed]]] = [[[]]]  # the operand that is being read: what stands between if and else
        words: list[list[_Placed]] = [[]]  # these words
        opened: list[_Placed] = []
        for placed in zip(tokens.lexemes, tokens.starts, strict=True):
            lexeme = placed[0]
            if lexeme.kind is TokenKind.NAME and lexeme.text in _WORDS:
                self.check_order(words[-1], placed)
                words[-1].append(placed)
                parts[-1].append([])
            elif lexeme.kind is TokenKind.OPERATOR and lexeme.text in _OPENING:
                parts[-1][-1].append(placed)
                opened.append(placed)
                done.append([])
                parts.append([[]])
                words.append([])
            elif self.ends(lexeme):
                if lexeme.kind is TokenKind.STRAY:
                    raise stray_error(tokens[-1], self.text)
                if lexeme.kind is TokenKind.END and opened:
                    self.fail("a bracket is opened and never closed", opened[-1], None)
                done[-1] += self.chosen(parts[-1], words[-1])
                if lexeme.text in _CLOSING:
                    if not opened:
                        self.fail("a bracket is closed that was never opened", placed, None)
                    opened.pop()
                    inside = done.pop()
                    parts.pop()
                    words.pop()
                    parts[-1][-1] += [*inside, placed]
                else:
                    done[-1].append(placed)
                    parts[-1], words[-1] = [[]], []
            else:
                parts[-1][-1].append(placed)
        lexemes, starts = [lexeme for lexeme, _ in done[0]], [at for _, at in done[0]]
        return Chosen(Tokens(lexemes, starts), frozenset(self.left_out))

    @staticmethod
    def ends(lexeme: Lexeme) -> bool:
        """Whether an operand ends at a token."""
        if lexeme.kind is TokenKind.OPERATOR:
            return lexeme.text in _SEPARATORS or lexeme.text in _CLOSING
        return lexeme.kind in {TokenKind.END, TokenKind.STRAY}

    def check_order(self, words: Sequence[_Placed], placed: _Placed) -> None:
        """Fail unless `if` and `else` take turns."""
        if placed[0].text != _WORDS[len(words) % 2]:
            other = ELSE if placed[0].text == IF else IF
            self.fail(f"`{placed[0].text}` stands where `{other}` is due", placed)

    def chosen(self, parts: list[list[_Placed]], words: list[_Placed]) -> list[_Placed]:
        """The tokens of an operand, `a if c else b if d else e`, of which the last word is done first."""
        if not words:
            return parts[0]
        if len(words) % 2:
            self.fail("`if` without `else`", words[-1])
        for word, before, behind in zip(words, parts, parts[1:], strict=False):
            if not before or not behind:
                self.fail(f"an operand is missing {'behind' if before else 'before'} `{word[0].text}`", word)
        found = parts[-1]
        for at in range(len(words) - 2, -1, -2):
            found = self.choice(parts[at], parts[at + 1], found, words[at], words[at + 1])
        return found

    def choice(
        self, then: list[_Placed], condition: list[_Placed], other: list[_Placed], first: _Placed, second: _Placed
    ) -> list[_Placed]:
        """The tokens that a conditional is."""
        known = decide([lexeme for lexeme, _ in condition], self.constants)
        if isinstance(known, bool):
            dropped = [*condition, *(other if known else then)]
            self.left_out.update(lexeme.text for lexeme, _ in dropped if lexeme.kind is TokenKind.NAME)
            return then if known else other
        for begin, end, holds in reversed(known):
            self.left_out.update(lexeme.text for lexeme, _ in condition[begin:end])
            length = condition[end - 1][1] + condition[end - 1][0].length - condition[begin][1]
            condition[begin:end] = [(Lexeme(TokenKind.NAME, str(holds), length), condition[begin][1])]
        start, last = then[0][1], other[-1]
        end = last[1] + last[0].length
        return [
            (Lexeme(TokenKind.NAME, self.function, 0), start),
            (Lexeme(TokenKind.OPERATOR, "(", 0), start),
            *condition,
            (Lexeme(TokenKind.OPERATOR, ",", 2), first[1]),
            *then,
            (Lexeme(TokenKind.OPERATOR, ",", 4), second[1]),
            *other,
            (Lexeme(TokenKind.OPERATOR, ")", 1), end - 1),
        ]

    def fail(self, message: str, placed: _Placed, hint: str | None = _HINT) -> NoReturn:
        """Raise the ParseError about a token."""
        lexeme, start = placed
        raise ParseError(message, text=self.text, span=Span(start, start + lexeme.length), hint=hint)
