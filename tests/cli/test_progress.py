"""The progress bar."""

from __future__ import annotations

import io
import sys

import pytest

from derivcheck.model.hunt_map import Coverage, Ended
from derivcheck_cli.screen import Screen


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_the_progress_bar_is_on_a_terminals_stderr_and_never_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """FORCE_COLOR makes no terminal of a log file."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("TERM", raising=False)
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        screen = Screen()
        with screen.progress(2) as bar:
            if bar:
                bar.advance()
            screen.line("result")
        assert drawn == ("1/2" in stream.getvalue())
    assert "result\nresult\n" == capsys.readouterr().out


def test_the_bar_of_a_hunt_tells_what_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal; elsewhere nobody is told."""
    monkeypatch.delenv("TERM", raising=False)
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with Screen().hunting(10.0) as watch:
            if watch:
                watch(Coverage(1234, 56_000, 10**9, False, 2.5, 0, Ended.DONE))
        assert drawn == ("1,234 proven, 56,000 run through torch alone" in stream.getvalue())
