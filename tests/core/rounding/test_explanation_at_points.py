"""What rounding explains at many points: the cheaper look is taken first."""

from __future__ import annotations

import pytest
import torch

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.explanation_at_points import looks


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD])
def test_the_last_look_explains_most(mode: Mode) -> None:
    """No earlier look explains more than the whole tape does, which is the last one."""
    program, setting = readings("(1 - cos(x))/x**2", frozenset({"x"})).torch, TorchSetting("cpu", DType.FLOAT64, mode)
    xs = torch.tensor([1e-3, 0.3, 1.7], dtype=torch.float64)
    *earlier, last = [look(program, [xs], [("x",)], setting)[0] for look in looks(mode)]
    assert last is not None
    assert (last > 0).all()
    for reach in earlier:
        assert reach is not None
        assert (reach <= 1.1 * last).all()
