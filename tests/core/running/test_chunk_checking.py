"""Tests of `derivcheck.running.chunk_checking`: of the Results of a chunk, what somebody will look at, and no more.

Covers also: checking.late_formulas.
"""

from __future__ import annotations

import json

import pytest

from derivcheck.checking.late_formulas import recall
from derivcheck.checking.tensors.late_shaped_formulas import recall_of_tensor
from derivcheck.inputs.declaration import declare
from derivcheck.model import Case, Result, Status, What, Wrt
from derivcheck.model.deferred import Deferred
from derivcheck.reporting.serialization.deserialize import read_results
from derivcheck.reporting.serialization.serialize import is_left_out, line_data, result_data
from derivcheck.running.chunk_checking import check_chunk
from derivcheck.running.chunks import make_chunks
from derivcheck.running.interface import EVERYTHING, RECORD, ROWS, TALLY, Formulas, Matches, Piece, Wanted
from derivcheck.running.pool.transport import pack_pieces, unpack_pieces

CASES = (
    Case("x**2", ({"x": "2"}, {"x": "3"}), "passes"),
    Case("abs(x)", ({"x": "0"},), "convention"),
    Case("sqrt(x)", ({"x": "-1"}, {"x": "4"}), "warns"),
    Case("x**3", ({"x": "1"}, {"x": "5"}), "fails", derivative={("x",): "3*x"}),
    Case("abs(x)", ({"x": "0"},), "expected", expect=Status.CONVENTION),
)


def pieces(wanted: Wanted) -> dict[str | None, Piece]:
    """The cases' pieces, by their names."""
    (chunk,) = make_chunks(CASES)
    return {piece.item.name: piece for piece in check_chunk(chunk, wanted=wanted)}


def is_made(row: Result) -> bool:
    """Whether the row's formula was to be made, and is made."""
    return isinstance(row.formula, Deferred) and row.formula.is_made


def is_to_be_made(row: Result) -> bool:
    """Whether the row's formula is no text yet."""
    return isinstance(row.formula, Deferred) and not row.formula.is_made


def made(formulas: Formulas) -> list[tuple[str | None, str]]:
    """The cases and points at which a formula was made."""
    found = pieces(Wanted(rows=True, formulas=formulas)).items()
    rows = [(name, row) for name, piece in found for row in piece.results]
    return [(name, row.point["x"].text) for name, row in rows if is_made(row) and row.point]


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
    (chunk,) = make_chunks([claimed, Case("x/sqrt(x**2 + 1)", ({"x": "2"},))])
    for formulas in (Formulas.ALL, Formulas.NONE):
        found = check_chunk(chunk, wanted=Wanted(rows=True, formulas=formulas))
        rows = [row for piece in found for row in piece.results if row.what is What.DERIVATIVE]
        plain = "1/sqrt(x**2 + 1) - x**2/(x**2 + 1)**(3/2)"
        collected = "-x**2/(x**2 + 1)**(3/2) + 1/sqrt(x**2 + 1)"
        assert [plain, collected, plain] == [row.formula_text for row in rows]


def test_what_is_recorded_has_the_formulas_of_what_does_not_match() -> None:
    """Those of rows that match are left out, but for the points at which some number is off."""
    rows = [(name, row) for name, piece in pieces(RECORD).items() for row in piece.results if row.wrt]
    written = [(name, row.point["x"].text, row.what) for name, row in rows if row.point and not is_left_out(row)]
    slope, claim = What.DERIVATIVE, What.CLAIM
    assert [
        ("convention", "0", slope),
        ("warns", "-1", slope),
        ("fails", "1", claim),
        ("fails", "5", slope),
        ("fails", "5", claim),
        ("expected", "0", slope),
    ] == written
    assert [] == [row for _, row in rows if is_to_be_made(row) and not is_left_out(row)]
    assert {None} == {line_data(row)["formula"] for _, row in rows if is_left_out(row)}


def test_what_is_left_out_is_made_again_from_the_row() -> None:
    """Byte for byte what would have stood there, in a report; and where every formula is asked for, it stands there."""
    cases = (
        *CASES,
        Case("x/sqrt(x**2 + 1)", ({"x": "1"},), "quotient"),
        Case("x*y + sin(x)", ({"x": "1", "y": "2"},), "second", order=2),
        Case("x**2", ({"x": "3", "y": "1"},), "by another", wrt=(("y",),)),
        Case("*".join(f"(x/{index} + 1)" for index in range(1, 99)), ({"x": "1"},), "long"),
    )
    (chunk,) = make_chunks(cases)
    rows = [row for piece in check_chunk(chunk, wanted=RECORD) for row in piece.results]
    again = list(read_results([json.loads(json.dumps(result_data(row))) for row in rows], recall))
    assert [row.formula_text for row in rows] == [row.formula_text for row in again]
    assert 10 == sum(is_left_out(row) for row in rows) == sum(is_left_out(row) for row in again)
    every = [result_data(row, every_formula=True)["formula"] for row in rows]
    assert every == [row.formula_text for row in rows]
    assert "1/sqrt(x**2 + 1) - x**2/(x**2 + 1)**(3/2)" in every


def test_what_is_left_out_of_a_tensors_row_is_made_again() -> None:
    """In matrix notation, or that of the worst element; the row holds the point, down to the numbers of randn."""
    cases = (
        Case("x @ A @ x", ({"x": "[0.1, 2]", "A": "randn(2, 2)"},), "matrices", seed=3),
        Case("softmax(z, dim=0)", ({"z": "[1, 2, 1/3]"},), "one element"),
        Case("sum(z**2)", ({"z": "[1, 2, 3]"},), "hessian", wrt=(("z", "z"),)),
        Case("sum(z**2)", ({"z": "ones(20000)/3"},), "large"),
        Case("z*(1 - cos(z))/z**3", ({"z": "[1, 1e-5]"},), "unstable"),
    )
    (chunk,) = make_chunks(cases)
    rows = [row for piece in check_chunk(chunk, wanted=RECORD) for row in piece.results]
    data = [json.loads(json.dumps(result_data(row))) for row in rows]
    again = list(read_results(data, recall, recall_of_tensor))
    assert [row.formula_text for row in rows] == [row.formula_text for row in again]
    assert [True, True, True, True, False, False] == [is_left_out(row) for row in rows if row.what is What.DERIVATIVE]
    assert {"(A + A.T) @ x", "outer(x, x)", "2*z"} <= {row.formula_text for row in rows}
    assert [is_left_out(row) for row in rows] == [is_left_out(row) for row in again]


def test_a_formula_of_ones_own_function_is_recorded() -> None:
    """A row does not hold the function's declaration, and nobody could make the formula again."""
    own = declare("sq", "torch:square", "i**2")
    (chunk,) = make_chunks([Case("sq(x)", ({"x": "2"},), functions=(own,))])
    (piece,) = check_chunk(chunk, wanted=RECORD)
    assert ["2*x"] == [line_data(row)["formula"] for row in piece.results if row.what is What.DERIVATIVE]


def test_where_everything_is_looked_at_no_formula_is_left_to_be_made() -> None:
    """A Result's formula is text by then, and no Result is merely counted."""
    found = pieces(EVERYTHING)
    assert {Matches()} == {piece.matches for piece in found.values()}
    assert [] == [row for piece in found.values() for row in piece.results if is_to_be_made(row)]


def test_a_case_that_matches_is_counted_where_nobody_looks() -> None:
    """How many Results, and what they are about; whatever else there is to tell comes as it is."""
    every: tuple[Wrt, ...] = ((), ("x",))
    counted, whole = pieces(TALLY), pieces(ROWS)
    assert ((), Matches(4, every)) == (counted["passes"].results, counted["passes"].matches)
    for name in counted.keys() - {"passes"}:
        assert list(map(result_data, whole[name].results)) == list(map(result_data, counted[name].results))
        assert whole[name].matches == counted[name].matches


def test_many_points_that_match_are_counted_and_the_others_come() -> None:
    """1/x at 0 and beside it: the pole's Results, and how many match."""
    case = Case("1/x", tuple({"x": str(number)} for number in range(40)))
    (chunk,) = make_chunks([case])
    (piece,) = check_chunk(chunk, wanted=TALLY)
    assert {Status.UNDEFINED} == {row.status for row in piece.results}
    assert Matches(2 * 39, ((), ("x",))) == piece.matches
    (piece,) = check_chunk(chunk, wanted=ROWS)
    assert (80, Matches()) == (len(piece.results), piece.matches)


def test_what_does_not_match_is_explained_where_it_is_checked() -> None:
    """Once a point, where somebody asked for it; on its way from a worker it is what it was."""
    (chunk,) = make_chunks(CASES)
    found = tuple(check_chunk(chunk, wanted=Wanted(explained=True)))
    explained = {piece.item.name: [row for row in piece.results if row.explanation] for piece in found}
    assert {"passes": 0, "convention": 1, "warns": 1, "fails": 0, "expected": 1} == {
        name: len(rows) for name, rows in explained.items()
    }
    back = unpack_pieces(chunk, pack_pieces(chunk, found))
    told = [repr([[row.explanation for row in piece.results] for piece in each]) for each in (found, back)]
    assert told[0] == told[1]  # as texts, for nan is not nan
    assert not any(row.explanation for piece in pieces(EVERYTHING).values() for row in piece.results)
