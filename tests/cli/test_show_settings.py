"""What `--show-settings` shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run


def test_settings_are_shown_with_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As text and as JSON."""
    (tmp_path / "pyproject.toml").write_text('[tool.derivcheck]\nfiles = ["cases/*.toml"]\nstrict = true\n')
    monkeypatch.chdir(tmp_path)
    lines = run("batch", "--show-settings", "--mode", "func,forward", env={"DERIVCHECK_DTYPE": "float32"}).stdout
    shown = [line.split() for line in lines.splitlines()]
    assert ["#", "pyproject.toml"] == shown[0]
    assert ["files", "cases/*.toml", "pyproject.toml:2"] in shown
    assert ["strict", "true", "pyproject.toml:3"] in shown
    assert ["mode", "func", "forward", "--mode"] in shown
    assert ["dtype", "float32", "DERIVCHECK_DTYPE"] in shown
    assert ["device", "cpu", "default"] in shown
    document = json.loads(run("check", "x", "--show-settings", "--format", "json").stdout)
    assert {"value": True, "from": "project", "where": "pyproject.toml:3"} == document["settings"]["strict"]
    assert "files" not in document["settings"]
