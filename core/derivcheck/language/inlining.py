"""Calls of the user's own functions in an Expression, replaced by the formulas that these compute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from derivcheck.errors import Span
from derivcheck.language.builder import Builder
from derivcheck.language.parse import constant_expression, definition
from derivcheck.model import OwnFunction
from derivcheck.tree import Expression, Node, NodeKind

_HELD = " (held)"

_T = TypeVar("_T")


def called(expression: Expression, own: Iterable[OwnFunction]) -> tuple[OwnFunction, ...]:
    """Those of the user's own functions that an Expression calls."""
    names = {node.name for node in expression if node.kind is NodeKind.CALL}
    return tuple(mine for mine in own if mine.name in names)


def written_out(expression: Expression, own: Iterable[OwnFunction]) -> Expression:
    """The Expression with each call of the user's own replaced by its formula: what SymPy and Arb read.

    Raises:
        ParseError: where that has more operations than an expression may have.
    """
    return _Rewriting(expression, own).run(as_surrogates=False)


def with_surrogates(expression: Expression, own: Iterable[OwnFunction]) -> Expression:
    """The function whose derivatives the Expression should have where some of its calls declare a surrogate.

    A call f(u) with the surrogate s becomes f(v) + s(u) - s(v), where v is u at the point, held: its value is that of
    f, and its derivatives of every order by u are those of s, as in a backward pass that differentiates s. The
    variables at the point, held, are further variables of the Expression, which `at_point` gives their values.

    Raises:
        ParseError: as in `written_out`.
    """
    return _Rewriting(expression, own).run(as_surrogates=True)


def at_point(point: Mapping[str, _T]) -> dict[str, _T]:
    """The values of all variables, the held ones included."""
    return {**point, **{name + _HELD: value for name, value in point.items()}}


def released(text: str) -> str:
    """A formula's text with the held variables for what they are at the point: the variables themselves."""
    return text.replace(_HELD, "")


class _Rewriting:
    """One Expression on its way into a new tree, in which a node may be used more than once."""

    def __init__(self, expression: Expression, own: Iterable[OwnFunction]) -> None:
        self.expression = expression
        self.own = {mine.name: mine for mine in own}
        self.tree = Builder(expression.source, constant_expression)

    def run(self, *, as_surrogates: bool) -> Expression:
        live: list[int] = []
        held: list[int] = []
        for node in self.expression:
            args = [live[arg] for arg in node.args]
            mine = self.own.get(node.name) if node.kind is NodeKind.CALL else None
            if not as_surrogates:
                live.append(self.add(node, args) if mine is None else self.graft(mine.formula, mine, args, node.span))
                continue
            at = [held[arg] for arg in node.args]
            if mine is None:
                live.append(self.add(node, args))
                is_variable = node.kind is NodeKind.VARIABLE
                held.append(self.add(replace(node, name=node.name + _HELD) if is_variable else node, at))
                continue
            held.append(self.graft(mine.formula, mine, at, node.span))
            if mine.surrogate is None:
                live.append(self.graft(mine.formula, mine, args, node.span))
                continue
            moved, fixed = (self.graft(mine.surrogate, mine, slots, node.span) for slots in (args, at))
            change = self.add(Node(NodeKind.CALL, "sub", (), None, node.span), [moved, fixed])
            live.append(self.add(Node(NodeKind.CALL, "add", (), None, node.span), [held[-1], change]))
        made = self.tree.in_postorder(live[-1])
        names = self.expression.variables
        return replace(made, variables=(*names, *(name for name in made.variables if name not in names)))

    def add(self, node: Node, args: list[int]) -> int:
        self.tree.nodes.append(replace(node, args=tuple(args)))
        return len(self.tree.nodes) - 1

    def graft(self, formula: str, mine: OwnFunction, args: list[int], span: Span) -> int:
        """The nodes of a formula, its variables bound to what stands at `args`."""
        bound = dict(zip(mine.params, args, strict=True))
        slots: list[int] = []
        for node in definition(formula, mine.params):
            if node.kind is NodeKind.VARIABLE:
                slots.append(bound[node.name])
            else:
                slots.append(self.add(replace(node, span=span), [slots[arg] for arg in node.args]))
        return slots[-1]
