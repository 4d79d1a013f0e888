"""Linear algebra with complex matrices, whose numbers are inputs or come from a real matrix's eigenvectors."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded
from torch import Tensor

from derivcheck.errors import UnsupportedError

L = torch.linalg
C = torch.complex128
A = drawn(2, 2, dtype=C)
B = drawn(2, 2, 2, dtype=C, seed=1)
TALL = drawn(3, 2, dtype=C, seed=2)
Y = drawn(2, 2, dtype=C, seed=3)


def of_eigenvalues(a: Tensor) -> Any:
    """A function of a real matrix, by its eigenvalues."""
    values, vectors = L.eig(a)
    return (vectors @ torch.diag(values**3) @ L.inv(vectors)).real


CASES: dict[str, tuple[Any, ...]] = {
    "a function of eigenvalues": (of_eigenvalues, drawn(3, 3)),
    "inv": (L.inv, B),
    "solve": (L.solve, A, Y),
    "solve for a vector": (lambda a, y: L.solve(a, y[0]), A, Y),
    "solve from the right": (lambda a, y: L.solve(a, y, left=False), A, Y),
    "a triangle": (lambda a, y: L.solve_triangular(a, y, upper=True), A, Y),
    "a triangle with ones": (lambda a, y: L.solve_triangular(a, y, upper=False, left=False, unitriangular=True), A, Y),
    "det": (L.det, B),
    "slogdet": (L.slogdet, A),
    "LU": (lambda a: L.lu_factor(a)[0], TALL),
    "L and U": (lambda a: L.lu(a)[1:], A),
    "Cholesky": (lambda a: L.cholesky(a @ a.mH + torch.eye(2)), A),
    "Cholesky, upper": (lambda a: L.cholesky(a @ a.mH + torch.eye(2), upper=True), A),
    "QR": (lambda a: [one.abs() for one in L.qr(a)], TALL),
    "exponential": (torch.matrix_exp, A),
    "powers": (lambda a: L.matrix_power(a, -2), A),
}


@pytest.mark.parametrize("name", CASES)
def test_complex_matrices(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


def test_pinv() -> None:
    """Under a dispatch mode torch returns other numbers for it (docs/torch_findings.md), so that it is not read."""
    with pytest.raises(UnsupportedError, match=r"`aten::linalg_pinv\.atol_rtol_tensor` cannot be read"):
        assert recorded(L.pinv, TALL).value
