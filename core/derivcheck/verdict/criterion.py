"""The numbers that the verdict rests on, each with the measurement that chose it."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.numbers import DType


@dataclass(frozen=True, slots=True)
class Criterion:
    """When rounding explains an error (`python benchmarks/calibration.py` prints the measurements).

    Attributes:
        ulps: errors up to so many ulps count as a match without a look at the tape.
        samples: how many perturbed gradients are drawn.
        spreads: rounding explains an error of up to so many spreads of them.
        forward_spreads: the same where only the forward pass and sums of gradients are perturbed; so much fewer that
            chance does not make it more than `spreads` of all roundings.
        chance: where torch's number is nan or inf, and this share of the samples is finite, rounding decided it.
        seed: of the generator, so that the same command prints the same bytes.
    """

    ulps: float = 4.0
    samples: int = 64
    spreads: float = 3.0
    forward_spreads: float = 1.5
    chance: float = 0.1
    seed: int = 20_240_229


CRITERION = Criterion()

RTOL: dict[DType, float] = {
    DType.FLOAT64: 1e-7,
    DType.FLOAT32: 1.3e-6,
    DType.FLOAT16: 1e-3,
    DType.BFLOAT16: 1.6e-2,
}
"""Within these an error is `inaccurate`, beyond them a `mismatch`: the relative tolerances of
torch.testing.assert_close (torch/testing/_comparison.py)."""
