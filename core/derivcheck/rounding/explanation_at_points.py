"""What rounding explains of torch's numbers at many points at once: the looks to take, the cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Mode, Wrt
from derivcheck.rounding.forward_at_points import forward_reaches
from derivcheck.rounding.tape_at_points import program_reaches

Look = Callable[[TorchProgram, Sequence[Tensor], Sequence[Wrt], TorchSetting], list[Tensor | None]]
"""Finds the largest error that is explained, for each number asked for at each point: see `program_reaches`."""


def looks(mode: Mode) -> tuple[Look, ...]:
    """The looks to take until all errors are explained; the tape alone sees how transforms round."""
    tape = partial(program_reaches, few=True), partial(program_reaches, few=False)
    if mode is not Mode.REVERSE:
        return tape
    return partial(forward_reaches, few=True), partial(forward_reaches, few=False), tape[-1]
