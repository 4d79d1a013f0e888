"""The kernel of a function: the one that the column `ball` of the function table names."""

from __future__ import annotations

from functools import cache

from derivcheck.balls.ball import Kernel
from derivcheck.balls.kernels import (
    arithmetic,
    bessel,
    conditions,
    constants,
    elliptic,
    error_function,
    exponential,
    gamma,
    hypergeometric,
    integrals,
    orthogonal_polynomials,
    owens_t,
    polylogarithms,
    steps,
    trigonometric,
)

HOMES = (
    arithmetic,
    conditions,
    steps,
    exponential,
    trigonometric,
    error_function,
    gamma,
    integrals,
    bessel,
    hypergeometric,
    elliptic,
    polylogarithms,
    orthogonal_polynomials,
    owens_t,
    constants,
)
"""The modules with kernels that the table names."""


@cache
def kernel(name: str) -> Kernel:
    """The kernel of this name.

    Raises:
        LookupError: where there is none.
    """
    for home in HOMES:
        found: Kernel | None = getattr(home, name, None)
        if found is not None:
            return found
    raise LookupError(f"there is no ball kernel `{name}`")
