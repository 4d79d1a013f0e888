"""Statements: where one ends and the next begins, `h = tanh(x); h**2`, or each on a line of its own."""

from __future__ import annotations

from derivcheck.language.operators import BINARY
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens

SEPARATOR = ";"
"""What ends a statement."""

_SEPARATOR = Lexeme(TokenKind.OPERATOR, SEPARATOR, 0)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
_BEGINNINGS = frozenset({"+", "-", "(", "[", "~"})
_WORDS = frozenset({*BINARY, "if", "else", "in", "is"})
"""Names that go on with the line before, or end a line that goes on."""

_OPERANDS = frozenset({TokenKind.NAME, TokenKind.NUMBER, TokenKind.STRING})


def with_separators(tokens: Tokens, text: str) -> Tokens:
    r"""The tokens with a `;` at each end of a line that ends a statement.

    A line ends a statement as in Python: if the text has statements, no bracket is open, and the next line may begin
    one. It may begin with a sign, `-log(h)`. Nobody's meaning is lost by that: a line that was to go on with the one
    before it leaves that one without a use, or without a name, and that is an error.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> text = "h = tanh(x)\ny = h**2\ny + h"
        >>> [token.text for token in with_separators(tokenize(text), text)]
        ['h', '=', 'tanh', '(', 'x', ')', ';', 'y', '=', 'h', '**', '2', ';', 'y', '+', 'h', '']
    """
    lexemes, starts = tokens.lexemes, tokens.starts
    kept: list[Lexeme] = []
    at: list[int] = []
    depth, has_statements, end = 0, False, 0
    for index, lexeme in enumerate(lexemes):
        start = starts[index]
        if depth == 0 and "\n" in text[end:start] and index and lexeme.kind is not TokenKind.END:
            before = lexemes[index - 1]
            is_name = before.kind in _OPERANDS and before.text not in _WORDS
            is_operand = is_name or before.kind is TokenKind.ATTRIBUTE or before.text in _CLOSING
            begins = lexeme.text in _BEGINNINGS or (lexeme.kind in _OPERANDS and lexeme.text not in _WORDS)
            is_assignment = begins and lexemes[min(index + 1, len(lexemes) - 1)].text == "="
            if is_operand and begins and (has_statements or is_assignment):
                kept.append(_SEPARATOR)
                at.append(end)
        if lexeme.text in _OPENING:
            depth += 1
        elif lexeme.text in _CLOSING:
            depth -= 1
        has_statements = has_statements or (depth == 0 and lexeme.text == "=")
        kept.append(lexeme)
        at.append(start)
        end = start + lexeme.length
    return Tokens(kept, at)
