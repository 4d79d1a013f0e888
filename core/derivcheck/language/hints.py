"""What somebody may have meant by a name that the expression language does not know."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence

from derivcheck.language import table
from derivcheck.language.tokens import Token, TokenKind, Tokens
from derivcheck.model import OwnFunction

_DEFINITION = re.compile(r"\s*(\w+\s*\([^()]*\)\s*=)(?!=)")
_INFINITIES = frozenset({"oo", "zoo", "inf", "infinity", "Infinity"})
_IMAGINARY = frozenset({"i", "j"})
_SHOWN = 60
_NEARLY_ALIKE = 0.75
"""How alike two names are of which one is a slip, as `difflib` measures it: gama and gamma are 0.89, x and xy 0.67."""
_BIND_TIGHTER = frozenset({"/", "//", "%", "**", "^"})
_REPEATED = 200
"""Characters of an expression up to which a hint repeats it whole, to be pasted."""


def instead_of_function(name: str, text: str, given: Collection[str], own: Collection[OwnFunction] = ()) -> str:
    """What to write instead of a function that does not exist.

    Args:
        name: the name that a bracket follows.
        text: the whole expression.
        given: the variables that have a value.
        own: the user's own functions.

    Example:
        >>> instead_of_function("xsin", "xsin(x)", ["x"])
        'did you mean `x*sin(…)`?'
    """
    definition = _DEFINITION.match(text)
    if definition and definition[1].startswith(name):
        return f"leave out `{shortened(definition[1])}`: write the right side only"
    if name in given:
        return f"`{name}` is a variable: did you mean `{name}*(…)`?"
    for left, right in _halves(name):
        if left in given and table.function(right):
            return f"did you mean `{left}*{right}(…)`?"
    mine = difflib.get_close_matches(name, [function.name for function in own], n=1)
    near = mine[0] if mine else table.suggest(name)
    if near:
        return f"did you mean `{near}`?"
    product = f"did you mean `{name}*(…)`? " if len(name) == 1 else ""
    return f"{product}`derivcheck functions` lists what there is"


def instead_of_method(name: str) -> str:
    """What to write instead of a method that does not exist.

    Example:
        >>> instead_of_method("sqare_"), instead_of_method("exp_")
        ('did you mean `.square()`?', 'an expression writes into no memory: write `.exp()`')
    """
    if name.endswith("_") and table.function(name[:-1]):
        return f"an expression writes into no memory: write `.{name[:-1]}()`"
    near = table.suggest(name)
    return f"did you mean `.{near}()`?" if near else "`derivcheck functions` lists what there is"


def instead_of_attribute(name: str) -> str:
    """What to write instead of a name behind a dot, which no bracket follows.

    Example:
        >>> instead_of_attribute("sum"), instead_of_attribute("weight")
        ('a method has brackets: `.sum()`', 'there is `.T` and `.mT`; a name has no dot in it: `weight`')
    """
    if table.function(name) is not None:
        return f"a method has brackets: `.{name}()`"
    return f"there is `.T` and `.mT`; a name has no dot in it: `{name}`"


def instead_of_variable(name: str, given: Collection[str], unused: Collection[str] = ()) -> str | None:
    """What to write instead of a name that has no value, or None where nothing comes to mind.

    Args:
        name: the name.
        given: the variables that have a value.
        unused: those of them that the expression does not use, so that one of the two may be mistyped.

    Example:
        >>> instead_of_variable("sinx", ["x"])
        'did you mean `sin(x)`?'
        >>> instead_of_variable("iθ", ["θ"])
        'complex numbers are not part of the language: exp(iθ) is cos(θ) + i*sin(θ)'
    """
    near = difflib.get_close_matches(name, unused, n=1, cutoff=_NEARLY_ALIKE)
    if near:
        return f"did you mean `{near[0]}`?"
    if table.function(name):
        return f"`{name}` is a function: write `{name}(…)`"
    if name in _INFINITIES:
        masked = " but in masked_fill(x, mask == 0, -inf)" if name == "inf" else ""
        return f"`{name}` is no number to compute with{masked}"
    for other in (name.lower(), name.upper()):
        if other in given:
            return f"did you mean `{other}`?"
    for left, right in _halves(name):
        if left in _IMAGINARY and right in given and left not in given:
            return f"complex numbers are not part of the language: exp({name}) is cos({right}) + i*sin({right})"
        if right in given and table.function(left):
            return f"did you mean `{left}({right})`?"
        rest = right.lstrip("0123456789")
        if table.function(left) and rest in given and rest != right:
            number = right.removesuffix(rest)
            return f"did you mean `{left}({number}*{rest})`, or `{left}({rest})**{number}`?"
        if left in given and right.isdigit():
            return f"did you mean `{left}**{right}`, or `{right}*{left}`?"
        if left == "e" and right in given:
            return f"did you mean `e**{right}`, or `e*{right}`?"
        if right in given and (left in given or table.constant(left)):
            return f"did you mean `{left}*{right}`?"
    return None


def both_readings(text: str, tokens: Tokens, name: str, given: Collection[str]) -> str:
    """How to write a call of one argument whose name is a variable's too: as a product, and as the function.

    Args:
        text: the whole expression.
        tokens: its tokens.
        name: the variable that is called.
        given: the variables that have a value.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> both_readings("gamma(t)", tokenize("gamma(t)"), "gamma", ["gamma", "t"])
        'for the product write `gamma*(t)`; for the function leave `gamma` out of the point'
        >>> both_readings("gamma*gamma(t)", tokenize("gamma*gamma(t)"), "gamma", ["gamma", "t"])
        'for the product write `gamma*gamma*(t)`; for the function call the variable `gamma_`: `gamma_*gamma(t)`'
    """
    read = list(tokens)
    named = [at for at, token in enumerate(read) if token.kind is TokenKind.NAME and token.text == name]
    product: dict[int, str] = {}
    for at in named:
        end = _end_of_only_argument(read, at + 1)
        if end is None:
            continue
        product[at] = f"{name}*"
        if at and read[at - 1].text in _BIND_TIGHTER:  # 1/gamma(t) divides by the whole product
            product[at], product[end] = f"({name}*", "))"
    other = f"{name}_"
    while other in given:
        other += "_"
    renamed = {at: other for at in named if read[at + 1].text not in {"(", "="}}
    is_short = len(text) <= _REPEATED
    hint = f"for the product write `{_spelled(text, read, product) if is_short else f'{name}*(…)'}`; for the function "
    if not renamed:
        return f"{hint}leave `{name}` out of the point"
    return f"{hint}call the variable `{other}`" + (f": `{_spelled(text, read, renamed)}`" if is_short else "")


def _end_of_only_argument(tokens: Sequence[Token], start: int) -> int | None:
    """The index of the bracket that closes the one at `start`; None where none stands there, or it holds a comma."""
    if tokens[start].text != "(":
        return None
    depth = 0
    for at in range(start, len(tokens)):
        text = tokens[at].text
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return at
        if depth == 1 and text == ",":
            return None
    return None


def _spelled(text: str, tokens: Sequence[Token], spellings: Mapping[int, str]) -> str:
    """The text with another spelling of some of its tokens, by their indices."""
    pieces, end = [], 0
    for at, spelling in sorted(spellings.items()):
        span = tokens[at].span
        pieces += [text[end : span.start], spelling]
        end = span.end
    return "".join([*pieces, text[end:]])


def shortened(text: str) -> str:
    """A text that is quoted in a message, cut where it is long."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _halves(name: str) -> list[tuple[str, str]]:
    """The ways to read a name as two that somebody forgot to separate."""
    return [(name[:at], name[at:]) for at in range(1, len(name))]
