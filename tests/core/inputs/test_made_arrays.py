"""Arrays that a call makes, against torch's own."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.inputs.array_texts import Source, read_array
from derivcheck.inputs.made_arrays import MAKERS
from derivcheck.inputs.shape_texts import MAKER_NAMES
from derivcheck.numbers import DType

_EIGHTHS = st.integers(-80, 80).map(lambda eighths: eighths / 8)


def made(text: str, dtype: DType = DType.FLOAT64) -> torch.Tensor:
    """The tensor that a value stands for."""
    array = read_array("x", text, Source(dtype))
    return torch.tensor([float(element.exact) for element in array.elements], dtype=torch.float64).reshape(array.shape)


@settings(deadline=None)
@given(_EIGHTHS, _EIGHTHS, _EIGHTHS.filter(bool))
def test_arange_is_torchs(start: float, end: float, step: float) -> None:
    """Of numbers that float64 holds exactly, where rounding changes nothing; torch refuses a step away from the end."""
    found = made(f"arange({start}, {end}, {step})")
    if (end - start) * step >= 0:
        assert torch.equal(torch.arange(start, end, step, dtype=torch.float64), found)
    else:
        assert found.shape == (0,)


@settings(deadline=None)
@given(_EIGHTHS, _EIGHTHS, st.integers(0, 30))
def test_linspace_is_torchs_but_for_its_rounding(start: float, end: float, steps: int) -> None:
    """torch rounds the step and each product; here each number is rounded once."""
    found = made(f"linspace({start}, {end}, {steps})")
    assert torch.allclose(found, torch.linspace(start, end, steps, dtype=torch.float64), rtol=1e-14, atol=1e-14)
    for place, number in enumerate(found.tolist()):
        exact = Fraction(start) + (Fraction(end) - Fraction(start)) * place / max(steps - 1, 1)
        assert DType.FLOAT64.nearest(exact) == Fraction(number)


@pytest.mark.parametrize(
    "call",
    ["zeros(2, 3)", "ones((3,))", "full((2, 3), 0.5)", "eye(3)", "eye(2, 4)", "arange(5)", "zeros(0, 3)", "ones(())"],
)
def test_the_others_are_torchs_too(call: str) -> None:
    """The same text is a program of torch's."""
    expected = eval(f"torch.{call}").to(torch.float64)
    assert torch.equal(expected, made(call))
    assert torch.equal(expected, made(f"torch.{call}"))


@pytest.mark.parametrize("example", [maker.example for maker in MAKERS.values()])
def test_the_example_of_each_maker_has_the_shape_that_torch_makes(example: str) -> None:
    """Those that messages show."""
    expected = eval(f"torch.{example}", {"torch": torch, "pi": torch.pi})
    assert expected.shape == made(example).shape


def test_what_makes_an_array_is_known_where_nothing_is_computed_yet() -> None:
    """The names by which a text is seen to be an array are those of the makers."""
    assert tuple(MAKERS) == MAKER_NAMES
