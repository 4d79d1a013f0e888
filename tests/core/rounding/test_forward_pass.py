"""A step is moved where its result lies."""

from __future__ import annotations

import pytest
import torch

from derivcheck.autograd.torch_program import compile_torch
from derivcheck.language.parse import parse
from derivcheck.language.table import function
from derivcheck.rounding.forward_pass import ROUNDED


@pytest.mark.parametrize("name", sorted(ROUNDED))
def test_a_step_that_is_moved_lies_in_memory_of_its_own(name: str) -> None:
    """Moving a result must not move an argument of its; not even where the result is the argument."""
    row = function(name)
    assert row is not None
    (step,) = compile_torch(parse(f"{name}({', '.join(row.params)})", set(row.params))).steps
    run = step.run
    assert step.function == name
    assert run is not None
    for number in (0.5, 1.0, 2.0):
        x = torch.full((65,), number)
        for args in ((x,), (x, torch.ones(65)), (x, 1)):
            try:
                result = run(*args)
            except TypeError:  # it takes another number of arguments, or no plain number
                continue
            assert result.data_ptr() != x.data_ptr()
            assert result.is_contiguous()
