"""Arguments for every function of shapes: a module for each module of the table. One without arguments fails a test."""

from __future__ import annotations

from typing import Any

from lowering_samples import (
    layers,
    linear_algebra,
    losses,
    normalizations,
    orderings,
    reductions,
    scattering,
    shape_operations,
)

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    **shape_operations.SAMPLES,
    **orderings.SAMPLES,
    **scattering.SAMPLES,
    **reductions.SAMPLES,
    **normalizations.SAMPLES,
    **losses.SAMPLES,
    **linear_algebra.SAMPLES,
    **layers.SAMPLES,
}
"""The arguments of each function, by its name: tensors, lists of tensors, plain values, and numbers."""
