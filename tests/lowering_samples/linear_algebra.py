"""Arguments for products, and for functions of matrices."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lowering_samples.draws import draw, turned


def definite(*shape: int) -> Tensor:
    """Draw positive definite matrices."""
    x = draw(*shape)
    product = x @ x.mT + torch.eye(shape[-1], dtype=x.dtype)
    return (product + product.mT) / 2


_SQUARES = (
    draw(1, 1),
    turned(2, 2),
    draw(3, 3),
    turned(4, 4),
    draw(9, 9),
    draw(2, 3, 4, 4),
    draw(0, 0),
    draw(2, 0, 0),
    draw(0, 3, 3),
)

_EQUATIONS: tuple[tuple[Any, ...], ...] = (
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ji", (2, 3)),
    ("i,j", (2,), (3,)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    ("...ij,...jk->...ik", (4, 1, 2, 3), (5, 3, 2)),
    ("...i->...", (2, 3)),
    ("i...,...", (2, 3), (3,)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
    ("i,i,i->", (3,), (3,), (3,)),
    ("ij,ij->i", (2, 3), (2, 3)),
    ("ba,aB", (2, 3), (3, 2)),
    ("iii->i", (2, 2, 2)),
    ("ijij->ji", (2, 3, 2, 3)),
    ("i,->i", (2,), ()),
    ("ij,kl->", (2, 3), (2, 2)),
    ("ik,k->i", (2, 0), (0,)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("", ()),
    # NumPy takes neither of these: a size of 1 that broadcasts, and dots that the result lacks
    ("ij,jk", (2, 1), (3, 2)),
    ("...i->i", (2, 3)),
)

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    "matmul": [
        (draw(3), draw(3)),
        (turned(2, 3), draw(3)),
        (draw(3), turned(3, 2)),
        (turned(2, 3), turned(3, 4)),
        (draw(5, 2, 3), draw(3)),
        (draw(3), draw(5, 3, 2)),
        (draw(4, 1, 2, 3), draw(5, 3, 2)),
        (draw(1, 1), draw(1, 1)),
        (draw(2, 0), draw(0, 3)),
        (draw(0, 2), draw(2, 3)),
        (draw(0), draw(0)),
    ],
    "dot": [(draw(3), draw(3)), (draw(0), draw(0))],
    "inner": [(draw(2, 3), draw(4, 5, 3)), (draw(), draw(3)), (draw(3), draw(3)), (draw(2, 0), draw(0))],
    "outer": [(draw(3), draw(2)), (draw(3), draw(0))],
    "mv": [(turned(2, 3), draw(3))],
    "mm": [(turned(2, 3), draw(3, 2))],
    "bmm": [(turned(2, 2, 3), draw(2, 3, 2)), (draw(0, 2, 3), draw(0, 3, 2))],
    "addmm": [(draw(2, 1), draw(2, 3), draw(3, 2), 0.5, 3), (draw(2), draw(2, 3), draw(3, 2), 1, 1)],
    "addmv": [(draw(2), draw(2, 3), draw(3), 1, 1), (draw(), draw(2, 3), draw(3), -1, 2)],
    "addr": [(draw(2, 3), draw(2), draw(3), 0, 1)],
    "baddbmm": [(draw(), draw(2, 2, 3), draw(2, 3, 2), 0.5, 3)],
    "einsum": [(equation, *[draw(*shape) for shape in shapes]) for equation, *shapes in _EQUATIONS],
    "tensordot": [
        (draw(2, 3, 4), draw(3, 4, 5), 2),
        (draw(2, 3), draw(2), 0),
        (draw(2, 3), draw(2, 3), 2),
        (draw(2, 3, 4), draw(4, 3, 2), ((1, 0), (1, 2))),
        (turned(2, 3), turned(3, 4), 1),
    ],
    "kron": [
        (draw(), draw()),
        (draw(2, 3), draw(2, 2)),
        (draw(2), draw(2, 2)),
        (draw(), draw(2, 2)),
        (draw(2, 2), draw(3)),
    ],
    "vecdot": [
        (draw(2, 3), draw(3), -1),
        (turned(2, 3), draw(2, 1), 0),
        (draw(3), draw(3), 0),
        (draw(2, 0), draw(0), -1),
    ],
    "cross": [
        (draw(2, 3), draw(1, 3), -1),
        (turned(3, 2), draw(3, 2), 0),
        (turned(3, 2), draw(3, 2), None),
        (draw(3), draw(3), None),
        (draw(3, 3), draw(3, 3), -1),
    ],
    "multi_dot": [
        ([draw(3), draw(3, 2), draw(2, 5), draw(5)],),
        ([draw(2, 3), draw(3, 2), draw(2, 5)],),
        ([turned(2, 3), draw(3)],),
    ],
    "linear": [
        (draw(2, 4, 3), draw(5, 3), draw(5)),
        (turned(4, 3), draw(5, 3), None),
        (draw(3), draw(3), None),
        (draw(0, 3), draw(5, 3), draw(5)),
    ],
    "bilinear": [(draw(2, 3), draw(2, 4), draw(5, 3, 4), draw(5)), (draw(3), draw(4), draw(5, 3, 4), None)],
    "trace": [(turned(2, 3),), (draw(0, 0),)],
    "matrix_power": [(draw(2, 3, 3), n) for n in (0, 1, 2, 3, 5, 6)] + [(definite(3, 3), n) for n in (-1, -2)],
    "matrix_norm": [
        (turned(2, 3, 4), order, dims, keepdim)
        for order in ("fro", 1, -1)
        for dims in ((-2, -1), (2, 0))
        for keepdim in (False, True)
    ],
    "vander": [
        (draw(3), None, True),
        (draw(2, 3), 2, True),
        (draw(2, 3), 5, True),
        (draw(0), 3, True),
        (draw(3), None, False),
        (draw(2), 4, False),
    ],
    "det": [(x,) for x in _SQUARES],
    "logdet": [(definite(*x.shape),) for x in _SQUARES],
    "slogdet": [(x,) for x in _SQUARES],
    "inv": [(x,) for x in _SQUARES],
    "pinv": [(draw(4, 2),), (draw(2, 4),), (draw(2, 3, 3),), (draw(3, 0),)],
    "solve": [
        (draw(3, 3), draw(3), True),
        (turned(3, 3), draw(3, 2), True),
        (turned(4, 4), draw(4), True),
        (draw(4, 4), draw(4, 2), True),
        (draw(2, 3, 3), draw(2, 3), True),
        (draw(2, 3, 3), draw(3), True),
        (draw(5, 1, 4, 4), draw(2, 4, 3), True),
        (draw(1, 1), draw(1), True),
        (draw(0, 0), draw(0, 2), True),
        (draw(4, 4), draw(4, 0), True),
        (draw(4, 4), draw(2, 4), False),
    ],
    "lstsq": [
        (draw(4, 2), draw(4, 3)),
        (draw(2, 4), draw(2, 3)),
        (draw(4, 2), draw(4)),
        (draw(3, 4, 2), draw(3, 4)),
        (draw(2, 2), draw(2)),
    ],
    "solve_triangular": [
        (draw(2, 4, 4), draw(4, 4), upper, left, unitriangular)
        for upper in (False, True)
        for left in (False, True)
        for unitriangular in (False, True)
    ],
    "cholesky": [(definite(*x.shape), upper) for x in _SQUARES for upper in (False, True)],
    "cholesky_solve": [(draw(4, 2), draw(4, 4).tril(), False), (draw(4, 2), draw(4, 4).triu(), True)],
    "cholesky_inverse": [(draw(4, 4).tril(), False), (draw(2, 2).triu(), True)],
    "qr": [
        (draw(*shape), "reduced")
        for shape in ((1, 1), (3, 3), (9, 9), (4, 2), (2, 4), (2, 3, 2), (0, 2), (2, 0), (3, 1), (1, 3))
    ],
}
