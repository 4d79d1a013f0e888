"""Reverse mode over functions of tensors by torch.autograd.grad: a pass for each output, or one for a weighted sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from derivcheck.autograd.compiled import compiled_afresh
from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import TensorsFunction
from derivcheck.errors import UnsupportedError
from derivcheck.model import RefusalKind


class TensorReverse:
    """The value and derivatives of a function of tensors, whose graph is made once.

    Args:
        function: what to differentiate.
        places: the place of each variable among the inputs.
        inputs: where.
        moving: the variables that are differentiated by; all others are constants.
        higher: whether second derivatives are asked for.

    Attributes:
        cut: whether a gradient came back without a graph where a second derivative was to go through it.
    """

    def __init__(
        self,
        function: TensorsFunction,
        places: Mapping[str, int],
        inputs: tuple[Tensor, ...],
        moving: Sequence[str],
        *,
        higher: bool,
    ) -> None:
        self.function = function
        self.places = places
        self.moving = tuple(moving)
        self.higher = higher
        at = {places[name] for name in moving}
        self.inputs = tuple(
            tensor.detach().requires_grad_() if place in at else tensor.detach() for place, tensor in enumerate(inputs)
        )
        self.results: tuple[Tensor, ...] | None = None
        self.swept: dict[tuple[float, ...] | int, dict[str, Tensor | None]] = {}
        self.cut = False

    def __call__(self, request: Request) -> Tensor:
        """What a request asks for, flattened."""
        if not request.wrt:
            return torch.cat([output.reshape(-1) for output in self.outputs()])
        count = sum(output.numel() for output in self.outputs())
        sweeps = range(count) if request.upstream is None else [request.upstream]
        rows = [self.row(sweep, request.wrt[0]) for sweep in sweeps]
        if not rows:
            return self.inputs[0].new_zeros(0)
        if len(request.wrt) == 1:
            return torch.cat([row.reshape(-1) for row in rows])
        return torch.cat([part for row in rows for part in self.second(row, request)])

    def outputs(self) -> tuple[Tensor, ...]:
        """The function's results."""
        if self.results is None:
            self.results = self.function(self.inputs)
        return self.results

    def row(self, sweep: tuple[float, ...] | int, name: str) -> Tensor:
        """The gradient by a variable: of the output of that number, or of all outputs with those weights."""
        if sweep not in self.swept:
            self.swept[sweep] = self.gradients(sweep)
        found = self.swept[sweep][name]
        return torch.zeros_like(self.inputs[self.places[name]]) if found is None else found

    def gradients(self, sweep: tuple[float, ...] | int) -> dict[str, Tensor | None]:
        """The gradients by all variables in one pass."""
        outputs, upstreams = self.upstreams(sweep)
        leaves = [self.inputs[self.places[name]] for name in self.moving]
        if not outputs:
            return dict.fromkeys(self.moving)
        found = torch.autograd.grad(
            outputs, leaves, upstreams, retain_graph=True, create_graph=self.higher, allow_unused=True
        )
        return dict(zip(self.moving, found, strict=True))

    def upstreams(self, sweep: tuple[float, ...] | int) -> tuple[list[Tensor], list[Tensor]]:
        """The outputs that have a graph and count in a sweep, and the upstream gradient of each."""
        outputs: list[Tensor] = []
        upstreams: list[Tensor] = []
        first = 0
        for output in self.outputs():
            last = first + output.numel()
            if isinstance(sweep, tuple):
                weights: list[float] | None = list(sweep[first:last])
            elif first <= sweep < last:
                weights = [float(place == sweep) for place in range(first, last)]
            else:
                weights = None
            if weights is not None and output.requires_grad:
                outputs.append(output)
                upstreams.append(torch.tensor(weights, dtype=output.dtype, device=output.device).reshape(output.shape))
            first = last
        return outputs, upstreams

    def second(self, row: Tensor, request: Request) -> list[Tensor]:
        """The derivatives of a gradient's elements, or of their sum with weights, by the second variable."""
        leaf = self.inputs[self.places[request.wrt[1]]]
        directions = (
            torch.eye(row.numel(), dtype=row.dtype, device=row.device)
            if request.direction is None
            else torch.tensor([request.direction], dtype=row.dtype, device=row.device)
        )
        found: list[Tensor] = []
        for direction in directions:
            part = None
            if row.requires_grad:
                upstream = direction.reshape(row.shape)
                (part,) = torch.autograd.grad(row, leaf, upstream, retain_graph=True, allow_unused=True)
            self.cut = self.cut or part is None
            found.append((torch.zeros_like(leaf) if part is None else part).reshape(-1))
        return found


class TensorReverseApart:
    """Reverse mode with a graph for each variable, where torch lacks the derivative by one of them.

    Args:
        function: what to differentiate.
        places, inputs, moving, higher: as those of `TensorReverse`.
    """

    def __init__(
        self,
        function: TensorsFunction,
        places: Mapping[str, int],
        inputs: tuple[Tensor, ...],
        moving: Sequence[str],
        *,
        higher: bool,
    ) -> None:
        self.function, self.places, self.inputs = function, places, inputs
        self.higher = higher
        self.whole = self.made(self.function, moving)
        self.apart: dict[tuple[str, ...], TensorReverse] = {}

    def made(self, function: TensorsFunction, moving: Sequence[str]) -> TensorReverse:
        """Reverse mode by some of the variables."""
        return TensorReverse(function, self.places, self.inputs, moving, higher=self.higher)

    def alone(self, names: tuple[str, ...]) -> TensorReverse:
        """Reverse mode by those variables alone that a request names."""
        if names not in self.apart:
            self.apart[names] = self.made(self.function, names)
        return self.apart[names]

    def __call__(self, request: Request) -> Tensor:
        """What a request asks for, flattened."""
        try:
            return self.whole(request)
        except Exception as error:
            if not isinstance(error, NotImplementedError) and refusal_of(error).kind is not RefusalKind.NO_DERIVATIVE:
                raise
        return self.alone(tuple(dict.fromkeys(request.wrt)))(request)


class CompiledTensors(TensorReverseApart):
    """The same over what torch.compile makes of the function.

    torch.compile cuts the graph of some first derivatives without a word: see `compiled.Compiled`.
    """

    def __init__(
        self,
        function: TensorsFunction,
        places: Mapping[str, int],
        inputs: tuple[Tensor, ...],
        moving: Sequence[str],
        *,
        higher: bool,
    ) -> None:
        self.written = function
        super().__init__(compiled_afresh(function), places, inputs, moving, higher=higher)

    def alone(self, names: tuple[str, ...]) -> TensorReverse:
        """Reverse mode by some variables over what is compiled for these."""
        if names not in self.apart:
            self.apart[names] = self.made(compiled_afresh(self.written), names)
        return self.apart[names]

    def __call__(self, request: Request) -> Tensor:
        """What a request asks for.

        Raises:
            UnsupportedError: for a second derivative that is missing although the function as written has one.
        """
        self.whole.cut = False
        found = super().__call__(request)
        if self.whole.cut and self.has_more(request):
            raise UnsupportedError(
                "torch.compile has no second derivative here: the first one comes back without a graph"
            )
        return found

    def has_more(self, request: Request) -> bool:
        """Whether the function as it is written has a second derivative where there was no graph."""
        written = self.made(self.written, self.whole.moving)
        written(request)
        return not written.cut
