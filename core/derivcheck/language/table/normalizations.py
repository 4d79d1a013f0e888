"""What works along a dimension and keeps the shape: softmax, layer_norm."""

from __future__ import annotations

from derivcheck.language.table.row import Function

ROWS: tuple[Function, ...] = ()
