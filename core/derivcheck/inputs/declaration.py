"""Declarations of the user's own functions, from a file or from Python, validated."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from derivcheck.errors import CaseError, MissingValueError, ParseError
from derivcheck.language import table
from derivcheck.language.builder import WRITTEN_OUT
from derivcheck.language.parse import parse
from derivcheck.language.scripts import normalized, on_the_line
from derivcheck.model import OwnFunction
from derivcheck.model.constants import Constants


def declare(
    name: str,
    code: object,
    formula: str | None,
    *,
    args: Sequence[str] = (),
    surrogate: str | None = None,
    constants: Constants = (),
) -> OwnFunction:
    """A function of the user's own.

    Args:
        name: what expressions call it.
        code: what torch runs; see `OwnFunction`.
        formula: what it computes; None: what its forward pass computes, for a check list alone.
        args: its arguments' names, in the order in which it takes them, constants among them; none: the formula's
            variables, in the order of their appearance, each of which is passed to the argument of its name.
        surrogate: the expression whose derivative its backward pass is meant to have.
        constants: its arguments that are no tensors. A call in an expression does not give them.

    Raises:
        CaseError: for a name that is taken or none, and for arguments that do not fit the formulas.
        ParseError: for a formula that is none.

    Example:
        >>> declare("scaled", "scaled.py:Scaled", "alpha*x", args=["x", "alpha"]).params
        ('x', 'alpha')
    """
    typed, name = name, normalized(name)
    if not (name.isidentifier() and on_the_line(typed)) or keyword.iskeyword(name):
        raise CaseError(f"{typed!r} is no name that an expression could call")
    known = table.function(name)
    if (known is not None and not known.is_shaped) or table.constant(name) or name in WRITTEN_OUT:
        raise CaseError(f"`{name}` is a function or constant of derivcheck's own", hint=f"call it my_{name}")
    texts = [text for text in (formula, surrogate) if text is not None]
    given = tuple(map(normalized, args))
    for arg, plain in zip(args, given, strict=True):
        if not (plain.isidentifier() and on_the_line(arg)):
            raise CaseError(f"{arg!r} is not an argument's name", hint='args = ["x", "alpha"]')
    if len(set(given)) < len(given):
        raise CaseError(f"an argument is named twice: {', '.join(given)}")
    held = {constant for constant, _ in constants}
    params = tuple(arg for arg in given if arg not in held) or tuple(
        dict.fromkeys(found for text in texts for found in _read(text, None, name, constants))
    )
    if not params and formula is not None:
        raise CaseError("the formula has no variable", hint='say what the function takes: args = ["x"]')
    for text in texts if params else ():
        _read(text, frozenset(params), name, constants)
    return OwnFunction(name, params, formula, code, surrogate, constants, order=given)


def declare_gradients(own: OwnFunction, gradients: Sequence[tuple[str, str]], *, is_linear: bool = True) -> OwnFunction:
    """The function with what its backward pass is meant to return.

    Args:
        own: the function.
        gradients: an expression by argument, over the arguments and the upstream gradient.
        is_linear: whether these are linear in the upstream gradient.

    Raises:
        CaseError: for a gradient by what is no argument, and where none is declared that could be nonlinear.
        ParseError: for an expression that is none.
    """
    for argument, text in gradients:
        if argument not in own.params and (own.params or own.formula is not None):
            hint = f"the arguments that are tensors are {', '.join(own.params)}"
            raise CaseError(f"a gradient by `{argument}` is declared, which is no argument of `{own.name}`", hint=hint)
        with suppress(MissingValueError):  # the upstream gradient has no value, and has the names that are left for it
            parse(text, own.params or None, constants=own.constants)
    if not is_linear and not gradients:
        hint = 'declare one: gradient = { x = "clamp(g, -1, 1)" }'
        raise CaseError("no gradient is declared that could be nonlinear", hint=hint)
    return replace(own, gradients=tuple(gradients), is_linear=is_linear)


def _read(text: str, variables: frozenset[str] | None, name: str, constants: Constants) -> tuple[str, ...]:
    """Return the variables of a formula of the function `name`; if `variables` are given, no others may occur."""
    try:
        return parse(text, variables, constants=constants).variables
    except MissingValueError as error:
        message = f"the arguments of `{name}` leave out a variable of its formula"
        raise ParseError(message, text=error.text, span=error.span, hint="name every one in args") from None
