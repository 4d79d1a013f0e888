"""Calling functions of the table on arrays of nodes: what a node of a formula becomes, or an operation of torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.elements.node_arrays import MOST_INTEGER, Integers, NodeArrays, Nodes
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand, walk
from derivcheck.graph.folding import exact_result
from derivcheck.language import table
from derivcheck.language.plain_values import Slice, plain_value
from derivcheck.language.static_sizes import INDEX, UNPACKED
from derivcheck.language.table import Function, Option, Sort
from derivcheck.model.expression import SLICE, TUPLE, Expression, Node, NodeKind

_OF_SEVERAL = frozenset({INDEX, UNPACKED})
"""The functions that take several results, of which they choose one."""

_NONE = "None"
"""The default of a tensor that may be left out."""

_TRUE_QUOTIENT = "div"
"""The kernel of x/y, which to torch is no integer even where it is whole."""


class Calling:
    """Calls functions of the table on arrays of nodes.

    Args:
        make: makes the nodes.
    """

    def __init__(self, make: NodeArrays) -> None:
        self.make = make

    def emit(self, expression: Expression, names: Mapping[str, Any]) -> list[Any]:
        """What each node of an Expression is."""
        found: list[Any] = []
        for position, node in enumerate(expression.nodes):
            self.begin(expression, position)
            found.append(self.node(node, found, names))
        return found

    def begin(self, expression: Expression, position: int) -> None:
        """Note which node of an Expression comes next, for messages."""

    def node(self, node: Node, found: Sequence[Any], names: Mapping[str, Any]) -> Any:
        """What one node is, those before it being known."""
        if node.kind is NodeKind.SETTING:
            return plain_value(node.name)
        if node.kind is NodeKind.VARIABLE:
            return names[node.name]
        if node.kind is not NodeKind.CALL:
            return np.array(self.make.graph.leaf(node), dtype=np.int64)
        arguments = [found[arg] for arg in node.args]
        if node.name == TUPLE:
            return tuple(chain.from_iterable([found if isinstance(found, tuple) else (found,) for found in arguments]))
        if node.name == SLICE:
            return Slice(*map(self.plain, arguments))
        row = table.function_of_shapes(node.name) or table.function(node.name)
        assert row is not None, node.name
        return self.call(row, arguments)

    def call(self, row: Function, arguments: list[Any]) -> Any:
        """The result of a function: an array of nodes, Integers, or several of them."""
        self.make.function = row.name
        if row.lowering is not None:
            complete = self.as_due(row, self.complete(row, arguments))
            self.check_constants(row, complete)
            return LOWERINGS[row.lowering](self.make, *complete)
        if row.sympy is not None or row.ball is not None or not row.is_shaped:
            integers = self.of_integers(row, arguments)
            return self.make.call(row.name, *map(self.numbers, arguments)) if integers is None else integers
        if row.definition is None:
            raise UnsupportedError(f"there is no definition of `{row.name}`")
        return expand(row, arguments, lambda body, names: self.emit(body, names)[-1])

    def complete(self, row: Function, arguments: list[Any]) -> list[Any]:
        """The arguments with the defaults of the options that are left out.

        The parser fills them in, but for a function that is one of numbers as well, such as mse_loss(x, y): it cannot
        know which of the two is meant. Their parameters stand in the same places.
        """
        missing = () if row.variadic else row.options[len(arguments) - len(row.params) :]
        return [*arguments, *[self.default(row, option) for option in missing]]

    def default(self, row: Function, option: Option) -> Any:
        """The default of an option."""
        if option.name in row.settings or option.default == _NONE:
            return plain_value(option.default)
        return self.make.number(Fraction(option.default))

    def check_constants(self, row: Function, arguments: list[Any]) -> None:
        """Fail for an option that is a number and depends on a variable: torch takes a plain number there."""
        if row.variadic:
            return
        for option, argument in zip(row.options, arguments[len(row.params) :], strict=True):
            if option.default != _NONE and isinstance(argument, np.ndarray):
                varies = any(self.make.graph.depends[at] for at in argument.ravel().tolist())
                if varies or argument.ndim:
                    self.make.fail(f"`{option.name}` of `{row.name}` must be a constant number", row.signature)

    def as_due(self, row: Function, arguments: list[Any]) -> list[Any]:
        """The arguments, integers as nodes where numbers are due, and numbers that are integers as such where due."""
        found: list[Any] = []
        names = [*row.params, *[option.name for option in row.options]] if row.settings else []
        for index, argument in enumerate(arguments):
            sort = row.sort_of(index)
            if row.name != INDEX and names and names[min(index, len(names) - 1)] in row.settings:
                found.append(self.plain(argument))
            elif sort in {Sort.INTEGER, Sort.LABELS} and isinstance(argument, np.ndarray):
                integers = None if self.is_quotient(argument) else self.make.integers(argument)
                found.append(argument if integers is None else integers)
            elif sort is Sort.TENSORS and isinstance(argument, tuple):
                found.append(tuple([self.numbers(one) for one in argument]))
            else:
                found.append(self.numbers(argument) if sort is Sort.REAL and row.name not in _OF_SEVERAL else argument)
        return found

    def plain(self, argument: Any) -> Any:
        """A setting as a plain value, where it is computed from sizes: 3 for x.shape[0], a tuple for x.shape."""
        if isinstance(argument, tuple):
            return tuple([self.plain(one) for one in argument])
        if isinstance(argument, np.ndarray) and argument.ndim < 2:
            argument = self.make.integers(argument) or argument
        if isinstance(argument, Integers) and argument.values.ndim < 2:
            whole = argument.values.tolist()
            return tuple(whole) if isinstance(whole, list) else whole
        return argument

    def is_quotient(self, nodes: Nodes) -> bool:
        """Whether elements are quotients, x/y, which are no integers to torch even where they are whole."""
        return any(self.make.graph.calls[at][0] == _TRUE_QUOTIENT for at in nodes.ravel().tolist())

    def of_integers(self, row: Function, arguments: list[Any]) -> Integers | None:
        """Arithmetic on integers, which stays with them: `t + 1`, `2*t`. None where it is of numbers, as t/2 is."""
        if (
            row.exact == _TRUE_QUOTIENT
            or row.result is not Sort.REAL
            or not any(isinstance(found, Integers) for found in arguments)
        ):
            return None
        known = [found if isinstance(found, Integers) else self.make.integers(found) for found in arguments]
        arrays = [found.values for found in known if found is not None]
        if len(arrays) < len(known):
            return None
        shape = self.make.common_shape(*[array.shape for array in arrays])
        columns = [np.broadcast_to(array, shape).ravel().tolist() for array in arrays]
        values = [_exactly(row, [Fraction(value) for value in args]) for args in zip(*columns, strict=True)]
        whole = [int(value) for value in values if isinstance(value, Fraction) and value.denominator == 1]
        if len(whole) < len(values) or any(abs(value) >= MOST_INTEGER for value in whole):
            return None
        return Integers(np.array(whole, dtype=np.int64).reshape(shape))

    def numbers(self, argument: Any) -> Any:
        """Integers as nodes; anything else as it is, but for several arrays at once, of which one must be chosen."""
        if isinstance(argument, Integers):
            return self.make.numbers(argument.values)
        if isinstance(argument, tuple) and argument and isinstance(argument[0], np.ndarray):
            count = len(argument)
            self.make.fail(
                f"`{self.make.function}` takes one value, and this gives {count}",
                "choose one of them: [0] is the first",
            )
        return argument


def _exactly(row: Function, values: list[Fraction]) -> Fraction | None:
    """The exact result of a function of numbers, by its kernel or its definition; None where that is not known."""
    if row.exact is None and row.definition is not None:
        arguments: list[Fraction | None] = [*values]
        return expand(row, arguments, _exact_value)
    found = exact_result(row.name, values)
    return found if isinstance(found, Fraction) else None


def _exact_value(body: Expression, names: Mapping[str, Fraction | None]) -> Fraction | None:
    """The exact value of a definition."""

    def value(node: Node, arguments: list[Fraction | None]) -> Fraction | None:
        known = [argument for argument in arguments if argument is not None]
        row = table.function(node.name)
        if row is None or len(known) < len(arguments):
            return node.value
        return _exactly(row, known)

    return walk(body, names, value)[-1]
