"""Tests of `derivcheck.running.work`: of the Results of a chunk, what somebody will look at, and no more."""

from __future__ import annotations

import pytest

from derivcheck.model import Case, Status, What, Wrt
from derivcheck.running.chunks import chunked
from derivcheck.running.interface import EVERYTHING, ROWS, TALLY, Formulas, Matches, Piece, Wanted
from derivcheck.running.work import check_chunk

CASES = (
    Case("x**2", ({"x": "2"}, {"x": "3"}), "passes"),
    Case("abs(x)", ({"x": "0"},), "convention"),
    Case("sqrt(x)", ({"x": "-1"}, {"x": "4"}), "warns"),
    Case("x**3", ({"x": "1"}, {"x": "5"}), "fails", derivative={("x",): "3*x"}),
    Case("abs(x)", ({"x": "0"},), "expected", expect=Status.CONVENTION),
)


def pieces(wanted: Wanted) -> dict[str | None, Piece]:
    """The cases' pieces, by their names."""
    (chunk,) = chunked(CASES)
    return {piece.item.name: piece for piece in check_chunk(chunk, wanted=wanted)}


def made(formulas: Formulas) -> list[tuple[str | None, str]]:
    """The cases and points at which a formula was made."""
    found = pieces(Wanted(rows=True, formulas=formulas)).items()
    rows = [(name, row) for name, piece in found for row in piece.results]
    return [(name, row.point["x"].text) for name, row in rows if "Deferred('" in repr(row.formula) and row.point]


@pytest.mark.parametrize(
    ("formulas", "at"),
    [
        (Formulas.NONE, []),
        (Formulas.FAILURES, [("fails", "5")]),
        (Formulas.FINDINGS, [("warns", "-1"), ("warns", "4"), ("fails", "5")]),
        (
            Formulas.REMARKABLE,
            [("convention", "0"), ("warns", "-1"), ("warns", "4"), ("fails", "1"), ("fails", "5"), ("expected", "0")],
        ),
    ],
)
def test_a_formula_is_made_where_somebody_will_look_at_it(formulas: Formulas, at: list[tuple[str, str]]) -> None:
    """Of what fails, of what warns as well, of all that does not simply match; 3*x is right at 1.

    The points at which no number is off share a formula: made for one of them, it is there for all.
    """
    assert at == made(formulas)


def test_where_no_number_is_off_a_formula_is_as_the_rules_leave_it() -> None:
    """SymPy sorts it where one is: 1/sqrt(8) is the slope of x/sqrt(x**2 + 1) at 1, and not at 2."""
    claimed = Case("x/sqrt(x**2 + 1)", ({"x": "1"}, {"x": "2"}), derivative={("x",): "1/sqrt(8)"})
    (chunk,) = chunked([claimed, Case("x/sqrt(x**2 + 1)", ({"x": "2"},))])
    for formulas in (Formulas.ALL, Formulas.NONE):
        found = check_chunk(chunk, wanted=Wanted(rows=True, formulas=formulas))
        rows = [row for piece in found for row in piece.results if row.what is What.DERIVATIVE]
        plain = "1/sqrt(x**2 + 1) - x**2/(x**2 + 1)**(3/2)"
        collected = "-x**2/(x**2 + 1)**(3/2) + 1/sqrt(x**2 + 1)"
        assert [plain, collected, plain] == [row.formula_text for row in rows]


def test_where_everything_is_looked_at_no_formula_is_left_to_be_made() -> None:
    """A Result's formula is text by then, and no Result is merely counted."""
    found = pieces(EVERYTHING)
    assert {Matches()} == {piece.matches for piece in found.values()}
    assert [] == [row for piece in found.values() for row in piece.results if "…" in repr(row.formula)]


def test_a_case_that_matches_is_counted_where_nobody_looks() -> None:
    """How many Results, and what they are about; whatever else there is to tell comes as it is."""
    every: tuple[Wrt, ...] = ((), ("x",))
    counted, whole = pieces(TALLY), pieces(ROWS)
    assert ((), Matches(4, every)) == (counted["passes"].results, counted["passes"].matches)
    rest = [name for name in counted if name != "passes"]
    assert [repr(whole[name]) for name in rest] == [repr(counted[name]) for name in rest]


def test_many_points_that_match_are_counted_and_the_others_come() -> None:
    """1/x at 0 and beside it: the pole's Results, and how many match."""
    case = Case("1/x", tuple({"x": str(number)} for number in range(40)))
    (chunk,) = chunked([case])
    (piece,) = check_chunk(chunk, wanted=TALLY)
    assert {Status.UNDEFINED} == {row.status for row in piece.results}
    assert Matches(2 * 39, ((), ("x",))) == piece.matches
    (piece,) = check_chunk(chunk, wanted=ROWS)
    assert (80, Matches()) == (len(piece.results), piece.matches)
