"""Printing: an Expression as a text that parses back to the same tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import cast

from derivcheck.language import table
from derivcheck.language.operators import BINARY, PRINTED, Operator
from derivcheck.language.plain_texts import default_text
from derivcheck.language.static_sizes import INDEX, LIST
from derivcheck.language.table import Function
from derivcheck.model.expression import CALL, NUMBER, SETTING, SLICE, TUPLE, Expression, Node

_Part = tuple[int, int] | str
"""A text, or a node that is still to be printed, with the least precedence that needs no brackets there."""

_NONE = "None"
_QUOTIENT = BINARY["/"].precedence
"""The precedence of a fraction that SymPy has made, printed as one divided by the other."""

_POSTFIX = 20
"""That of what an index or an attribute stands behind: any operator needs brackets there."""


def to_text(expression: Expression, position: int | None = None, *, names: Mapping[int, str] | None = None) -> str:
    """The expression, or the part under `position`, in the expression language.

    `parse(to_text(e), e.variables) == e` for every Expression that `parse` returns. A number that SymPy has made, such
    as 1/3, is no literal and is written as a quotient. A node to which a statement gave a name has one.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> to_text(parse("2*x^3+(1)"))
        '2*x**3 + 1'
        >>> to_text(parse("h = x.sum(-1); h*h"))
        'h = sum(x, dim=-1); h*h'
    """
    root = expression.root if position is None else position
    names = _names_of_shared(expression, root) if names is None else names
    statements = [f"{name} = {_text(expression, at, names)}; " for at, name in names.items()]
    return "".join([*statements, _text(expression, root, names)])


def _names_of_shared(expression: Expression, root: int) -> dict[int, str]:
    """Names for the nodes under `root` that are the arguments of several others, by their positions, in order."""
    if not expression.extents:
        return {}  # made by a rule, which shares whatever is equal
    below = {root}
    shared = expression.shared
    for at in range(root, -1, -1) if shared else ():
        if at in below:
            below.update(expression.nodes[at].args)
    free = _free_names(expression.variables)
    return {at: next(free) for at in shared if at in below}


def _free_names(taken: Collection[str]) -> Iterator[str]:
    """Names that stand for nothing else: h, h2, h3 and so on."""
    for name in chain(["h"], (f"h{number}" for number in count(2))):
        if name not in taken and table.function(name) is None and table.constant(name) is None:
            yield name


def _text(expression: Expression, root: int, names: Mapping[int, str]) -> str:
    """A part of an expression, with the names of what has one."""
    pieces: list[str] = []
    stack: list[_Part] = [(root, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        at, least = item
        node = expression.nodes[at]
        if at in names and at != root:
            pieces.append(names[at])
            continue
        if node.kind is not CALL:
            in_brackets = node.kind is NUMBER and least > _QUOTIENT and ("/" in node.name or least == _POSTFIX)
            pieces.append(f"({node.name})" if in_brackets else node.name)
            continue
        operator = PRINTED.get(node.name)
        if operator is None:
            stack.extend(reversed(_call(expression.nodes, node)))
            continue
        parts = _operation(operator, node.args)
        stack.extend(reversed(["(", *parts, ")"] if operator.precedence < least else parts))
    return "".join(pieces)


def _call(nodes: Sequence[Node], node: Node) -> list[_Part]:
    """A call: as an index, a list, a tuple or an attribute, or with its arguments in brackets."""
    if node.name == INDEX:
        return [(node.args[0], _POSTFIX), "[", *_separated(node.args[1:]), "]"]
    if node.name == LIST:
        return ["[", *_separated(node.args), "]"]
    if node.name == TUPLE:
        return ["(", *_separated(node.args), ",)" if len(node.args) == 1 else ")"]
    if node.name == SLICE:
        written = [[] if nodes[arg].name == _NONE else [(arg, 0)] for arg in node.args]
        start, stop, step = cast("list[list[_Part]]", written)
        return [*start, ":", *stop, *([":", *step] if step else [])]
    row = table.function(node.name)
    if row is None or not row.is_shaped:
        return [f"{node.name}(", *_separated(node.args), ")"]
    if row.is_attribute:
        return [(node.args[0], _POSTFIX), f".{node.name}"]
    return [f"{node.name}(", *_of_shapes(nodes, node, row), ")"]


def _of_shapes(nodes: Sequence[Node], node: Node, row: Function) -> list[_Part]:
    """The arguments of a function of shapes: several values as a list, and options by name where they are given."""
    arguments: list[list[_Part]] = []
    required = len(node.args) if row.variadic else len(row.params)
    for arg in node.args[:required]:
        several = nodes[arg].kind is CALL and nodes[arg].name == TUPLE
        arguments.append(["[", *_separated(nodes[arg].args), "]"] if several else [(arg, 0)])
    for arg, option in zip(node.args[required:], row.options, strict=False):
        text = default_text(option.default) if nodes[arg].kind is SETTING else option.default
        if nodes[arg].args or nodes[arg].name != text:
            arguments.append([f"{option.name}=", (arg, 0)])
    return [part for index, parts in enumerate(arguments) for part in ([", "] if index else []) + parts]


def _separated(args: Sequence[int]) -> list[_Part]:
    """Arguments with commas between them."""
    return [part for index, arg in enumerate(args) for part in ([", "] if index else []) + [(arg, 0)]]


def _operation(operator: Operator, args: tuple[int, ...]) -> list[_Part]:
    """An operator with its operands."""
    symbol = operator.printed or ""
    if operator.is_prefix:
        return [symbol, (args[0], operator.right)]
    return [(args[0], operator.left), symbol, (args[1], operator.right)]
