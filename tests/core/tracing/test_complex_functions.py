"""Each function of complex numbers is the one that torch computes, and has its gradient. Covers also: pairs."""

from __future__ import annotations

import pytest
import torch
from comparing import assert_read, drawn

from derivcheck.tracing.complex_functions import FUNCTIONS


@pytest.mark.parametrize("name", [*(name for name in FUNCTIONS if name != "silu"), "abs", "angle", "conj_physical"])
def test_functions(name: str) -> None:
    """At numbers on both sides of the branches' cuts."""
    assert_read(getattr(torch, name), drawn(3, dtype=torch.complex128))


def test_silu_is_a_product() -> None:
    """torch differentiates no silu of complex numbers; written out it does."""
    assert_read(lambda z: z * torch.sigmoid(z), drawn(2, dtype=torch.complex128))


def test_the_root_of_a_negative_number() -> None:
    """Just above and just below the cut, where it jumps, the root is right."""
    for part in (1e-3, -1e-3):
        assert_read(torch.sqrt, torch.tensor([complex(-2.0, part)], dtype=torch.complex128, requires_grad=True))


@pytest.mark.parametrize("exponent", [3, -2, 0, 0.5, 1.7, 1 + 2j])
def test_powers(exponent: complex) -> None:
    """By products, by a root, by the logarithm."""
    assert_read(lambda z: z**exponent, drawn(2, dtype=torch.complex128))
