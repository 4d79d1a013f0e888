"""Where the nodes of a text stand, found by a second reading of it when that is first asked for.

Most texts are read without an error and checked without a finding: nobody asks where a node of theirs stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from derivcheck.model.expression import Extent


class LateExtents(Sequence[Extent]):
    """The extents of a number of nodes.

    Args:
        count: how many there are.
        find: finds them.

    Example:
        >>> extents = LateExtents(3, lambda: [(0, 1), (2, 3), (0, 3)])
        >>> len(extents), extents[1], extents[1:]
        (3, (2, 3), ((2, 3), (0, 3)))
    """

    __slots__ = ("_count", "_find", "_found")

    def __init__(self, count: int, find: Callable[[], Sequence[Extent]]) -> None:
        self._count = count
        self._find = find
        self._found: tuple[Extent, ...] | None = None

    def found(self) -> tuple[Extent, ...]:
        """Find the extents, once."""
        if self._found is None:
            self._found = tuple(self._find())
        return self._found

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return self.found()[index]

    def __repr__(self) -> str:
        return repr(self.found())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self.found(),)
