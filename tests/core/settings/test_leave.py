"""Tests of what a project's file may not do before its user has allowed it.

Covers also: trusted_projects, derivcheck_cli.commands.trust.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import run

from derivcheck.errors import SettingError
from derivcheck.settings import Command, Resolved, Setting, resolve, rows
from derivcheck.settings.all_settings import default_of
from derivcheck.settings.leave import Leave
from derivcheck.settings.project import Project, read
from derivcheck.settings.trusted_projects import is_trusted, set_trust, store_path

WRITTEN = {"output", "junit", "sarif", "html", "markdown", "baseline"}
"""The settings that name a file which a run may write."""

OUTSIDE = ["../x", "/etc/x", "a/../../x", "link/x", "dangling", ".git/hooks/pre-commit", "a/.venv/x.pth", "/dev/stdout"]
INSIDE = ["x", "a/b/x", "./x", "a/../x", "inner/x"]


@pytest.fixture(autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's configuration with nothing in it."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, with links that lead out of it."""
    checkout = tmp_path / "checkout"
    (checkout / "a").mkdir(parents=True)
    (checkout / "link").symlink_to(tmp_path)
    (checkout / "dangling").symlink_to(tmp_path / "new")
    (checkout / "inner").symlink_to(checkout / "a")
    monkeypatch.chdir(checkout)
    return checkout


def project(folder: Path, text: str) -> Project:
    """Write a pyproject.toml with this text and read it back."""
    path = folder / "pyproject.toml"
    path.write_text(f"[tool.derivcheck]\n{text}\n")
    found = read(path)
    assert found is not None
    return found


def found(
    command: Command = Command.BATCH, environ: dict[str, str] | None = None, given: dict[str, str] | None = None
) -> Resolved:
    """Resolve the settings of a batch in the folder."""
    return resolve(command, {name: [text] for name, text in (given or {}).items()}, environ=environ or {})


def hostile(row: Setting) -> str:
    """The worst that a project can say of a setting, as TOML."""
    return "true" if row.kind.flag else {"cluster": '"tcp://127.0.0.1:1"', "files": '["/etc/*"]'}.get(row.key, '"../x"')


def test_the_table_says_which_settings_need_leave() -> None:
    """Code and network always; files that are written where they lie outside; no other."""
    assert {"allow_code", "cluster"} == {row.name for row in rows() if row.leave is Leave.ALWAYS}
    assert {row.name for row in rows() if row.leave is Leave.OUTSIDE} == WRITTEN
    assert all(row.harm for row in rows() if row.leave is not Leave.NEVER)


@pytest.mark.parametrize("row", [row for row in rows() if row.leave is not Leave.NEVER], ids=lambda row: row.name)
def test_what_does_harm_does_not_count_until_it_is_allowed(row: Setting, folder: Path) -> None:
    """By the option, by the variable, or by trust; a sentence says what was not done, and all three ways."""
    written = project(folder, f"{row.key} = {hostile(row)}")
    resolved = found()
    assert getattr(resolved.settings, row.name) == default_of(row)
    (withheld,) = resolved.withheld
    told = withheld.render()
    assert told.startswith(f"pyproject.toml:2 ({row.key}): not done without your leave: it would {row.harm}")
    assert all(way in told for way in (row.option, row.variable, "`derivcheck trust`"))
    sample = row.sample or "true"
    assert () == found(given={row.name: sample}).withheld
    assert () == found(environ={row.variable: sample}).withheld
    set_trust(written, trusted=True)
    assert () == found().withheld
    assert getattr(found().settings, row.name) != default_of(row)


@pytest.mark.parametrize("name", sorted(WRITTEN))
@pytest.mark.parametrize("path", OUTSIDE)
def test_a_file_outside_of_the_project_needs_leave(folder: Path, name: str, path: str) -> None:
    """Whatever its name or a link makes of it; a hidden folder is git's, an editor's or Python's, not the project's."""
    project(folder, f'{name} = "{path}"')
    assert [f"--{name}"] == [withheld.option for withheld in found().withheld]


@pytest.mark.parametrize("path", INSIDE)
def test_a_file_in_the_project_needs_none(folder: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also seen from a folder of it."""
    project(folder, f'output = "{path}"')
    assert () == found().withheld
    monkeypatch.chdir(folder / "a")
    assert () == found().withheld


def test_what_turns_something_off_needs_none(folder: Path) -> None:
    """And what belongs to another command is not spoken of."""
    project(folder, 'allow-code = false\noutput = "../x"')
    assert () == found(Command.CHECK).withheld
    assert ["--output"] == [withheld.option for withheld in found().withheld]


def test_pytest_runs_the_projects_code_anyway(folder: Path) -> None:
    """So `allow-code` counts there, and nowhere else."""
    project(folder, "allow-code = true")
    assert (True, False) == tuple(found(command).settings.allow_code for command in (Command.PYTEST, Command.BATCH))


def test_a_wrong_value_is_an_error_all_the_same(folder: Path) -> None:
    """Not a word about leave."""
    project(folder, "cluster = ''")
    with pytest.raises(SettingError, match="there is nothing written"):
        found()


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ('allow-code = true\ncluster = "tcp://a:1"', True),
        ('cluster   = "tcp://a:1" # a comment\nallow-code = true', True),
        ('allow-code = true\ncluster = "tcp://b:1"', False),
        ('allow-code = true\ncluster = "tcp://a:1"\nstrict = true', False),
        ("allow-code = true", False),
    ],
)
def test_trust_holds_for_what_the_file_says(folder: Path, change: str, holds: bool) -> None:
    """Another order or a comment says the same; another value is asked about anew."""
    set_trust(project(folder, 'allow-code = true\ncluster = "tcp://a:1"'), trusted=True)
    assert holds == is_trusted(project(folder, change))


def test_trust_is_of_one_place(folder: Path, tmp_path: Path) -> None:
    """The same file in another checkout is somebody else's; what is trusted can be distrusted again."""
    first = project(folder, "allow-code = true")
    set_trust(first, trusted=True)
    (tmp_path / "second").mkdir()
    assert not is_trusted(project(tmp_path / "second", "allow-code = true"))
    set_trust(first, trusted=False)
    assert not is_trusted(first)


def test_a_project_cannot_trust_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that lies in the checkout is the checkout's, whoever points at it; a relative one is no one's."""
    written = project(folder, "allow-code = true")
    store = set_trust(written, trusted=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    inside = folder / "config" / "derivcheck"
    inside.mkdir(parents=True)
    (inside / "trusted.json").write_text(store.read_text())
    assert not is_trusted(written)
    with pytest.raises(SettingError, match="which could trust itself"):
        set_trust(written, trusted=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    assert folder.parent / "home" / ".config" / "derivcheck" / "trusted.json" == store_path()
    assert not is_trusted(written)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, '{"a": 1}', "\x00"])
def test_a_damaged_list_trusts_nobody(folder: Path, config: Path, text: str) -> None:
    """And says so where something is to be added to it."""
    written = project(folder, "allow-code = true")
    (config / "derivcheck").mkdir()
    (config / "derivcheck" / "trusted.json").write_text(text)
    assert not is_trusted(written)
    assert found().withheld
    if text != '{"a": 1}':
        with pytest.raises(SettingError, match="remove it"):
            set_trust(written, trusted=True)


def test_a_projects_overwrite_replaces_nothing_of_somebody_elses(folder: Path) -> None:
    """It drops recorded results, as it always did; a foreign file is replaced at the user's own word."""
    written = project(folder, "overwrite = true")
    assert (True, False) == (found().settings.overwrite, found().may_replace)
    assert found(given={"overwrite": "true"}).may_replace
    assert found(environ={"DERIVCHECK_OVERWRITE": "1"}).may_replace
    set_trust(written, trusted=True)
    assert found().may_replace


def test_the_command_line_says_what_it_did_not_do(folder: Path, tmp_path: Path) -> None:
    """On stderr, whatever stdout is for; `derivcheck trust` changes that, and `--isolated` asks for nothing."""
    project(folder, f'markdown = "{tmp_path}/x.md"\nstrict = true')
    (folder / "c.txt").write_text("x**2 @ x=2\n")
    batch = ["batch", "c.txt", "--jobs", "0", "--format", "jsonl"]
    told = run(*batch)
    assert "warning: pyproject.toml:2 (markdown): not done without your leave" in told.stderr
    assert [json.loads(line)["status"] for line in told.stdout.splitlines()] == ["match", "match"]
    assert not (tmp_path / "x.md").exists()
    assert "not trusted; it asks for this:" in run("trust", "--show").stdout
    assert "markdown" in run("trust").stdout
    assert run(*batch).stderr == ""
    assert (tmp_path / "x.md").exists()
    assert "no longer trusted" in run("trust", "--remove").stdout
    assert "(markdown)" in run(*batch).stderr
    assert run(*batch, "--isolated").stderr == ""
    assert run(*batch, "--config", "pyproject.toml", "--isolated").stderr == ""


def test_trust_needs_something_to_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without settings is an error that says what was looked for."""
    monkeypatch.chdir(tmp_path)
    assert "error: there is no pyproject.toml with [tool.derivcheck] here" in run("trust", code=2).stderr
    assert os.listdir(tmp_path) == []
