"""Losses, as torch.nn.functional has them."""

from __future__ import annotations

from derivcheck.language.table.row import Function

ROWS: tuple[Function, ...] = ()
