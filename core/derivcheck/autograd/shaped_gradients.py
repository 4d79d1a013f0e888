"""The autograd reading of a shaped program: what torch's engines return, element by element."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from fractions import Fraction
from warnings import catch_warnings

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.requests import Request
from derivcheck.autograd.second_pass import find_refusal
from derivcheck.autograd.shaped_program import ShapedProgram
from derivcheck.autograd.tensor_sweeps import CompiledTensors, TensorReverseApart
from derivcheck.autograd.tensor_transforms import (
    TensorsFunction,
    TensorTransforms,
    flattened,
    numbers_in,
    weighed_exactly,
)
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Refusal
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue

TensorEngine = Callable[[Request], Tensor]

DIRECTIONS: Mapping[Mode, tuple[bool, bool]] = {
    Mode.REVERSE: (True, True),
    Mode.COMPILE: (True, True),
    Mode.FUNC: (True, True),
    Mode.FORWARD: (False, False),
    Mode.FORWARD_OVER_REVERSE: (False, True),
    Mode.REVERSE_OVER_FORWARD: (True, False),
}
"""Of each mode, whether the last derivative is taken in reverse mode, and whether the one before it is."""


def shaped_gradients(
    program: ShapedProgram, point: ShapedPoint, asked: Sequence[Request], setting: TorchSetting
) -> list[tuple[float, ...] | Refusal]:
    """What torch returns for each request.

    Args:
        program: what to differentiate.
        point: what each variable holds; integers are never differentiated.
        asked: what is asked for.
        setting: device, format and mode.

    Returns:
        The elements of each request as exact numbers, nan and inf included, or why torch returned nothing. A gradient
        that torch leaves out, because nothing depends on the variable, is 0.
    """
    inputs = tuple([tensor_of(point[name], setting) for name in program.variables])
    function = function_of(program, setting)
    moving = [name for name in program.variables if any(name in request.wrt for request in asked)]
    found: list[tuple[float, ...] | Refusal] = []
    with _without_warnings():
        try:
            engine = engine_of(function, program.variables, inputs, moving, asked, setting.mode)
        except Exception as error:  # no compiler for this version of Python
            return [refusal_of(error)] * len(asked)
        for request in asked:
            try:
                with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
                    found.append(_elements(engine, request, point))
            except (Exception, SystemExit, GeneratorExit) as error:
                found.append(refusal_of(error))
        if program.own and setting.mode is Mode.REVERSE and any(len(request.wrt) > 1 for request in asked):
            refused = find_refusal(flattened(function), tuple([tensor.clone() for tensor in inputs]))
            if refused is not None:
                return [refused if len(request.wrt) > 1 else got for request, got in zip(asked, found, strict=True)]
    return found


@contextmanager
def _without_warnings() -> Iterator[None]:
    """What torch warns of, such as a break of a compiled graph, is no news; what it refuses, it raises."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        with catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _elements(engine: TensorEngine, request: Request, point: ShapedPoint) -> tuple[float, ...]:
    """The elements of a request; torch is not asked for derivatives by or of nothing."""
    if any(not point[name].elements for name in request.wrt):
        return ()
    if request.wrt and request.upstream is None and not engine(Request()).numel():
        return ()
    return tuple(numbers_in(engine(request)).tolist())


def engine_of(
    function: TensorsFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    moving: Sequence[str],
    asked: Sequence[Request],
    mode: Mode,
) -> TensorEngine:
    """The engine of a mode."""
    places = {name: place for place, name in enumerate(variables)}
    higher = any(len(request.wrt) > 1 for request in asked)
    if mode is Mode.REVERSE:
        return TensorReverseApart(function, places, inputs, moving, higher=higher)
    if mode is Mode.COMPILE:
        return CompiledTensors(function, places, inputs, moving, higher=higher)
    last, before = DIRECTIONS[mode]
    return TensorTransforms(function, places, inputs, last, before, weighed_exactly)


def function_of(program: ShapedProgram, setting: TorchSetting) -> TensorsFunction:
    """A program as a function of its inputs alone."""
    literal = setting.literal if program.own else setting.shared_literal  # whose code may overwrite its arguments
    return lambda inputs: program(inputs, literal)


def tensor_of(value: ShapedValue, setting: TorchSetting) -> Tensor:
    """The tensor of a value at a point: integers stay what they are."""
    if value.is_integer:
        integers = [int(element.exact) for element in value.elements]
        return torch.tensor(integers, dtype=torch.int64, device=setting.device).reshape(value.shape)
    numbers = [_nearest(element.exact) for element in value.elements]
    return torch.tensor(numbers, dtype=TORCH_DTYPES[setting.dtype], device=setting.device).reshape(value.shape)


def _nearest(number: Fraction) -> float:
    """The float64 that a number of any format is."""
    return number.numerator / number.denominator
