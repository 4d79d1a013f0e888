"""Reachability: the nodes that some roots need, which are those below them and the roots themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from derivcheck.model.expression import CALL, Node

_At = TypeVar("_At", bound=Hashable)
_Node = TypeVar("_Node")


def reachable(roots: Iterable[_At], arguments: Callable[[_At], Iterable[_At]]) -> set[_At]:
    """The nodes that some roots need.

    Args:
        roots: where the roots are; they are among the result.
        arguments: the nodes that a node needs itself, none of a leaf. It is asked once for each node that is reached,
            so that what is not needed costs nothing.

    Example:
        >>> sorted(reachable([3], [(), (), (0,), (0, 2)].__getitem__))
        [0, 2, 3]
    """
    found: set[_At] = set()
    pending = list(roots)
    while pending:
        at = pending.pop()
        if at not in found:
            found.add(at)
            pending.extend(arguments(at))
    return found


def extract(
    roots: Sequence[int],
    arguments: Callable[[int], Iterable[int]],
    make: Callable[[int, tuple[int, ...]], _Node],
) -> tuple[list[_Node], list[int]]:
    """Take what some roots need out of a graph whose nodes stand after their arguments, numbered anew, in order.

    Args:
        roots: where the roots are.
        arguments: the nodes that a node needs itself.
        make: the new node for an old one, given where its arguments are now.

    Returns:
        The new nodes, and where each of the roots is among them.
    """
    moved: dict[int, int] = {}
    position = moved.__getitem__
    nodes: list[_Node] = []
    for at in sorted(reachable(roots, arguments)):
        nodes.append(make(at, tuple(map(position, arguments(at)))))
        moved[at] = len(nodes) - 1
    return nodes, [moved[root] for root in roots]


def extract_nodes(nodes: Sequence[Node], roots: Sequence[int]) -> tuple[list[Node], list[int]]:
    """Take what some roots need out of the nodes of an Expression; what comes back is as in `extract`."""

    def make(at: int, args: tuple[int, ...]) -> Node:
        return Node(CALL, nodes[at].name, args) if args else nodes[at]

    return extract(roots, lambda at: nodes[at].args, make)
