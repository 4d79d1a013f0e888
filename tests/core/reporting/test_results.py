"""Results as a sequence."""

from __future__ import annotations

from results import row

from derivcheck import Results, Status


def test_results_are_a_sequence_that_equals_a_list() -> None:
    """Index, slice, length, sum and equality are a list's; the status is the worst one's."""
    rows = [row(), row(Status.MISMATCH), row(Status.UNSTABLE)]
    results = Results(rows)
    assert rows == results
    assert results == rows
    assert rows != results[:2]
    assert (rows[1], 3, rows[-1]) == (results[1], len(results), results[-1])
    assert isinstance(results[1:], Results)
    assert [*rows, *rows] == results + results
    assert [*rows, *rows] == rows + results
    assert Status.MISMATCH is results.status
    assert Status.ERROR is Results().status
