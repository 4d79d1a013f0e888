"""What a truth that is only shown supports."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from verdicts import ALL_LOST, QUIET, exactly, verdict

from derivcheck.model import Evidence, Kind, Severity, Status, Truth


@pytest.mark.parametrize("number", [math.nan, math.inf, 2.0, 1e300])
def test_nobody_fails_on_quotients_that_may_be_deceived(number: float) -> None:
    """Where something swings infinitely often beside the point, a shown truth fails nobody; a proven one does."""
    shown, spread = (
        Truth(Kind.VALUE, exactly(0.0), evidence=Evidence.SHOWN, swings=True),
        QUIET if math.isfinite(number) else ALL_LOST,
    )
    assert Status.UNDECIDED is verdict(shown, number, spread).status
    assert Status.MATCH is verdict(shown, 0.0).status
    assert Severity.FAIL is verdict(replace(shown, evidence=Evidence.PROVEN), number, spread).status.severity
    assert Severity.FAIL is verdict(replace(shown, swings=False), number, spread).status.severity
