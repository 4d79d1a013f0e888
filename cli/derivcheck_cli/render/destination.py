"""The file of a report, which gets its name only when the report is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from derivcheck.errors import Location, OutputFileError
from derivcheck.system.leftovers import Replacement
from derivcheck.system.links import ASTRAY, ASTRAY_HINT, leads_astray
from derivcheck_cli.standard_streams import own_stdout

_HEAD = 2048
"""The bytes at the beginning of a file by which it is known."""

_STDOUT = "-"
_OWN_STDOUT = {"/dev/stdout", "/dev/fd/1"}


class ReportFile:
    """A file that is written under a temporary name beside its target, and replaces the target when it is complete.

    A device or a pipe (`/dev/stdout`) is written to directly. Characters that cannot be encoded, such as half a
    surrogate pair, are written as escapes.

    Args:
        path: the report's name; missing parent folders are made.

    Raises:
        OutputFileError: where no file can be made there, and from `write` and `publish` where the disk is full.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> file = ReportFile(f"{folder.name}/reports/r.md")
        >>> file.write("# all pass")
        >>> os.path.exists(f"{folder.name}/reports/r.md")
        False
        >>> file.publish()
        >>> os.path.exists(f"{folder.name}/reports/r.md")
        True
        >>> folder.cleanup()
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._part: Replacement | None = None
        with self._as_output_error("cannot be written"):
            self.target = self._check_target()
            self._stream = self._open_part()

    @property
    def is_device(self) -> bool:
        """Whether this is no regular file, so that it is written to directly; /dev/stdout never is one."""
        return self.target.is_relative_to("/dev") or (self.target.exists() and not self.target.is_file())

    def write(self, text: str) -> None:
        """Write a piece of the report."""
        with self._as_output_error("cannot be written to its end"):
            self._stream.write(text)

    def write_bytes(self, data: bytes) -> None:
        """Write what is no text, such as a picture."""
        with self._as_output_error("cannot be written to its end"):
            self._stream.flush()
            self._stream.buffer.write(data)

    def refuse_loss(self, mark: bytes, what: str) -> None:
        """Fail if the file holds anything else than an earlier one of this kind; an empty file may be replaced.

        Args:
            mark: what stands near the beginning of every file of the kind, and of no other file.
            what: the kind in words.

        Raises:
            OutputFileError: where it holds something else, or cannot be read.
        """
        if self.is_device or not self.target.exists():
            return
        try:
            with self.target.open("rb") as stream:
                head = stream.read(_HEAD)
        except OSError as error:
            raise self._error(f"cannot be read: {error.strerror or error}") from None
        if head and mark not in head:
            hint = "give another name, or --overwrite to replace it"
            raise self._error(f"this is no {what} of derivcheck, and is left as it is", hint)

    def publish(self) -> None:
        """Put the report in its place; whatever was there is gone."""
        with self._as_output_error("cannot be written to its end"):
            self._stream.close()
            if self._part is not None:
                self._part.publish()

    def discard(self) -> None:
        """Leave what was there; nothing happens after `publish`."""
        with suppress(OSError):
            self._stream.close()
        if self._part is not None:
            self._part.discard()

    def _check_target(self) -> Path:
        """The file itself, whatever links lead to it, once its folder is there."""
        if self.path in {"", _STDOUT}:
            raise self._error("a report needs the name of a file", "stdout is for --format")
        # /dev/stdout leads to a pipe without a name, so it is not followed.
        target = Path(self.path) if self.path.startswith("/dev/") else Path(self.path).resolve()
        if leads_astray(self.path):
            raise self._error(ASTRAY, ASTRAY_HINT)
        if target.is_dir() or self.path.endswith(("/", os.sep)):
            hint = f"name a file in it: {os.path.join(self.path, 'report')}"
            raise self._error("this is a folder, not a file", hint)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self._error(f"its folder cannot be made: {_in_the_way(target)} is a file") from None
        except OSError as error:
            raise self._error(f"its folder cannot be made: {error.strerror or error}") from None
        return target

    def _open_part(self) -> TextIO:
        if self.target.exists():
            if self.path in _OWN_STDOUT:
                # By its number, so that what is printed and the report share a place in the file that it may be.
                return os.fdopen(os.dup(own_stdout()), "a", encoding="utf-8", errors="backslashreplace", newline="\n")
            if self.is_device:
                return self.target.open("a", encoding="utf-8", errors="backslashreplace", newline="\n")
            if not os.access(self.target, os.W_OK):
                raise self._error("cannot be written: it is read-only")
        self._part = Replacement(self.target)  # a name too long is noticed by `exists`
        return self._part.stream

    @contextmanager
    def _as_output_error(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a ValueError: a NUL in the name
            raise self._error(f"{what}: {getattr(error, 'strerror', None) or error}") from None

    def _error(self, message: str, hint: str | None = None) -> OutputFileError:
        return OutputFileError(message, hint=hint, location=Location(self.path))


def _in_the_way(target: Path) -> Path:
    return next(folder for folder in target.parents if folder.exists())
