"""gammainc(x, a) is MATLAB's order by its names, and torch's by its place: it is refused with both."""

from __future__ import annotations

import pytest

from derivcheck.errors import TwoReadingsError
from derivcheck.language.parse import parse


@pytest.mark.parametrize("name", ["gammainc", "gammaincc"])
def test_both_readings_are_shown_and_read(name: str) -> None:
    """What the hint shows is accepted: one is the order of MATLAB, the other that of torch."""
    with pytest.raises(TwoReadingsError) as caught:
        parse(f"2*{name}( x, a)", ["a", "x"])
    of_matlab, of_torch = (caught.value.hint or "").split("`")[1::2]

    assert parse(f"{name}(x, a)", strict=True) == parse(of_torch)
    assert parse(f"{name}(a, x)", strict=True) == parse(of_matlab)


@pytest.mark.parametrize(
    "text", ["gammainc(a, x)", "gammainc(x, 2)", "gammainc(2, x)", "gammainc(x, b)", "igamma(x, a)"]
)
def test_other_arguments_are_read_as_they_stand(text: str) -> None:
    """Names that say nothing of the order are in torch's."""
    assert parse(text) == parse(text, strict=True)
