"""What the tests of the command line share: the cases that reach the check."""

from __future__ import annotations

import pytest
from results import row

from derivcheck.model import Case, Result


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The cases that reach the check, which is played by a fake."""
    seen: list[Case] = []

    def check_case(case: Case) -> list[Result]:
        seen.append(case)
        return [row(case=case)] if case.expr.isidentifier() else [row()]

    monkeypatch.setattr("derivcheck.checking.one_point.check_case", check_case)
    return seen
