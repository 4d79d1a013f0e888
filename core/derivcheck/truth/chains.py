"""Chains: x + y + z + … as one node with many operands, so that a slice through a long sum is short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import NamedTuple

from derivcheck.elements.elements import Elements
from derivcheck.language import table

_ASSOCIATIVE = frozenset([row.name for row in table.FUNCTIONS if row.associates and row.ball is not None])


class Chain(NamedTuple):
    """What is left of a chain in a slice: what moves in it, and the numbers besides.

    Attributes:
        moving: the operands that move.
        numbers: the others, in groups; within each, those first that it has in common with other slices.
    """

    moving: tuple[int, ...]
    numbers: tuple[tuple[int, ...], ...]


class Chains:
    """A graph in which a call that another call of the same function alone uses is a part of that one.

    Args:
        elements: the graph.
    """

    def __init__(self, elements: Elements) -> None:
        self._nodes = elements.nodes
        self._roots = frozenset(elements.roots)

    @cached_property
    def operands(self) -> Sequence[tuple[int, ...]]:
        """For each node its arguments, those of a whole chain at its end; of a node within a chain nothing."""
        inner = self._inner
        return [
            ()
            if at in inner
            else self._flattened(node.args)
            if self._links(at) and not inner.isdisjoint(node.args)
            else node.args
            for at, node in enumerate(self._nodes)
        ]

    @cached_property
    def users(self) -> Sequence[Sequence[int]]:
        """For each node the nodes that have it as an operand."""
        users: list[list[int]] = [[] for _ in self._nodes]
        for at, operands in enumerate(self.operands):
            for operand in operands:
                users[operand].append(at)
        return users

    def found(self, inside: Collection[int]) -> tuple[dict[int, Chain], set[int]]:
        """The chains in a slice, by the node at the end of each, and the nodes that are a part of one.

        Args:
            inside: the nodes of the slice that move.
        """
        moving = {
            at: tuple([operand for operand in self.operands[at] if operand in inside])
            for at in inside
            if self._links(at)
        }
        used = Counter(operand for at in inside for operand in self.operands[at] if operand in inside)
        chains: dict[int, Chain] = {}
        within: set[int] = set()
        for at in sorted(moving, reverse=True):
            if at in within:
                continue
            link, passed, groups = at, list[int](), list[tuple[int, ...]]()
            while True:
                groups.extend(self._groups(link, inside))
                (start, *others) = moving[link]
                if others or start not in moving or self._nodes[start].name != self._nodes[at].name or used[start] > 1:
                    break
                passed.append(start)
                link = start
            if passed or len(self.operands[at]) > 2:
                single = tuple([number for group in groups if len(group) == 1 for number in group])
                longer = [group for group in groups if len(group) > 1]
                chains[at] = Chain(moving[link], (*longer, *([single] if single else [])))
                within.update(passed)
        return chains, within

    def _groups(self, at: int, inside: Collection[int]) -> list[tuple[int, ...]]:
        """The operands that do not move, between those that do; the last ones from the end."""
        groups: list[list[int]] = [[]]
        for operand in self.operands[at]:
            if operand in inside:
                groups.append([])
            else:
                groups[-1].append(operand)
        groups[-1].reverse()
        return [tuple(group) for group in groups if group]

    def _links(self, at: int) -> bool:
        node = self._nodes[at]
        return node.name in _ASSOCIATIVE and len(node.args) == 2

    @cached_property
    def _inner(self) -> set[int]:
        """The nodes within a chain."""
        used = Counter(arg for node in self._nodes for arg in node.args)
        return {
            arg
            for at, node in enumerate(self._nodes)
            if self._links(at)
            for arg in node.args
            if used[arg] == 1 and arg not in self._roots and self._links(arg) and self._nodes[arg].name == node.name
        }

    def _flattened(self, args: Sequence[int]) -> tuple[int, ...]:
        found: list[int] = []
        pending = [*reversed(args)]
        while pending:
            at = pending.pop()
            if at in self._inner:
                pending.extend(reversed(self._nodes[at].args))
            else:
                found.append(at)
        return tuple(found)
