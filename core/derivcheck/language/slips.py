"""Slips: what people write where the grammar has no place for it, and what they may have meant."""

from __future__ import annotations

from derivcheck.errors import ParseError, Span
from derivcheck.language import table
from derivcheck.language.hints import shortened
from derivcheck.language.tokens import TokenKind, Tokens

RESERVED: dict[str, str] = {
    "lambda": "write the function's body only",
    "if": "conditions are written where(condition, a, b)",
    "else": "conditions are written where(condition, a, b)",
    "for": "loops are not part of the language",
    "in": "comparisons are <, <=, >, >=, == and !=",
    "is": "comparisons are <, <=, >, >=, == and !=",
    "import": "only arithmetic and the functions of `derivcheck functions` are understood",
    "None": "only numbers are understood",
}
"""Words of Python that are no names here, each with what to write instead."""

OPERATOR_HINTS: dict[str, str] = {
    "=": "did you mean `==`?",
    ":=": "did you mean `==`?",
    "<>": "did you mean `!=`?",
    "&&": "did you mean `&`?",
    "||": "did you mean `|`?",
}
"""Operators of other languages, or of statements."""

EQUATION = "an equation has no derivative: write one side of it; a point is given by --at x=2"


def missing_operator(text: str, tokens: Tokens, index: int) -> ParseError:
    """The error about two operands in a row, the second of which begins with the token at `index`."""
    before, token, following = tokens[index - 1], tokens[index], tokens[index + 1]
    if token.text in RESERVED:
        message = f"`{token.text}` is not part of the expression language"
        return ParseError(message, text=text, span=token.span, hint=RESERVED[token.text])
    left, right = (shortened(text[each.span.start : each.span.end]) for each in (before, token))
    called = f"{right}(…)" if token.kind is TokenKind.NAME and following.text == "(" else right
    hint = f"did you mean `{left}*{called}`?"
    if before.kind is TokenKind.NUMBER and token.text in {"j", "J"}:
        hint = "complex numbers are not part of the language"
    elif token.text == "(" and before.text != ")":
        power = tokens[max(index - 3, 0)]
        raised = tokens[index - 2].text in {"**", "^"} and table.function(power.text)
        hint = f"did you mean `{power.text}(…)**{left}`?" if raised else f"did you mean `{left}*(…)`?"
    message = f"an operator is missing between `{left}` and `{right}`"
    return ParseError(message, text=text, span=Span(before.span.start, token.span.end), hint=hint)
