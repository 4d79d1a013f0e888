"""Annotations for GitHub Actions, and the summary of its step."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_files import HOSTILE_CASES, feed, named
from results import stopped

from derivcheck.errors import Location
from derivcheck.model import Case, Status
from derivcheck_cli.render.github import MAX_ANNOTATIONS, GitHubRenderer
from derivcheck_cli.screen import Screen


def test_github_shows_the_worst_ten(capsys: pytest.CaptureFixture[str]) -> None:
    """The worst first, then as they came; the rest is counted."""
    cases = [named(f"w{at}", Status.UNSTABLE) for at in range(15)] + [named("f", Status.MISMATCH, line=4)]
    feed(GitHubRenderer(Screen()), cases)
    lines = capsys.readouterr().out.splitlines()
    assert "::error file=cases/a.toml,line=4,title=mismatch%3A f::df/dx at x = 2: the reason of f" == lines[0]
    assert [f"::warning file=cases/a.toml,line=1,title=unstable%3A w{at}" for at in range(9)] == [
        line.rpartition("::")[0] for line in lines[1:MAX_ANNOTATIONS]
    ]
    assert ["… and 6 more cases fail or warn", "16 cases: 15 warn, 1 fail"] == lines[10:12]


def test_github_commands_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command is one line, and its properties end where ours do."""
    feed(GitHubRenderer(Screen(), alone=False), HOSTILE_CASES)
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("::error file=cases/a.toml,line=") for line in lines[:6])
    assert "title=mismatch%3A λ数学 � | a pipe%2C 100 %25%3A done%3A%3Aerror%3A%3A::" in "\n".join(lines)


def test_the_step_summary_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other tools write there as well; where it cannot be written the run goes on."""
    file = tmp_path / "summary.md"
    file.write_text("# another step\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    feed(GitHubRenderer(Screen()), [named("f", Status.MISMATCH)])
    assert file.read_text(encoding="utf-8").startswith("# another step\n## derivcheck: 1 of 1 case fails\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "folder"))
    feed(GitHubRenderer(Screen()), [named("f", Status.MISMATCH)])
    assert 1 == capsys.readouterr().err.count("GITHUB_STEP_SUMMARY: ")


def test_github_paths_begin_at_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the step runs."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path / "sub")
    feed(GitHubRenderer(Screen()), [[stopped(Case(expr="x", location=Location("a.toml", 3)))]])
    assert "::error file=sub/a.toml,line=3," in capsys.readouterr().out
