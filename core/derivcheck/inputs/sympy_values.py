"""Writes a SymPy expression in our language. SymPy, torch and Arb then read that text, each by itself."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.symbolic.sympy_names import INSTEAD, in_our_words
from derivcheck.symbolic.sympy_printing import printed

_NO_NUMBERS = (sympy.oo, -sympy.oo, sympy.nan)
"""SymPy's infinities and nan. They are passed on as text, so that the reader of points reports them."""


def sympy_text(value: Any, what: str) -> str:
    """The text of a SymPy expression; its symbols are variables.

    A Float is the shortest decimal that stands for it, as Python prints its own: `0.1*x` is x/10.

    Args:
        value: the expression.
        what: what it is, for messages.

    Raises:
        CaseError: where the language cannot express a part of it, and where a symbol is no name of a variable.

    Example:
        >>> x, y = sympy.symbols("x y")
        >>> sympy_text(sympy.sin(x)**2 + y/3 + 0.1, "the expression")
        'y/3 + sin(x)**2 + 0.1'
    """
    if value in _NO_NUMBERS:
        return str(value)
    value = in_our_words(value)
    names = sorted(symbol.name for symbol in value.free_symbols if isinstance(symbol, sympy.Symbol))
    for name in names:
        if not name.isidentifier():
            raise CaseError(f"{what} has a symbol `{name}`, which is no name of a variable", hint="rename it: x, x_1")
    for part in sympy.preorder_traversal(value):
        head = type(part).__name__
        if isinstance(part, (*_CALLS, *_NO_VALUES)) and head != "Piecewise" and table.by_sympy_head(head) is None:
            name = "AppliedUndef" if isinstance(part, AppliedUndef) else head
            hint = INSTEAD.get(name, "`derivcheck functions` lists the functions of expressions")
            raise CaseError(f"{what} holds {head}, which derivcheck's language does not have", hint=hint)
    text = printed(value)
    try:
        variables = parse(text, names).variables
    except DerivcheckError as error:
        message = f"{what} cannot be written in derivcheck's language: {error.message}"
        raise CaseError(message, hint=error.hint) from None
    for name in names:
        if name not in variables:
            raise CaseError(f"{what} has a symbol `{name}`, which is a constant here", hint="give it another name")
    return text


_NO_VALUES = (sympy.Lambda, sympy.Poly, sympy.Order)

_CALLS = (sympy.Function, sympy.Integral, sympy.Derivative, sympy.Sum, sympy.Product, sympy.Limit, sympy.Subs)
"""Parts of an expression whose name has to be in our table. SymPy's function and ours may share a name and differ, as
`frac` does, so the table is asked by SymPy's name."""
