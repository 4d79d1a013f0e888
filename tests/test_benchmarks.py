"""The benchmark of the check list, on one of its functions: what it counts is what it says."""

from __future__ import annotations

from pathlib import Path

from functions import is_aimed_at, trials
from power import read_subjects

from derivcheck.model import Severity
from derivcheck.numbers import DType

FUNCTIONS = Path(__file__).resolve().parents[1] / "benchmarks" / "power_functions.toml"


def test_every_defect_is_found_and_named_and_the_right_one_passes() -> None:
    """In float64: factors down to 1 + 1e-13, a wrong sign, zeros, a dropped factor, a forgotten upstream gradient."""
    subject = next(subject for subject in read_subjects(FUNCTIONS) if subject.name == "gaussian")
    right, *broken = trials(subject, [DType.FLOAT64])
    assert ((), Severity.PASS) == (right.items, right.gravest)
    assert {tried.defect for tried in broken} >= {"factor 1 + 1e-13", "wrong sign", "zero", "missing inner factor"}
    assert [] == [tried.defect for tried in broken if is_aimed_at(tried) and tried.gravest is Severity.PASS]
    assert [] == [(tried.defect, tried.diagnosis) for tried in broken if not tried.is_named]
