"""The errors of torch's numbers at many points, and the statuses that are certain."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from searched_ranges import known_for, request_of, searched_for

from derivcheck.checking.one_point import check_point
from derivcheck.errors import UnsupportedError
from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.known_points import looks_of
from derivcheck.hunting.proven_errors import ProvenErrors
from derivcheck.hunting.searched import UNKNOWN, Place
from derivcheck.model import OwnFunction, Status, Wrt
from derivcheck.numbers import DType
from derivcheck.verdict.criterion import CRITERION

ORDINARY: list[tuple[str, str, tuple[Wrt, ...], DType]] = [
    ("softplus(x)", "x=-100..100", (("x", "x"),), DType.FLOAT64),
    ("gelu(x)", "x=-45..45", (), DType.FLOAT64),
    ("tanh(x)", "x=-400..400", (), DType.FLOAT64),
    ("log(x)", "x=-2..2", (), DType.FLOAT64),
    ("sqrt(1 + x*x) - x", "x=-1e9..1e9", (), DType.FLOAT64),
    ("log1p(exp(x))", "x=-200..200", (), DType.FLOAT32),
    ("exp(x)", "x=-inf..inf", (), DType.BFLOAT16),
    ("tanh(x)", "x=-inf..inf", (), DType.FLOAT16),
    ("x*exp(-x)", "x=-inf..inf", (("x",), ("x", "x")), DType.FLOAT16),
]


@pytest.mark.parametrize(("expr", "searched_range", "wrt", "dtype"), ORDINARY)
def test_what_is_certain_is_what_the_ordinary_way_says(
    expr: str, searched_range: str, wrt: tuple[Wrt, ...], dtype: DType
) -> None:
    """At points drawn from all numbers and from the length of the range: status and error."""
    searched, batched = searched_for(request_of(expr, searched_range, wrt=wrt, dtype=dtype))
    draw = random.Random(1)
    (low,), (high,) = searched.lows, searched.highs
    places: list[Place] = [(draw.randint(low, high),) for _ in range(8)]
    if dtype is DType.FLOAT64:
        ends = [float(text) for text in searched_range.removeprefix("x=").split("..")]
        places += [(place_of(draw.uniform(*ends), dtype),) for _ in range(12)]
    for place, looks in zip(places, ProvenErrors(searched, batched).at(places), strict=True):
        if all(look.status is None for look in looks):
            continue
        results = tuple(check_point(searched.prepared, searched.texts(place)))
        for look, true in zip(looks, looks_of(results, searched, [UNKNOWN] * len(looks)), strict=True):
            assert look.status in {None, true.status}, (place, searched.texts(place))
            if look.status is Status.MATCH and math.isfinite(true.ulps) and true.ulps > 1e-3:
                assert look.ulps == pytest.approx(true.ulps, rel=1e-3, abs=1.01)  # a kernel for many numbers may differ


def test_errors_are_exact() -> None:
    """Of x/3 torch's derivative, the float next to 1/3, is a third of an ulp off."""
    known = known_for(request_of("x/3", "x=1..2"))
    place = (place_of(1.5, DType.FLOAT64),)
    known.look_at([place])
    assert 0.0 == known.looks[place][0].ulps
    assert known.looks[place][1].ulps == pytest.approx(1 / 3)


def test_a_wrong_derivative_has_no_status_and_a_large_error() -> None:
    """The ordinary way alone finds fault."""
    known = known_for(request_of("softplus(x)", "x=0..100", wrt=(("x", "x"),)))
    known.look_at([(place_of(30.0, DType.FLOAT64),)], explained=True)
    ((_, second),) = known.looks.values()
    assert second.status is None
    assert second.ulps > 1e15


def test_a_surrogate_goes_the_ordinary_way() -> None:
    """What is held there has another value at each point."""
    own = OwnFunction("mine", ("x",), "sign(x)", "torch:sign", surrogate="tanh(x)")
    with pytest.raises(UnsupportedError):
        ProvenErrors(*searched_for(request_of("mine(x)", "x=-1..1", functions=(own,))))


ENDS = [
    (-60_000.0, 0.0, {-math.inf, math.nan, 1.0, 65_504.0, 2.0**-21}),
    (60_000.0, math.inf, {-math.inf, math.nan, 1.0, 65_504.0, 0.0}),
    (0.0, 1.0, {-1.0, 0.0, math.inf, 1 + 2.0**-7, 1 - 2.0**-7}),
    (11.0, 59_872.0, {65_504.0, math.inf, -59_872.0, 59_872.0 + 256}),
    (-10.0, 2.0**-14 * 0.7437, {0.0, 2.0**-14 * 0.7437 + 2.0**-20}),
]
"""Of exp in float16: where, a right number, and wrong ones."""


@pytest.mark.parametrize(("x", "right", "wrong"), ENDS)
def test_what_is_plain_is_plain_up_to_the_ends_of_the_format(
    monkeypatch: pytest.MonkeyPatch, x: float, right: float, wrong: set[float]
) -> None:
    """0 is right for what is too small and inf for what is too large, and nothing but that."""
    searched, batched = searched_for(request_of("exp(x)", "x=-inf..inf", dtype=DType.FLOAT16))
    errors = ProvenErrors(searched, batched)
    for number in (right, *wrong):
        monkeypatch.setattr(batched, "at", lambda _places, number=number: [[right], [number]])
        ((_, look),) = errors.at([(place_of(x, DType.FLOAT16),)], explained=False)
        assert (look.status is Status.MATCH) is (number == right), number
        assert (look.ulps <= CRITERION.ulps) is (number == right), number


@pytest.mark.parametrize("dtype", [DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32])
def test_an_ulp_beside_a_power_of_2(monkeypatch: pytest.MonkeyPatch, dtype: DType) -> None:
    """Below it there are twice as many: 1 - 2**-100 is a float64 off 1, and so is 1 + 2**-100."""
    ulp = float(dtype.ulp(Fraction(1)))
    for expr, far in (("1 - 2**-100*x", 2.0), ("1 + 2**-100*x", 1.0)):
        searched, batched = searched_for(request_of(expr, "x=1..2", dtype=dtype))
        monkeypatch.setattr(batched, "at", lambda _places: [[1 + ulp], [0.0]])
        ((look, _),) = ProvenErrors(searched, batched).at([(place_of(1.0, dtype),)], explained=False)
        assert far == look.ulps
