"""The lowering of a function, by the name that its row in the table gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType

from derivcheck.elements.lowerings import (
    attention,
    classification,
    convolutions,
    determinants,
    distances,
    einstein,
    factors,
    indexing,
    joining,
    losses,
    making,
    matrix_functions,
    movement,
    normalizations,
    orderings,
    pooling,
    products,
    reductions,
    resampling,
    scattering,
    solutions,
    sparse_softmax,
)
from derivcheck.elements.node_arrays import Integers, Nodes

Lowering = Callable[..., Nodes | Integers | tuple[Nodes, ...]]
"""Makes the elements of a result: from a NodeArrays, and the arguments in the order of the signature, each an array of
nodes, Integers where its sort is that, or a plain value where it is a setting."""

_MODULES = (
    *(movement, indexing, joining, making, orderings, scattering),
    *(reductions, normalizations, sparse_softmax, losses, classification, distances),
    *(convolutions, pooling, resampling, attention),
    *(products, einstein, matrix_functions, determinants, solutions, factors),
)

LOWERINGS: Mapping[str, Lowering] = {
    name: found
    for module in _MODULES
    for name, found in vars(module).items()
    if isinstance(found, FunctionType) and found.__module__ == module.__name__ and not name.startswith("_")
}
"""By name: each public function of the modules of this room."""
