"""The statistics of a run."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st
from results import SQUARE, row

from derivcheck.model import Case, Status
from derivcheck.reporting.outcomes.statistics import Errors, Statistics


@given(st.lists(st.floats(0, 1e300), min_size=1), st.sampled_from([50, 90, 99, 100]))
def test_a_percentile_is_that_of_the_sorted_errors_to_a_bucket(errors: list[float], percent: int) -> None:
    """Never below the true one, and above it by no more than a bucket's width, 2**(1/16)."""
    histogram = Errors()
    for error in errors:
        histogram.add(error)
    true = sorted(errors)[math.ceil(len(errors) * percent / 100) - 1]
    found = histogram.percentile(percent)
    assert true * (1 - 1e-12) <= found <= true * 2 ** (1 / 16) * (1 + 1e-12)


def test_no_error_has_no_percentile_and_an_infinite_one_is_the_last() -> None:
    """An error in ulps may overflow."""
    assert math.isnan(Errors().percentile(50))
    errors = Errors()
    for ulps in (1.0, math.inf):
        errors.add(ulps)
    assert (1.0, math.inf) == (errors.percentile(50), errors.percentile(99))


def test_results_are_counted_by_function_what_mode_and_dtype() -> None:
    """A result counts for each function that its expression calls, once."""
    statistics = Statistics()
    sine = Case(expr="sin(x) + sin(2*x)")
    for result in (row(), row(Status.MISMATCH), row(Status.UNSTABLE, ()), row(case=sine)):
        statistics.add(result)
    counts = {(by, name): group.statuses.total() for by, name, group in statistics.rows()}
    assert {("function", "pow"): 3, ("function", "sin"): 1, ("function", "add"): 4, ("mode", "reverse"): 4}.items() <= (
        counts.items()
    )
    assert (3, 1, 4) == (counts["what", "derivative 1"], counts["what", "value"], counts["dtype", "float64"])
    data = statistics.data()
    assert {"match": 2, "mismatch": 1, "unstable": 1} == data["mode"]["reverse"]["by_status"]
    assert {"p50": 0.0, "p90": 0.0, "p99": 0.0, "max": 0.0} == data["mode"]["reverse"]["ulps"]
    json.dumps(data, allow_nan=False)


def test_memory_does_not_grow_with_the_results() -> None:
    """Ten thousand errors fill no more buckets than there are."""
    statistics = Statistics()
    for _ in range(1000):
        statistics.add(row(case=SQUARE))
    assert len(statistics.groups) < 10
