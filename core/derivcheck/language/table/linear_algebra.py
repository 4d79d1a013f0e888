"""Linear algebra: products, determinants, solutions."""

from __future__ import annotations

from derivcheck.language.table.row import Function

ROWS: tuple[Function, ...] = ()
