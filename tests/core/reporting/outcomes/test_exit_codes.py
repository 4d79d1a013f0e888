"""The table of exit codes."""

from __future__ import annotations

from derivcheck.reporting.outcomes.exit_codes import ExitCode


def test_a_code_is_its_number_and_has_a_meaning() -> None:
    """As `--help` lists them."""
    assert [(int(code), bool(code.meaning)) for code in ExitCode] == [(number, True) for number in range(6)]
