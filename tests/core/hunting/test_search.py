"""The hunt."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
from searched_ranges import request_of

from derivcheck.checking.one_point import check_case
from derivcheck.errors import InputFileError
from derivcheck.hunting import watch
from derivcheck.hunting.search import hunt
from derivcheck.model import Mode, OwnFunction, Severity, Status
from derivcheck.model.hunt import Coverage, Ended, FindKind
from derivcheck.numbers import DType
from derivcheck.verdict.criterion import CRITERION

SHORT = 0.3
"""A budget whose plan is soon done."""


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock takes a hundred thousandth of a second: the plan is done, however busy the machine is."""
    now = itertools.count()
    monkeypatch.setattr(watch, "CLOCK", lambda: next(now) * 1e-5)


def test_a_wrong_second_derivative_is_found() -> None:
    """softplus'' beyond 20, with the boundary in the map."""
    found = hunt(request_of("softplus(x)", "x=15..50", wrt=(("x", "x"),), budget=0.4))
    worst = found.finds[0]
    assert (FindKind.FAILS, ("x", "x")) == (worst.kind, worst.wrt)
    assert float(worst.at["x"]) > 20
    assert any(row.status is Status.MISMATCH for row in worst.results)
    wrong = [stretch for stretch in found.stretches if stretch.status is Status.MISMATCH]
    assert [20] == [round(stretch.low, 6) for stretch in wrong[:1]]


def test_nothing_is_found_where_all_is_right() -> None:
    """And every count is one of matches."""
    found = hunt(request_of("x*atan(x)", "x=-8..8", budget=SHORT))
    assert {FindKind.WORST} == {find.kind for find in found.finds}
    assert all(status.severity is Severity.PASS for counts in found.counts.values() for status in counts)


class OffOnAnInterval(torch.autograd.Function):
    """x**2, whose gradient is wrong by a hundredth on an interval of relative width 1e-4."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        """The square."""
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        """Its gradient, but for the interval."""
        (x,) = ctx.saved_tensors
        slope: torch.Tensor = 2 * x * torch.where((x > 1.2345) & (x < 1.2346), 1.01, 1.0)
        return g * slope


def test_a_lie_on_a_narrow_interval_is_found() -> None:
    """By the screen: no sample is so dense."""
    own = OwnFunction("mine", ("x",), "x**2", OffOnAnInterval)
    found = hunt(request_of("mine(x)", "x=0.5..4", functions=(own,), budget=SHORT))
    (worst, *_) = found.finds
    assert FindKind.FAILS is worst.kind
    assert 1.2345 < float(worst.at["x"]) < 1.2346


def test_every_number_is_a_proof() -> None:
    """Of the 1,025 numbers of float16 from 1 to 2 each has a status."""
    found = hunt(request_of("log1p(x)", "x=1..2", dtype=DType.FLOAT16, exhaustive=True))
    assert found.coverage is not None
    assert found.coverage.is_exhaustive
    assert {1025} == {sum(counts.values()) for counts in found.counts.values()}
    assert 1025 == found.coverage.numbers == found.coverage.proven


ENUMERATED = (
    ("expm1(x)", "x=-10..-7.5"),
    ("expm1(x)", "x=1e3..1.1e3"),
    ("exp(x)", "x=-90..-88"),
    ("sqrt(x)", "x=-{tiny}..{tiny}"),
    ("relu(x)", "x=-{tiny}..{tiny}"),
    ("acos(x)", "x=0.95..1.05"),
    ("1/x", "x=-{tiny}..{tiny}"),
    ("digamma(x)", "x=-210..-200"),
    ("floor(x)", "x=2.9..3.1"),
    ("detach(x) + x", "x=1..1.03"),
)


@pytest.mark.parametrize("dtype", [DType.FLOAT16, DType.BFLOAT16])
@pytest.mark.parametrize(("expr", "searched_range"), ENUMERATED)
def test_statuses_are_those_of_the_ordinary_way(expr: str, searched_range: str, dtype: DType) -> None:
    """Number by number: within the range of the format, beyond it, at a kink, and outside of the domain."""
    tiny = float(8 * dtype.smallest_subnormal)
    request = request_of(expr, searched_range.format(tiny=tiny), dtype=dtype, exhaustive=True)
    request = replace(request, case=replace(request.case, modes=(Mode.REVERSE, Mode.FORWARD)))
    found = hunt(request, kinks=False)
    stride = max(1, len(found.curves[0].inputs) // 12)
    for place in range(0, len(found.curves[0].inputs), stride):
        number = found.curves[0].inputs[place]
        results = check_case(replace(request.case, at=({"x": repr(number)},)))
        said = {(one.wrt, one.gradient.mode if one.wrt and one.gradient else None): one for one in results}
        for curve in found.curves:
            result = said[curve.wrt, curve.mode]
            assert result.status is curve.statuses[place], (number, curve.wrt, curve.mode)
            if result.verdict.ulps is not None:  # torch's kernels for one number and for many round differently
                assert not abs(result.verdict.ulps - curve.ulps[place]) > CRITERION.ulps, number


def test_the_kink_has_its_place() -> None:
    """At 1/3, which no float is."""
    found = hunt(request_of("abs(x - 1/3)", "x=-1..1", budget=SHORT))
    assert [Fraction(1, 3)] == [find.place for find in found.finds if find.kind is FindKind.KINK]


def test_the_same_request_finds_the_same() -> None:
    """Where the budget does not cut it short."""
    request = request_of("x*x", "x=1..10", dtype=DType.BFLOAT16, budget=SHORT)
    first, second = hunt(request), hunt(request)
    assert first.coverage is not None
    assert Ended.DONE is first.coverage.ended
    assert first.curves == second.curves
    assert [find.at for find in first.finds] == [find.at for find in second.finds]


def test_an_interrupted_hunt_gives_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on from there; another hunt does not."""
    monkeypatch.setattr(watch, "_BETWEEN_NEWS", 0)
    file = tmp_path / "hunt.json"
    request = request_of("x*exp(-x)", "x=0.01..10", dtype=DType.BFLOAT16, budget=SHORT)

    def interrupt(coverage: Coverage) -> None:
        if coverage.proven > 100:
            raise KeyboardInterrupt

    found = hunt(request, progress=interrupt, resume=file)
    assert found.coverage is not None
    assert Ended.INTERRUPTED is found.coverage.ended
    assert 100 < found.coverage.proven
    whole = hunt(request, resume=file)
    assert whole.coverage is not None
    assert whole.coverage.proven > found.coverage.proven
    assert whole.coverage.seconds > found.coverage.seconds
    with pytest.raises(InputFileError, match="another hunt"):
        hunt(replace(request, seed=5), resume=file)


def test_several_variables() -> None:
    """x - y loses its digits where both are nearly the same."""
    found = hunt(request_of("1/(x - y)", "x=1..2", "y=1..2", wrt=(("x",),), budget=SHORT))
    assert () == found.stretches
    assert FindKind.WORST in {find.kind for find in found.finds}
    assert all(set(find.at) == {"x", "y"} for find in found.finds)


def test_an_element_of_a_tensor() -> None:
    """logsumexp loses no digits where exp of an element would overflow."""
    found = hunt(request_of("logsumexp(x, dim=0)", "x[1]=-1000..1000", x="[1, 2]", budget=SHORT))
    assert {FindKind.WORST} == {find.kind for find in found.finds}
    assert {Status.MATCH} == {status for counts in found.counts.values() for status in counts}
    assert all(find.at["x"].startswith("[1, ") for find in found.finds)
