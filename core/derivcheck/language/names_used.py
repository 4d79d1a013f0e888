"""The names that a text uses as values, found in its tokens: it need not be readable yet."""

from __future__ import annotations

from collections.abc import Iterable

from derivcheck.language.tokens import TokenKind, tokenize


def names_used(texts: Iterable[str]) -> tuple[str, ...]:
    """The names that stand for values, each once, in the order of their appearance.

    A name before `(` is a function's, and one before `=` a keyword's or a statement's. Behind a character that no text
    may have nothing is read.

    Raises:
        ParseError: for a text that is too long, or a name or literal in it.

    Example:
        >>> names_used(["h = x @ W; sum(h, dim=dim)"])
        ('x', 'W', 'dim')
    """
    found: dict[str, None] = {}
    for text in texts:
        lexemes = tokenize(text).lexemes
        following = [lexeme.text for lexeme in lexemes[1:]] + [""]
        depths = 0
        defined: set[str] = set()
        for lexeme, after in zip(lexemes, following, strict=True):
            depths += (lexeme.text in "([") - (lexeme.text in ")]") if lexeme.kind is TokenKind.OPERATOR else 0
            if lexeme.kind is not TokenKind.NAME or after == "(":
                continue
            if after == "=":
                defined |= {lexeme.text} if depths == 0 else set()
            elif lexeme.text not in defined:
                found[lexeme.text] = None
    return tuple(found)
