"""The gradient: what torch returned."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.model.mode import Mode
from derivcheck.numbers import DType


@dataclass(frozen=True, slots=True)
class Gradient:
    """What torch returned for one derivative (or, at order 0, for the value).

    Attributes:
        mode, device, dtype: how it was computed.
        value: the number, exact (every float16, bfloat16 and float32 is a float64), nan and inf included; None
            where torch returned nothing.
        error: why there is no number, one sentence; None where there is one.
    """

    mode: Mode
    device: str
    dtype: DType
    value: float | None = None
    error: str | None = None
