"""The files of a hunt: its points as cases, and its pictures. They are opened before it begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from derivcheck.errors import Location, OutputFileError, UnsupportedError
from derivcheck.model import Result
from derivcheck.reporting.found_cases import MARK, found_cases
from derivcheck.reporting.presentation.error_picture import MARK_OF_PICTURE, picture, require_drawing
from derivcheck.reporting.presentation.hunt_lines import points_of
from derivcheck_cli.render.destination import ReportFile

KINDS = {".svg": "svg", ".png": "png"}
"""The kind of a picture by the suffix of its file."""


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files, opened.

    Attributes:
        cases: that of the cases, if there is one.
        pictures: those of the pictures.
    """

    cases: ReportFile | None
    pictures: Sequence[ReportFile]

    def write(self, rows: Sequence[Result]) -> Iterator[str]:
        """Write every file, put it in its place, and say what it holds.

        Raises:
            OutputFileError: where one cannot be written.
        """
        if self.cases is not None:
            self.cases.write(found_cases(rows, self.cases.target.parent))
            self.cases.publish()
            count = len(points_of(rows))
            yield f"{self.cases.path}: {count:,} {'case' if count == 1 else 'cases'}"
        for file in self.pictures:
            try:
                data = picture(rows, kind=kind_of(file.path))
            except UnsupportedError as error:
                yield f"{file.path}: not written: {error.message}"
                continue
            file.write_bytes(data)
            file.publish()
            yield f"{file.path}: written"


@contextmanager
def found_files(output: str | None, plots: Sequence[str], *, replace: bool) -> Iterator[FoundFiles]:
    """Open the files; whatever was not written at the end leaves no trace.

    Args:
        output: the file of the cases.
        plots: the files of the pictures.
        replace: whether a file may be replaced that derivcheck did not write.

    Raises:
        OutputFileError: where one cannot be written, or has a wrong suffix.
        UnsupportedError: where pictures cannot be drawn.
    """
    opened: list[ReportFile] = []
    try:
        cases = None
        if output is not None:
            if Path(output).suffix.lower() != ".toml" and not output.startswith("/dev/"):
                message = "the cases are TOML, and `derivcheck batch` knows a file by its suffix"
                hint = f"call it {Path(output).with_suffix('.toml')}" if Path(output).name else "call it cases.toml"
                raise OutputFileError(message, hint=hint, location=Location(output))
            cases = _opened(opened, output, MARK.encode(), "file of cases", replace=replace)
        for name in plots:
            kind_of(name)
            require_drawing()
            _opened(opened, name, MARK_OF_PICTURE, "picture", replace=replace)
        yield FoundFiles(cases, [file for file in opened if file is not cases])
    finally:
        for file in opened:
            file.discard()


def kind_of(name: str) -> str:
    """The kind of a picture, by its file's suffix; OutputFileError for one that is not known."""
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise OutputFileError("a picture is SVG or PNG", hint="name it error.svg or error.png", location=Location(name))
    return kind


def _opened(opened: list[ReportFile], name: str, mark: bytes, what: str, *, replace: bool) -> ReportFile:
    file = ReportFile(name)
    if any(file.target == other.target and not file.is_device for other in opened):
        file.discard()
        raise OutputFileError("two files of the hunt have this name", location=Location(name))
    opened.append(file)
    if not replace:
        file.refuse_loss(mark, what)
    return file
