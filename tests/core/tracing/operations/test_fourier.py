"""Fourier transforms of every kind, size, dim and normalization, with exact roots of unity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from comparing import assert_read, drawn
from torch import Tensor

fft = torch.fft


def _normed(name: str, norm: str) -> Callable[[Tensor], Tensor]:
    """A transform with a normalization."""
    return lambda x: getattr(fft, name)(x, norm=norm)


CASES: dict[str, tuple[Any, ...]] = {
    **{f"fft of {size}": (fft.fft, drawn(size)) for size in (1, 2, 3, 4, 5, 6, 8, 9, 12)},
    **{
        f"{name} {norm}": (_normed(name, norm), drawn(2, 5))
        for name in ("rfft", "ifft", "hfft", "ihfft", "irfft")
        for norm in ("ortho", "forward", "backward")
    },
    "rfft of an even count": (fft.rfft, drawn(6)),
    "irfft of a complex tensor": (lambda z: fft.irfft(z, n=7), drawn(4, dtype=torch.complex128)),
    "irfft of an even count": (fft.irfft, drawn(4, dtype=torch.complex128)),
    "fft of a complex tensor": (fft.fft, drawn(4, dtype=torch.complex128)),
    "more numbers, fewer, another dim": (lambda x: (fft.fft(x, n=5, dim=0), fft.rfft(x, n=2)), drawn(3, 4)),
    "several dims": (
        lambda x: (fft.fftn(x), fft.rfft2(x, norm="ortho"), fft.irfftn(fft.rfftn(x), s=x.shape)),
        drawn(3, 4),
    ),
    "hfft2 and ihfft2": (lambda x: (fft.hfft2(x), fft.ihfft2(x)), drawn(2, 3)),
    "shifts": (lambda x: fft.ifftshift(fft.fftshift(fft.fft(x)) * 2), drawn(5)),
    "convolution": (lambda x: fft.irfft(fft.rfft(x) ** 2, n=x.numel()), drawn(5)),
    "stft": (lambda x: torch.stft(x, 4, return_complex=True, window=torch.hann_window(4).double()), drawn(10)),
    "istft": (
        lambda x: torch.istft(
            torch.stft(x, 4, return_complex=True, window=torch.hann_window(4).double()),
            4,
            window=torch.hann_window(4).double(),
        ),
        drawn(10),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transforms(name: str) -> None:
    """Values and gradients are torch's."""
    function, *inputs = CASES[name]
    assert_read(function, *inputs)
