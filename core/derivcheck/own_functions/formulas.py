"""The formulas that say what a user's own function is, read before its code is loaded."""

from __future__ import annotations

from contextlib import suppress

from derivcheck.errors import CaseError, MissingValueError
from derivcheck.language.parse import parse
from derivcheck.model import OwnFunction


def formula_texts(own: OwnFunction) -> list[str]:
    """The formulas that say what a function computes, and what its backward pass should return."""
    return [own.formula, *([] if own.surrogate is None else [own.surrogate]), *(text for _, text in own.gradients)]


def check_formulas(own: OwnFunction, names: frozenset[str]) -> None:
    """Read the formulas, here, where an error comes before the function's code is run.

    A name that no point gives a value may be that of a module's parameter, or of the upstream gradient: that is left
    for whoever has loaded the code.

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
        with suppress(MissingValueError):
            parse(text, names, constants=own.constants)
