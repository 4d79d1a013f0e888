"""The derivatives of functions of tensors by the transforms of torch.func, in any order of forward and reverse mode.

A row of a Jacobian is one pass in reverse mode, a column is one in forward mode. torch.vmap makes many passes at once,
as torch.func's own jacrev and jacfwd do; where it does not go through an operation they are made one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.sweeps import TensorFunction

TensorsFunction = Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]
"""A function of the tuple of inputs that has several outputs."""


def flattened(function: TensorsFunction) -> TensorFunction:
    """The function with its outputs flattened and joined into one vector."""

    def joined(inputs: tuple[Tensor, ...]) -> Tensor:
        outputs = [output.reshape(-1) for output in function(inputs)]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    return joined


def reverse_rows(function: TensorFunction, place: int, inputs: tuple[Tensor, ...], upstreams: Tensor) -> Tensor:
    """The gradients of a function with a vector as its result by one input: a row for each upstream gradient."""
    pulled = torch.func.vjp(_of_one(function, place, inputs), inputs[place])[1]
    return _for_each(lambda upstream: pulled(upstream)[0].reshape(-1), upstreams)


def forward_rows(function: TensorFunction, place: int, inputs: tuple[Tensor, ...], tangents: Tensor) -> Tensor:
    """The tangents of the result: a row for each tangent of one input, given flattened."""
    here = inputs[place]
    of_one = _of_one(function, place, inputs)

    def pushed(tangent: Tensor) -> Tensor:
        result: Tensor = torch.func.jvp(of_one, (here,), (tangent.reshape(here.shape),))[1]
        return result

    return _for_each(pushed, tangents)


def _of_one(function: TensorFunction, place: int, inputs: tuple[Tensor, ...]) -> Callable[[Tensor], Tensor]:
    return lambda x: function((*inputs[:place], x, *inputs[place + 1 :]))


def _for_each(call: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
    """The results of a call for each row, side by side; a call that cannot take all at once is made for each."""
    if len(rows) > 1:
        try:
            found: Tensor = torch.func.vmap(call)(rows)
        except Exception:
            return torch.stack([call(row) for row in rows])
        else:
            return found
    if not len(rows):
        return call(rows.new_zeros(rows.shape[1:]))[None][:0]
    return torch.stack([call(row) for row in rows])


@dataclass(frozen=True, slots=True)
class TensorTransforms:
    """The value and derivatives of a function of tensors by transforms.

    Attributes:
        function: what to differentiate.
        places: the place of each variable among the inputs.
        inputs: where.
        last_in_reverse: whether the last derivative, the outermost one, is taken in reverse mode.
        before_in_reverse: the same of the one before it.
        weigh: weighs the columns of a matrix, one sum a row.
        unit: a 1 that weights are multiplied with, which makes them samples within torch.vmap; None where there are no
            samples.
        only: of a first derivative, the passes that are made: those of some outputs in reverse mode, of some elements
            of the variable in forward mode; None: all.
    """

    function: TensorsFunction
    places: dict[str, int]
    inputs: tuple[Tensor, ...]
    last_in_reverse: bool
    before_in_reverse: bool
    weigh: Callable[[Tensor, Sequence[float]], Tensor]
    unit: Tensor | None = None
    only: tuple[int, ...] | None = None

    def __call__(self, request: Request) -> Tensor:
        """What a request asks for, flattened."""
        flat = flattened(self.function)
        places = [self.places[name] for name in request.wrt]
        if not places:
            return flat(self.inputs)
        if len(places) == 1:
            return self.first(flat, places[0], request).reshape(-1)
        return self.second(flat, places, request).reshape(-1)

    def first(self, flat: TensorFunction, place: int, request: Request) -> Tensor:
        """A first derivative: a row for each output."""
        if self.last_in_reverse:
            return reverse_rows(flat, place, self.inputs, self.chosen(self.upstreams(flat(self.inputs), request)))
        columns = forward_rows(flat, place, self.inputs, self.chosen(self.basis(place)))
        return columns.T if request.upstream is None else self.weigh(columns, request.upstream)

    def second(self, flat: TensorFunction, places: Sequence[int], request: Request) -> Tensor:
        """A second derivative: outputs by elements of the first variable by those of the second."""
        first, last = places
        if self.before_in_reverse:
            return self.reverse_before(flat, first, last, request)
        along = self.tangents(first, request)

        def tangents_of(inputs: tuple[Tensor, ...]) -> Tensor:
            return forward_rows(flat, first, inputs, along).reshape(-1)

        outputs, count = flat(self.inputs).numel(), len(along)
        if self.last_in_reverse and request.upstream is not None:
            weights = self.row(request.upstream, flat(self.inputs))
            upstreams = torch.block_diag(*[weights] * count)
            return reverse_rows(tangents_of, last, self.inputs, upstreams)
        if self.last_in_reverse:
            found = reverse_rows(tangents_of, last, self.inputs, self.eye(count * outputs, flat(self.inputs)))
            return found.reshape(count, outputs, -1).transpose(0, 1)
        columns = forward_rows(tangents_of, last, self.inputs, self.basis(last)).reshape(-1, count, outputs)
        if request.upstream is None:
            return columns.permute(2, 1, 0)
        return self.weigh(columns.reshape(-1, outputs), request.upstream).reshape(-1, count).T

    def reverse_before(self, flat: TensorFunction, first: int, last: int, request: Request) -> Tensor:
        """A second derivative of which the first one is taken in reverse mode."""
        upstreams = self.upstreams(flat(self.inputs), request)
        outputs = len(upstreams)

        def gradients_by(place: int) -> TensorFunction:
            return lambda inputs: reverse_rows(flat, place, inputs, upstreams).reshape(-1)

        if not self.last_in_reverse and request.direction is not None:
            tangent = self.row(request.direction, self.inputs[first])
            return forward_rows(gradients_by(last), first, self.inputs, tangent)
        if not self.last_in_reverse:
            found = forward_rows(gradients_by(first), last, self.inputs, self.basis(last))
            return found.T.reshape(outputs, -1, found.shape[0])
        along = self.tangents(first, request)
        weights = torch.block_diag(*[along] * outputs) if outputs > 1 else along
        return reverse_rows(gradients_by(first), last, self.inputs, weights)

    def chosen(self, rows: Tensor) -> Tensor:
        """The passes of a first derivative that are made."""
        return rows if self.only is None else rows[list(self.only)]

    def upstreams(self, result: Tensor, request: Request) -> Tensor:
        """The upstream gradients of the outputs: the one that is asked for, or one for each output."""
        if request.upstream is None:
            return self.eye(result.numel(), result)
        return self.row(request.upstream, result)

    def tangents(self, place: int, request: Request) -> Tensor:
        """The weights of an input's elements: the direction that is asked for, or one for each element."""
        return self.basis(place) if request.direction is None else self.row(request.direction, self.inputs[place])

    def basis(self, place: int) -> Tensor:
        """A tangent for each element of an input."""
        return self.eye(self.inputs[place].numel(), self.inputs[place])

    def eye(self, count: int, like: Tensor) -> Tensor:
        """The unit vectors."""
        return self.made(torch.eye(count, dtype=like.dtype, device=like.device))

    def row(self, weights: Sequence[float], like: Tensor) -> Tensor:
        """Weights as a matrix of one row."""
        return self.made(torch.tensor([weights], dtype=like.dtype, device=like.device))

    def made(self, weights: Tensor) -> Tensor:
        """Weights as they are handed to torch."""
        return weights if self.unit is None else weights * self.unit.to(weights.dtype)


def numbers_in(tensor: Tensor) -> Tensor:
    """A tensor's numbers in float64, on the CPU; the tangent of a constant is known to be 0 and has no storage."""
    tensor = tensor.detach()
    stored = torch.zeros(tensor.shape, dtype=tensor.dtype) if torch._is_zerotensor(tensor) else tensor
    return stored.double().cpu()


_SPLIT = 2.0**27 + 1
"""Splits a float64 into halves of 26 bits (G. W. Veltkamp), whose products with short numbers are exact."""


def weighed_exactly(columns: Tensor, weights: Sequence[float]) -> Tensor:
    """The sum of each row's numbers with weights of a few bits, rounded once: nothing of the weighing shows in it."""
    rows: list[list[float]] = numbers_in(columns).tolist()
    return torch.tensor([_weighed(row, weights) for row in rows], dtype=torch.float64)


def _weighed(numbers: Sequence[float], weights: Sequence[float]) -> float:
    terms: list[float] = []
    for number, weight in zip(numbers, weights, strict=True):
        scaled = number * _SPLIT
        high = scaled - (scaled - number) if math.isfinite(scaled) else number
        terms += (weight * high, weight * (number - high))
    return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)


def weighed_quickly(columns: Tensor, weights: Sequence[float]) -> Tensor:
    """The same in float64, for samples whose last bits tell nothing."""
    factors: Any = torch.tensor(weights, dtype=torch.float64, device=columns.device)
    result: Tensor = columns.double() @ factors
    return result
