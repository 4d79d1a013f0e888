"""Tests of the table of operations that recording reads: the names are torch's, and each has one handler."""

from __future__ import annotations

from collections import Counter

import torch

from derivcheck.tracing.operations.lookup import _MODULES, OPERATIONS


def test_every_name_is_an_operation_of_torchs() -> None:
    """With the `_` of one that writes into its argument, or without."""
    known = (torch.ops.aten, torch.ops.prims)
    assert [] == [
        name for name in OPERATIONS if not any(hasattr(kind, one) for kind in known for one in (name, f"{name}_"))
    ]


def test_every_operation_is_read_in_one_place() -> None:
    """Of two modules that read it, the second one would win; complex numbers have their own way with one."""
    places = Counter(name for module in _MODULES for name in module.OPERATIONS)
    assert {name for name, count in places.items() if count > 1} <= {"angle"}
