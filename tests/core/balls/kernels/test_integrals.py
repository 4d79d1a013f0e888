"""The exponential integral where its ball is hard to keep narrow."""

from __future__ import annotations

import pytest
from ball_kernels import kernels
from flint import arb, ctx


@pytest.mark.parametrize("n", [1, 2])
def test_the_exponential_integral_of_a_tiny_ball_far_out(n: int) -> None:
    """E_1(700) is -Ei(-700), and E_2(x) is exp(-x) - x*E_1(x) (DLMF 8.19.12); Arb's own takes 40 s on this ball."""
    with ctx.workprec(5120):
        x = arb(700)
        first = -(-x).ei()
        enclosed = kernels.expint(arb(n), arb(700, arb((1, -4000))))
        assert enclosed.contains(first if n == 1 else (-x).exp() - x * first)
        assert enclosed.rel_accuracy_bits() > 3000


@pytest.mark.parametrize("n", [1, 3, 2.5])
def test_the_exponential_integral_of_an_argument_of_half_as_many_bits(n: float) -> None:
    """n*E_(n+1)(x) is exp(-x) - x*E_n(x) (DLMF 8.19.12); at 1000 and 2500, with 5,120 bits, Arb's own takes 16 s."""
    with ctx.workprec(5120):
        for x in (arb(1000), arb(2500), arb(1500, arb((1, -4000)))):
            enclosed, following = kernels.expint(arb(n), x), kernels.expint(arb(n + 1), x)
            assert (n * following).overlaps((-x).exp() - x * enclosed)
            assert enclosed.rel_accuracy_bits() > 3900
