"""The progress bars of a batch and of a hunt. We redraw them ourselves, so that none stands between lines of output."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from derivcheck.model.hunt_map import Coverage

_SECONDS_BETWEEN = 0.1


class _Drawn:
    """A bar that is drawn every tenth of a second, and that leaves no trace."""

    def __init__(self, console: Console, total: float | None, *columns: ProgressColumn) -> None:
        # No thread and no redirected stdout: the results must reach stdout whatever stderr is.
        self._progress = Progress(
            *columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._task = self._progress.add_task("", total=total)
        self._drawn = 0.0
        self._visible = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hide()

    def _draw(self) -> None:
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
        """Take the bar off the screen, so that a line can be printed; it comes back as the work goes on."""
        if self._visible:
            self._progress.stop()
            self._visible = False


class Bar(_Drawn):
    """A progress bar over a number of cases, or a mere count where the number is not known."""

    def __init__(self, console: Console, total: int | None) -> None:
        super().__init__(console, total, BarColumn(), MofNCompleteColumn(), TextColumn("cases"), TimeRemainingColumn())

    def advance(self) -> None:
        """Count one more case."""
        self._progress.advance(self._task)
        self._draw()


class HuntBar(_Drawn):
    """A progress bar over the seconds of a hunt, with the number of points that it has looked at."""

    def __init__(self, console: Console, budget: float) -> None:
        super().__init__(console, budget, BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())

    def show(self, coverage: Coverage) -> None:
        """Show how far the hunt is."""
        screened = f", {coverage.screened:,} run through torch alone" if coverage.screened else ""
        self._progress.update(
            self._task, completed=coverage.seconds, description=f"{coverage.proven:,} proven{screened}"
        )
        self._draw()
