"""The benchmarks of the check list and of tensors, on some of their functions: what they count is what they say."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
import torch
from aims import Aim, Table
from explained_functions import sample
from functions import is_aimed_at, trials
from generated_claims import ANTIDERIVATIVES, PARTS, claims
from operation_samples import Sample, entries, parts_of
from opinfo import Checked, Planted, by_torch, run, show, show_totals
from planted_defects import KINDS, defects, hidden_by_rounding
from power import read_subjects
from power_of_tensors import RIGHT, backward_passes, judged
from tensor_growth import AIMS, operations
from tensor_subjects import SUBJECTS

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Severity
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


@pytest.mark.parametrize(("whole", "integrand"), ANTIDERIVATIVES)
def test_what_the_table_of_antiderivatives_says_is_true(whole: str, integrand: str) -> None:
    """A claim that is generated holds."""
    whole, integrand = (text.format_map(PARTS | {"n": "3", "n1": "4"}) for text in (whole, integrand))
    at = {"a": "0.7", "b": "0.3", "c": "0.6", "d": "0.45", "x": "0.55"}
    case = Case(f"{whole} + 0*(a + b + c + d)", (at,), wrt=(("x",),), derivative={("x",): integrand})
    assert [] == [str(result.status) for result in check_case(case) if result.status.severity is not Severity.PASS]


def test_a_seed_gives_the_same_claims_and_more_begin_like_fewer() -> None:
    """So that a run of a thousand tells of the first thousand of a million."""
    assert list(claims(5, seed=3)) == list(claims(9, seed=3))[:5] != list(claims(5, seed=4))


def test_an_aim_stands_beside_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    """And whether it is reached."""
    table = Table()
    table.row("one  :  other", "1 s", "2 s", 0.5, Aim(0.5))
    table.row("one  :  other", "1 s", "19 s", 19, Aim(20, at_least=True))
    table.row("one  :  other", "1 s", "1 s", 1)
    table.end()
    _, one, two, three, end = capsys.readouterr().out.splitlines()
    assert one.endswith("0.5   ≤ 0.5  reached")
    assert two.endswith("19    ≥ 20  not reached")
    assert three.endswith(" 1")
    assert end == "1 of 2 aims reached"


def test_a_hang_does_not_stop_the_run() -> None:
    """The side that takes too long is told, even where it catches every exception."""

    def hang() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(10)

    said, _ = by_torch(hang, 0.2)
    assert said == "more than 0.2 s"
