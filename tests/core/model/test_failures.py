"""The Results of cases that could not be run."""

from __future__ import annotations

import pytest

from derivcheck.errors import CaseError, Location, WorkerError
from derivcheck.model import Case, Status
from derivcheck.model.failures import crashed, failed

CASE = Case("x", location=Location("a.toml", 3))


def test_an_error_gets_the_place_of_its_case() -> None:
    """Unless it knows a better one."""
    result = failed(CASE, CaseError("nothing can be done"))
    assert (Status.ERROR, "nothing can be done") == (result.status, result.verdict.reason)
    assert result.error is not None
    assert "a.toml:3: nothing can be done" == result.error.render()
    elsewhere = failed(CASE, CaseError("no", location=Location("b.toml", 7))).error
    assert elsewhere is not None
    assert "b.toml:7: no" == elsewhere.render()


def test_a_bug_of_ours_keeps_its_traceback() -> None:
    """The reason names the exception, and nothing is an error of the user's."""
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 // 0
    result = crashed(CASE, caught.value)
    assert "internal error: ZeroDivisionError: integer division or modulo by zero" == result.verdict.reason
    assert result.error is None
    assert result.trace is not None
    assert "_ = 1 // 0" in result.trace


def test_to_run_out_of_memory_is_no_bug() -> None:
    """It is an error with advice, and without a traceback."""
    result = crashed(CASE, MemoryError())
    assert isinstance(result.error, WorkerError)
    assert ("it takes more memory than there is", None) == (result.verdict.reason, result.trace)
