"""Temporary files and folders, which are locked by their process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from derivcheck.system.leftovers import Replacement, make_folder, remove_abandoned


@pytest.mark.skipif(sys.platform == "win32", reason="there is no lock of a folder")
def test_what_is_held_is_left_and_what_is_abandoned_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and parts of files of others that run stay; a process that was killed holds nothing."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = make_folder("mine-")
    (tmp_path / "mine-abandoned" / "deep").mkdir(parents=True)
    (tmp_path / "mine-link").symlink_to(tmp_path)
    (tmp_path / "other").mkdir()
    second = make_folder("mine-")
    assert {"mine-link", "other", os.path.basename(held), os.path.basename(second)} == {*os.listdir(tmp_path)}
    target = tmp_path / "other" / "report.md"
    first, again = Replacement(target), Replacement(target)
    first.stream.write("first")
    assert len(os.listdir(target.parent)) == 2
    abandoned = target.parent / os.listdir(target.parent)[0].replace(".part", "x.part")
    abandoned.write_text("half")
    first.publish()
    assert target.read_text() == "first"
    again.discard()
    again.discard()
    remove_abandoned(target.parent, ".derivcheck-*.part")
    assert ["report.md"] == os.listdir(target.parent)


def test_a_replacement_keeps_the_permissions_of_what_it_replaces(tmp_path: Path) -> None:
    """Unless it is told others; what is discarded leaves the old file as it was."""
    target = tmp_path / "kept.json"
    target.write_text("old")
    target.chmod(0o640)
    first = Replacement(target)
    first.stream.write("new")
    first.discard()
    assert ("old", ["kept.json"]) == (target.read_text(), os.listdir(tmp_path))
    for mode, expected in ((None, 0o640), (0o600, 0o600)):
        part = Replacement(target)
        part.stream.write(f"{mode}")
        part.publish(mode)
        assert (str(mode), expected) == (target.read_text(), target.stat().st_mode & 0o777)
