"""Names for the factor by which a gradient is off: a size, a constant of the formula, a number."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from places import place_of

from derivcheck.own_functions.tensors.evidence import Sight, sight_at
from derivcheck.own_functions.tensors.other_sizes import resized
from derivcheck.own_functions.tensors.scales import name_factor

Factor = Callable[[int, int], float]


def sights_of(formula: str, *shapes: tuple[int, int]) -> list[Sight]:
    """A formula over a matrix x at points of some shapes."""
    place = place_of(formula, {"x": "[[0.5, -2, 1.25], [0.75, 3, -1.5]]"})
    return [sight_at(place.subject, resized(place.point, {"x": shape})) for shape in shapes]


def named(formula: str, factor: Factor) -> str | None:
    """The name of a factor that is a function of the sizes n, m of x."""
    shapes = ((2, 3), (5, 3), (2, 7))
    return name_factor([factor(*shape) for shape in shapes], sights_of(formula, *shapes))


@pytest.mark.parametrize(
    ("formula", "factor", "name"),
    [
        ("mean(x**2)", lambda n, m: n * m, "not divided by n = the number of elements of `x`"),
        ("sum(x**2)", lambda n, m: 1 / (n * m), "divided by n = the number of elements of `x`"),
        ("sum(x**2)", lambda n, _: 1 / n, "divided by n = the batch size (dim 0 of `x`)"),
        ("sum(x**2)", lambda _, m: m, "multiplied by n = the size of dim 1 of `x`"),
        ("mean(x**2)", lambda n, m: 1 / (n * m), "divided by n twice, n = the number of elements of `x`"),
        ("mean(x**2)", lambda _, m: m, "divided by the batch size (dim 0 of `x`) instead of the number of elements"),
        ("sum(x**2)", lambda *_: 2.0, "2× too large"),
        ("sum(x**2)", lambda *_: -1.0, "sign flipped"),
        ("sum(x**2)*0.7", lambda *_: 1 / 0.7, "the factor `0.7` is missing"),
        ("sum(x**2)/0.7", lambda *_: 0.7, "not divided by `0.7`"),
        ("sum(x**2)/0.7", lambda *_: 1 / 0.7, "divided by `0.7` twice"),
    ],
)
def test_factors_of_known_mistakes(formula: str, factor: Factor, name: str) -> None:
    """Each is told from the others because the sizes vary."""
    found = named(formula, factor)
    assert found is not None
    assert found.startswith(name)


def test_what_has_no_name_gets_none() -> None:
    """Factors that vary without any law, or are no numbers."""
    assert named("sum(x**2)", lambda n, m: 1 + 0.1 * n + 0.013 * m * m) is None
    assert named("sum(x**2)", lambda n, m: float("nan") if n > m else 1.0) is None
    assert name_factor([], []) is None


def test_one_size_alone_is_no_evidence() -> None:
    """At a single shape a factor 2 may be the batch size: the name says the number, and what it also is."""
    found = name_factor([2.0], sights_of("sum(x**2)", (2, 3)))
    assert found == "2× too large (2 is the batch size (dim 0 of `x`))"
