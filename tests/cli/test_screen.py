"""The screen: its colours, its width, and no command to a runner of a CI."""

from __future__ import annotations

import pytest

from derivcheck.model import Status
from derivcheck_cli.render.coloring import color_status
from derivcheck_cli.screen import Screen


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment asks for anything."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "color", "coloured"),
    [
        ({}, None, False),
        ({}, True, True),
        ({"FORCE_COLOR": "1"}, None, True),
        ({"FORCE_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, None, False),
        ({"NO_COLOR": "1"}, True, True),
    ],
)
def test_colours_go_to_terminals_or_where_they_are_forced(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    color: bool | None,
    coloured: bool,
) -> None:
    """NO_COLOR wins over what the terminal is, --color and --no-color over everything."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    Screen(color=color).line(color_status(Status.MATCH))
    assert coloured == ("\x1b[" in capsys.readouterr().out)


@pytest.mark.parametrize("text", ["::error::no", "  ::add-mask::x", "a\n ::warning::no", "x ##[error]no"])
def test_no_line_is_a_command_to_github(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A case that anybody may have written is shown, but for one character; what is our command stays one."""
    Screen().line(text)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    Screen().line(text)
    Screen().message(text)
    Screen().command("error", "title=x::yes")
    told = capsys.readouterr()
    forged = text.replace("::", ":�", 1).replace("##[", "##�")
    assert f"{forged}\n{forged}\n::error title=x::yes\n" == told.out
    assert f"{forged}\n" == told.err


@pytest.mark.parametrize(("columns", "width"), [(None, 100), ("140", 140), ("wide", 100)])
def test_the_width_without_a_terminal_is_100(monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int) -> None:
    """COLUMNS says otherwise."""
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    assert width == Screen().width
