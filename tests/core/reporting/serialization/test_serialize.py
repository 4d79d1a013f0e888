"""Results as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from results import SQUARE, kink, row, stopped

from derivcheck.model import Gradient, Mode, Status, Verdict, What
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.serialization.serialize import result_data, summary_data


def test_a_result_is_as_the_schema_says() -> None:
    """The design's example, key by key."""
    wanted = {
        "case": "notebook/quadratic",
        "name": "notebook/quadratic",
        "location": {"file": "a.toml", "line": 3},
        "expr": "x**2 + 2*x + 1",
        "point": {"x": "2"},
        "point_exact": {"x": "0x1.0p+1"},
        "what": "derivative",
        "wrt": ["x"],
        "order": 1,
        "mode": "reverse",
        "device": "cpu",
        "dtype": "float64",
        "formula": "2*x + 2",
        "symbolic": {"value": "6", "radius": "0"},
        "truth": {
            "kind": "value",
            "value": "6",
            "radius": "0",
            "left": None,
            "right": None,
            "reason": None,
            "limit": None,
            "evidence": "proven",
        },
        "autograd": 6.0,
        "autograd_error": None,
        "error": {"abs": 0.0, "rel": 0.0, "ulps": 0.0},
        "sigma": None,
        "digits": 15.95,
        "status": "match",
        "severity": "pass",
        "reason": None,
        "expect": None,
        "why": None,
        "notes": [],
        "stopped": None,
        "trace": None,
    }
    data = result_data(row())
    assert wanted == data
    assert list(wanted) == list(data)


def test_one_sided_derivatives_are_strings() -> None:
    """A number on one side, infinite on the other."""
    assert {
        "kind": "one-sided",
        "value": None,
        "radius": None,
        "left": "-1",
        "right": "inf",
        "reason": "a kink",
        "limit": None,
        "evidence": None,
    } == result_data(kink())["truth"]


@pytest.mark.parametrize(("number", "text"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_what_is_not_finite_is_a_string(number: float, text: str) -> None:
    """Strict JSON has no such numbers."""
    broken = replace(
        row(),
        gradient=Gradient(Mode.FORWARD, "cpu", DType.FLOAT32, number),
        verdict=Verdict(Status.NONFINITE, "…", absolute=number, relative=number, ulps=number, digits=0.0),
    )
    data = json.loads(json.dumps(result_data(broken), allow_nan=False))
    assert (text, {"abs": text, "rel": text, "ulps": text}) == (data["autograd"], data["error"])


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.1, "0x1.999999999999ap-4"), (-3.0, "-0x1.8p+1"), (0.0, "0x0.0p+0"), (5e-324, "0x0.0000000000001p-1022")],
)
def test_points_are_hexadecimal(number: float, text: str) -> None:
    """Exactly, and so that Python reads them back."""
    result = row()
    assert result.point is not None
    there = replace(result, point={"x": replace(result.point["x"], exact=Fraction(number))})
    assert text == result_data(there)["point_exact"]["x"]
    assert number == float.fromhex(text)


def test_an_error_is_a_row_like_any_other() -> None:
    """With nothing in it but what is known."""
    data = result_data(stopped())
    assert ("error", "error", "nothing can be done") == (data["status"], data["severity"], data["reason"])
    assert [None] * 5 == [data[key] for key in ("point", "point_exact", "mode", "truth", "autograd")]
    assert set(result_data(row())) == set(data)


def test_a_claim_has_no_mode() -> None:
    """Nobody computed it."""
    claim = replace(row(), what=What.CLAIM, gradient=None, case=replace(SQUARE, dtype=DType.FLOAT32))
    data = result_data(claim)
    assert ("claim", None, None, "float32") == (data["what"], data["mode"], data["autograd"], data["dtype"])


def test_a_case_without_a_name_is_called_by_file_and_line() -> None:
    """Without a file, by its expression."""
    assert "a.toml:3" == result_data(row(case=replace(SQUARE, name=None)))["case"]
    assert "abs(x)" == result_data(kink())["case"]


def test_the_summary_is_as_the_schema_says() -> None:
    """Cases, results, statuses and the exit code."""
    summary = Summary()
    for result in (row(wrt=()), row(Status.MISMATCH)):
        summary.add_result(result)
    summary.add_case(judge(SQUARE, [row(), row(Status.MISMATCH)]))
    wanted = {"cases": 1, "results": 2, "by_status": {"match": 1, "mismatch": 1}, "exit_code": 1}
    assert wanted == summary_data(summary, ExitCode.FAIL)
