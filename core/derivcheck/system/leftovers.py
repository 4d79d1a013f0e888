"""Temporary files and folders that are locked by the process that made them, so that others know what was abandoned.

Whoever is killed cannot tidy up. A lock ends with its process, however that ends: the next run removes what nobody
holds.
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
"""A process that is being killed may still put something into a folder; after so many looks it is gone."""


class Replacement:
    """A file beside another one, whose place it takes once it is whole.

    It is made as any new file is, so that the umask decides who may read it.

    Args:
        target: the other file.

    Raises:
        OSError: where no file can be made there.

    Attributes:
        stream: what is written to; what cannot be encoded, half a surrogate pair, is written as an escape.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        kind = f".derivcheck-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
        remove_abandoned(target.parent, f"{kind}*.part")
        self._path, self._lock = _made(lambda: _new_file(target.with_name(f"{kind}{secrets.token_hex(6)}.part")))
        self._is_there = True
        self.stream: TextIO = self._path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def publish(self, mode: int | None = None) -> None:
        """Put it into its place, with the permissions of the file that was there, or these."""
        self.stream.close()
        if mode is not None:
            self._path.chmod(mode)
        elif self._target.exists():
            shutil.copymode(self._target, self._path)
        self._path.replace(self._target)
        self._is_there = False
        _let_go(self._lock)

    def discard(self) -> None:
        """Leave what was there; nothing happens after `publish`."""
        with suppress(OSError):
            self.stream.close()
        if self._is_there:
            self._path.unlink(missing_ok=True)
            self._is_there = False
            _let_go(self._lock)


def make_folder(prefix: str) -> str:
    """A new temporary folder, locked until this process ends; those of the same prefix that are abandoned are gone."""
    remove_abandoned(Path(tempfile.gettempdir()), f"{prefix}*")
    return str(_made(lambda: Path(tempfile.mkdtemp(prefix=prefix)))[0])


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove the files and folders of this user's that match the pattern and whose process is gone."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        for path in folder.glob(pattern):
            with suppress(OSError):  # BlockingIOError: somebody holds it
                if not path.is_symlink() and path.lstat().st_uid == os.getuid() and (handle := _lock(path)) is not None:
                    remove(path)
                    os.close(handle)


def remove(path: Path) -> None:
    """Remove a file or a folder, into which a process that is about to end may still write."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for _ in range(_TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return
        time.sleep(0.01)


def _made(make: Callable[[], Path]) -> tuple[Path, int | None]:
    """What was made, and a lock of it; once more where somebody took it for abandoned before it was locked."""
    while True:
        path = make()
        try:
            handle = _lock(path)
        except (BlockingIOError, FileNotFoundError):
            continue
        if path.exists():
            return path, handle
        _let_go(handle)


def _new_file(path: Path) -> Path:
    path.open("x").close()
    return path


def _lock(path: Path) -> int | None:
    """A lock, held until it is closed or this process ends; None where the system, or this file system, has none.

    Raises:
        BlockingIOError: where another process holds it.
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


def _let_go(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)
