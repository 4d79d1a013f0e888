"""The graph: nodes under construction, of which equal ones are one, and from which Expressions are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from derivcheck.language.literals import is_rounded
from derivcheck.tree import Expression, Node, NodeKind

_Key = tuple[object, ...]

_ZERO, _ONE = Fraction(0), Fraction(1)
_IDLE = frozenset({"add", "mul", "pow"})
"""Operations that may have a term or factor that is idle."""


class Graph:
    """A directed acyclic graph of nodes, each standing after its arguments.

    What is put in as it stands (`insert`) stays as it was written. What is put together from a rule (`graft`) loses
    what a rule cannot know to be idle: terms that are 0, factors that are 1, operations on plain numbers. A literal
    that is long enough to be a rounded number is no plain number: it stays as it is, so that it can be widened.

    Attributes:
        nodes: the nodes.
        depends: for each node, the variables that occur at or below it.
        values: for each node, its exact value where it is a rational constant that is small enough, else None.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.depends: list[frozenset[str]] = []
        self.values: list[Fraction | None] = []
        self._known: dict[_Key, int] = {}
        self._unions: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}

    # --- in ------------------------------------------------------------------------------------------------------

    def insert(self, expression: Expression) -> int:
        """Put an Expression in as it stands; where its root is."""
        slots: list[int] = []
        for node in expression.nodes:
            if node.kind is NodeKind.CALL:
                slots.append(self._call(node.name, tuple([slots[arg] for arg in node.args])))
            else:
                slots.append(self._leaf(node))
        return slots[-1]

    def graft(self, rule: Expression, bound: Mapping[str, int]) -> int:
        """Put a rule in, its variables standing for nodes that are there, without what is idle; where its root is."""
        slots: list[int] = []
        for node in rule.nodes:
            if node.kind is NodeKind.CALL:
                slots.append(self._simplified(node.name, tuple([slots[arg] for arg in node.args])))
            elif node.kind is NodeKind.VARIABLE:
                slots.append(bound[node.name])
            else:
                slots.append(self._leaf(node))
        return slots[-1]

    def number(self, value: Fraction) -> int:
        """Where a plain number is; a negative one is the negation of a positive one, as in what is parsed."""
        at = self._leaf(Node(NodeKind.NUMBER, str(abs(value)), (), abs(value)))
        return self._call("neg", (at,)) if value < 0 else at

    def _leaf(self, node: Node) -> int:
        # literals of one value but two spellings are told apart where one of them can be widened
        key: _Key = (node.kind, node.name) if node.value is None else (node.value, is_rounded(node.name) and node.name)
        at = self._known.get(key)
        if at is None:
            at = self._known[key] = len(self.nodes)
            self.nodes.append(node)
            self.depends.append(frozenset((node.name,)) if node.kind is NodeKind.VARIABLE else frozenset())
            self.values.append(None if node.value is None or is_rounded(node.name) else node.value)
        return at

    def _call(self, name: str, args: tuple[int, ...]) -> int:
        key = (name, args)
        at = self._known.get(key)
        if at is None:
            at = self._known[key] = len(self.nodes)
            self.nodes.append(Node(NodeKind.CALL, name, args))
            depends = self.depends[args[0]]
            for arg in args[1:]:
                depends = self._union(depends, self.depends[arg])
            self.depends.append(depends)
            self.values.append(None if depends else _folded(name, [self.values[arg] for arg in args]))
        return at

    def _union(self, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
        if left is right or not right:
            return left
        if not left:
            return right
        key = (left, right)
        union = self._unions.get(key)
        if union is None:
            union = self._unions[key] = left | right
        return union

    # --- without what is idle ------------------------------------------------------------------------------------

    def _simplified(self, name: str, args: tuple[int, ...]) -> int:
        values = [self.values[arg] for arg in args]
        folded = _folded(name, values)
        if folded is not None:
            return self.number(folded)
        if name in _IDLE and (values[0] is not None or values[-1] is not None):
            idle = self._without_idle(name, args, values)
            if idle is not None:
                return idle
        if name == "neg":
            node = self.nodes[args[0]]
            if node.kind is NodeKind.CALL and node.name == "neg":
                return node.args[0]
        elif name == "where" and (args[1] == args[2] or self.nodes[args[0]].name == "True"):
            return args[1]
        return self._call(name, args)

    def _without_idle(self, name: str, args: tuple[int, ...], values: list[Fraction | None]) -> int | None:
        """Where a sum, product or power is that has a term 0, a factor 1 or the like; None of any other."""
        (left, right), (x, y) = args, values
        if name == "mul":
            if _ZERO in (x, y):
                return self.number(_ZERO)
            if x == _ONE:
                return right
            if y == _ONE:
                return left
            if -_ONE in (x, y):
                return self._simplified("neg", (right if x == -_ONE else left,))
        elif name == "add":
            if x == _ZERO:
                return right
            if y == _ZERO:
                return left
        elif y == _ONE:
            return left
        elif y == _ZERO:
            return self.number(_ONE)
        return None

    # --- out -----------------------------------------------------------------------------------------------------

    def below(self, root: int) -> list[int]:
        """The nodes that the one at `root` needs, itself included, in order."""
        needed = bytearray(root + 1)
        needed[root] = 1
        for at in range(root, -1, -1):
            if needed[at]:
                for arg in self.nodes[at].args:
                    needed[arg] = 1
        return [at for at, wanted in enumerate(needed) if wanted]

    def expression(self, root: int, variables: Iterable[str] = ()) -> Expression:
        """The Expression under `root`, in which a node may be the argument of several.

        Args:
            root: where its root is.
            variables: the order of its variables; those that do not occur are left out.
        """
        moved: dict[int, int] = {}
        nodes: list[Node] = []
        for at in self.below(root):
            node = self.nodes[at]
            moved[at] = len(nodes)
            if node.args:
                node = Node(NodeKind.CALL, node.name, tuple([moved[arg] for arg in node.args]))
            nodes.append(node)
        depends = self.depends[root]
        names = [name for name in variables if name in depends]
        return Expression("", tuple(nodes), (*names, *sorted(depends.difference(names))))


_MAX_BITS = 256
"""Bits up to which plain numbers are computed with."""


def _folded(name: str, values: list[Fraction | None]) -> Fraction | None:
    """The value of an operation on plain numbers, None for any other and for a large one."""
    value: Fraction | None = None
    match name, values:
        case "neg", [Fraction() as x]:
            return -x
        case "add", [Fraction() as x, Fraction() as y]:
            value = x + y
        case "sub", [Fraction() as x, Fraction() as y]:
            value = x - y
        case "mul", [Fraction() as x, Fraction() as y]:
            value = x * y
        case "div", [Fraction() as x, Fraction() as y] if y:
            value = x / y
        case "pow", [Fraction() as x, Fraction() as y] if y.denominator == 1 and (x or y >= 0) and abs(y) <= _MAX_BITS:
            value = Fraction(x ** int(y))
    if value is None or value.numerator.bit_length() + value.denominator.bit_length() > _MAX_BITS:
        return None
    return value
