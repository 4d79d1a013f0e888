"""The autograd reading: the derivatives of a torch program by torch's engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.second_pass import find_refusal
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Gradient, Mode, Wrt


def gradients(
    program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: TorchSetting
) -> list[Gradient]:
    """torch's value (for the empty wrt) and derivatives at a point.

    Args:
        program: what to differentiate.
        point: the exact value of each variable, one that the format holds.
        wrts: what is asked for; () is the value.
        setting: device, format and mode.

    Returns:
        A Gradient for each of `wrts`, in their order; one that torch could not compute carries the reason.
    """
    place = [setting.tensor(point[name]) for name in program.variables]
    variables = differentiated(program, wrts, setting)
    moving = [program.variables.index(name) for name in variables]
    literals = [] if program.own else [setting.shared_literal(value) for value in program.literals]

    def run(inputs: list[Tensor]) -> Tensor:
        if program.own:  # whose code may overwrite a literal's tensor: there is a new one wherever it is used
            return program(inputs, setting.literal)
        return program.run(inputs, literals.__getitem__)

    function = with_constants(run, place, moving)
    inputs = tuple([place[index] for index in moving])
    found = differentiate(function, variables, inputs, wrts, setting)
    if not program.own or setting.mode is not Mode.REVERSE or all(len(wrt) < 2 for wrt in wrts):
        return found
    refused = find_refusal(function, inputs)
    if refused is None:
        return found
    return [
        gradient if len(wrt) < 2 else Gradient(setting.mode, setting.device, setting.dtype, refusal=refused)
        for wrt, gradient in zip(wrts, found, strict=True)
    ]


def differentiated(program: TorchProgram, wrts: Sequence[Wrt], setting: TorchSetting) -> Sequence[str]:
    """The variables that anything asked for is differentiated by; all others are constants, which no graph records.

    What a compiler makes of a program, and what a function of the user's own does, may depend on the others as well:
    there each variable counts.
    """
    if program.own or setting.mode is Mode.COMPILE:
        return program.variables
    asked = {name for wrt in wrts for name in wrt}
    return [name for name in program.variables if name in asked]


def with_constants(
    run: Callable[[list[Tensor]], Tensor], place: Sequence[Tensor], moving: Sequence[int]
) -> TensorFunction:
    """A function of some of its inputs; the others stay at a place.

    Args:
        run: the function of all of them.
        place: where they are.
        moving: which of them are left.
    """

    def function(xs: tuple[Tensor, ...]) -> Tensor:
        inputs = [*place]
        for index, x in zip(moving, xs, strict=True):
            inputs[index] = x
        return run(inputs)

    return function


def differentiate(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: TorchSetting,
) -> list[Gradient]:
    """The value and the derivatives of a function of 0-d tensors, as `gradients` returns them."""
    found: list[Gradient] = []
    for outcome in derivatives(function, variables, inputs, wrts, setting.mode):
        if isinstance(outcome, Tensor):
            found.append(Gradient(setting.mode, setting.device, setting.dtype, value=float(outcome.item())))
        else:
            found.append(Gradient(setting.mode, setting.device, setting.dtype, refusal=outcome))
    return found
