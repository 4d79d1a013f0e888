"""Reverse mode over what torch.compile makes of a function, compiled each time as if nothing had been compiled before.

torch's compiler remembers. A second function with the same code, but with another exponent, is compiled with the
exponent as a symbol, and fails where x**2 and x**3 each compile by themselves; after eight functions with the same code
it gives up, and runs the next ones as they are written. All functions that are checked here have the same code, the
loop over a program's steps. So the compiler forgets everything before each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.errors import UnsupportedError
from derivcheck.model import Wrt


def compiled_afresh(function: Callable[..., Any]) -> Callable[..., Any]:
    """What torch.compile makes of a function, whatever was compiled before; it is compiled when it is first called."""
    torch.compiler.reset()
    return torch.compile(function)


def first_compiler_error(error: BaseException) -> str:
    """The first error that a C++ compiler wrote, where torch's compiler failed by it; "" for any other exception."""
    written = str(getattr(getattr(error, "inner_exception", None), "output", "") or "")
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    return next((line for line in lines if "error:" in line), lines[0] if lines else "")


class Compiled(Reverse):
    """Reverse mode over a function that torch.compile has compiled.

    torch refuses the second derivative of compiled code in two ways. Where the first one depends on an input that the
    forward pass kept, as for sin(2*x), torch raises. Where it depends on a result in between, as for (x - 1)**3, which
    keeps x - 1, torch cuts the graph without a word: the first derivative looks like a constant, and the second one
    like 0. The function as it is written tells such a cut from a derivative that really is a constant.
    """

    def __init__(
        self, function: TensorFunction, variables: Sequence[str], inputs: tuple[Tensor, ...], asked: Sequence[Wrt]
    ) -> None:
        super().__init__(compiled_afresh(function), variables, inputs, asked)
        self.written = Reverse(function, variables, inputs, asked)

    def __call__(self, wrt: Wrt) -> Tensor:
        """The derivative by `wrt`.

        Raises:
            UnsupportedError: for a second derivative that is missing although the function as written has one.
        """
        found = super().__call__(wrt)
        if len(wrt) > 1 and wrt in self.absent and not self.is_constant(wrt[:-1], wrt[-1]):
            raise UnsupportedError(
                "torch.compile has no second derivative here: the first one comes back without a graph"
            )
        return found

    def is_constant(self, wrt: Wrt, name: str) -> bool:
        """Whether the derivative by `wrt` does not depend on a variable where the function runs as it is written."""
        with suppress(Exception):
            self.written((*wrt, name))
        return (*wrt, name) in self.written.absent
