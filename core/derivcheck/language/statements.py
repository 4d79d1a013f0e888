"""Statements: where one ends and the next begins, `h = tanh(x); h**2`, or each on a line of its own."""

from __future__ import annotations

from derivcheck.errors import ParseError, Span
from derivcheck.language.operators import BINARY
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens

SEPARATOR = ";"
"""What ends a statement."""

_SEPARATOR = Lexeme(TokenKind.OPERATOR, SEPARATOR, 0)
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
_BEFORE_OPERANDS = frozenset({"+", "-", "(", "[", "~"})
"""What may go on with a line, and may begin one as well."""
_NAME, _NUMBER = TokenKind.NAME, TokenKind.NUMBER


def with_separators(tokens: Tokens, text: str) -> Tokens:
    r"""The tokens with a `;` at each end of a line that ends a statement.

    A line ends a statement if the text has statements, no bracket is open, and what stands on the next line cannot go
    on with it: a name or a number after an operand.

    Raises:
        ParseError: where the next line may go on with it or be a new one: it begins with a sign or a bracket.

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
            is_operand = before.kind in {_NAME, _NUMBER, TokenKind.ATTRIBUTE} or before.text in _CLOSING
            begins = lexeme.kind in {_NAME, _NUMBER} and lexeme.text not in BINARY
            is_assignment = begins and lexemes[min(index + 1, len(lexemes) - 1)].text == "="
            if is_operand and begins and (has_statements or is_assignment):
                kept.append(_SEPARATOR)
                at.append(end)
            elif is_operand and has_statements and lexeme.text in _BEFORE_OPERANDS:
                raise ParseError(
                    f"a line that begins with `{lexeme.text}` may go on with the line before it or be a new one",
                    text=text,
                    span=Span(start, start + lexeme.length),
                    hint="end a statement with `;`, or put into brackets what stands on several lines",
                )
        if lexeme.text in _OPENING:
            depth += 1
        elif lexeme.text in _CLOSING:
            depth -= 1
        has_statements = has_statements or (depth == 0 and lexeme.text == "=")
        kept.append(lexeme)
        at.append(start)
        end = start + lexeme.length
    return Tokens(kept, at)
