"""The progress bar of a batch, redrawn by hand so that it never stands between two lines of output."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN = 0.1


class Bar:
    """A progress bar over a number of cases, or a mere count where the number is not known."""

    def __init__(self, console: Console, total: int | None) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("cases"), TimeRemainingColumn())
        # No thread and no redirected stdout: the results must reach stdout whatever stderr is.
        self._progress = Progress(
            *columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._task = self._progress.add_task("", total=total)
        self._drawn = 0.0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self) -> None:
        """Count one more case."""
        self._progress.advance(self._task)
        now = time.monotonic()
        if now - self._drawn > _SECONDS_BETWEEN:
            self._progress.refresh()
            self._drawn = now

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the bar off the screen while a line is printed."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()
