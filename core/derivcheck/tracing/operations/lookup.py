"""The operations of torch that recording reads, by name."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.tracing.operation import Handler
from derivcheck.tracing.operations import (
    elementwise,
    layers,
    linear_algebra,
    movement,
    of_the_run,
    products,
    reductions,
)

OPERATIONS: Mapping[str, Handler] = {
    name: handler
    for module in (elementwise, reductions, products, layers, linear_algebra, of_the_run, movement)
    for name, handler in module.OPERATIONS.items()
}
"""By the name in `aten`, without the `_` of one that writes into its argument."""
