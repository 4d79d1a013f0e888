"""The data between the stages: numbers of any magnitude, formats and statuses."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.errors import Location
from derivcheck.model import Case, Kind, Severity, Status, Truth
from derivcheck.numbers import DType, Dyadic, Enclosure, decimal_text


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [
        (Dyadic(0, 5), 20, "0"),
        (Dyadic(9, 0), 20, "9"),
        (Dyadic(-600, 0), 20, "-600"),
        (Dyadic(5, -1), 20, "2.5"),
        (Dyadic(1, -20), 20, "9.5367431640625e-7"),
        (Dyadic(1, -3), 2, "0.12"),
        (Dyadic(3, -3), 2, "0.38"),
        (Dyadic(1, 10**10), 5, "4.3633e3010299956"),
        (Dyadic(-3, 10**20), 5, "-7.096e30102999566398119521"),  # 10**20*log10(2) = 30102999566398119521.37…
        (Dyadic(1, -(10**20)), 5, "4.2278e-30102999566398119522"),
    ],
)
def test_decimals_of_any_magnitude(number: Dyadic, digits: int, expected: str) -> None:
    """Exact numbers print in decimal, however large or small."""
    assert expected == number.decimal(digits)


@given(st.fractions(max_denominator=10**6))
def test_decimal_text_is_exact_or_none(value: Fraction) -> None:
    """A fraction is written as a decimal exactly where its decimals end."""
    text = decimal_text(value)
    ends = value.denominator == 1 or not set(_primes(value.denominator)) - {2, 5}
    assert (Fraction(text) == value) if ends and text is not None else text is None


def _primes(number: int) -> list[int]:
    found, candidate = [], 2
    while number > 1:
        while number % candidate == 0:
            found.append(candidate)
            number //= candidate
        candidate += 1
        if candidate * candidate > number > 1:
            return [*found, number]
    return found


@given(x=st.floats(allow_nan=False, allow_infinity=False), dtype=st.sampled_from(list(DType)))
def test_rounding_to_a_format_is_torchs(x: float, dtype: DType) -> None:
    """The nearest number of a format is the one that torch casts to."""
    cast = float(torch.tensor(x, dtype=torch.float64).to(TORCH_DTYPES[dtype]))
    nearest = dtype.nearest(Fraction(x))
    assert math.isinf(cast) if nearest is None else nearest == Fraction(cast)


@given(x=st.floats(min_value=5e-324, max_value=1e308))
def test_the_ulp_is_maths(x: float) -> None:
    """In float64 an ulp is what math.ulp says."""
    assert Fraction(math.ulp(x)) == DType.FLOAT64.ulp(Fraction(x))


def test_an_enclosure_knows_whether_it_contains_zero() -> None:
    """Zero is inside exactly where the radius reaches it."""
    assert Enclosure(Dyadic(1, 0), Dyadic(1, 0)).contains_zero()
    assert not Enclosure(Dyadic(1, 0), Dyadic(1, -1)).contains_zero()
    assert Enclosure(Dyadic(1, -5000), Dyadic(1, 5000)).contains_zero()
    assert not Enclosure(Dyadic(3, 0), Dyadic(5, -1)).contains_zero()
    assert Enclosure(Dyadic(0, 0), Dyadic(0, 0)).is_exact_zero
    assert not Enclosure(Dyadic(1, -(10**20)), Dyadic(0, 0)).contains_zero()


def test_the_number_is_there_exactly_where_the_kind_says_so() -> None:
    """A Truth of kind `value` without one cannot be made, nor one of another kind with one."""
    with pytest.raises(ValueError, match="value"):
        Truth(Kind.VALUE)
    with pytest.raises(ValueError, match="value"):
        Truth(Kind.ENDPOINT, Enclosure(Dyadic(1, 0), Dyadic(0, 0)))


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_case_without_a_name_is_called_by_its_place(name: str | None) -> None:
    """A blank one is none; and without a place, by its expression."""
    assert "a.toml:3" == Case("x", name=name, location=Location("a.toml", 3)).label
    assert "x" == Case("x", name=name).label


def test_statuses_are_ordered_by_severity() -> None:
    """The worst of several statuses is the one with the greatest rank, and its severity is the worst as well."""
    severities = [status.severity.rank for status in Status]
    assert sorted(severities) == severities
    assert [Severity.PASS, Severity.ERROR] == [min(Status, key=lambda s: s.rank).severity, Status.ERROR.severity]


def test_every_status_has_a_name_and_a_meaning() -> None:
    """Statuses are found by their names, and each says what it means."""
    for status in Status:
        assert Status.named(str(status)) is status
        assert status.meaning
    with pytest.raises(ValueError, match="there are match"):
        Status.named("fine")
