"""Complex numbers on the way: lazy conjugates, writes, sums, products, beside real numbers. Covers also: lookup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn
from torch import Tensor

Z = drawn(3, dtype=torch.complex128)
W = drawn(3, 3, dtype=torch.complex128, seed=2)
X = drawn(3, 2)
C = torch.complex(drawn(3, seed=3), drawn(3, seed=4)).detach()


def written(change: Callable[[Tensor], object]) -> Callable[[Tensor], Tensor]:
    """The function that changes a copy of its argument."""

    def run(z: Tensor) -> Tensor:
        copy = z * 1
        change(copy)
        return copy

    return run


CASES: dict[str, tuple[Any, ...]] = {
    "a lazy conjugate": (lambda z: z.conj() * C, Z),
    "parts of one": (lambda z: (z.conj().imag * 2, z.conj().real), Z),
    "a product with one": (lambda w: w.mH @ w, W),
    "a lazy negation": (lambda z: torch.sin(z.conj().imag), Z),
    "one that is resolved": (lambda z: z.conj().resolve_conj() * 2, Z),
    "a real tensor plus complex numbers": (lambda x: x[:, 0] * C + 2j, X),
    "times i": (lambda x: (x * 2j).abs(), X),
    "a real tensor over complex numbers": (lambda x: x[:, 0] / C, X),
    "complex numbers over a real tensor": (lambda x: C / x[:, 0], X),
    "rsub": (lambda x: torch.rsub(x[:, 0], C, alpha=2), X),
    "a number to a power": (lambda z: 2.0**z, Z),
    "powers by tensors": (lambda z: z**C, Z),
    "no dims": (lambda z: z[0].exp() * z[1], Z),
    "writes": (lambda z: torch.zeros(3, dtype=z.dtype).copy_(z).mul_(2).add_(z, alpha=3j), Z),
    "a write into the real part": (written(lambda copy: copy.real.mul_(2)), Z),
    "a write into a conjugate": (written(lambda copy: copy.conj().add_(1j)), Z),
    "a number written": (written(lambda copy: copy[1].fill_(2j)), Z),
    "where": (lambda z: torch.where(z.real > 0, z, z.conj()), Z),
    "where beside a real number": (lambda z: torch.where(z.real > 0, z, torch.tensor(1.0).double()), Z),
    "masked_fill": (lambda z: z.masked_fill(torch.tensor([True, False, False]), 1 + 2j), Z),
    "cat with a real tensor": (lambda z, x: torch.cat([z, x[:, 0]]), Z, X),
    "index_put": (lambda z: torch.zeros(5).to(z.dtype).index_put((torch.tensor([0, 2, 0]),), z, accumulate=True), Z),
    "prod": (lambda w: (w.prod(), w.prod(-1, keepdim=True)), W),
    "cumprod and cumsum": (lambda w: (w.cumprod(0), w.cumsum(1)), W),
    "sum and mean": (lambda w: (w.sum(0), w.mean(-1, keepdim=True)), W),
    "var and std": (lambda w: (w.var(0), w.std()), W),
    "norms": (lambda w: [torch.linalg.vector_norm(w, p, dim=0) for p in (1, 2, 3, float("inf"))], W),
    "torch.norm": (lambda w: torch.norm(w, dim=0), W),
    "matrices and vectors": (lambda w, z: (w @ z, z @ w), W, Z),
    "dot and vdot": (lambda z: (torch.dot(z, z), torch.vdot(z, C)), Z),
    "addmm": (lambda w: torch.addmm(w, w, w.mT, beta=2, alpha=1j), W),
    "baddbmm": (lambda w: torch.baddbmm(w[None], w[None], w[None].conj(), beta=0.5), W),
    "addr and outer": (lambda w, z: torch.addr(w, z, z) + torch.outer(z, C), W, Z),
    "einsum": (lambda w: torch.einsum("ij,jk->ik", w, w.conj()), W),
    "polar": (lambda x: torch.polar(x[:, 0].abs() + 1, x[:, 1]), X),
    "complex": (lambda x: torch.complex(x[:, 0], x[:, 1]).exp(), X),
    "views as real and complex": (lambda x: torch.view_as_real(torch.view_as_complex(x) ** 2), X),
    "lerp, addcmul, addcdiv": (
        lambda z: torch.lerp(z, C, 0.3) + torch.addcmul(z, z, C, value=2) + torch.addcdiv(z, z, C, value=2j),
        Z,
    ),
    "detach": (lambda z: z.detach() * z + (z.conj().detach() * z).abs(), Z),
    "eq": (lambda z: torch.where(z == z[0], z, 2 * z), Z),
    "movements": (lambda w: w.flip(0).roll(1, 1) + w.tril().triu(-1) + torch.stack([w, w.conj()], 1)[:, 0], W),
    "no numbers": (lambda w: w[:0].sum(0) + w[:0].prod(0), W),
    "a border": (lambda z: torch.nn.functional.pad(z, (1, 2), value=1.5), Z),
    "the angle of real numbers": (torch.angle, X),
}


@pytest.mark.parametrize("name", CASES)
def test_complex_numbers(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)


def test_float32() -> None:
    """Complex numbers of two float32 are the numbers that the run held."""
    assert_read(lambda x: torch.complex(x, x).exp(), drawn(3, dtype=torch.float32), digits=6)
