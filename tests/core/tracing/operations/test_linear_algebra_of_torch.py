"""Solutions, inverses, determinants and factors. Covers also: linear_algebra."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded

from derivcheck.errors import UnsupportedError

L = torch.linalg
A = drawn(3, 3)
B = drawn(2, 4, 4, seed=2)
TALL = drawn(4, 2, seed=3)
WIDE = drawn(2, 4, seed=4)

CASES: dict[str, tuple[Any, ...]] = {
    "inv": (L.inv, B),
    "det": (L.det, A),
    "slogdet": (L.slogdet, B),
    "logdet": (lambda a: torch.logdet(a @ a.mT), A),
    "solve": (L.solve, A, drawn(3, seed=4)),
    "solve from the right": (lambda a, b: L.solve(a, b, left=False), A, drawn(2, 3, seed=4)),
    "tensorinv": (lambda a: L.tensorinv(a.reshape(2, 2, 4), ind=2), drawn(4, 4)),
    "tensorsolve": (lambda a, b: L.tensorsolve(a.reshape(2, 2, 4), b), drawn(4, 4), drawn(2, 2)),
    "matrix_power": (lambda a: L.matrix_power(a, -3), A),
    "multi_dot": (lambda a, b: L.multi_dot([a, b, a * 2]), TALL, WIDE),
    "vander": (lambda x: L.vander(x, N=4), drawn(2, 3)),
    "cross": (L.cross, A, drawn(3, 3, seed=3)),
    "vecdot": (L.vecdot, A, drawn(3, 3, seed=3)),
    "cdist": (torch.cdist, TALL, drawn(3, 2, seed=9)),
    "QR": (L.qr, TALL),
    "QR of a wide matrix": (L.qr, WIDE),
    "complete QR": (lambda a: L.qr(a, mode="complete"), A),
    "Cholesky": (lambda a: L.cholesky(a @ a.mT + 2 * torch.eye(3)), A),
    "no rows": (lambda a: L.inv(a).sum() + a.sum(), drawn(0, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_linear_algebra(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


def test_complete_qr_of_a_high_matrix() -> None:
    """The last columns of Q are any that complete a basis."""
    with pytest.raises(UnsupportedError, match="higher than wide"):
        assert recorded(lambda a: L.qr(a.detach(), mode="complete")[0].sum() * a.sum(), TALL).value
