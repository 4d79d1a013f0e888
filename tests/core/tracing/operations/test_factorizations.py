"""LU with torch's own pivots, what is solved with it, and products of reflections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn
from torch import Tensor

L = torch.linalg
A = drawn(3, 3)
B = drawn(2, 4, 4, seed=2)
TALL = drawn(4, 2, seed=3)
WIDE = drawn(2, 4, seed=4)
TAU = drawn(2, seed=7)


def solved(**options: bool) -> Callable[[Tensor, Tensor], Tensor]:
    """Solves with LU."""
    return lambda a, b: L.lu_solve(*L.lu_factor(a), b, **options)


def times_q(**options: Any) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Multiplies by a product of reflections."""
    return lambda a, tau, x: torch.ormqr(a, tau, x, **options)


CASES: dict[str, tuple[Any, ...]] = {
    "LU": (lambda a: L.lu_factor(a)[0], B),
    "LU, higher than wide": (lambda a: L.lu_factor(a)[0], TALL),
    "LU, wider than high": (lambda a: L.lu_factor(a)[0], WIDE),
    "L and U": (L.lu, TALL),
    "L and U, wider than high": (L.lu, WIDE),
    "unpacked": (lambda a: torch.lu_unpack(a, torch.tensor([2, 3, 3], dtype=torch.int32)), A),
    "solved": (solved(), A, drawn(3, 2, seed=9)),
    "solved, transposed": (solved(adjoint=True), B, drawn(4, 2, seed=9)),
    "solved from the right": (solved(left=False), A, drawn(2, 3, seed=9)),
    "solved from the right, transposed": (solved(left=False, adjoint=True), B, drawn(2, 2, 4, seed=9)),
    "a triangle": (lambda b, a: torch.triangular_solve(b, a)[0], drawn(3, 2, seed=1), A),
    "a triangle, transposed": (
        lambda b, a: torch.triangular_solve(b, a, upper=False, transpose=True, unitriangular=True)[0],
        drawn(3, 2, seed=1),
        A,
    ),
    "Householder": (L.householder_product, TALL, TAU),
    "Householder of a stack": (L.householder_product, drawn(2, 3, 3, seed=8), drawn(2, 2, seed=1)),
    "Q X": (times_q(), TALL, TAU, drawn(4, 3, seed=1)),
    "Q^T X": (times_q(transpose=True), TALL, TAU, drawn(4, 3, seed=1)),
    "X Q": (times_q(left=False), TALL, TAU, drawn(3, 4, seed=1)),
    "X Q^T": (times_q(left=False, transpose=True), TALL, TAU, drawn(3, 4, seed=1)),
    "no rows": (L.lu, drawn(2, 0, 3)),
}


@pytest.mark.filterwarnings("ignore:torch.triangular_solve is deprecated")
@pytest.mark.parametrize("name", CASES)
def test_factors(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1)])
def test_reflections(shape: tuple[int, int]) -> None:
    """geqrf packs what LAPACK does. torch does not differentiate it: what it gives is held."""
    assert_read(lambda a: torch.geqrf(a.detach())[0] * a, drawn(*shape))
