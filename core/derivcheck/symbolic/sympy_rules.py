"""SymPy's rules of differentiation, one a function: taken from SymPy once, and used on every tree.

A rule is what `sympy.diff` makes of one call of the function on arguments that depend on a parameter t, f(u(t), v(t)):
the product rule, the chain rule, the branches of a Piecewise and each function's own `fdiff` are SymPy's. It is kept as
an Expression over the arguments u0, u1, … and their derivatives d0, d1, …
"""

from __future__ import annotations

from enum import StrEnum, auto
from functools import cache, lru_cache
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction

from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph, Template
from derivcheck.language import table
from derivcheck.language.parse import definition
from derivcheck.language.table import Sort
from derivcheck.model.expression import Expression
from derivcheck.symbolic.sympy_language import apply_kernel, guarded, write


class Dependence(StrEnum):
    """Whether an argument depends on what is differentiated by."""

    VARIES = auto()
    FIXED = auto()


Ratio = tuple[int, int]
"""A plain number, as numerator and denominator: to look a rule up by Fractions would take longer than to apply it."""

Argument = Dependence | Ratio
"""What a rule knows of an argument: whether it varies, or its value where it is a plain number."""

ONE_RULE = frozenset([row.name for row in table.FUNCTIONS if row.one_rule])
"""Functions whose rule is the same for a literal as for any other argument that does not vary."""

_PARAMETER = sympy.Symbol("t", real=True)


@lru_cache(maxsize=4096)
def template(name: str, arguments: tuple[Argument, ...]) -> Template:
    """The rule of one call, for the graph: its variables are the arguments, then the derivatives of each of these."""
    letters = [f"{letter}{index}" for letter in "ud" for index in range(len(arguments))]
    return Template.of(rule(name, arguments), letters)


def rule(name: str, arguments: tuple[Argument, ...]) -> Expression:
    """SymPy's derivative of one call.

    Args:
        name: the function.
        arguments: what is known of each argument.

    Raises:
        UnsupportedError: where SymPy has no derivative, or one that no other reading understands.

    Example:
        >>> from derivcheck.language.printing import to_text
        >>> to_text(rule("mul", (Dependence.VARIES, Dependence.VARIES)))
        'd0*u1 + d1*u0'
        >>> to_text(rule("pow", (Dependence.VARIES, (3, 1))))
        '3*u0**2*d0'
    """
    row = table.function(name)
    assert row is not None, name
    meanings: dict[Any, Expression] = {}
    symbols: list[Any] = []
    for index, argument in enumerate(arguments):
        if isinstance(argument, tuple):
            symbols.append(sympy.Rational(*argument))
        elif argument is Dependence.FIXED or row.sort_of(index) is Sort.BOOL:
            symbols.append(sympy.Symbol(f"u{index}", real=row.sort_of(index) is not Sort.BOOL or None))
        else:
            symbols.append(_varying(index))
            meanings[symbols[-1]] = _variable(f"u{index}")
            meanings[_slope(symbols[-1])] = _variable(f"d{index}")
    try:
        derived = guarded(lambda: _derived(apply_kernel(name, symbols)))
        found = guarded(lambda: write(derived, meanings))
    except UnsupportedError as error:
        raise UnsupportedError(f"`{name}`: {error.message}") from error
    graph = Graph()
    variables = [graph.insert(_variable(variable)) for variable in found.variables]
    return graph.expression(graph.graft(Template.of(found, found.variables), variables))


def _variable(name: str) -> Expression:
    """A variable alone."""
    return definition(name, (name,))


@cache
def _varying(index: int) -> Any:
    """An argument that depends on the parameter: SymPy makes a class of each."""
    return UndefinedFunction(f"u{index}", __dict__={"diff": _slope_of}, real=True)(_PARAMETER)


def _slope_of(argument: Any, *symbols: Any, **assumptions: Any) -> Any:
    """The method `diff` of such an argument, whose derivative by the parameter is found once.

    SymPy finds it anew wherever a rule asks for it, which takes a quarter of the time of all rules.
    """
    return _slope(argument) if symbols == (_PARAMETER,) else sympy.Expr.diff(argument, *symbols, **assumptions)


@cache
def _slope(argument: Any) -> Any:
    return sympy.Derivative(argument, _PARAMETER)


def _derived(call: Any) -> Any:
    """The derivative by the parameter.

    This is the hook by which `sympy.diff` has each class differentiate itself. What `diff` asks of the result, whether
    it is 0, takes SymPy's assumptions most of the time that a rule takes, and is of no use here.
    """
    return call._eval_derivative(_PARAMETER) if call.has(_PARAMETER) else sympy.Integer(0)
