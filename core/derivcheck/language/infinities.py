"""Infinity as a setting, `norm(x, inf)` or `float('inf')`: it is no number, and the order of a norm may be it."""

from __future__ import annotations

from collections.abc import Collection

from derivcheck.language import table
from derivcheck.language.plain_values import INFINITY
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens

_SPELLINGS = {f"{quote}{sign}inf{quote}": f"{sign}{INFINITY}" for sign in ("", "-") for quote in "'\""}
_CAST = "float"


def with_infinities(tokens: Tokens, given: Collection[str]) -> Tokens:
    """The tokens with each `inf` that stands among the arguments of a function of shapes as a plain value.

    Args:
        tokens: the tokens of a text with the letters inf in it.
        given: the variables that have a value: one of them may be called so.
    """
    if INFINITY in given:
        return tokens
    lexemes, starts = tokens.lexemes, tokens.starts
    kept: list[Lexeme] = []
    at: list[int] = []
    calls: list[bool] = []
    index = 0
    while index < len(lexemes):
        lexeme = lexemes[index]
        if lexeme.text in {"(", "["}:
            name = lexemes[index - 1] if index else lexeme
            is_name = name.kind in {TokenKind.NAME, TokenKind.ATTRIBUTE}
            is_call = is_name and lexeme.text == "(" and table.function_of_shapes(name.text) is not None
            calls.append(is_call or (not is_name and bool(calls) and calls[-1]))
        elif lexeme.text in {")", "]"} and calls:
            calls.pop()
        end = index + 1
        if calls and calls[-1] and lexeme.kind is TokenKind.NAME:
            texts = [each.text for each in lexemes[index : index + 4]]
            is_cast = len(texts) == 4 and texts[0] == _CAST and texts[1] == "(" and texts[2] in _SPELLINGS
            if lexeme.text == INFINITY or is_cast:
                end = index + (4 if is_cast else 1)
                length = starts[end - 1] + lexemes[end - 1].length - starts[index]
                lexeme = Lexeme(TokenKind.STRING, _SPELLINGS[texts[2]] if is_cast else INFINITY, length)
        kept.append(lexeme)
        at.append(starts[index])
        index = end
    return Tokens(kept, at)
