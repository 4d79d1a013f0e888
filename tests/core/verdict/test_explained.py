"""What a spread explains, and what an operation that left the range of the format does."""

from __future__ import annotations

from verdicts import value, verdict

from derivcheck.model import Range, RangeLoss, Spread, Status
from derivcheck.numbers import DType


def test_a_narrow_format_asks_float64_whether_its_range_is_to_blame() -> None:
    """An underflow explains a float32 error only where the same program in float64 is right."""
    right = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=1.0),))
    wrong = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=0.5),))
    assert Status.UNSTABLE is verdict(value(1.0), 0.5, right, DType.FLOAT32).status
    assert Status.MISMATCH is verdict(value(1.0), 0.5, wrong, DType.FLOAT32).status
    unsure = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=0.5, wide_spread=0.2),))
    assert Status.UNSTABLE is verdict(value(1.0), 0.25, unsure, DType.FLOAT32).status


def test_an_underflow_in_the_chain_rules_own_factors_is_nobodys_fault() -> None:
    """An underflow in the backward pass is torch's, unless whoever applies the chain rule meets it."""
    in_torch = RangeLoss(Range.UNDERFLOW, "`mul`", False)
    in_chain = RangeLoss(Range.UNDERFLOW, "`mul`", False, in_chain=True)
    assert Status.MISMATCH is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_torch,))).status
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_chain,))).status
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_torch, in_chain))).status


def test_what_one_sample_in_64_reaches_is_explained() -> None:
    """Where a step of one ulp crosses a jump, the farthest sample says how far rounding goes."""
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.1, 0.1, 1.0, farthest=1.0)).status
    assert Status.MISMATCH is verdict(value(1.0), 0.0, Spread(0.1, 0.1, 1.0, farthest=0.3)).status
