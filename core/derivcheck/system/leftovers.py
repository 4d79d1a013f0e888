"""Temporary files and folders, locked by their process, so that other processes can recognize abandoned ones.

A process that is killed cannot remove its temporary files. The system releases its locks, however it ends, so the next
run removes what is no longer locked.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_TRIES = 20
"""How often a removal is tried: a process that is being killed may still put files into the folder."""


class Replacement:
    """A temporary file beside a target file; it replaces the target when it is complete.

    It is created like any new file, so the umask decides who may read it.

    Args:
        target: the other file.

    Raises:
        OSError: where no file can be made there.

    Attributes:
        stream: the stream to write to. Half a surrogate pair, which cannot be encoded, is written as an escape.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        kind = f".derivcheck-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
        remove_abandoned(target.parent, f"{kind}*.part")
        self._path, self._lock = _make_locked(lambda: _new_file(target.with_name(f"{kind}{secrets.token_hex(6)}.part")))
        self._is_there = True
        self.stream: TextIO = self._path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def publish(self, mode: int | None = None) -> None:
        """Replace the target, and keep its permissions, unless `mode` gives others."""
        self.stream.close()
        if mode is not None:
            self._path.chmod(mode)
        elif self._target.exists():
            shutil.copymode(self._target, self._path)
        self._path.replace(self._target)
        self._is_there = False
        _unlock(self._lock)

    def discard(self) -> None:
        """Remove the temporary file and leave the target as it is; nothing happens after `publish`."""
        with suppress(OSError):
            self.stream.close()
        if self._is_there:
            self._path.unlink(missing_ok=True)
            self._is_there = False
            _unlock(self._lock)


def make_folder(prefix: str) -> str:
    """Make a temporary folder, locked until this process ends, and remove abandoned ones with the same prefix."""
    remove_abandoned(Path(tempfile.gettempdir()), f"{prefix}*")
    return str(_make_locked(lambda: Path(tempfile.mkdtemp(prefix=prefix)))[0])


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove this user's files and folders that match the pattern and that no process holds any more."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        for path in folder.glob(pattern):
            with suppress(OSError):  # BlockingIOError: a process still holds it
                if not path.is_symlink() and path.lstat().st_uid == os.getuid() and (handle := _lock(path)) is not None:
                    remove(path)
                    os.close(handle)


def remove(path: Path) -> None:
    """Remove a file or a folder, even if a process that is just ending still writes into it."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for _ in range(_TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return
        time.sleep(0.01)


def _make_locked(make: Callable[[], Path]) -> tuple[Path, int | None]:
    """Make a file or a folder and lock it.

    Between the two, another process may take it for abandoned and remove it; then it is made again.
    """
    while True:
        path = make()
        try:
            handle = _lock(path)
        except (BlockingIOError, FileNotFoundError):
            continue
        if path.exists():
            return path, handle
        _unlock(handle)


def _new_file(path: Path) -> Path:
    path.open("x").close()
    return path


def _lock(path: Path) -> int | None:
    """Lock a path until the handle is closed or this process ends; None where locks are not supported.

    Raises:
        BlockingIOError: where another process holds the lock.
        FileNotFoundError: where the path is gone.
    """
    if sys.platform == "win32":
        return None
    # Windows has no such module.
    import fcntl

    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        return None
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)
