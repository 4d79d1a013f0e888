"""Explanations attached to Results."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import pytest
from explanations import cancellation
from results import SQUARE, row, stopped

from derivcheck.checking.one_point import check_case
from derivcheck.errors import CaseError
from derivcheck.explaining import attaching
from derivcheck.explaining.attaching import MOST_POINTS, explain_results, not_explained
from derivcheck.model import Case, Result, Status
from derivcheck.model.explanation import Explanation

TWO_POINTS = Case("1 - cos(x)", ({"x": "1e-8"}, {"x": "1"}))


def explained(results: Sequence[Result]) -> list[bool]:
    """Which of the rows have an explanation."""
    return [result.explanation is not None for result in results]


def test_the_first_row_that_does_not_match_carries_it() -> None:
    """One a point; a point at which everything matches has none."""
    results = explain_results(TWO_POINTS, tuple(check_case(TWO_POINTS)))
    assert [True, False, False, False] == explained(results)
    found = results[0].explanation
    assert found is not None
    assert "1 - cos(x)" == found.subject


def test_each_point_is_explained_where_it_is() -> None:
    """With `always` a point that matches as well."""
    results = explain_results(TWO_POINTS, tuple(check_case(TWO_POINTS)), always=True)
    assert [True, False, True, False] == explained(results)
    found = [row.explanation.tape[0].value.computed[0] for row in results if row.explanation]
    assert [1e-8, 1.0] == found


def test_of_many_points_a_few_are_explained() -> None:
    """A case may have a hundred thousand."""
    case = Case("x", tuple({"x": str(at)} for at in range(2 * MOST_POINTS)))
    results = explain_results(case, tuple(check_case(case)), always=True)
    assert MOST_POINTS == sum(explained(results))


def test_what_was_not_run_is_not_explained() -> None:
    """An error says everything itself."""
    assert [False] == explained(explain_results(SQUARE, [stopped()], always=True))
    assert [False] == explained(explain_results(SQUARE, [stopped(trace="Traceback")], always=True))


def test_a_wrong_claim_is_no_number_of_torchs() -> None:
    """What torch computed is right."""
    case = Case("x**2", ({"x": "2"},), derivative={("x",): "3*x"})
    assert [False] * 3 == explained(explain_results(case, tuple(check_case(case))))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CaseError("nothing can be done", hint="do something else"), "nothing can be done; do something else"),
        (RecursionError("too deep"), "derivcheck failed to explain this"),
    ],
)
def test_what_fails_is_a_note_and_the_results_stay(error: Exception, told: str) -> None:
    """No traceback of ours, and no status is lost."""
    results = [row(Status.UNSTABLE)]
    with patch.object(attaching, "explain_expression", side_effect=error):
        (found,) = explain_results(SQUARE, results)
    assert Status.UNSTABLE is found.status
    assert found.explanation is not None
    assert not found.explanation.tape
    assert told in found.explanation.notes[0]


def test_the_explanation_gets_the_rows_of_its_point() -> None:
    """So nothing is checked twice."""
    asked: list[tuple[Case, Sequence[Result]]] = []

    def explain(case: Case, results: Sequence[Result]) -> Explanation:
        asked.append((case, results))
        return cancellation()

    rows = tuple(check_case(TWO_POINTS))
    with patch.object(attaching, "explain_expression", explain):
        explain_results(TWO_POINTS, rows)
    ((case, given),) = asked
    assert ({"x": "1e-8"},) == tuple(case.at)
    assert rows[:2] == given


def test_an_explanation_may_only_say_why_there_is_none() -> None:
    """It has no tape and blames nothing."""
    assert Explanation("f", (), notes=("it hangs",)) == not_explained("f", "it hangs")
