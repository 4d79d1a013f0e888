"""Layers: convolution, pooling, attention."""

from __future__ import annotations

from derivcheck.language.table.row import Function

ROWS: tuple[Function, ...] = ()
