"""The Expression: the program as the user wrote it, an immutable tree laid out in postorder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto
from fractions import Fraction

from derivcheck.errors import NOWHERE, Span
from derivcheck.model.light_records import record

Extent = tuple[int, int]
"""A half-open range of characters `[start, end)` of the source; `Expression.span` makes a Span of it when needed."""


class NodeKind(IntEnum):
    """What a node is."""

    NUMBER = auto()
    CONSTANT = auto()
    VARIABLE = auto()
    CALL = auto()
    SETTING = auto()


NUMBER, CONSTANT, VARIABLE, CALL, SETTING = NodeKind
"""The members by short names, for loops over nodes: in Python 3.11, looking up `NodeKind.CALL` takes longer than
making a node."""

TUPLE = "tuple"
"""The function of several values: at the root they are the outputs, elsewhere the tensors that are one argument."""

SLICE = "slice"
"""The function of a slice whose bounds are computed from sizes: its start, its stop and its step, which may be None."""

LITERAL = "literal"
"""What a step of a program has in the place of a function's name where it gives a number, not the result of a call."""


@record
class Node:
    """One node of an Expression. It does not know its place, so that one object may stand at several places.

    Nodes refer to their arguments by position in `Expression.nodes`, never by reference, so that every walk over a
    tree is a loop: a sum of thousands of terms is as deep as it is long.

    Attributes:
        kind: which of the five sorts of node this is.
        name: the function's name in the table (`CALL`), the constant's (`CONSTANT`), the variable's (`VARIABLE`),
            the literal as it was written (`NUMBER`), or the text of a plain value that is no part of the mathematics,
            such as a dim, a slice or a word (`SETTING`); `derivcheck.language.plain_values` reads it.
        args: positions of the arguments, each smaller than this node's own; empty unless `CALL`.
        value: the exact value of a `NUMBER`, else None.
    """

    kind: NodeKind
    name: str
    args: tuple[int, ...] = ()
    value: Fraction | None = None

    def same_as(self, other: Node) -> bool:
        """Whether two nodes mean the same, however a literal is spelled."""
        if self.kind is NUMBER:
            return other.kind is NUMBER and self.value == other.value
        return (self.kind, self.name, self.args) == (other.kind, other.name, other.args)


@record
class AsRead:
    """How a text that is not plain was read.

    Attributes:
        text: the same in the plain language.
        by: the variables by which `d/dx` before the text asks to differentiate.
        states: those of the derivative that the text is said to be, as by `∂f/∂x =`.
    """

    text: str
    by: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A parsed text.

    Attributes:
        source: the text as the user wrote it.
        nodes: the tree in postorder; the last node is the root, and every node but the root is the argument of
            exactly one other, but for those that a statement gives a name, `h = …;`, which may be that of several.
        variables: the names of the variables, in order of first appearance.
        extents: where in the source each node stands; empty for a tree that was not read from a text.
        as_read: how the source was read where it is not plain.
    """

    source: str
    nodes: tuple[Node, ...]
    variables: tuple[str, ...]
    extents: Sequence[Extent] = ()
    as_read: AsRead | None = None
    _called: frozenset[str] | None = field(default=None, init=False, repr=False)

    @property
    def called(self) -> frozenset[str]:
        """The names of the functions that are called, found once: whoever looks for some is spared all the nodes."""
        names = self._called
        if names is None:
            names = frozenset([node.name for node in self.nodes if node.kind is CALL])
            object.__setattr__(self, "_called", names)
        return names

    @property
    def root(self) -> int:
        """The position of the root."""
        return len(self.nodes) - 1

    @property
    def calls(self) -> tuple[str, ...]:
        """The names of the functions that are called, each once, in order of first appearance."""
        return tuple(dict.fromkeys(node.name for node in self.nodes if node.kind is CALL))

    @property
    def shared(self) -> tuple[int, ...]:
        """The positions of the nodes that are the arguments of several others; none of a tree."""
        if sum([len(node.args) for node in self.nodes]) < len(self.nodes):
            return ()
        uses = Counter([arg for node in self.nodes for arg in node.args])
        return tuple(sorted(at for at, times in uses.items() if times > 1))

    def span(self, position: int) -> Span:
        """Where in the source a node stands."""
        return Span(*self.extents[position]) if self.extents else NOWHERE

    def __str__(self) -> str:
        return self.source

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __eq__(self, other: object) -> bool:
        """Whether two Expressions are the same tree, whatever their spelling."""
        if not isinstance(other, Expression):
            return NotImplemented
        return len(self.nodes) == len(other.nodes) and all(
            mine.same_as(theirs) for mine, theirs in zip(self.nodes, other.nodes, strict=True)
        )

    def __hash__(self) -> int:
        return hash(tuple((n.kind, n.value if n.kind is NUMBER else n.name, n.args) for n in self.nodes))

    @property
    def varying(self) -> tuple[bool, ...]:
        """For each node, whether a variable occurs at or below it."""
        flags: list[bool] = []
        for node in self.nodes:
            varies = node.kind is VARIABLE
            for arg in node.args:
                varies = varies or flags[arg]
            flags.append(varies)
        return tuple(flags)
