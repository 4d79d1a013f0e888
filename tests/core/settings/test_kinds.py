"""The kinds of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.errors import DerivcheckError, SettingError
from derivcheck.model import Mode
from derivcheck.settings import Format, kinds


@pytest.mark.parametrize(
    ("kind", "texts", "value"),
    [
        (kinds.FLAG, ["Yes"], True),
        (kinds.FLAG, ["1", "off"], False),
        (kinds.COUNT, [" 12 "], 12),
        (kinds.BOUND, ["1e-3"], 1e-3),
        (kinds.WORD, [" cpu "], "cpu"),
        (kinds.MODES, ["reverse,func", "reverse"], (Mode.REVERSE, Mode.FUNC)),
        (kinds.NAMES, ["eps, t", "t,b"], ("eps", "t", "b")),
        (kinds.SEED, ["3", " 18446744073709551615"], 2**64 - 1),
        (kinds.PATTERNS, ["a.toml", "b.toml"], ("a.toml", "b.toml")),
        (kinds.some_of("format", Format), ["text,github", "text"], (Format.TEXT, Format.GITHUB)),
    ],
)
def test_a_text_is_read_as_its_kind(kind: kinds.ValueKind, texts: list[str], value: object) -> None:
    """Of several texts the last one counts, or each once where there may be several."""
    assert value == kind.read(texts)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (kinds.FLAG, "maybe", "'maybe' is neither true nor false"),
        (kinds.COUNT, "0", "'0' is no whole number from 1"),
        (kinds.COUNT, "²", "'²' is no whole number from 1"),
        (kinds.NAMES, "eps,,t", "'' is not a variable's name"),
        (kinds.SEED, "-1", "the seed -1 is no whole number from 0"),
        (kinds.SEED, "1" * 50, r"the seed 1{40}… \(50 digits\) is no whole number"),
        (kinds.WORD, " ", "there is nothing written"),
        (kinds.one_of("format", Format), "txt", "unknown format 'txt'"),
    ],
)
def test_what_is_none_of_its_kind_is_an_error(kind: kinds.ValueKind, text: str, message: str) -> None:
    """With what was written."""
    with pytest.raises(DerivcheckError, match=message):
        kind.read([text])


def test_a_value_of_toml_has_its_type() -> None:
    """A number is no flag and a flag no number, although Python's True is an int."""
    assert ["true"] == kinds.FLAG.texts(True)
    assert ["3"] == kinds.COUNT.texts(3)
    assert ["a", "b"] == kinds.PATTERNS.texts(["a", "b"])
    for kind, value, found in ((kinds.COUNT, True, "true or false"), (kinds.FLAG, 1, "a number")):
        with pytest.raises(SettingError, match=f"this is {found}, and should be {kind.wanted}"):
            kind.texts(value)


def test_a_path_of_a_file_is_relative_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from a folder below, it is above; an absolute path, standard input and what is no path stay."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert ["../a.toml", "/b.toml", "-"] == kinds.PATTERNS.relocate(["a.toml", "/b.toml", "-"], tmp_path)
    assert ["a.toml"] == kinds.WORD.relocate(["a.toml"], tmp_path)


def test_a_folder_with_brackets_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the file says is one."""
    folder = tmp_path / "a[1]"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    assert ["a[[]1]/*.toml"] == kinds.PATTERNS.relocate(["*.toml"], folder)


def test_the_environment_gives_patterns_as_a_shell_would() -> None:
    """Quotes hold a space together."""
    assert ["a b.toml", "c.toml"] == kinds.PATTERNS.split("'a b.toml' c.toml")
