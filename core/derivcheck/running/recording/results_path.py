"""The name of a file of results: what is checked of it, and of what stands there, before a run writes to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from derivcheck.errors import Location, OutputFileError
from derivcheck.running.recording.lock import lock
from derivcheck.running.recording.records import BEGINNING
from derivcheck.system.links import ASTRAY, ASTRAY_HINT, leads_astray

_STDOUTS = {"/dev/stdout", "/dev/fd/1"}


class ResultsPath:
    """The place of a file of results.

    Args:
        name: the name as it was typed.

    Raises:
        OutputFileError: where it is no name.

    Attributes:
        target: the file itself, where the name is a link to it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        with self.failing():
            self.target = Path(name).resolve()

    @property
    def part(self) -> Path:
        """The file beside it, which takes its place where it is written anew."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def is_regular(self) -> bool:
        """Whether it is a file, and no pipe."""
        return self.target.is_file()

    def check_name(self, inputs: Iterable[str]) -> None:
        """Refuse a name that is no file's, and that of a file which the run reads.

        Raises:
            OutputFileError: with what to do.
        """
        if self._name in {"", "-"}:
            raise self.error("the results need the name of a file", "--format jsonl writes them to stdout")
        if self._name in _STDOUTS:
            raise self.error("this is stdout, not a file", "--format jsonl writes the results to stdout")
        if leads_astray(self._name):
            raise self.error(ASTRAY, ASTRAY_HINT)
        if self.target.is_dir() or self._name.endswith(("/", os.sep)):
            raise self.error("this is a folder, not a file", f"name a file in it: {self.target / 'results.jsonl'}")
        for name in inputs:
            with suppress(OSError, ValueError):
                if self.target.exists() and self.target.samefile(name):
                    raise self.error("this is one of the case files", "give the results a name of their own")

    def make_folder(self) -> None:
        """Make the folder of the file; OutputFileError where a file is in its way."""
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            in_the_way = next(folder for folder in self.target.parents if folder.exists())
            raise self.error(f"its folder cannot be made: {in_the_way} is a file") from None

    def check_content(self) -> None:
        """Refuse a file that holds no results: it was somebody else's work, and is not thrown away for a slip.

        Raises:
            OutputFileError: with what to do.
        """
        if self.is_regular and not _holds_results(self.target):
            raise self.error("this is no file of results, and is left as it is", "remove it, or give another name")

    def remove_part(self) -> None:
        """Remove what a run that was killed has left beside it.

        Raises:
            OutputFileError: where a file of that name is somebody else's.
        """
        if not self.part.is_symlink() and not self.part.exists():
            return
        if self.part.is_symlink() or not self.part.is_file() or not _holds_results(self.part):
            message = f"{self.part.name}, which it would write to, is no file of results, and is left as it is"
            raise self.error(message, "remove that, or give another name")
        self.part.unlink()

    def lock(self, file: FileIO) -> FileIO | None:
        """Lock the file, which is open; OutputFileError where another run holds it."""
        try:
            return lock(file, self.target)
        except BlockingIOError:
            hint = "wait for its end, or give another name"
            raise self.error("another run is writing to this file", hint) from None

    @contextmanager
    def failing(self, what: str = "cannot be written") -> Iterator[None]:
        """Turn what the system says against it inside into an OutputFileError."""
        try:
            yield
        except (OSError, ValueError) as error:
            raise self.error(f"{what}: {getattr(error, 'strerror', None) or error}") from None

    def error(self, message: str, hint: str | None = None) -> OutputFileError:
        """Make an error about the file."""
        return OutputFileError(message, hint=hint, location=Location(self._name))


def _holds_results(path: Path) -> bool:
    """Whether a file begins as results do; so does an empty one, which is nobody's work."""
    with path.open("rb") as file:
        return BEGINNING.startswith(file.read(len(BEGINNING)))
