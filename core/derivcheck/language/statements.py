"""Statements: where one ends and the next begins, `h = tanh(x); h**2`, or each on a line of its own."""

from __future__ import annotations

from derivcheck.language.operators import BINARY
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens

SEPARATOR = ";"
"""What ends a statement."""

TOGETHER = ","
"""What stands between names that one statement gives."""

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
            is_assignment = begins and (lexemes[index + 1].text == "=" or len(_names_together(lexemes, index)[0]) > 1)
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


def with_names_together(tokens: Tokens) -> Tokens:
    """The tokens with `a, b` before a `=` as one name, `a,b`, that takes all of its characters.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> tokens = tokenize("(q, k) = chunk(x, 2); f(q, dim=k)")
        >>> [token.text for token in with_names_together(tokens).lexemes]
        ['q,k', '=', 'chunk', '(', 'x', ',', '2', ')', ';', 'f', '(', 'q', ',', 'dim', '=', 'k', ')', '']
    """
    lexemes, starts = tokens.lexemes, tokens.starts
    kept: list[Lexeme] = []
    at: list[int] = []
    index, is_first = 0, True
    while index < len(lexemes):
        names, end = _names_together(lexemes, index) if is_first else ([], index)
        if len(names) > 1:
            length = starts[end - 1] + lexemes[end - 1].length - starts[index]
            kept.append(Lexeme(TokenKind.NAME, TOGETHER.join(names), length))
            at.append(starts[index])
            index = end
            is_first = False
            continue
        is_first = lexemes[index].text == SEPARATOR
        kept.append(lexemes[index])
        at.append(starts[index])
        index += 1
    return Tokens(kept, at)


def _names_together(lexemes: list[Lexeme], index: int) -> tuple[list[str], int]:
    """The names from a token on, with commas between them, in brackets or without; and the index of the `=` behind."""
    begin = index + (lexemes[index].text in _OPENING)
    names: list[str] = []
    at = begin
    while lexemes[at].kind is TokenKind.NAME:
        names.append(lexemes[at].text)
        at += 1
        if lexemes[at].text != TOGETHER:
            break
        at += 1
    if begin > index:
        if lexemes[at].text not in _CLOSING:
            return [], index
        at += 1
    return (names, at) if lexemes[at].text == "=" else ([], index)
