"""Names that stand for plain values in a formula: where one occurs, its value could stand as well."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.language.tokens import Lexeme, TokenKind, Tokens
from derivcheck.model.constants import Constants
from derivcheck.model.expression import NUMBER, Node


def with_constants(tokens: Tokens, constants: Constants) -> Tokens:
    """The tokens with those of its value in the place of each constant's name; the name before a `=` stays.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> [token.text for token in with_constants(tokenize("sum(x, dim=dim)"), (("dim", -1),)).lexemes]
        ['sum', '(', 'x', ',', 'dim', '=', '-', '1', ')', '']
    """
    if not constants:
        return tokens
    known = dict(constants)
    lexemes: list[Lexeme] = []
    starts: list[int] = []
    for index, (lexeme, start) in enumerate(zip(tokens.lexemes, tokens.starts, strict=True)):
        following = tokens.lexemes[min(index + 1, len(tokens.lexemes) - 1)].text
        is_value = lexeme.kind is TokenKind.NAME and lexeme.text in known and following != "="
        written = _written(known[lexeme.text], lexeme.length) if is_value else [lexeme]
        lexemes += written
        starts += [start] * len(written)
    return Tokens(lexemes, starts)


def _written(value: object, length: int) -> list[Lexeme]:
    """The tokens that a value is written with, each of which takes the place of the name."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        exact = Fraction(value)
        size = abs(exact)
        number = Lexeme(TokenKind.NUMBER, str(size), length, Node(NUMBER, str(size), (), size))
        return [number] if exact >= 0 else [Lexeme(TokenKind.OPERATOR, "-", length), number]
    if isinstance(value, str):
        return [Lexeme(TokenKind.STRING, repr(value), length)]
    return [Lexeme(TokenKind.NAME, repr(value), length)]
