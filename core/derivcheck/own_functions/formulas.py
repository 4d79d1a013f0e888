"""The formulas that say what a user's own function is, read before its code is loaded."""

from __future__ import annotations

from contextlib import suppress

from derivcheck.errors import CaseError, MissingValueError, ParseError
from derivcheck.language import table
from derivcheck.language.names_used import names_used
from derivcheck.language.parse import parse
from derivcheck.model import OwnFunction


def formula_texts(own: OwnFunction) -> list[str]:
    """The formulas that say what a function computes, and what its backward pass should return."""
    return [*filter(None, (own.formula, own.surrogate)), *(text for _, text in own.gradients)]


def check_formulas(own: OwnFunction, names: frozenset[str]) -> None:
    """Read the formulas, here, where an error comes before the function's code is run.

    A name that nobody gave a value may be a module's parameter, or its attribute, such as the `normalized_shape` of a
    layer norm, and then only whoever has loaded the code can read the formula.

    Args:
        own: the function.
        names: what the points give values.

    Raises:
        ParseError: for a formula that is none.
        CaseError: for a declaration about a gradient that is none.
    """
    if not own.is_linear and not own.gradients:
        hint = 'declare one: --gradient "x: clamp(g, -1, 1)"'
        raise CaseError("no gradient is declared that could be nonlinear", hint=hint)
    for text in formula_texts(own):
        known = {*names, *(name for name, _ in own.constants)}
        is_whole = all(name in known or table.constant(name) for name in names_used([text]))
        with suppress(MissingValueError if is_whole else ParseError):
            parse(text, names, constants=own.constants)
