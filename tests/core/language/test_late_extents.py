"""Late extents: found once, and only if somebody asks."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from derivcheck.language.late_extents import LateExtents
from derivcheck.model.expression import Extent


def test_they_are_found_once_and_only_if_asked_for() -> None:
    """How many there are is known before."""
    times: list[int] = []

    def find() -> list[Extent]:
        times.append(1)
        return [(0, 1), (2, 3)]

    extents = LateExtents(2, find)

    assert (2, True, []) == (len(extents), bool(extents), times)
    assert [(0, 1), (2, 3)] == list(extents)
    assert ((2, 3), "((0, 1), (2, 3))", [1]) == (extents[-1], repr(extents), times)


def test_a_copy_is_a_tuple() -> None:
    """What finds them stays here."""
    extents: Sequence[Extent] = LateExtents(1, lambda: [(0, 1)])

    assert ((0, 1),) == copy.deepcopy(extents)
