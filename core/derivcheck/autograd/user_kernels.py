"""A user's own function as a step of a torch program: with its parameters in each format, and renewed with its file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import lru_cache

import torch
from torch import Tensor

from derivcheck.autograd.binding import Given
from derivcheck.autograd.randomness import insist_on_repeatable
from derivcheck.autograd.user_functions import UserFunction, load_own, version_of
from derivcheck.errors import UserFunctionError
from derivcheck.model import OwnFunction


class Kernel:
    """A function of the user's own as a step of a torch program; each format and device has its own parameters.

    Its file is run again when it has changed: a notebook that stays open sees what its user mended.

    Raises:
        UserFunctionError: as `load` and `as_user_function` do.
        CaseError: for arguments that it does not take.
    """

    def __init__(self, own: OwnFunction) -> None:
        self.own = own
        self.version: object = None
        self.placed: dict[tuple[torch.dtype, torch.device], UserFunction] = {}
        self.is_looked_at = False
        self._refresh()

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The function's result."""
        tensors: Sequence[Tensor] = inputs
        if any(tensor.shape != inputs[0].shape for tensor in inputs):  # a literal beside a batch
            tensors = torch.broadcast_tensors(*inputs)
        function = self._placed(inputs)
        if function.binding is not None and function.binding.of_module:  # whose tensors have shapes of their own
            return function.on_tensors(self._as_taken(inputs))
        return function(self._as_taken(tensors))

    def on_tensors(self, *inputs: Tensor) -> Tensor:
        """The result of a function of tensors, whose arguments have the shapes that they have."""
        return self._placed(inputs).on_tensors(self._as_taken(inputs))

    def _as_taken(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The arguments of a call, which stand in the order of the declaration, as the function takes them."""
        return [inputs[place] for place in self.places]

    def _placed(self, inputs: Sequence[Tensor]) -> UserFunction:
        """The function with its parameters where a tensor is, and in its format."""
        self._refresh()
        like = next((tensor for tensor in inputs if tensor.is_floating_point()), inputs[0])  # indices may stand first
        place = (like.dtype, like.device)
        if place not in self.placed:
            self.placed[place] = self.function.on(place[0], str(place[1]))
        function = self.placed[place]
        if not self.is_looked_at and type(inputs[0]) is Tensor and not torch.compiler.is_compiling():
            self._look_at(function, inputs)
        return function

    def _look_at(self, function: UserFunction, inputs: Sequence[Tensor]) -> None:
        """Fail for a function that draws random numbers; what it raises is left to the call that asked for it."""
        numbers = self._as_taken([tensor.detach().clone() for tensor in inputs])
        try:
            insist_on_repeatable(
                self.own.name,
                lambda: _tensors_in(function.run(*numbers)),
                is_training=function.is_training,
            )
        except UserFunctionError:
            raise
        except (Exception, SystemExit, GeneratorExit):
            return
        self.is_looked_at = True

    def _refresh(self) -> None:
        version = version_of(self.own.code)
        if self.version is not None and version == self.version:
            return
        with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
            own = self.own
            self.function = load_own(own).bound(Given(own.params, own.constants, own.order))
        assert self.function.binding is not None
        self.places = [own.params.index(name) for name in self.function.binding.args]
        self.version = version
        self.is_looked_at = False
        self.placed.clear()


@lru_cache(maxsize=64)
def kernel_of(own: OwnFunction) -> Kernel:
    """The kernel of a declared function."""
    return Kernel(own)


def _tensors_in(result: object) -> list[Tensor]:
    """The tensors that a function returned."""
    found = result if isinstance(result, tuple | list) else [result]
    return [output for output in found if isinstance(output, Tensor)]
