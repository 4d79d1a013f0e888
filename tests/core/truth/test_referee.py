"""The referee over partial derivatives: f along a random direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from flint import arb
from scalar_graphs import elements_of

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.truth import referee
from derivcheck.truth.referee import confirmed_along, confirmed_of_roots, quotients_along
from derivcheck.truth.runs import Runs

X = ["x", "y"]
RUNS = Runs(compile_balls(elements_of(X, "x*y", "x**2 + 0*y", "log(x - 9)")), {"x": Fraction(3), "y": Fraction(5)})
PRODUCT, SQUARE, NOWHERE = RUNS.program.roots


def agreed(found: Mapping[int, Mapping[str, float]]) -> dict[int, set[str]]:
    """What the referee confirms of some derivatives."""
    return confirmed_of_roots(RUNS, {slot: {name: arb(x) for name, x in of.items()} for slot, of in found.items()})


def test_true_derivatives_are_confirmed() -> None:
    """Those that are 0 among them; of no derivatives there are none."""
    assert {PRODUCT: {"x", "y"}, SQUARE: {"x", "y"}} == agreed({PRODUCT: {"x": 5, "y": 3}, SQUARE: {"x": 6, "y": 0}})
    assert {PRODUCT: set()} == agreed({PRODUCT: {}})


@pytest.mark.parametrize("lie", [{"x": 3, "y": 5}, {"x": 5, "y": 3 + 2**-50}, {"x": 5, "y": -3}, {"x": 5, "y": 0}])
def test_a_lie_about_one_function_leaves_the_others_confirmed(lie: Mapping[str, float]) -> None:
    """Exchanged, in the last bit of a float64, with the wrong sign, and 0."""
    found = agreed({PRODUCT: lie, SQUARE: {"x": 6, "y": 0}})
    assert "y" not in found[PRODUCT]
    assert {"x", "y"} == found[SQUARE]


def test_where_f_has_no_value_nothing_is_confirmed() -> None:
    """Whatever somebody says its derivative is."""
    assert {NOWHERE: set(), PRODUCT: {"x", "y"}} == agreed({NOWHERE: {"x": 1}, PRODUCT: {"x": 5, "y": 3}})


def test_functions_have_one_direction_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of the program judge 30 functions whose derivatives are of a size."""
    names = [f"x{at}" for at in range(30)]
    elements = elements_of(names, *[f"sin({name}) + x0" for name in names[1:]])
    runs = Runs(compile_balls(elements), dict.fromkeys(names, Fraction(2)))
    with precision(128):
        true = {
            slot: {name: arb(2).cos(), "x0": arb(1)} for name, slot in zip(names[1:], runs.program.roots, strict=True)
        }
    asked: list[int] = []
    along = referee.quotients_along

    def counting(runs: Runs, slots: Sequence[int], direction: Mapping[str, Fraction], size: int) -> list[arb | None]:
        asked.append(len(slots))
        return along(runs, slots, direction, size)

    monkeypatch.setattr(referee, "quotients_along", counting)

    assert {slot: set(of) for slot, of in true.items()} == confirmed_of_roots(runs, true)
    assert [29] == asked


def test_the_quotient_along_a_direction_is_the_derivative() -> None:
    """Of x*y along (1, 2) it is y + 2*x = 11, but for some steps; log(-6) has none."""
    product, nowhere = quotients_along(RUNS, [PRODUCT, NOWHERE], {"x": Fraction(1), "y": Fraction(2)}, 200)
    assert product is not None
    assert abs(product - 11) < arb((1, -190))
    assert nowhere is None


def test_second_derivatives_are_held_against_mixed_quotients() -> None:
    """Those along (1, -2) of x**2*y are 2*y - 4*x = -2 and 2*x = 6."""
    runs = Runs(compile_balls(elements_of(X, "x**2*y")), RUNS.coordinates)
    first = {"x": Fraction(1), "y": Fraction(-2)}
    assert {"x", "y"} == confirmed_along(runs, runs.program.root, first, {"x": arb(-2), "y": arb(6)})
    assert set() == confirmed_along(runs, runs.program.root, first, {"x": arb(6), "y": arb(-2)})
    assert {"x"} == confirmed_along(runs, runs.program.root, first, {"x": arb(-2), "y": arb(0)})
    assert {"y"} == confirmed_along(runs, runs.program.root, {"x": Fraction(1)}, {"x": arb(0), "y": arb(6)})
