"""Eigenvalues, singular values and their vectors, beside torch and closed forms. Covers also: tracing.spectrum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn, recorded
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.own_functions.tensors.upstreams import Upstream

L = torch.linalg
A = drawn(3, 3)
B = drawn(2, 3, 3, seed=2)
TALL = drawn(4, 2, seed=3)
WIDE = drawn(2, 4, seed=4)
C = drawn(2, 2, dtype=torch.complex128, seed=5)
K = drawn(3, 2, dtype=torch.complex128, seed=6)


def sizes(found: tuple[Tensor, ...]) -> list[Tensor]:
    """The sizes of complex numbers, which no angle of an eigenvector changes."""
    return [one.abs() for one in found]


def of_symmetric(matrix: Tensor) -> Tensor:
    """A matrix that is its own conjugate transpose."""
    return matrix + matrix.mH


def from_eigenvalues(a: Tensor) -> Any:
    """What no angle of an eigenvector changes."""
    values, vectors = L.eig(a)
    return (vectors @ torch.diag(values**3) @ vectors.mH).abs()


def from_singular_values(a: Tensor) -> Any:
    """The same of singular vectors."""
    left, values, right = L.svd(a, full_matrices=False)
    return (left * values.exp()) @ right


CASES: dict[str, tuple[Any, ...]] = {
    "eigvals": (lambda a: L.eigvals(a).abs(), A),
    "eig": (lambda a: sizes(L.eig(a)), B),
    "eig, put together": (from_eigenvalues, A),
    "eigvalsh": (lambda a: L.eigvalsh(of_symmetric(a)), A),
    "eigh": (lambda a: L.eigh(of_symmetric(a)), A),
    "eigh of the upper triangle": (lambda a: L.eigh(of_symmetric(a), UPLO="U"), B),
    "eigh of a complex matrix": (lambda a: sizes(L.eigh(of_symmetric(a))), C),
    "eigvals of a complex matrix": (L.eigvals, C),
    "svdvals": (L.svdvals, A),
    "svd": (lambda a: L.svd(a, full_matrices=False), TALL),
    "svd of a wide matrix": (lambda a: L.svd(a, full_matrices=False), WIDE),
    "svd of a stack": (L.svd, B),
    "the svd's first vectors": (lambda a: (L.svd(a)[0][..., :2], *L.svd(a)[1:]), TALL),
    "svd of a complex matrix": (from_singular_values, K),
    "nuclear norm": (lambda a: L.matrix_norm(a, "nuc"), TALL),
    "spectral norm": (lambda a: (L.matrix_norm(a, 2), L.matrix_norm(a, -2)), WIDE),
    "cond": (L.cond, A),
    "a diagonal matrix": (lambda x: L.eigh(torch.diag(x)), drawn(3)),
    "one row": (lambda a: L.eigh(of_symmetric(a)), drawn(1, 1)),
    "no rows": (lambda a: L.eigvalsh(of_symmetric(a)).sum() + a.sum(), drawn(0, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_eigenvalues(name: str) -> None:
    """Values and gradients are torch's, in its order and with its signs."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


def test_closed_form_of_two_by_two() -> None:
    """The larger eigenvalue of [[a, b], [b, c]] is m + r, with m = (a + c)/2 and r = sqrt(((a - c)/2)**2 + b**2)."""
    a, b, c = 1.25, 0.5, -0.75

    def larger(x: Tensor) -> Any:
        return L.eigvalsh(torch.stack([torch.stack([x[0], x[1]]), torch.stack([x[1], x[2]])]))[1]

    r = (((a - c) / 2) ** 2 + b**2) ** 0.5
    expected = [0.5 + (a - c) / (4 * r), b / r, 0.5 - (a - c) / (4 * r)]
    given = torch.tensor([a, b, c], dtype=torch.float64, requires_grad=True)
    truths = recorded(larger, given).gradient_truths("x", Upstream(row=0))
    numbers = [float(truth.value.decimal(17)) for truth in truths if truth.value is not None]
    assert numbers == pytest.approx(expected, rel=1e-15)


def test_second_derivatives() -> None:
    """Of the larger eigenvalue r of [[x, y], [y, -x]] by x twice it is y**2/r**3, with r = sqrt(x**2 + y**2)."""

    def larger(x: Tensor) -> Any:
        return L.eigvalsh(torch.stack([torch.stack([x[0], x[1]]), torch.stack([x[1], -x[0]])]))[1]

    place = recorded(larger, torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True))
    (name,) = place.names
    found = place.second_truths(name, name, Upstream(row=0), [1, 0])
    numbers = [truth.value.decimal(12) for truth in found if truth.value is not None]
    assert numbers == ["0.128", "-0.096"]


@pytest.mark.parametrize(
    "function", [L.eigvalsh, lambda a: L.eigvals(a).real, L.svdvals], ids=["eigvalsh", "eigvals", "svdvals"]
)
def test_eigenvalues_that_are_not_simple(function: Callable[[Tensor], Tensor]) -> None:
    """Those of the identity cross one another: each has a kink, and none is read."""
    with pytest.raises(UnsupportedError, match="eigenvalues that are not simple"):
        assert recorded(function, torch.eye(2, dtype=torch.float64, requires_grad=True)).value


def test_vectors_that_complete_a_basis() -> None:
    """They are any, so that nothing is true of what is computed from them."""
    place = recorded(lambda a: L.svd(a)[0].square().sum(), TALL)
    assert [truth.value for truth in place.value_truths] == [None]


def test_a_matrix_that_is_not_symmetric() -> None:
    """eigh reads one triangle of it: what its derivative is nobody promises."""
    with pytest.raises(UnsupportedError, match="not its own transpose"):
        assert recorded(L.eigvalsh, A).value
