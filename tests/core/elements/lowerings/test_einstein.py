"""Einstein's notation, as torch and NumPy read it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from lowered_values import assert_as_torch, lowered, normal

from derivcheck.errors import ShapeError

EQUATIONS: list[tuple[Any, ...]] = [
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
]


@pytest.mark.parametrize(("equation", "shapes"), [(first, rest) for first, *rest in EQUATIONS])
def test_sums_are_those_of_torch_and_numpy(equation: str, shapes: list[tuple[int, ...]]) -> None:
    """Implicit results, repeated indices, dots, and indices of size 0."""
    operands = [normal(*shape) for shape in shapes]
    found = assert_as_torch("einsum", equation, *operands)
    np.testing.assert_allclose(found, np.einsum(equation, *operands), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("equation", "shapes"), [("ij,jk", [(2, 1), (3, 2)]), ("...i->i", [(2, 3)])])
def test_what_torch_takes_and_numpy_does_not(equation: str, shapes: list[tuple[int, ...]]) -> None:
    """An index of size 1 broadcasts, and dots that the result lacks are summed over."""
    assert_as_torch("einsum", equation, *[normal(*shape) for shape in shapes])


@pytest.mark.parametrize(
    ("equation", "shapes", "message"),
    [
        ("ij,jk->ik", [(2, 3), (2, 3)], r"sizes 3 and 2 for the index j, and the shapes are \(2, 3\) and \(2, 3\)"),
        ("ij->ij", [(2,)], r"the indices 'ij' do not go with the shape \(2,\)"),
        ("i->i", [(2, 3)], r"the indices 'i' do not go with the shape \(2, 3\)"),
        ("ij", [(2, 3), (3,)], "about 1 operands, and 2 are given"),
        ("ij->ik", [(2, 3)], "each index of the result stands there once, and in an operand"),
        ("ij->ii", [(2, 3)], "each index of the result stands there once"),
        ("ii", [(2, 3)], r"the index i twice in the shape \(2, 3\)"),
        ("1j", [(2, 3)], "do not go with the shape"),
    ],
)
def test_a_wrong_equation_says_what_is_wrong(equation: str, shapes: list[tuple[int, ...]], message: str) -> None:
    """It names the index, and the shapes."""
    with pytest.raises(ShapeError, match=message):
        lowered("einsum", equation, *[normal(*shape) for shape in shapes])


def test_a_bomb_is_refused_before_anything_is_made() -> None:
    """Ten vectors of a hundred would make 10**20 products."""
    letters = "abcdefghij"
    start = time.perf_counter()
    with pytest.raises(ShapeError, match="more than 200,000 operations"):
        lowered("einsum", ",".join(letters) + "->" + letters, *[np.zeros(100)] * 10)
    assert time.perf_counter() - start < 1


def test_a_chain_is_summed_as_soon_as_it_can_be() -> None:
    """Three matrices of 20 take 2 * 2 * 20**3 operations; all products at once would take 320,000."""
    assert (20, 20) == lowered("einsum", "ij,jk,kl->il", *[normal(20, 20)] * 3).shape
