"""Reductions: what makes one number of many."""

from __future__ import annotations

from derivcheck.language.table.row import Function

ROWS: tuple[Function, ...] = ()
