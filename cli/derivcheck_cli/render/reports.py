"""The reports of a run: opened before it begins, put in their places when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from derivcheck.errors import Location, OutputFileError
from derivcheck.settings import Report
from derivcheck_cli.ending import ENDED
from derivcheck_cli.render.destination import ReportFile
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.report_renderers import REPORT_RENDERERS
from derivcheck_cli.screen import Screen


@dataclass(frozen=True, slots=True)
class Reports:
    """The files that are being written.

    Attributes:
        files: where each report goes.
        renderers: what writes it, in the same order.
        screen: where it is said that the reports are left as they were.
    """

    files: Sequence[ReportFile]
    renderers: Sequence[Renderer]
    screen: Screen

    def publish(self, code: int) -> None:
        """Put every report in its place. An interrupted run publishes none: its reports would look complete.

        Raises:
            OutputFileError: where the end of one cannot be written.
        """
        if code not in ENDED:
            for file in self.files:
                file.publish()
        elif self.files:
            names = ", ".join(file.path for file in self.files)
            self.screen.error(f"interrupted: not written, since the run is not complete: {names}")


@contextmanager
def reports(
    paths: Mapping[Report, str | None],
    screen: Screen,
    *,
    strict: bool = False,
    inputs: Iterable[str] = (),
    output: str | None = None,
    replace: bool = False,
) -> Iterator[Reports]:
    """Open a file for each report that has a path; whatever was not published at the end leaves no trace.

    Args:
        paths: the file of each report, None for one that is not asked for.
        screen: where messages go.
        strict: whether warnings count as failures.
        inputs: the files that the run reads, which no report may replace.
        output: the file of the results, likewise.
        replace: whether a file may be replaced that derivcheck did not write.

    Raises:
        OutputFileError: before anything is run, where one of them cannot be written.
    """
    files: list[ReportFile] = []
    renderers: list[Renderer] = []
    taken = {Path(name).resolve(): "this is a file that the run reads" for name in inputs}
    if output is not None:
        taken[Path(output).resolve()] = "this is the file of the results, which --output names"
    try:
        for report, path in paths.items():
            if path is None:
                continue
            files.append(ReportFile(path))
            _no_clash(files[-1], taken)
            if not replace:
                files[-1].refuse_loss(_MARKS[report], f"{report} report")
            renderers.append(REPORT_RENDERERS[report](files[-1], strict))
        yield Reports(files, renderers, screen)
    finally:
        for file in files:
            file.discard()


def _no_clash(file: ReportFile, taken: dict[Path, str]) -> None:
    """Fail if another report, or a file that the run reads, has this name; several reports may go to /dev/null."""
    if file.is_device:
        return
    if file.target in taken:
        hint = "give each report a name of its own"
        raise OutputFileError(taken[file.target], hint=hint, location=Location(file.path))
    taken[file.target] = "this is the file of another report"


_MARKS = {
    Report.JUNIT: b'<testsuites name="derivcheck"',
    Report.SARIF: b'"name": "derivcheck"',
    Report.HTML: b'<meta name="generator" content="derivcheck">',
    Report.MARKDOWN: b"## derivcheck: ",
}
"""What stands near the beginning of every report of a kind, and in no other file."""
