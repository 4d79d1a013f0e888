"""Calls of the user's own functions in an Expression, replaced by the formulas that these compute."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from derivcheck.graph.expansion import walk
from derivcheck.language.parse import constant_expression, definition
from derivcheck.language.shaped_builder import ShapedBuilder
from derivcheck.model import OwnFunction
from derivcheck.model.expression import Expression, Extent, Node, NodeKind

_HELD = " (held)"

_T = TypeVar("_T")


def called(expression: Expression, own: Collection[OwnFunction]) -> tuple[OwnFunction, ...]:
    """Those of the user's own functions that an Expression calls."""
    if not own:
        return ()
    names = {node.name for node in expression if node.kind is NodeKind.CALL}
    return tuple(mine for mine in own if mine.name in names)


def written_out(expression: Expression, own: Collection[OwnFunction]) -> Expression:
    """The Expression with each call of the user's own replaced by its formula: what SymPy and Arb read.

    Raises:
        ParseError: where that has more operations than an expression may have.
    """
    mine = called(expression, own)
    return _Rewriting(expression, mine).written_out() if mine else expression


def with_surrogates(expression: Expression, own: Iterable[OwnFunction]) -> Expression:
    """The function whose derivatives the Expression should have where some of its calls declare a surrogate.

    A call f(u) with the surrogate s becomes f(v) + s(u) - s(v), where v is u at the point, held: its value is that of
    f, and its derivatives of every order by u are those of s, as in a backward pass that differentiates s. The
    variables at the point, held, are further variables of the Expression, which `at_point` gives their values.

    Raises:
        ParseError: as in `written_out`.
    """
    return _Rewriting(expression, own).with_surrogates()


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
        self.tree = ShapedBuilder(expression.source, constant_expression)
        self.tree.in_order = False

    def written_out(self) -> Expression:
        slots: list[int] = []
        for node, extent in self.nodes():
            slots.append(self.copy(node, [slots[arg] for arg in node.args], extent))
        self.tree.shared = frozenset(map(slots.__getitem__, self.expression.shared))
        return self.tree.finished(slots[-1], self.expression.variables)

    def with_surrogates(self) -> Expression:
        live: list[int] = []
        held: list[int] = []
        for node, extent in self.nodes():
            moving, fixed = ([slots[arg] for arg in node.args] for slots in (live, held))
            held.append(self.copy(_held(node), fixed, extent))
            mine = self.own_function(node)
            if mine is None or mine.surrogate is None:
                live.append(self.copy(node, moving, extent))
            else:
                ends = [self.graft(mine.surrogate, mine, args, extent) for args in (moving, fixed)]
                change = self.add(Node(NodeKind.CALL, "sub"), ends, extent)
                live.append(self.add(Node(NodeKind.CALL, "add"), [held[-1], change], extent))
        names = self.expression.variables
        self.tree.shared = frozenset(slots[at] for slots in (live, held) for at in self.expression.shared)
        made = self.tree.finished(live[-1], names)
        present = {node.name for node in made.nodes if node.kind is NodeKind.VARIABLE}
        return replace(made, variables=(*names, *(name + _HELD for name in names if name + _HELD in present)))

    def nodes(self) -> Iterable[tuple[Node, Extent]]:
        return zip(self.expression.nodes, self.expression.extents, strict=True)

    def own_function(self, node: Node) -> OwnFunction | None:
        """The user's own function that a node calls, None of any other node."""
        return self.own.get(node.name) if node.kind is NodeKind.CALL else None

    def copy(self, node: Node, args: list[int], extent: Extent) -> int:
        """A node with arguments in the new tree; a call of the user's own is its formula there."""
        mine = self.own_function(node)
        return self.add(node, args, extent) if mine is None else self.graft(mine.formula, mine, args, extent)

    def add(self, node: Node, args: list[int], extent: Extent) -> int:
        return self.tree.add(Node(node.kind, node.name, tuple(args), node.value), extent)

    def graft(self, formula: str, mine: OwnFunction, args: list[int], extent: Extent) -> int:
        """The nodes of a formula of a function of the user's own, its parameters bound to what stands at `args`."""
        bound = dict(zip(mine.params, args, strict=True))
        meant = definition(formula, mine.params, mine.constants)
        return walk(meant, bound, lambda node, at: self.add(node, at, extent))[-1]


def _held(node: Node) -> Node:
    """A node of the argument at the point: its variables are the held ones."""
    return Node(node.kind, node.name + _HELD) if node.kind is NodeKind.VARIABLE else node
