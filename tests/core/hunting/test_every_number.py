"""Enumerations: what is told of many numbers at once is what the ordinary way says of each."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from derivcheck.checking.one_point import check_case
from derivcheck.errors import CaseError
from derivcheck.hunting.every_number import Enumeration, every_number, finite_numbers
from derivcheck.model import Case, Mode, Status
from derivcheck.model.hunt import FindKind
from derivcheck.numbers import DType
from derivcheck.verdict.criterion import CRITERION

MODES = (Mode.REVERSE, Mode.FORWARD)


def enumerated(expr: str, dtype: DType, count: int = 300) -> tuple[Case, Enumeration]:
    """A function at numbers from all over a format, its ends among them."""
    every = finite_numbers(dtype)
    numbers = sorted({*random.Random(1).sample(every, count), every[0], every[-1], 0.0})
    case = Case(expr, at=(), dtype=dtype, modes=MODES)
    return case, every_number(case, "x", numbers)


@pytest.mark.parametrize("dtype", [DType.FLOAT16, DType.BFLOAT16])
@pytest.mark.parametrize("expr", ["expm1(x)", "sqrt(x)", "tan(x)", "relu(x)", "softplus(x)", "acos(x)", "1/x"])
def test_statuses_are_those_of_the_ordinary_way(expr: str, dtype: DType) -> None:
    """Number by number: within the range of the format, beyond it, at a kink, and outside of the domain."""
    case, found = enumerated(expr, dtype, 60)
    for place, number in enumerate(found.numbers):
        results = tuple(check_case(replace(case, at=({"x": repr(number)},))))
        said = {(one.wrt, one.gradient.mode if one.wrt and one.gradient else None): one for one in results}
        for curve in found.curves:
            result = said[curve.wrt, curve.mode]
            assert result.status is curve.statuses[place], (expr, number, curve.wrt, curve.mode)
            if result.status is not Status.MATCH and result.verdict.ulps is not None:
                assert result.verdict.ulps == curve.ulps[place], number
            elif result.verdict.ulps is not None:  # torch's kernels for one number and for many round differently
                assert not abs(result.verdict.ulps - curve.ulps[place]) > CRITERION.ulps, number


def test_the_worst_number_is_kept_with_its_results() -> None:
    """The backward pass of expm1 takes the rounded result: at -8 torch returns 0 for e**-8."""
    found = every_number(Case("expm1(x)", at=(), dtype=DType.BFLOAT16), "x", [-8.0, 0.5, 1.0])
    (lost,) = [find for find in found.finds if find.kind is FindKind.LOSES_DIGITS]
    assert {"x": "-8.0"} == lost.at
    assert (("x",), Mode.REVERSE) == (lost.wrt, lost.mode)
    assert lost.ulps is not None
    assert lost.ulps > 100
    assert Status.UNSTABLE in {result.status for result in lost.results}


def test_what_torch_has_no_forward_mode_for_goes_the_ordinary_way() -> None:
    """Nothing is proven at once then, and every number has a status all the same."""
    _, found = enumerated("detach(x) + x", DType.FLOAT16, 20)
    assert all(status is not None for curve in found.curves for status in curve.statuses)


def test_most_numbers_are_proven_at_once() -> None:
    """Few are left: where exp(x) leaves the range of float16, and where x - 1 is outside of the domain of sqrt."""
    _, found = enumerated("exp(x)", DType.FLOAT16)
    assert found.plain >= len(found.numbers) - 2
    _, found = enumerated("sqrt(x - 1)", DType.FLOAT16)
    assert found.plain >= len(found.numbers) - 20


def test_counts_are_those_of_the_curves() -> None:
    """For the value, and for the derivative in each mode."""
    _, found = enumerated("log(x)", DType.BFLOAT16, 50)
    for curve in found.curves:
        assert sum(found.counts[curve.wrt, curve.mode].values()) == len(found.numbers)


def test_the_numbers_of_a_format() -> None:
    """65,536 patterns are 63,487 finite numbers of float16, of which 0 has two, and nan and inf have 2,048."""
    assert 63_487 == len(finite_numbers(DType.FLOAT16))
    assert 65_504.0 == finite_numbers(DType.FLOAT16)[-1]
    with pytest.raises(CaseError, match="too many numbers"):
        finite_numbers(DType.FLOAT32)
