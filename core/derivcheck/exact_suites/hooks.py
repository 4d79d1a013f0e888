"""What pytest calls in a run whose gradchecks are exact."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from derivcheck.exact_suites.answers import EXAMINERS, TORCHS, Answers
from derivcheck.exact_suites.exchange import Exchanged, exchange
from derivcheck.exact_suites.figures import Figures
from derivcheck.exact_suites.section import line, lines

_SENT = "derivcheck_exact_gradcheck"
"""The name of a worker's figures among what pytest-xdist brings from it."""


class ExactGradcheck:
    """The hooks of a run whose gradchecks are exact.

    Args:
        is_beside: whether torch's own gradcheck runs as well, and its outcome is that of the test.
        is_strict: whether a call that cannot be read fails.
    """

    def __init__(self, *, is_beside: bool, is_strict: bool) -> None:
        self.figures = Figures()
        self.answers = Answers(self.figures, is_beside=is_beside, is_strict=is_strict)
        self.exchanged: list[Exchanged] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Exchange torch's functions: before any module of tests runs, and only in a process that runs tests."""
        if session.config.option.collectonly or _is_controller(session.config):
            return
        torchs = importlib.import_module(TORCHS)
        for name in EXAMINERS:
            self.exchanged.append(exchange(getattr(torchs, name), self.answers.answer))

    def pytest_unconfigure(self) -> None:
        """Give torch's functions back what they had."""
        while self.exchanged:
            self.exchanged.pop().restore()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Know which test runs, and whether its mark leaves it to torch's own gradcheck."""
        mark = item.get_closest_marker("exact_gradcheck")
        self.answers.node, self.answers.is_left = item.nodeid, mark is not None and mark.args == (False,)
        try:
            return (yield)
        finally:
            self.answers.node, self.answers.is_left = "", False

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the figures, in a worker of pytest-xdist."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_SENT] = self.figures.data()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add up what a worker of pytest-xdist has sent; one that crashed sends nothing."""
        data = getattr(node, "workeroutput", {}).get(_SENT)
        if data is None:
            self.figures.lost.append(node.gateway.id)
        else:
            self.figures.add(data)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Show the figures: in one line with -q, in full with -v."""
        if config.option.collectonly:
            return
        if config.get_verbosity() < 0:
            terminalreporter.write_line(line(self.figures))
            return
        terminalreporter.write_sep("=", "exact gradcheck")
        is_all = config.get_verbosity() > 0
        for one in lines(self.figures, is_beside=self.answers.is_beside, is_all=is_all):
            terminalreporter.write_line(one)


def _is_controller(config: pytest.Config) -> bool:
    """Whether the tests run in workers of pytest-xdist, and not here."""
    return getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")
