"""Links of a checkout that would make a run write elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.system.links import leads_astray


@pytest.mark.parametrize(
    ("name", "astray"),
    [
        ("plain.md", False),
        ("new.md", False),
        ("outside_new.md", True),
        ("outside_there.md", False),
        ("inside_new.md", False),
        ("folder/new.md", False),
    ],
)
def test_only_a_link_to_a_new_file_elsewhere_leads_astray(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, astray: bool
) -> None:
    """A file that is there, a link within the folder and a folder that is a link are what the user sees."""
    here, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    (elsewhere / "there.md").write_text("")
    (here / "plain.md").write_text("")
    (here / "outside_new.md").symlink_to(elsewhere / "new.md")
    (here / "outside_there.md").symlink_to(elsewhere / "there.md")
    (here / "inside_new.md").symlink_to(here / "made.md")
    (here / "folder").symlink_to(elsewhere)
    monkeypatch.chdir(here)
    assert astray == leads_astray(name) == leads_astray(here / name)


def test_a_file_elsewhere_is_the_users_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No checkout can hold a link there."""
    (tmp_path / "checkout").mkdir()
    (tmp_path / "link.md").symlink_to(tmp_path / "new.md")
    monkeypatch.chdir(tmp_path / "checkout")
    assert not leads_astray(tmp_path / "link.md")
