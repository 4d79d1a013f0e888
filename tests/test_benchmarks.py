"""The benchmarks of the check list and of tensors, on some of their functions: what they count is what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from functions import is_aimed_at, trials
from power import read_subjects
from power_of_tensors import RIGHT, backward_passes, judged
from tensor_growth import AIMS, operations
from tensor_subjects import SUBJECTS

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


@pytest.mark.parametrize("name", ["softmax", "layer_norm", "linear", "mse"])
def test_every_defect_of_a_backward_pass_of_tensors_is_found(name: str) -> None:
    """And the right one passes: the textbook gradients of a softmax, a norm, a linear layer and a squared error."""
    subject = SUBJECTS[name]
    found = {
        (kind, defect): max(row.status.severity.rank for row in judged(subject, backward, subject.at[0], DType.FLOAT64))
        for kind, defect, backward in backward_passes(subject, DType.FLOAT64)
    }
    assert Severity.PASS.rank == found.pop((RIGHT, RIGHT))
    assert [] == [defect for (_, defect), rank in found.items() if rank == Severity.PASS.rank]


def test_the_operations_of_a_case_are_counted() -> None:
    """The scores q k' and the outputs take 16*16*(16 + 15) each, so that attention has 15,872 operations and more."""
    assert 15_872 < operations(AIMS["attention 16 x 16"]) < 20_000
