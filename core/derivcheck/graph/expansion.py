"""Expansion of composites: a call of a function that is defined by others becomes what the definition says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from derivcheck.language.parse import constant_expression, definition
from derivcheck.language.table import Function
from derivcheck.model.expression import VARIABLE, Expression, Node

_T = TypeVar("_T")
"""What a node becomes: the slot of a program's step, a SymPy object, a number, …"""


Read = Callable[[Expression, Mapping[str, _T]], _T]
"""What an Expression becomes, given what each of its variables stands for."""


def expand(row: Function, args: Sequence[_T], read: Read[_T]) -> _T:
    """What a call of a composite becomes: its definition, read with its arguments for the names of its parameters.

    Args:
        row: the composite's row in the function table, one with a definition.
        args: what the arguments of the call have become; options that it leaves out have their defaults.
        read: what reads the definition and the defaults.
    """
    return read(*bind(row, args, read))


def bind(row: Function, args: Sequence[_T], read: Read[_T]) -> tuple[Expression, dict[str, _T]]:
    """The definition of a composite, and what its variables stand for in a call, whose arguments are as in `expand`."""
    assert row.definition is not None, row.name
    names = (*row.params, *[option.name for option in row.options])
    missing = row.options[len(args) - len(row.params) :]
    defaults = [read(constant_expression(option.default), {}) for option in missing]
    return definition(row.definition, names), dict(zip(names, [*args, *defaults], strict=True))


def walk(expression: Expression, variables: Mapping[str, _T], append: Callable[[Node, list[_T]], _T]) -> list[_T]:
    """What each node of an Expression becomes, those of its arguments first.

    Args:
        expression: the Expression.
        variables: what each variable stands for.
        append: what any other node becomes, given what its arguments have become.
    """
    found: list[_T] = []
    for node in expression.nodes:
        if node.kind is VARIABLE:
            found.append(variables[node.name])
        else:
            found.append(append(node, [found[arg] for arg in node.args]))
    return found
