"""Slips: what people write where the grammar has no place for it, and what they may have meant."""

from __future__ import annotations

from derivcheck.errors import ParseError, Span
from derivcheck.language import table
from derivcheck.language.hints import shortened
from derivcheck.language.tokens import TokenKind, Tokens

RESERVED: dict[str, str] = {
    "lambda": "write the function's body only",
    "if": "write `a if condition else b`, or where(condition, a, b)",
    "else": "write `a if condition else b`, or where(condition, a, b)",
    "for": "loops are not part of the language",
    "in": "comparisons are <, <=, >, >=, == and !=",
    "is": "comparisons are <, <=, >, >=, == and !=",
    "import": "only arithmetic and the functions of `derivcheck functions` are understood",
    "None": "only numbers are understood",
}
"""Words of Python that are no names here, each with what to write instead."""

NONE = "None"
"""The one of them that stands in an index, and for what is left out."""

OPERATOR_HINTS: dict[str, str] = {
    "=": "did you mean `==`?",
    ":=": "did you mean `==`?",
    "<>": "did you mean `!=`?",
    "&&": "did you mean `&`?",
    "||": "did you mean `|`?",
    "@": "write the function's body only; a point is given by --at",
    ":": "conditions are written where(condition, a, b)",
    ";": "a statement is `name = …;`",
    "...": "the three dots stand in an index only: x[..., 0]",
}
"""Operators of other languages, or of statements."""

ATTRIBUTE_HINTS: dict[str, str] = {
    "values": "max along a dim, sort and topk give their values alone",
    "indices": "max along a dim, sort and topk give their values alone; indices have no derivative",
    "H": "complex numbers are not part of the language: the transpose is `.mT`",
    "data": "leave it out: derivcheck differentiates by itself",
    "grad": "leave it out: derivcheck differentiates by itself",
    "real": "numbers are real: leave it out",
}
"""Attributes of tensors that are not part of the language, each with what to do instead."""

METHOD_HINTS: dict[str, str] = {
    "item": "leave it out: a value with one element is a number",
    "backward": "leave it out: derivcheck differentiates by itself",
    **dict.fromkeys(
        ("float", "double", "half", "to", "type", "astype", "cpu", "cuda", "numpy", "clone", "copy", "contiguous"),
        "leave it out: it changes no number",
    ),
}
"""Methods likewise."""

EQUATION = "an equation has no derivative: write one side of it; a point is given by --at x=2"


UNPACKING = "before the `=` of a statement stands a name, or several: `a, b = chunk(x, 2); …`"


def in_place(name: str, operator: str) -> str:
    """The hint about `h += x`."""
    return f"a statement is `{name} = {name} {operator} …`"


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
    elif token.text == "[":
        hint = "an index stands behind a value with a shape"
    elif token.text == "(" and before.text != ")":
        power = tokens[max(index - 3, 0)]
        raised = tokens[index - 2].text in {"**", "^"} and table.function(power.text)
        hint = f"did you mean `{power.text}(…)**{left}`?" if raised else f"did you mean `{left}*(…)`?"
    message = f"an operator is missing between `{left}` and `{right}`"
    return ParseError(message, text=text, span=Span(before.span.start, token.span.end), hint=hint)
