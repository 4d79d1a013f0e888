"""The format beside the one that a list is for. Covers also: formats."""

from __future__ import annotations

import torch

from derivcheck.autograd.devices import resolve
from derivcheck.autograd.user_functions import as_user_function
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.formats import lacks_format, other_format


def test_the_two_formats_stand_beside_each_other() -> None:
    """From the narrow ones it is float32."""
    assert [DType.FLOAT64, DType.FLOAT32, DType.FLOAT32] == [
        other_format(dtype) for dtype in (DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)
    ]


def test_a_module_that_exists_has_one_format() -> None:
    """A function of tensors has none of its own."""
    cpu = resolve("cpu")
    assert lacks_format(as_user_function(torch.sin), cpu, DType.FLOAT64) is None
    module = as_user_function(torch.nn.Linear(2, 2).double())
    assert "the module's numbers are float64" in (lacks_format(module, cpu, DType.FLOAT64) or "")
