"""Exact arithmetic on truths: sums and multiples, and how they are known."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.model import Evidence, Kind, Truth
from derivcheck.numbers import Dyadic, Enclosure
from derivcheck.own_functions.checks.exact_truths import add_up, scale

HALF = Enclosure(Dyadic(1, -1), Dyadic(0, 0))
PROVEN = Truth(Kind.VALUE, HALF, evidence=Evidence.PROVEN)
SHOWN = Truth(Kind.VALUE, HALF, evidence=Evidence.SHOWN)
SWINGS = Truth(Kind.VALUE, HALF, evidence=Evidence.SHOWN, swings=True)


@pytest.mark.parametrize(
    ("terms", "evidence", "swings"),
    [
        ((PROVEN, PROVEN), Evidence.PROVEN, False),
        ((PROVEN, SHOWN), Evidence.SHOWN, False),
        ((SWINGS, PROVEN), Evidence.SHOWN, True),
    ],
)
def test_a_sum_is_known_as_well_as_the_least_of_its_terms(
    terms: tuple[Truth, ...], evidence: Evidence, swings: bool
) -> None:
    """1/2 + 1/2 is 1, shown where one of the two is; a multiple is known as well as what was multiplied."""
    found = add_up(terms)
    assert found is not None
    assert found.value is not None
    assert (Fraction(1), evidence, swings) == (found.value.mid.fraction(), found.evidence, found.swings)
    assert (evidence, swings) == (scale(found, Fraction(3)).evidence, scale(found, Fraction(3)).swings)
