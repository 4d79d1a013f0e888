"""Reachability: the nodes that some roots need, which are those below them and the roots themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

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
    found: set[_At] = set()
    pending = list(roots)
    while pending:
        at = pending.pop()
        if at not in found:
            found.add(at)
            pending.extend(arguments(at))
    return found
