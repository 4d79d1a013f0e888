"""Conditions that are known whatever the point, such as those of a mask of integers."""

from __future__ import annotations

from derivcheck.graph.building import Graph
from derivcheck.graph.folding import exact_result

_TRUTH_VALUES = {"True": True, "False": False}
"""The named constants that are conditions."""


def known_condition(graph: Graph, at: int) -> bool | None:
    """Whether a condition holds; None where that depends on a variable, or is not known exactly.

    Args:
        graph: the graph.
        at: the place of the condition in it.
    """
    name, args = graph.calls[at]
    if not args:
        return _TRUTH_VALUES.get(name)
    found = exact_result(name, [graph.values[arg] for arg in args])
    return found if isinstance(found, bool) else None
