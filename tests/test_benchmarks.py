"""The benchmarks of the check list and of tensors, on some of their functions: what they count is what they say."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
import torch
from explained_functions import sample
from functions import is_aimed_at, trials
from operation_samples import Sample, entries, parts_of
from opinfo import Checked, Planted, by_torch, run, show, show_totals
from planted_defects import KINDS, defects, hidden_by_rounding
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


def test_a_broken_function_is_blamed_and_a_right_one_is_not() -> None:
    """A sample of the benchmark's."""
    gaussian = [subject for subject in read_subjects(FUNCTIONS) if subject.name == "gaussian"]
    found = sample(3, 1, gaussian)
    assert 6 == len(found)
    assert [] == [(one.defect, one.said) for one in found if not one.is_right]


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


def test_torchs_table_of_operations_has_540_entries_that_count() -> None:
    """Each has the parts that torch's suite checks."""
    every = entries()
    assert len(every) == 540
    assert (506, 531) == tuple(sum(part in parts_of(op) for op in every) for part in ("forward", "second"))


def test_a_right_operation_passes_and_each_planted_defect_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """The samples of a gather have no rounding: gradcheck finds the two large defects, and derivcheck all five."""
    (op,) = entries(["gather"])
    kept: list[Checked | Planted] = []
    row = run(op, ["reverse", "planted"], most=2, limit=60.0, keep=kept.append)
    assert len(kept) == len(row.checked) + len(row.planted)
    assert {(one.outcome, one.torch) for one in row.checked} == {("right", "")}
    assert [one.defect for one in row.planted if one.found] == [*KINDS] * 2
    assert {one.defect for one in row.planted if one.by_torch} == {"one element dropped", "the sign of one gradient"}
    show(row)
    show_totals([row], ["reverse"])
    assert "decided on all samples: 1 of 1" in capsys.readouterr().out


def test_a_defect_below_what_rounding_moves_is_hidden() -> None:
    """Of (x + 1e12) - 1e12 nothing is left of 1e-9 in the slope x of its half square; of x*x all is."""
    x = torch.tensor([0.7, 1.3], dtype=torch.float64, requires_grad=True)
    cancelling = Sample(0, "", lambda t: ((t + 1e12) - 1e12).square(), (x,))
    plain = Sample(0, "", torch.square, (x,))
    small = [next(one for one in defects(sample) if one.is_small) for sample in (cancelling, plain)]
    assert [hidden_by_rounding(cancelling, small[0]), hidden_by_rounding(plain, small[1])] == [True, False]


def test_a_hang_does_not_stop_the_run() -> None:
    """The side that takes too long is told, even where it catches every exception."""

    def hang() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(10)

    said, _ = by_torch(hang, 0.2)
    assert said == "more than 0.2 s"
