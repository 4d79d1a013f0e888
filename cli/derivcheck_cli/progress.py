"""The progress bar of a batch. We redraw it ourselves, so that it never stands between two lines of output."""

from __future__ import annotations

import time
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
        self._visible = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hide()

    def advance(self) -> None:
        """Count one more case, and draw the bar every tenth of a second."""
        self._progress.advance(self._task)
        now = time.monotonic()
        if now - self._drawn < _SECONDS_BETWEEN:
            return
        self._drawn = now
        if self._visible:
            self._progress.refresh()
        else:
            self._progress.start()
            self._visible = True

    def hide(self) -> None:
        """Take the bar off the screen, so that a line can be printed; it comes back as cases go by."""
        if self._visible:
            self._progress.stop()
            self._visible = False
