"""Reachability: the nodes that some roots need, which are those below them and the roots themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from derivcheck.model.expression import CALL, Node

_At = TypeVar("_At", bound=Hashable)


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
    found = set(roots)
    pending = list(found)
    while pending:
        for arg in arguments(pending.pop()):
            if arg not in found:
                found.add(arg)
                pending.append(arg)
    return found


def extract_nodes(nodes: Sequence[Node], roots: Sequence[int]) -> tuple[list[Node], list[int]]:
    """Take what some roots need out of the nodes of an Expression, numbered anew, in order.

    Returns:
        The new nodes, and where each of the roots is among them.
    """
    moved: dict[int, int] = {}
    found: list[Node] = []
    for at in sorted(reachable(roots, lambda at: nodes[at].args)):
        node = nodes[at]
        moved[at] = len(found)
        found.append(Node(CALL, node.name, tuple([moved[arg] for arg in node.args])) if node.args else node)
    return found, [moved[root] for root in roots]
