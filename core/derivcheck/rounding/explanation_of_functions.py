"""What rounding explains of any function of 0-d tensors, such as a user's own."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Spread, Wrt
from derivcheck.rounding.asked_function import Asked, uncompiled
from derivcheck.rounding.elementwise import is_elementwise
from derivcheck.rounding.one_at_a_time import spreads_one_at_a_time
from derivcheck.rounding.tape_at_a_point import elementwise_spreads

__all__ = ["elementwise_spreads", "function_spreads"]


def function_spreads(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: TorchSetting,
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative of any function of 0-d tensors.

    Args:
        function: what to differentiate.
        variables: the names of its arguments, in order.
        inputs: a 0-d tensor for each.
        wrts: what is asked for.
        setting: device, format and mode.

    Returns:
        A Spread for each of `wrts`, None where torch raised, or where the function returns something else each time.
    """
    asked = Asked(function, variables, inputs, wrts, setting)
    if is_elementwise(asked):
        with uncompiled():
            return elementwise_spreads(*asked)
    return spreads_one_at_a_time(asked)
