"""Linear algebra: solutions and decompositions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation


def _qr(op: Operation) -> Any:
    """Q and R; Q alone is square where the matrix is not wider than high, and then its last columns are any."""
    x, mode = op.nodes("A"), op["mode"]
    if mode == "complete" and x.shape[-2] > x.shape[-1]:
        raise UnsupportedError(
            "the operation `aten::linalg_qr` with mode='complete' of a matrix that is higher than wide"
        )
    q, r = op.call("qr", x, "reduced")
    return (None if mode == "r" else q), r


OPERATIONS: Mapping[str, Handler] = {
    "cholesky": lambda op: op.call("cholesky", op.nodes("self"), bool(op["upper"])),
    "cholesky_inverse": lambda op: op.call("cholesky_inverse", op.nodes("self"), bool(op["upper"])),
    "cholesky_solve": lambda op: op.call("cholesky_solve", op.nodes("self"), op.nodes("input2"), bool(op["upper"])),
    "linalg_inv_ex": lambda op: (op.call("inv", op.nodes("A")), None),
    "_linalg_det": lambda op: (op.call("det", op.nodes("A")), None, None),
    "_linalg_slogdet": lambda op: (*op.call("slogdet", op.nodes("A")), None, None),
    "linalg_cholesky_ex": lambda op: (op.call("cholesky", op.nodes("self"), bool(op["upper"])), None),
    "_linalg_solve_ex": lambda op: (
        op.call("solve", op.nodes("A"), op.nodes("B"), bool(op["left"])),
        None,
        None,
        None,
    ),
    "linalg_solve_triangular": lambda op: op.call(
        "solve_triangular",
        op.nodes("self"),
        op.nodes("B"),
        bool(op["upper"]),
        bool(op["left"]),
        bool(op["unitriangular"]),
    ),
    "linalg_qr": _qr,
    "linalg_cross": lambda op: op.call("cross", op.nodes("self"), op.nodes("other"), op["dim"]),
}
