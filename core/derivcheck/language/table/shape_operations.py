"""What moves elements and computes nothing: transpose, reshape, index."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_move = partial(Function, "Movement", is_shaped=True)

# fmt: off
ROWS: tuple[Function, ...] = (
    _move("mT(x)", "the last two dimensions exchanged: A.mT", torch="kernels.mT", lowering="transpose_last"),
)
# fmt: on
