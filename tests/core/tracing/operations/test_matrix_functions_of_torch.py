"""The exponential, the pseudoinverse, the nearest solution. Covers also: matrix_functions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.own_functions.tensors.upstreams import Upstream

L = torch.linalg
A = drawn(3, 3)
B = drawn(2, 4, 4, seed=2)
TALL = drawn(4, 2, seed=3)
WIDE = drawn(2, 4, seed=4)

CASES: dict[str, tuple[Any, ...]] = {
    "exponential": (torch.matrix_exp, drawn(2, 2)),
    "exponential of a stack": (torch.matrix_exp, drawn(2, 2, 2, seed=3)),
    "exponential of 0": (lambda a: torch.matrix_exp(a * 0), drawn(2, 2)),
    "exponential of no rows": (lambda a: torch.matrix_exp(a).sum() + a.sum(), drawn(0, 0)),
    "pinv": (L.pinv, TALL),
    "pinv of a wide matrix": (L.pinv, WIDE),
    "pinv of a matrix of rank 2": (lambda a, b: L.pinv(a @ b), TALL, WIDE),
    "pinv of a symmetric matrix": (lambda a: L.pinv(a + a.mT, hermitian=True), A),
    "pinv of a symmetric matrix of rank 2": (lambda a: L.pinv(a @ a.mT, hermitian=True), drawn(3, 2)),
    "pinv, of which a tolerance leaves nothing": (lambda a: L.pinv(a, rtol=1.0), A),
    "lstsq": (lambda a, b: L.lstsq(a, b)[:2], TALL, drawn(4, 3, seed=5)),
    "lstsq of a wide matrix": (lambda a, b: L.lstsq(a, b)[0], WIDE, drawn(2, 3, seed=5)),
}


@pytest.mark.parametrize("name", CASES)
def test_matrix_functions(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


def test_pinv_that_a_tolerance_cuts_short() -> None:
    """Its slopes are those of difference quotients; torch's are not (docs/torch_findings.md)."""

    def first(a: Tensor) -> Any:
        return L.pinv(a, rtol=0.5)[0, 0]

    x = torch.tensor([[3.0, 1.0], [0.0, 0.5]], dtype=torch.float64, requires_grad=True)
    steps = 1e-6 * torch.eye(4, dtype=torch.float64).reshape(4, 2, 2)
    quotients = [(first(x + step) - first(x - step)).item() / 2e-6 for step in steps]
    truths = recorded(first, x).gradient_truths("a", Upstream(row=0))
    assert [float(one.value.decimal(12)) for one in truths if one.value is not None] == pytest.approx(
        quotients, rel=1e-6
    )


def test_a_rank_that_changes_nearby() -> None:
    """The pseudoinverse of [[1, 0], [0, 0]] is that matrix; of [[1, 0], [0, h]] it has 1/h in it."""
    with pytest.raises(UnsupportedError, match="changes nearby"):
        assert recorded(L.pinv, torch.tensor([[1.0, 0.0], [0.0, 0.0]], requires_grad=True)).value
