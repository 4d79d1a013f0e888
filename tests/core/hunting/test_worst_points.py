"""The worst points of each kind."""

from __future__ import annotations

from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import number_at, place_of
from derivcheck.hunting.worst_points import worst_points
from derivcheck.model.hunt import FindKind
from derivcheck.numbers import DType


def test_faults_that_are_no_neighbours() -> None:
    """Of softplus'' beyond 20 three; of right numbers one."""
    known = known_for(request_of("softplus(x)", "x=1..100", wrt=(("x", "x"),)))
    places = [(place_of(number, DType.FLOAT64),) for number in (2.0, 3.0, 30.0, 60.0, 90.0)]
    for place in (*places, (places[-1][0] + 1,)):
        known.confirm(place)
    worst = worst_points(known, 1, 3)
    assert 1 == len(worst[FindKind.WORST])
    assert [30, 60, 90] == sorted(round(number_at(place, DType.FLOAT64)) for (place,) in worst[FindKind.FAILS])
    assert {} == worst_points(known, 1, 3, among=())
