"""The operations of torch that recording reads, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.operations import (
    complex_matrices,
    complex_numbers,
    ctc_loss,
    eigenvalues,
    elementwise,
    embeddings,
    factorizations,
    fourier,
    grid_sampling,
    layers,
    linear_algebra,
    losses,
    matrix_functions,
    movement,
    of_the_run,
    orderings,
    pooling,
    products,
    random_numbers,
    recurrent,
    reductions,
    resampling,
    scattering,
)
from derivcheck.tracing.pairs import Pair

_MODULES = (
    movement,
    of_the_run,
    random_numbers,
    scattering,
    orderings,
    elementwise,
    reductions,
    products,
    linear_algebra,
    factorizations,
    matrix_functions,
    eigenvalues,
    layers,
    recurrent,
    pooling,
    losses,
    ctc_loss,
    embeddings,
    resampling,
    grid_sampling,
    fourier,
    complex_numbers,
)

OPERATIONS: Mapping[str, Handler] = {
    name: handler for module in _MODULES for name, handler in module.OPERATIONS.items()
}
"""By the name in `aten`, without the `_` of one that writes into its argument."""


def handler_of(call: Operation) -> Handler | None:
    """What reads an operation; None where nothing does, and torch's own decomposition of it has to."""
    if not call.is_complex:
        return OPERATIONS.get(call.name)
    if call.name in complex_numbers.BY_PARTS:
        return _by_parts(OPERATIONS[call.name])
    return COMPLEX.get(call.name)


COMPLEX: Mapping[str, Handler] = {
    **complex_numbers.COMPLEX,
    **fourier.COMPLEX,
    **eigenvalues.COMPLEX,
    **complex_matrices.COMPLEX,
}
"""Those of which an argument is complex."""


def _by_parts(handler: Handler) -> Handler:
    """An operation that treats real and imaginary parts alike, and apart."""

    def run(op: Operation) -> Any:
        real, imag = handler(op.of_part(0)), handler(op.of_part(1))
        if isinstance(real, tuple):
            return tuple([_joined(*parts) for parts in zip(real, imag, strict=True)])
        return _joined(real, imag)

    return run


def _joined(real: Any, imag: Any) -> Pair | None:
    if real is None:
        return None
    parts = [one.numpy() if isinstance(one, Tensor) else one for one in (real, imag)]
    return Pair(*np.broadcast_arrays(*parts))
