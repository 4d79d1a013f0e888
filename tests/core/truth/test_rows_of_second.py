"""Second derivatives of many variables: a row is proven at once, and each number is that of the way of a single one."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, pairwise

import pytest

from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse
from derivcheck.readings import Readings, readings
from derivcheck.truth.box import AllPartials
from derivcheck.truth.finder import TruthFinder
from derivcheck.truth.rows_of_second import SecondRows
from derivcheck.truth.runs import Runs

NAMES = tuple("abcdefghij")
POINT = {name: Fraction(index % 4 + 1, 4 + 4 * (index % 2)) for index, name in enumerate(NAMES)}
SMOOTH = " + ".join(f"exp({x}*{y})/{x} + 3*({y} - {x}**2)**2" for x, y in pairwise(NAMES))
KINKS = " + ".join(f"abs({x} - {y})*{x}**2 + floor({x})*{y}" for x, y in pairwise(NAMES))


def made(text: str) -> Readings:
    """The readings of a function of ten variables."""
    return readings(text, frozenset(NAMES))


@pytest.mark.parametrize("text", [SMOOTH, KINKS])
@pytest.mark.parametrize("ties", [False, True])
def test_a_row_proves_what_is_proven_one_by_one(text: str, ties: bool) -> None:
    """To the last bit of the enclosure, at kinks and jumps as well."""
    point = dict.fromkeys(NAMES, Fraction(1)) if ties else POINT
    read = made(text)
    alone = TruthFinder(read.balls, read.formula_program, point)
    together = TruthFinder(read.balls, read.formula_program, point, row=read.row_of_second)
    for wrt in combinations_with_replacement(NAMES, 2):
        assert alone.find(wrt) == together.find(wrt)
    assert text is KINKS or together.is_on_box(("b", "b"))


def test_few_of_a_row_are_proven_one_by_one() -> None:
    """Who asks for the diagonal needs no rows."""
    rows = SecondRows(Runs(made(SMOOTH).balls, POINT), pytest.fail)
    assert [rows.find((name, name)) for name in NAMES] == [None] * len(NAMES)
    assert rows.find(("a",)) is None


def test_a_wrong_formula_in_a_row_is_not_proven() -> None:
    """The referee sees f alone; what it does not confirm is left to the way of a single derivative."""
    text = "*".join(NAMES)
    graph = Graph()
    rest = "*".join(NAMES[2:])
    formulas = [f"{rest}*{factor}" for factor in ("1", "2")]
    roots = [graph.insert(parse(formula, frozenset(NAMES))) for formula in (*formulas, f"b*{rest}")]

    def row(first: str) -> AllPartials:
        assert first == "a"
        return AllPartials(("b", "c"), compile_balls(Elements.taken(graph, roots, NAMES), after=made(text).balls))

    rows = SecondRows(Runs(made(text).balls, POINT), row)
    found = [rows.find(("a", name)) for name in NAMES]
    assert found == [None] * len(NAMES)
    assert not rows.has(("a", "c"))
