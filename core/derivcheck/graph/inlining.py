"""Calls of the user's own functions in an Expression, replaced by the formulas that these compute; and what is held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from derivcheck.errors import CaseError
from derivcheck.graph.expansion import walk
from derivcheck.language.parse import constant_expression, definition
from derivcheck.model import OwnFunction
from derivcheck.model.expression import TUPLE, Expression, Extent, Node, NodeKind
from derivcheck.model.upstream_names import upstream_names

_HELD = " (held)"

DETACH = "detach"
"""The function whose value is that of its argument, through which nothing is differentiated."""

_T = TypeVar("_T")


def called(expression: Expression, own: Collection[OwnFunction]) -> tuple[OwnFunction, ...]:
    """Those of the user's own functions that an Expression calls."""
    if not own:
        return ()
    return tuple(mine for mine in own if mine.name in expression.called)


def detaches(expression: Expression) -> bool:
    """Whether something in an Expression is detached."""
    return DETACH in expression.called


def check_calls(own: Collection[OwnFunction]) -> None:
    """Fail for functions that no expression can call.

    Raises:
        CaseError: for one of several outputs.
    """
    for mine in own:
        root = definition(mine.stated, mine.params, mine.constants)
        if root.nodes[root.root].name == TUPLE:
            hint = "declare a function that returns one of them; its check list takes them all"
            raise CaseError(f"`{mine.name}` has several outputs, and an expression calls it", hint=hint)


def written_out(expression: Expression, own: Collection[OwnFunction]) -> Expression:
    """The Expression with each call of the user's own replaced by its formula: what SymPy and Arb read.

    Nothing is detached in it: it has the Expression's value, and other derivatives.

    Raises:
        ParseError: where that has more operations than an expression may have.
    """
    mine = called(expression, own)
    return _Rewriting(expression, mine).written_out() if mine or detaches(expression) else expression


def is_slope_apart(expression: Expression, own: Collection[OwnFunction]) -> bool:
    """Whether the derivatives are those of another function: something is detached, or declares a surrogate."""
    if detaches(expression):
        return True
    texts = [text for mine in own for text in (mine.stated, mine.surrogate) if text is not None]
    return any(mine.surrogate is not None or mine.gradients for mine in own) or any(DETACH in text for text in texts)


def with_held(expression: Expression, own: Iterable[OwnFunction] = ()) -> Expression:
    """The function whose derivatives the Expression should have where something is detached, or has a surrogate.

    What is detached has the variables at the point, held: detach(x)*x is v*x, where v is x at the point. A call f(u)
    with the surrogate s becomes f(v) + s(u) - s(v), where v is u at the point, held: its value is that of f, and its
    derivatives of every order by u are those of s, as in a backward pass that differentiates s. The variables at the
    point, held, are further variables of the Expression, which `at_point` gives their values.

    Raises:
        ParseError: as in `written_out`.
    """
    return _Rewriting(expression, own).with_held()


def at_point(point: Mapping[str, _T]) -> dict[str, _T]:
    """The values of all variables, or of all addresses, the held ones included.

    Example:
        >>> list(at_point({"x": 1, "W[0, 2]": 3}))
        ['x', 'W[0, 2]', 'x (held)', 'W (held)[0, 2]']
    """
    return {**point, **{held_name(name): value for name, value in point.items()}}


def held_name(name: str) -> str:
    """The name of a variable, or of an address, at the point, held.

    Example:
        >>> held_name("W[0, 2]")
        'W (held)[0, 2]'
    """
    variable, bracket, index = name.partition("[")
    return f"{variable}{_HELD}{bracket}{index}"


def is_held(name: str) -> bool:
    """Whether a variable, or an address, is one at the point, held."""
    return _HELD in name


def released(text: str) -> str:
    """A formula's text with the held variables for what they are at the point: the variables themselves."""
    return text.replace(_HELD, "")


def with_released(expression: Expression) -> Expression:
    """An Expression with the held variables for what they are at the point."""
    nodes = [replace(node, name=released(node.name)) if _HELD in node.name else node for node in expression.nodes]
    variables = tuple(dict.fromkeys(map(released, expression.variables)))
    return replace(expression, nodes=tuple(nodes), variables=variables)


class _Rewriting:
    """One Expression on its way into a new tree, in which a node may be used more than once."""

    def __init__(self, expression: Expression, own: Iterable[OwnFunction]) -> None:
        from derivcheck.language.shaped_builder import ShapedBuilder  # it takes time to load, and few texts need it

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

    def with_held(self) -> Expression:
        slots: list[_Pair] = []
        for node, extent in self.nodes():
            slots.append(self.pair(node, [slots[arg] for arg in node.args], extent))
        names = self.expression.variables
        self.tree.shared = frozenset(slot for at in self.expression.shared for slot in slots[at])
        made = self.tree.finished(slots[-1][0], names)
        present = {node.name for node in made.nodes if node.kind is NodeKind.VARIABLE}
        return replace(made, variables=(*names, *(name + _HELD for name in names if name + _HELD in present)))

    def nodes(self) -> Iterable[tuple[Node, Extent]]:
        return zip(self.expression.nodes, self.expression.extents, strict=True)

    def own_function(self, node: Node) -> OwnFunction | None:
        """The user's own function that a node calls, None of any other node."""
        return self.own.get(node.name) if node.kind is NodeKind.CALL else None

    def add(self, node: Node, args: Sequence[int], extent: Extent) -> int:
        return self.tree.add(Node(node.kind, node.name, tuple(args), node.value), extent)

    # --- what has a value ----------------------------------------------------------------------------------------

    def copy(self, node: Node, args: list[int], extent: Extent) -> int:
        """A node with arguments in the new tree; a call of the user's own is its formula there."""
        mine = self.own_function(node)
        if mine is not None:
            meant, bound = _bound(mine.stated, mine, args)
            return walk(meant, bound, lambda inner, at: self.copy(inner, at, extent))[-1]
        return args[0] if _is_detach(node) else self.add(node, args, extent)

    # --- what is differentiated ----------------------------------------------------------------------------------

    def pair(self, node: Node, args: list[_Pair], extent: Extent) -> _Pair:
        """A node in the new tree: as it moves with the variables, and at the point, held."""
        mine = self.own_function(node)
        if mine is not None:
            value = self.grafted(mine.stated, mine, args, extent)
            if mine.gradients:
                return self.as_declared(value, mine, args, extent)
            return value if mine.surrogate is None else self.straight_through(value, mine, args, extent)
        moving, fixed = ([arg[side] for arg in args] for side in (0, 1))
        if _is_detach(node):
            return fixed[0], fixed[0]
        held = self.add(_held(node), fixed, extent)
        return (self.add(node, moving, extent) if node.kind in _MOVING else held), held

    def straight_through(self, value: _Pair, mine: OwnFunction, args: list[_Pair], extent: Extent) -> _Pair:
        """A call with a surrogate s: the value of the function, held, and s less the value of s, held."""
        assert mine.surrogate is not None
        ends = self.grafted(mine.surrogate, mine, args, extent)
        return self.call("add", value[1], self.call("sub", *ends, extent), extent), value[1]

    def as_declared(self, value: _Pair, mine: OwnFunction, args: list[_Pair], extent: Extent) -> _Pair:
        """A call with declared gradients, which are linear in the upstream gradient and work element by element.

        Let d(u) be the gradient by the argument u for the upstream gradient 1, and v be u at the point, held. Then
        f(v) + (d(v) + (d(u) - d(v))/2) * (u - v) has the value f(v) at the point, the derivative d(v), and the second
        one d'(v), as a backward pass that is differentiated. By the arguments of which no gradient is declared it is f.
        """
        declared = dict(mine.gradients)
        found = value[1]
        others = [
            (fixed if name in declared else moving, fixed)
            for name, (moving, fixed) in zip(mine.params, args, strict=True)
        ]
        if len(declared) < len(args):
            rest = self.grafted(mine.surrogate or mine.stated, mine, others, extent)
            found = self.call("add", found, self.call("sub", *rest, extent), extent)
        one, half = (self.number(number, extent) for number in (Fraction(1), Fraction(1, 2)))
        names = upstream_names(1, {*mine.params, *dict(mine.constants)})[0]
        for name, (moving, fixed) in zip(mine.params, args, strict=True):
            if name in declared:
                meant = definition(declared[name], (*mine.params, *names), mine.constants)
                bound = dict(zip((*mine.params, *names), [*args, *[(one, one)] * len(names)], strict=True))
                slopes = walk(meant, bound, lambda inner, at: self.pair(inner, at, extent))[-1]
                way = self.call("sub", moving, fixed, extent)
                bend = self.call("mul", half, self.call("sub", *slopes, extent), extent)
                change = self.call("mul", self.call("add", slopes[1], bend, extent), way, extent)
                found = self.call("add", found, change, extent)
        return found, value[1]

    def call(self, name: str, left: int, right: int, extent: Extent) -> int:
        return self.add(Node(NodeKind.CALL, name), [left, right], extent)

    def number(self, value: Fraction, extent: Extent) -> int:
        return self.add(Node(NodeKind.NUMBER, str(value), (), value), [], extent)

    def grafted(self, formula: str, mine: OwnFunction, args: list[_Pair], extent: Extent) -> _Pair:
        """The nodes of a formula of a function of the user's own, its parameters bound to its arguments."""
        meant, bound = _bound(formula, mine, args)
        return walk(meant, bound, lambda inner, at: self.pair(inner, at, extent))[-1]


_Pair = tuple[int, int]
"""Where a node stands in the new tree: as it moves with the variables, and at the point, held."""

_MOVING = frozenset({NodeKind.VARIABLE, NodeKind.CALL})
"""Nodes that are something else when they are held."""


def _bound(formula: str, mine: OwnFunction, args: Sequence[_T]) -> tuple[Expression, dict[str, _T]]:
    """A formula of a function of the user's own, and what its parameters stand for in a call."""
    return definition(formula, mine.params, mine.constants), dict(zip(mine.params, args, strict=True))


def _is_detach(node: Node) -> bool:
    return node.name == DETACH and node.kind is NodeKind.CALL


def _held(node: Node) -> Node:
    """A node of the argument at the point: its variables are the held ones."""
    return Node(node.kind, node.name + _HELD) if node.kind is NodeKind.VARIABLE else node
