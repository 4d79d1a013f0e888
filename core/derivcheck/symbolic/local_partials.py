"""SymPy's partial derivative of one call by one of its arguments: what a sweep on balls evaluates at each node."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.symbolic.forward_derivatives import derivatives_of
from derivcheck.symbolic.sympy_rules import ONE_RULE, Argument, Dependence, template


def argument_name(index: int) -> str:
    """The variable that stands for an argument of the call."""
    return f"u{index}"


def local_partial(name: str, values: Sequence[Fraction | None], index: int) -> Expression:
    """SymPy's partial derivative of a call, over the arguments `u0`, `u1`, … that it needs.

    Args:
        name: the function.
        values: the arguments' values where they are plain numbers: x**3 has a shorter rule than x**y.
        index: the argument to differentiate by; the others are held.

    Raises:
        UnsupportedError: where SymPy has no derivative, or one that no other reading understands.

    Example:
        >>> from derivcheck.language.printing import to_text
        >>> to_text(local_partial("pow", (None, Fraction(3)), 0))
        '3*u0**2'
        >>> to_text(local_partial("mul", (None, None), 1))
        'u0'
    """
    fixed = Dependence.FIXED
    known: list[Argument] = [
        fixed if value is None or name in ONE_RULE else value.as_integer_ratio() for value in values
    ]
    known[index] = Dependence.VARIES
    return _of_rule(name, tuple(known), index)


def local_second_partial(name: str, values: Sequence[Fraction | None], index: int, other: int) -> Expression:
    """The same by two arguments, one after the other; SymPy's rules of the first partial derivative give it.

    Raises:
        UnsupportedError: where SymPy has no derivative, or one that no other reading understands.

    Example:
        >>> from derivcheck.language.printing import to_text
        >>> to_text(local_second_partial("pow", (None, Fraction(3)), 0, 0))
        '3*(2*u0)'
        >>> to_text(local_second_partial("sin", (None,), 0, 0))
        '-sin(u0)'
    """
    return _second(local_partial(name, values, index), argument_name(other))


@lru_cache(maxsize=4096)
def _second(partial: Expression, name: str) -> Expression:
    return derivatives_of(Elements.of(partial))((name,))


@lru_cache(maxsize=4096)
def _of_rule(name: str, arguments: tuple[Argument, ...], index: int) -> Expression:
    """The rule of the call in which this argument's own derivative is 1, and that of the others 0."""
    graph = Graph()
    names = [argument_name(at) for at in range(len(arguments))]
    variables = [graph.leaf(Node(NodeKind.VARIABLE, variable)) for variable in names]
    derivatives = [graph.number(Fraction(at == index)) for at in range(len(arguments))]
    return graph.expression(graph.graft(template(name, arguments), [*variables, *derivatives]), names)
