"""Quick kernels: Arb's own operations for the kernels of arithmetic, which only say more where the result is nan."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from derivcheck.balls.ball import Kernel
from derivcheck.balls.kernels import arithmetic, exponential, trigonometric

_QUICK: Mapping[Kernel, Kernel] = {
    arithmetic.add: operator.add,
    arithmetic.mul: operator.mul,
    arithmetic.div: operator.truediv,
    arithmetic.neg: operator.neg,
}
_CAREFUL = {found: kernel for kernel, found in _QUICK.items()}

KEEPS_NAN: frozenset[Kernel] = frozenset(
    [
        *(arithmetic.add, arithmetic.sub, arithmetic.mul, arithmetic.div, arithmetic.neg, arithmetic.power),
        *(exponential.sqrt, exponential.exp, exponential.log),
        *(trigonometric.sin, trigonometric.cos, trigonometric.tan),
        *(trigonometric.cot, trigonometric.sec, trigonometric.csc),
        *(trigonometric.sinh, trigonometric.cosh, trigonometric.tanh),
        *(trigonometric.coth, trigonometric.sech, trigonometric.csch),
        *(trigonometric.asin, trigonometric.acos, trigonometric.atan),
        *(trigonometric.asinh, trigonometric.acosh, trigonometric.atanh),
    ]
)
"""The kernels that give nan, or say that there is no value, where an argument is nan, whatever the others are.

Their quick forms give nan there.
"""

STAYS_FINITE: frozenset[Kernel] = KEEPS_NAN - {exponential.log, trigonometric.atanh}
"""The kernels of these that give no infinity unless an argument is one: unlike log(0)."""


def quick(kernel: Kernel) -> Kernel:
    """What gives the same as a kernel, or nan, in half the time; the kernel itself where there is no such thing.

    Where the kernel gives nan, or says that there is no value, this gives nan.
    """
    return _QUICK.get(kernel, kernel)


def careful(kernel: Kernel) -> Kernel:
    """The kernel for which `quick` gave this."""
    return _CAREFUL.get(kernel, kernel)
