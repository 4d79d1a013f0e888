"""Every function of shapes is lowered to the numbers that torch returns, but for rounding. Covers also: lookup."""

from __future__ import annotations

from collections import Counter
from types import FunctionType
from typing import Any

import pytest
from lowered import check, shaped_row
from lowering_samples import SAMPLES

from derivcheck.elements.lowerings import lookup
from derivcheck.language.table import SHAPED_FUNCTIONS

CALLS = [
    pytest.param(name, arguments, id=f"{name}-{index}")
    for name, calls in SAMPLES.items()
    for index, arguments in enumerate(calls)
]


def test_every_function_of_shapes_has_samples() -> None:
    """A row that nothing calls could be lowered to anything."""
    assert {row.name for row in SHAPED_FUNCTIONS} == SAMPLES.keys()


def test_every_row_names_a_lowering_or_has_a_definition() -> None:
    """And torch's kernel."""
    wrong = [row.name for row in SHAPED_FUNCTIONS if (row.lowering is None) == (row.definition is None)]
    assert [] == wrong
    assert [] == [row.name for row in SHAPED_FUNCTIONS if row.lowering and row.lowering not in lookup.LOWERINGS]
    assert [] == [row.name for row in SHAPED_FUNCTIONS if row.torch is None]


def test_no_two_lowerings_have_one_name() -> None:
    """They are looked up by it."""
    names = Counter(
        name
        for module in lookup._MODULES
        for name, found in vars(module).items()
        if isinstance(found, FunctionType) and found.__module__ == module.__name__ and not name.startswith("_")
    )
    assert [] == [name for name, count in names.items() if count > 1]


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")  # kl_div's mean is over all elements, as it is here
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_lowering_gives_what_torch_returns(name: str, arguments: tuple[Any, ...]) -> None:
    """In shape and in numbers: a number, one element, none, negative dims, memory in another order."""
    check(shaped_row(name), *arguments)
