"""Masks: arrays of conditions, which may be known whatever the point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.known_conditions import known_condition
from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.language import table

_TRUTH_VALUES = frozenset({"True", "False"})
"""The named constants that are conditions."""


def is_condition(make: NodeArrays, mask: Nodes) -> bool:
    """Whether an array is one of truth values."""
    names = {make.graph.calls[at][0] for at in mask.ravel().tolist()}
    return bool(names) and names <= table.CONDITIONS | _TRUTH_VALUES


def decided(make: NodeArrays, mask: Nodes) -> NDArray[np.bool_] | None:
    """The truth values that conditions have whatever the point; None where one depends on it."""
    found = []
    for at in mask.ravel().tolist():
        known = known_condition(make.graph, at)
        if known is None:
            return None
        found.append(known)
    return np.array(found, dtype=bool).reshape(mask.shape)
