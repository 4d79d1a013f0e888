"""The statuses."""

from __future__ import annotations

import pytest

from derivcheck.model import Severity, Status


def test_statuses_are_ordered_by_severity() -> None:
    """The worst of several statuses is the one with the greatest rank, and its severity is the worst as well."""
    severities = [status.severity.rank for status in Status]
    assert sorted(severities) == severities
    assert [Severity.PASS, Severity.ERROR] == [min(Status, key=lambda s: s.rank).severity, Status.ERROR.severity]


def test_every_status_has_a_name_and_a_meaning() -> None:
    """Statuses are found by their names, and each says what it means."""
    for status in Status:
        assert Status.named(str(status)) is status
        assert status.meaning
    with pytest.raises(ValueError, match="there are match"):
        Status.named("fine")
