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
from warnings import catch_warnings

import torch
from torch import Tensor

from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.errors import UnsupportedError
from derivcheck.model import RefusalKind, Wrt


def compiled_afresh(function: Callable[..., Any]) -> Callable[..., Any]:
    """What torch.compile makes of a function, whatever was compiled before; it is compiled when it is first called."""
    torch.compiler.reset()
    return torch.compile(function)


class Compiled(Reverse):
    """Reverse mode over a function that torch.compile has compiled.

    torch refuses the second derivative of compiled code in two ways. Where the first one depends on an input that the
    forward pass kept, as for sin(2*x), torch raises. Where it depends on a result in between, as for (x - 1)**3, which
    keeps x - 1, torch cuts the graph without a word: the first derivative looks like a constant, and the second one
    like 0. The function as it is written tells such a cut from a derivative that really is a constant.

    The compiler makes the backward pass by all inputs together with the value. Where torch lacks a derivative by one of
    them, as igamma's by its first argument, it raises, and there is nothing: then the value, and each derivative, is
    compiled by itself.

    Attributes:
        written: reverse mode over the function as it is written.
        apart: whether each of what is asked for is compiled by itself.
    """

    def __init__(
        self, function: TensorFunction, variables: Sequence[str], inputs: tuple[Tensor, ...], asked: Sequence[Wrt]
    ) -> None:
        super().__init__(compiled_afresh(function), variables, inputs, asked)
        self.written = Reverse(function, variables, inputs, asked)
        self.apart = False

    def __call__(self, wrt: Wrt) -> Tensor:
        """The derivative by `wrt`.

        Raises:
            UnsupportedError: for a second derivative that is missing although the function as written has one.
        """
        engine: Reverse = self
        with catch_warnings(action="ignore"):  # the compiler's, which show lines of ours; what it refuses, it raises
            found = None if self.apart else self.together(wrt)
            if found is None:
                engine = self.by_itself(wrt)
                found = engine(wrt)
        if len(wrt) > 1 and wrt in engine.absent and not self.is_constant(wrt[:-1], wrt[-1]):
            raise UnsupportedError(
                "torch.compile has no second derivative here: the first one comes back without a graph"
            )
        return found

    def together(self, wrt: Wrt) -> Tensor | None:
        """The derivative by `wrt` of the function compiled with its whole backward pass; None where that cannot be."""
        found = None
        try:
            found = super().__call__(wrt)
        except Exception as error:
            if refusal_of(error).kind is not RefusalKind.NO_DERIVATIVE:
                raise
            self.apart = True
        return None if self.apart else found  # the value may have been found to stand apart on the way

    def by_itself(self, wrt: Wrt) -> Reverse:
        """The engine of a derivative by `wrt` that is compiled where no other input asks for one."""
        alone = Reverse(compiled_afresh(self.written.function), self.variables, self.inputs, [wrt])
        named = zip(self.variables, self.inputs, strict=True)
        alone.inputs = tuple(tensor.detach().requires_grad_(name in wrt) for name, tensor in named)
        return alone

    def is_constant(self, wrt: Wrt, name: str) -> bool:
        """Whether the derivative by `wrt` does not depend on a variable where the function runs as it is written."""
        with suppress(Exception):
            self.written((*wrt, name))
        return (*wrt, name) in self.written.absent
