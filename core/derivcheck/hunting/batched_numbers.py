"""Torch's numbers at many points of a search at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.hunting.bit_patterns import tensor_at
from derivcheck.hunting.searched import Place, Searched
from derivcheck.inputs.coordinates import read_coordinate
from derivcheck.model import Mode, Wrt


class BatchedNumbers:
    """Torch's value and derivatives at many points.

    Args:
        searched: the search.

    Raises:
        UnsupportedError: where torch lacks a function.
    """

    def __init__(self, searched: Searched) -> None:
        self.searched = searched
        self.program: TorchProgram = searched.readings.torch
        self.asked: tuple[Wrt, ...] = ((), *searched.wrts)
        self.is_plain = not self.program.own
        """Whether torch's own functions alone are called, so that samples of rounding may be drawn in one go."""
        dtype = searched.dtype
        self._held = {
            name: torch.tensor(float(read_coordinate(name, text, dtype).exact), dtype=TORCH_DTYPES[dtype])
            for name, text in searched.held.items()
        }

    def inputs(self, places: Sequence[Place]) -> tuple[Tensor, ...]:
        """What torch is given: a tensor for each variable of the program."""
        return self.inputs_at(torch.tensor(places, dtype=torch.int64).reshape(len(places), -1).T)

    def inputs_at(self, rows: Tensor) -> tuple[Tensor, ...]:
        """The same for places in columns: a row for each variable that is searched."""
        device = self.searched.prepared.device.name
        given = dict(zip(self.searched.names, rows, strict=True))
        return tuple(
            (
                tensor_at(given[name], self.searched.dtype)
                if name in given
                else self._held[name].expand(rows.shape[1]).clone()
            ).to(device)
            for name in self.program.variables
        )

    def at(self, places: Sequence[Place]) -> list[list[float] | None]:
        """Torch's numbers at some points, for each column of the search; None of a column that it cannot give so."""
        found = self.in_tensors(self.inputs(places))
        return [None if numbers is None else numbers.tolist() for numbers in found]

    def in_tensors(self, inputs: tuple[Tensor, ...]) -> list[Tensor | None]:
        """Torch's numbers for some inputs, as float64, for each column of the search."""
        made: dict[tuple[Wrt, Mode | None], Tensor | None] = {}
        modes = list(dict.fromkeys(mode for _, mode in self.searched.columns if mode is not None))
        for mode in modes or [Mode.REVERSE]:
            for wrt, numbers in zip(self.asked, self._by_mode(inputs, mode), strict=True):
                made[wrt, mode] = numbers
                made.setdefault((wrt, None), numbers)
        return [made[column] for column in self.searched.columns]

    def _by_mode(self, inputs: tuple[Tensor, ...], mode: Mode) -> list[Tensor | None]:
        if mode is Mode.COMPILE:  # it compiles anew for each size
            return [None] * len(self.asked)
        setting = TorchSetting(self.searched.prepared.device.name, self.searched.dtype, mode)
        outcomes = derivatives(
            lambda xs: self.program(xs, setting.literal), self.program.variables, inputs, self.asked, mode
        )
        return [self._numbers(outcome, inputs[0]) for outcome in outcomes]

    def _numbers(self, outcome: object, like: Tensor) -> Tensor | None:
        """An outcome as a column of float64; None where it is none."""
        if not isinstance(outcome, Tensor) or outcome.dtype is not TORCH_DTYPES[self.searched.dtype]:
            return None
        if outcome.dim() and outcome.shape != like.shape:
            return None
        if torch._is_zerotensor(outcome):  # the tangent of a constant in forward mode: it has no memory
            return torch.zeros(like.shape, dtype=torch.float64)
        return outcome.detach().double().cpu().expand(like.shape)
