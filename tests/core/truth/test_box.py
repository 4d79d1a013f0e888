"""The box: many first derivatives proven at once, and held against f along a direction."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from flint import arb

from derivcheck.balls.ball import precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.elements.elements import Elements
from derivcheck.errors import DerivcheckError
from derivcheck.graph.building import Graph
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.parse import parse
from derivcheck.model import Evidence, Kind
from derivcheck.numbers import DType
from derivcheck.readings import Readings, readings
from derivcheck.symbolic import derivatives
from derivcheck.truth.box import AllPartials, proven_partials
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.runs import Runs

NAMES = tuple(f"x{index}" for index in range(1, 41))
POINT = {name: Fraction(index % 7 + 1, 8) for index, name in enumerate(NAMES)}
ROSENBROCK = " + ".join(f"100*({y} - {x}**2)**2 + (1 - {x})**2" for x, y in pairwise(NAMES))


def made(text: str) -> Readings:
    """The readings of a function of forty variables."""
    return readings(text, frozenset(NAMES))


def all_partials(text: str) -> AllPartials:
    """All its partials, as they come from the reverse sweep."""
    found = made(text).partials
    assert found is not None
    return found


def stated(text: str, partials: Sequence[str]) -> AllPartials:
    """Derivatives by the first variables as somebody states them."""
    graph = Graph()
    roots = [graph.insert(parse(partial, frozenset(NAMES))) for partial in partials]
    program = compile_balls(Elements.taken(graph, roots, NAMES), after=made(text).balls)
    return AllPartials(NAMES[: len(partials)], program)


def proven(text: str, partials: AllPartials, **point: Fraction) -> dict[str, arb]:
    """What is proven of them."""
    return dict(proven_partials(Runs(made(text).balls, {**POINT, **point}), partials))


def test_all_partials_are_proven_at_once() -> None:
    """They are those that are proven one by one."""
    found = proven(ROSENBROCK, all_partials(ROSENBROCK))
    assert set(NAMES) == set(found)
    alone = TruthFinder(made(ROSENBROCK).balls, made(ROSENBROCK).formula_program, POINT)
    for name in (NAMES[0], NAMES[7], NAMES[-1]):
        truth = alone.find((name,)).truth
        assert Evidence.PROVEN is truth.evidence
        assert truth.value is not None
        assert found[name].overlaps(to_ball(truth.value))


def test_what_is_wide_is_left_to_the_scalar_way() -> None:
    """A kink in one variable does not keep the others from being proven."""
    text = f"abs(x1) + {'*'.join(NAMES[1:])}"
    assert set(NAMES[1:]) == set(proven(text, all_partials(text), x1=Fraction(0)))
    reading, point = made(text), {**POINT, "x1": Fraction(0)}
    finder = TruthFinder(reading.balls, reading.formula_program, point, lambda: reading.partials)
    assert (Kind.ONE_SIDED, Kind.VALUE) == (finder.find(("x1",)).truth.kind, finder.find(("x2",)).truth.kind)


def test_a_branch_that_is_not_taken_does_not_matter() -> None:
    """Its derivative has no value there, and is not asked for."""
    text = f"where(x1 > 0, sqrt(x1), x1**2) + {'*'.join(NAMES[1:])}"
    assert set(NAMES) == set(proven(text, all_partials(text), x1=Fraction(-1)))


def test_where_f_has_no_value_nothing_is_proven() -> None:
    """At the end of a domain, beyond it, and where an infinity arises on the way."""
    for first, at in (("sqrt(x1)", 0), ("sqrt(x1)", -1), ("1/(1/x1)", 0), ("floor(x1)", 1)):
        text = f"{first} + {'*'.join(NAMES[1:])}"
        assert {} == proven(text, all_partials(text), x1=Fraction(at))


@pytest.mark.parametrize(
    ("second", "lie"),
    [
        ("x2**2", "2*x2*1.001"),
        ("x2**2", "-2*x2"),
        ("x2**2", "x2"),
        ("x2**2", "2*x2 + 1e-20"),
        ("x2**2", "0"),
        ("x2**2*1e-200", "2*x2*1e-200*(1 + 1e-15)"),
        ("x2**2*1e-200", "0"),
        ("x2**2*1e200", "2*x2*1e200*(1 + 1e-15)"),
    ],
)
def test_one_lie_among_many_is_found(second: str, lie: str) -> None:
    """Wrong by 0.1 %, by its sign, by a factor, by less than any float64 shows, or where the others are far larger."""
    text = f"x1**3 + {second} + {' + '.join(NAMES[2:])}"
    true = {"x2**2": "2*x2", "x2**2*1e-200": "2*x2*1e-200", "x2**2*1e200": "2*x2*1e200"}[second]
    rest = ["1"] * (len(NAMES) - 2)
    assert set(NAMES) == set(proven(text, stated(text, ["3*x1**2", true, *rest])))
    assert "x2" not in proven(text, stated(text, ["3*x1**2", lie, *rest]))


def test_two_lies_do_not_make_up_for_one_another() -> None:
    """Partials that have changed places, and a sum that stays the same."""
    text = f"x1*x2 + {' + '.join(NAMES[2:])}"
    rest = ["1"] * (len(NAMES) - 2)
    assert set(NAMES) == set(proven(text, stated(text, ["x2", "x1", *rest])))
    assert {} == proven(text, stated(text, ["x1", "x2", *rest]))
    assert {} == proven(text, stated(text, ["x2", "x1", "2", "0.5", "0.5", *rest[3:]]))


def test_partials_that_are_zero_are_held_against_f_as_well() -> None:
    """A sum of signs has none but 0; what looks like one and moves by 1e-300 is told apart."""
    text = f"{'*'.join(f'sign({name})' for name in NAMES[1:])} + x1"
    assert set(NAMES) == set(proven(text, stated(text, ["1", *["0"] * 39])))
    moved = f"{text} + 1e-300*x3"
    assert {"x1"} == set(proven(moved, stated(moved, ["1", *["0"] * 39])))


@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[3] / "expressions").glob("*.toml")), ids=lambda file: file.stem
)
def test_the_box_proves_what_is_proven_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the points of the shipped cases, however few their variables are: most of it, and nothing else."""
    monkeypatch.setattr(derivatives, "MANY_VARIABLES", 0)
    readings.cache_clear()
    counts = {True: 0, False: 0}
    for case in read_cases(str(file)):
        if isinstance(case, Unreadable) or case.functions:
            continue
        for texts in case.at[:2]:
            try:
                point = {name: coordinate.exact for name, coordinate in read_point(texts, DType.FLOAT64).items()}
                reading = readings(case.expr, frozenset(point))
                if reading.is_shaped:
                    continue
                partials = reading.partials
                alone = TruthFinder(reading.balls, reading.formula_program, point)
                truths = {name: alone.find((name,)).truth for name in reading.expression.variables}
            except DerivcheckError:
                continue
            found = {} if partials is None else proven_partials(alone.runs, partials)
            for name, truth in truths.items():
                counts[name in found] += truth.evidence is Evidence.PROVEN and truth.value is not None
                if name in found:
                    assert truth.value is not None, (case.label, name)
                    with precision(400):
                        assert found[name].overlaps(to_ball(truth.value)), (case.label, name)
    readings.cache_clear()
    assert 10 * counts[False] <= counts[True]
