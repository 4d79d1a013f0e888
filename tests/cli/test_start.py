"""Tests of `derivcheck_cli.start`: what it guesses of a command line before it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck_cli.start import runs_workers


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("batch cases.toml", True),
        ("batch cases.toml --jobs 2", True),
        ("batch cases.toml -j10", True),
        ("batch *.toml", True),
        ("batch -", True),
        ("batch", True),
        ("batch cases.toml -k x=0", True),
        ("batch cases.toml --output r.jsonl", True),
        ("batch cases.toml -j0", False),
        ("batch cases.toml -j 0", False),
        ("batch cases.toml --jobs 0", False),
        ("batch cases.toml --jobs=0", False),
        ("batch cases.toml --cluster tcp://host:1", False),
        ("batch cases.toml --cluster=tcp://host:1", False),
        ("batch cases.toml --show-settings", False),
        ("batch --help", False),
        ("batch -h", False),
        ("batch absent.toml", False),
        ("report r.jsonl", False),
        ("x**2 --at x=2", False),
        ("", False),
    ],
)
def test_workers_are_guessed_from_the_words(
    words: str, needed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their server starts before the command line is read, where that looks as if it needed them."""
    (tmp_path / "cases.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert needed is runs_workers(words.split())
