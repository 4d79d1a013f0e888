"""The graph: nodes under construction, of which equal ones are one, and from which Expressions are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from derivcheck.graph.folding import SHOWN_BITS, arithmetic
from derivcheck.language import table
from derivcheck.language.literals import is_rounded
from derivcheck.language.operators import NEGATION
from derivcheck.model.expression import Expression, Node, NodeKind

_ZERO, _ONE, _MINUS_ONE = Fraction(0), Fraction(1), Fraction(-1)

_Call = tuple[str, tuple[int, ...]]
"""The function, and where its arguments are."""


class Template(NamedTuple):
    """An Expression laid out to be put into a graph again and again.

    Attributes:
        leaves: its constants.
        calls: its calls, whose arguments are numbered through: the variables, the leaves, the calls themselves.
        root: the number of its root.
    """

    leaves: tuple[Node, ...]
    calls: tuple[_Call, ...]
    root: int

    @classmethod
    def of(cls, expression: Expression, variables: Sequence[str]) -> Template:
        """The template of an Expression over some of these variables."""
        leaves = [node for node in expression if node.kind in {NodeKind.NUMBER, NodeKind.CONSTANT}]
        calls: list[_Call] = []
        seen = 0
        slots: list[int] = []
        for node in expression:
            if node.kind is NodeKind.CALL:
                slots.append(len(variables) + len(leaves) + len(calls))
                calls.append((node.name, tuple([slots[arg] for arg in node.args])))
            elif node.kind is NodeKind.VARIABLE:
                slots.append(variables.index(node.name))
            else:
                slots.append(len(variables) + seen)
                seen += 1
        return cls(tuple(leaves), tuple(calls), slots[-1])


class Graph:
    """A directed acyclic graph of nodes, each standing after its arguments; equal nodes are one.

    A formula of the user's stays as it was written (`insert`). What a rule makes is simplified (`graft`): a rule is
    written for every argument, and does not know that a term of it is 0 here, a factor 1, or a whole part of it plain
    numbers. A literal with so many digits that it must be a rounded number is no plain number: it stays as it is, so
    that an enclosure can allow for the rounding.

    Args:
        tells_variables_apart: whether `depends` says which variables occur below a node, or but whether any does: of
            20,000 variables, which an array may be, each node would hold a number of 20,000 bits.

    Attributes:
        calls: the nodes, each as the function and where its arguments are; one without arguments is a leaf.
        leaves: the leaves, by their places in `calls`.
        depends: for each node, the variables that occur at or below it, as the bits of an integer: those of `bit`.
        values: for each node, its exact value where it is a rational constant that is small enough, else None; of
            those that are 0, 1 and -1 there is one object each.
    """

    def __init__(self, *, tells_variables_apart: bool = True) -> None:
        self._apart = tells_variables_apart
        self.calls: list[_Call] = []
        self.depends: list[int] = []
        self.values: list[Fraction | None] = []
        self._known: dict[tuple[object, ...], int] = {}
        self.leaves: dict[int, Node] = {}
        self._named: dict[tuple[NodeKind, str], int] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._negations: dict[int, int] = {}
        self._bits: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.calls)

    def bit(self, name: str) -> int:
        """The bit in `depends` of a variable; 0 of one that is not there."""
        return self._bits.get(name, 0)

    # --- in ------------------------------------------------------------------------------------------------------

    def insert(self, expression: Iterable[Node]) -> int:
        """Put an Expression in as it was written; its root's place."""
        return self.insert_all(expression)[-1]

    def insert_all(self, nodes: Iterable[Node]) -> list[int]:
        """Put nodes in as they were written, each after its arguments; their places."""
        slots: list[int] = []
        slot, known = slots.__getitem__, self._known.get
        for node in nodes:
            args = node.args
            if len(args) == 2:  # as most have: `map` and another call would take twice as long
                key = (node.name, slots[args[0]], slots[args[1]])
                at = known(key)
                slots.append(self._new_pair(key) if at is None else at)
            else:
                slots.append(self.call(node.name, tuple(map(slot, args))) if args else self.leaf(node))
        return slots

    def graft(self, template: Template, variables: Iterable[int]) -> int:
        """Put a template in and simplify it, its variables standing for nodes of the graph; its root's place."""
        leaves, calls, root = template
        slots = [*variables, *map(self.leaf, leaves)] if leaves else [*variables]
        put, values, known = slots.append, self.values, self._known.get
        for name, args in calls:
            if len(args) == 2:
                x, y = slots[args[0]], slots[args[1]]
                other = values[y]
                if values[x] is None and other is not _ZERO and other is not _ONE and other is not _MINUS_ONE:
                    key = (name, x, y)  # as of most calls, nothing of it is idle
                    at = known(key)
                    put(self._new_pair(key) if at is None else at)
                else:
                    put(self.simplified(name, (x, y)))
            elif name == NEGATION:
                put(self.negated(slots[args[0]]))
            else:
                put(self.simplified(name, tuple([slots[arg] for arg in args])))
        return slots[root]

    def negated(self, at: int) -> int:
        """The place of the negation of a node, simplified; rules have the same ones again and again, -1 above all."""
        found = self._negations.get(at)
        if found is None:
            found = self._negations[at] = self.simplified(NEGATION, (at,))
        return found

    def number(self, value: Fraction) -> int:
        """The place of a plain number; a negative one is the negation of a positive one, as the parser makes it."""
        return self._ratio(*value.as_integer_ratio())

    def _ratio(self, numerator: int, denominator: int) -> int:
        size = abs(numerator)
        at = self._numbers.get((size, denominator))  # to make the Fraction first would take longer than the rest
        if at is None:
            at = self.leaf(_number(size, denominator))
        return at if numerator >= 0 else self.call(NEGATION, (at,))

    def leaf(self, node: Node) -> int:
        """The place of a literal, a constant or a variable."""
        at = self._named.get((node.kind, node.name))
        if at is None:
            at = self._named[node.kind, node.name] = self._new_leaf(node)
        return at

    def _new_leaf(self, node: Node) -> int:
        at, value, bit = len(self.calls), None, 0
        if node.kind is NodeKind.VARIABLE:
            bit = self._bits[node.name] = 1 << len(self._bits) if self._apart else 1
        elif node.value is not None and not is_rounded(node.name):
            # two spellings of one number are told apart only where one of them can be widened
            value = _shared(node.value)
            known = self._numbers.setdefault((value.numerator, value.denominator), at)
            if known < at:
                return known
        self.leaves[at] = node
        self.calls.append((node.name, ()))
        self.depends.append(bit)
        self.values.append(value)
        return at

    def call(self, name: str, args: tuple[int, ...]) -> int:
        """The place of a call, which stays as it is."""
        if len(args) == 2:
            pair = (name, args[0], args[1])
            at = self._known.get(pair)
            return self._new_pair(pair) if at is None else at
        key = (name, *args)
        at = self._known.get(key)
        if at is None:
            depends = 0
            for arg in args:
                depends |= self.depends[arg]
            at = self._known[key] = len(self.calls)
            self.values.append(None if depends else _folded(name, [self.values[arg] for arg in args]))
            self.calls.append((name, args))
            self.depends.append(depends)
        return at

    def call_each(self, name: str, arguments: Iterable[tuple[int, ...]]) -> list[int]:
        """The places of many calls of one function."""
        call = self.call
        return [call(name, args) for args in arguments]

    def _new_pair(self, key: tuple[str, int, int]) -> int:
        """The place of a call of two arguments that the graph does not hold yet, given where it will be looked for."""
        name, x, y = key
        depends = self.depends[x] | self.depends[y]
        at = self._known[key] = len(self.calls)
        self.values.append(None if depends else _folded(name, (self.values[x], self.values[y])))
        self.calls.append((name, (x, y)))
        self.depends.append(depends)
        return at

    # --- simplified ----------------------------------------------------------------------------------------------

    def simplified(self, name: str, args: tuple[int, ...]) -> int:
        """The place of a call, or of what is left of it once it is simplified."""
        if len(args) == 2:
            x, y = self.values[args[0]], self.values[args[1]]
            if x is None and y is None:
                return self.call(name, args)
            folded = None if x is None or y is None else _folded(name, (x, y))
            if folded is not None:
                return self.number(folded)
        rule = _IDLE.get(name)
        left_over = None if rule is None else rule(self, args)
        return self.call(name, args) if left_over is None else left_over

    def without_idle_term(self, args: tuple[int, ...]) -> int | None:
        """x, of x + 0 and 0 + x."""
        x, y = self.values[args[0]], self.values[args[1]]
        if x is _ZERO or y is _ZERO:
            return args[1] if x is _ZERO else args[0]
        return None

    def without_idle_factor(self, args: tuple[int, ...]) -> int | None:
        """0, x and -x, of 0*x, 1*x and -1*x."""
        x, y = self.values[args[0]], self.values[args[1]]
        if x is _ZERO or y is _ZERO:
            return self.number(_ZERO)
        if x is _ONE or y is _ONE:
            return args[1] if x is _ONE else args[0]
        if x is _MINUS_ONE or y is _MINUS_ONE:
            return self.simplified(NEGATION, (args[1] if x is _MINUS_ONE else args[0],))
        return None

    def without_idle_exponent(self, args: tuple[int, ...]) -> int | None:
        """x and 1, of x**1 and x**0."""
        exponent = self.values[args[1]]
        if exponent is _ONE:
            return args[0]
        return self.number(_ONE) if exponent is _ZERO else None

    def without_idle_sign(self, args: tuple[int, ...]) -> int | None:
        """x, of -(-x); of a plain number, the other one."""
        value, (inner, inside) = self.values[args[0]], self.calls[args[0]]
        if value is not None:
            return self._ratio(-value.numerator, value.denominator)
        return inside[0] if inner == NEGATION and inside else None

    def without_idle_choice(self, args: tuple[int, ...]) -> int | None:
        """x, of where(c, x, x) and where(True, x, y)."""
        return args[1] if args[1] == args[2] or self.calls[args[0]][0] == "True" else None

    # --- out -----------------------------------------------------------------------------------------------------

    def below(self, *roots: int) -> list[int]:
        """The places of the nodes that some roots need, and of the roots themselves, in order."""
        calls, found = self.calls, set(roots)
        pending = list(found)
        while pending:  # `reachable`, without a call for each node
            for arg in calls[pending.pop()][1]:
                if arg not in found:
                    found.add(arg)
                    pending.append(arg)
        return sorted(found)

    def extract(self, roots: Sequence[int]) -> tuple[list[Node], list[int]]:
        """The nodes that some roots need, in order, numbered anew; and the places of the roots among them."""
        calls, leaves, kind = self.calls, self.leaves, NodeKind.CALL
        moved: dict[int, int] = {}
        position = moved.__getitem__
        nodes: list[Node] = []
        for at in self.below(*roots):  # a loop of its own: a call for each node would take a third longer
            moved[at] = len(nodes)
            name, args = calls[at]
            if len(args) == 2:
                nodes.append(Node(kind, name, (moved[args[0]], moved[args[1]])))
            else:
                nodes.append(Node(kind, name, tuple(map(position, args))) if args else leaves[at])
        return nodes, [moved[root] for root in roots]

    def expression(self, root: int, variables: Iterable[str] = ()) -> Expression:
        """The Expression under `root`, in which a node may be the argument of several.

        Args:
            root: where its root is.
            variables: the order of its variables; those that do not occur are left out.
        """
        nodes, _ = self.extract((root,))
        if self._apart:
            depends = self.depends[root]
            occurring = {name for name, bit in self._bits.items() if depends & bit}
        else:
            occurring = {node.name for node in nodes if node.kind is NodeKind.VARIABLE}
        names = [name for name in variables if name in occurring]
        return Expression("", tuple(nodes), (*names, *sorted(occurring.difference(names))))


@lru_cache(maxsize=1024)
def _number(numerator: int, denominator: int) -> Node:
    """The leaf of a plain number; rules make the same ones in every graph."""
    value = Fraction(numerator, denominator)
    return Node(NodeKind.NUMBER, str(value), (), value)


class Grown(NamedTuple):
    """What stands in a graph into which a formula was put first, such as a derivative of that.

    Attributes:
        graph: the graph.
        places: for each node of the formula, where it is.
        root: where the other one is.
    """

    graph: Graph
    places: Sequence[int]
    root: int


def _shared(value: Fraction) -> Fraction:
    """The number; the one object that stands for it where it is 0, 1 or -1."""
    return _SHARED.get(value.numerator, value) if value.denominator == 1 else value


_SHARED = {0: _ZERO, 1: _ONE, -1: _MINUS_ONE}


def _folded(name: str, values: Sequence[Fraction | None]) -> Fraction | None:
    """The value of an operation on plain numbers; None for any other operation, and where the value is long.

    Arithmetic is all that a rule needs: what else the user has written on constants stays as it was written.
    """
    value = arithmetic(name, values, SHOWN_BITS)
    return None if value is None else _shared(value)


_RULES: Mapping[str, Callable[[Graph, tuple[int, ...]], int | None]] = {
    "term": Graph.without_idle_term,
    "factor": Graph.without_idle_factor,
    "exponent": Graph.without_idle_exponent,
    "sign": Graph.without_idle_sign,
    "choice": Graph.without_idle_choice,
}
"""What the column `idle` of the function table names: what is left of a call; None where it stays as it is."""

_IDLE = {row.name: _RULES[row.idle] for row in table.FUNCTIONS if row.idle is not None}
