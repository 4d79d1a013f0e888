"""The folder of the workers' server."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import process
from pathlib import Path
from typing import Any

import pytest

from derivcheck.workers.socket_folder import PREFIX, use_own_folder


def _folder() -> str | None:
    found: str | None = process.current_process()._config.get("tempdir")  # type: ignore[attr-defined]
    return found


def _in_child(answers: Any) -> None:
    """Send which folder this process inherits, and which it has after asking for one of its own, twice."""
    inherited = _folder()
    use_own_folder()
    first = _folder()
    use_own_folder()
    answers.send((inherited, first, _folder()))


def test_a_process_does_not_share_the_folder_of_its_parent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A worker of Dask inherits its name; when its server ended, it took the parent's socket along."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    config = process.current_process()._config  # type: ignore[attr-defined]
    for key in [key for key in config if key in {"tempdir", "derivcheck-maker"}]:
        monkeypatch.delitem(config, key)
    use_own_folder()
    mine = _folder()
    assert mine is not None
    assert os.path.basename(mine).startswith(PREFIX)
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_in_child, args=(there,))
    child.start()
    inherited, first, again = here.recv()
    child.join()
    for key in ("tempdir", "derivcheck-maker"):
        config.pop(key)
    assert mine == inherited
    assert first != mine
    assert first == again
    assert os.path.isdir(mine)
