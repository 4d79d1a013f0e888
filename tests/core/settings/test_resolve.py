"""Settings: the table, the places that they are read from, and the order of these.

Covers also: all_settings, environment, project.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derivcheck.errors import DerivcheckError, SettingError
from derivcheck.model import Mode, Tolerance
from derivcheck.numbers import DType
from derivcheck.settings import Command, Format, Layer, Resolved, Setting, resolve, rows
from derivcheck.settings.all_settings import default_of
from derivcheck.settings.project import read
from derivcheck.settings.trusted_projects import set_trust


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def project(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    """Write a file of settings and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[project]\nname = 'x'\n\n[tool.derivcheck]\n{text}", encoding="utf-8")
    return path


def found(command: Command = Command.BATCH, environ: dict[str, str] | None = None, **given: str) -> Resolved:
    """Resolve the settings of a command with these options and this environment."""
    return resolve(command, {name: [text] for name, text in given.items()}, environ=environ or {})


def sample(row: Setting) -> str:
    """Return a text that is a valid value of the setting."""
    return row.sample or "1"


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.name)
def test_every_row_can_be_given_wherever_it_says(
    row: Setting, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """By option, by variable and by key of a project that is trusted, to the same effect; its help is a sentence."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    assert row.help.endswith(".")
    assert row.commands
    project(folder, "", "own.toml")
    command = next(iter(row.commands))
    values = []
    if row.in_environment:
        values.append(getattr(found(command, {row.variable: sample(row)}).settings, row.name))
    if row.in_project:
        is_number = int in row.kind.toml and not sample(row).endswith("B")
        text = "true" if row.kind.flag else sample(row) if is_number else f'"{sample(row)}"'
        trusted = read(project(folder, f"{row.key} = {text}"))
        assert trusted is not None
        set_trust(trusted, trusted=True)
        values.append(getattr(found(command).settings, row.name))
        (folder / "pyproject.toml").unlink()
    if row.in_option:
        values.append(
            getattr(found(command, None, **{row.name: "true" if row.kind.flag else sample(row)}).settings, row.name)
        )
    assert values
    assert [values[0]] * len(values) == values
    assert values[0] != default_of(row)


def test_the_command_line_goes_before_the_environment_and_that_before_the_project(folder: Path) -> None:
    """And whoever does not say anything changes nothing."""
    project(folder, 'dtype = "float16"\ndevice = "auto"\nstrict = true\n')
    settings = found(environ={"DERIVCHECK_DTYPE": "float32", "DERIVCHECK_STRICT": "0", "DERIVCHECK_MODE": " "})
    assert (DType.FLOAT32, "auto", False, None) == tuple(
        getattr(settings.settings, name) for name in ("dtype", "device", "strict", "mode")
    )
    assert found(environ={"DERIVCHECK_DTYPE": "float32"}, dtype="bfloat16").settings.dtype is DType.BFLOAT16
    places = {name: origin.place for name, origin in settings.origins.items()}
    assert {"dtype": "DERIVCHECK_DTYPE", "device": "pyproject.toml:6", "strict": "DERIVCHECK_STRICT"} == places


def test_a_projects_word_about_cases_is_a_default_and_any_other_an_order(folder: Path) -> None:
    """The project's dtype stands behind the case's own; that of the environment goes before it."""
    project(folder, 'dtype = "float16"\nmode = ["func", "forward"]\nrtol = 1e-3\n')
    resolved = found(environ={"DERIVCHECK_DEVICE": "cpu"}, atol="0.5")
    assert {"dtype": DType.FLOAT16, "mode": (Mode.FUNC, Mode.FORWARD), "rtol": 1e-3} == resolved.case_defaults
    assert {"device": "cpu", "tolerance": Tolerance(atol=0.5)} == resolved.case_overrides
    assert {
        "dtype": DType.FLOAT16,
        "modes": (Mode.FUNC, Mode.FORWARD),
        "device": "cpu",
        "tolerance": Tolerance(atol=0.5),
    } == resolved.case_attributes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('dtpye = "float32"', "pyproject.toml:5 (dtpye): unknown key 'dtpye'\n  hint: did you mean 'dtype'?"),
        (
            "case_defaults = 1",
            "pyproject.toml:5 (case_defaults): unknown key 'case_defaults'\n  hint: there are files,",
        ),
        (
            "exit_zero = true",
            "pyproject.toml:5 (exit_zero): unknown key 'exit_zero'\n  hint: did you mean 'exit-zero'?",
        ),
        ('config = "x"', "pyproject.toml:5 (config): unknown key 'config'\n  hint: it is given by --config alone"),
        ("\nstrict = 1", "pyproject.toml:6 (strict): this is a number, and should be true or false"),
        ("rtol = true", "pyproject.toml:5 (rtol): this is true or false, and should be a number"),
        ("rtol = -1", "pyproject.toml:5 (rtol): -1 is not a finite number of at least 0"),
        ("files = [1]", "pyproject.toml:5 (files): this is a number, and should be a list of strings"),
        ('dtype = "float46"', "pyproject.toml:5 (dtype): unknown dtype 'float46'\n  hint: did you mean 'float64'?"),
        ('format = "xml"', "pyproject.toml:5 (format): unknown format 'xml'\n  hint: there are text, json"),
        ("quiet = true\nverbose = true", "pyproject.toml:5 and pyproject.toml:6 exclude each other"),
        ("dtype = \n", "pyproject.toml:5: this is not TOML: Invalid value"),
    ],
)
def test_what_is_wrong_in_the_project_is_told_with_its_place(folder: Path, text: str, message: str) -> None:
    """File, line and key, and what to write instead."""
    project(folder, text)
    with pytest.raises(DerivcheckError) as caught:
        found()
    assert caught.value.render().startswith(message)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"DERIVCHECK_DTPYE": "float32"},
            "DERIVCHECK_DTPYE: this is no setting\n  hint: did you mean DERIVCHECK_DTYPE?",
        ),
        ({"DERIVCHECK_STRICT": "maybe"}, "DERIVCHECK_STRICT: 'maybe' is neither true nor false"),
        ({"DERIVCHECK_FILES": "'a"}, "DERIVCHECK_FILES: cannot be split: No closing quotation"),
    ],
)
def test_what_is_wrong_in_the_environment_is_told_with_its_variable(environ: dict[str, str], message: str) -> None:
    """A slip of the pen is an error, since a gate would silently run with the default."""
    with pytest.raises(DerivcheckError, match=r".") as caught:
        found(environ=environ)
    assert caught.value.render().startswith(message)


def test_a_variable_of_somebody_elses_is_left_alone() -> None:
    """The prefix is ours by habit alone."""
    assert {} == found(environ={"DERIVCHECK_VERSION": "0.1", "DERIVCHECK_HOME": "/srv"}).origins


def test_the_nearest_table_upwards_is_read_and_its_paths_are_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pyproject.toml without one is passed by, even a broken one; patterns are seen from where one stands."""
    path = project(folder, 'files = ["cases/*.toml", "/else/where.csv", "-"]')
    inner = folder / "src" / "inner"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[tool.other\n")
    monkeypatch.chdir(inner)
    resolved = found()
    assert path == resolved.config
    assert ("../../cases/*.toml", "/else/where.csv", "-") == resolved.settings.files
    assert {"no_config"} == found(no_config="true").origins.keys()


def test_another_file_can_be_named(folder: Path) -> None:
    """By option or by variable; it must have the table."""
    project(folder, "strict = true", "other/derivcheck.toml")
    assert found(config="other/derivcheck.toml").settings.strict
    assert found(environ={"DERIVCHECK_CONFIG": "other/derivcheck.toml"}).settings.strict
    (folder / "empty.toml").write_text("")
    with pytest.raises(SettingError, match=r"empty.toml: there is no \[tool.derivcheck\] in it"):
        found(config="empty.toml")
    with pytest.raises(SettingError, match=r"absent.toml: cannot be read"):
        found(config="absent.toml")


def test_what_belongs_to_another_command_is_checked_and_left_alone(folder: Path) -> None:
    """`files` is of no use to `check`."""
    project(folder, 'files = ["a.toml"]\nformat = "json"\n')
    resolved = found(Command.CHECK)
    assert ({"format"}, (Format.JSON,), Layer.PROJECT) == (
        set(resolved.origins),
        resolved.settings.format,
        resolved.layer("format"),
    )


def test_of_two_that_exclude_each_other_the_later_place_wins(folder: Path) -> None:
    """The project is quiet, the command line is not."""
    project(folder, "quiet = true\n")
    settings = found(verbose="true").settings
    assert (True, False) == (settings.verbose, settings.quiet)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("jobs", "2", "2"),
        ("jobs", '"auto"', "auto"),
        ("case-timeout", "2.5", "2.5"),
        ("case-memory", "1000000", "1000000"),
    ],
)
def test_a_number_is_taken_where_a_number_is_meant(tmp_path: Path, key: str, value: str, text: str) -> None:
    """In a pyproject.toml there is no need to quote it."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.derivcheck]\n{key} = {value}\n")
    found = resolve(Command.BATCH, environ={}, folder=tmp_path)
    assert text == getattr(found.settings, key.replace("-", "_"))
    (tmp_path / "pyproject.toml").write_text(f"[tool.derivcheck]\n{key} = true\n")
    with pytest.raises(SettingError, match="this is true or false, and should be a"):
        resolve(Command.BATCH, environ={}, folder=tmp_path)


@pytest.mark.parametrize(
    "header",
    ["tool.derivchek", "tool.deriv-check", "tool.derivecheck", "tools.derivcheck", "derivcheck", 'tool."derivchekc"'],
)
def test_a_table_that_is_called_nearly_as_ours_is_told(tmp_path: Path, header: str) -> None:
    """Its settings would be ignored without a word; it is looked for upwards, as the right one is."""
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n[{header}]\nstrict = true\n')
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    told = resolve(Command.BATCH, environ={}, folder=folder).near_miss
    assert told is not None
    assert told.endswith(f"pyproject.toml:3: nothing reads [{header}]: did you mean [tool.derivcheck]?")


@pytest.mark.parametrize(
    "text", ["[tool.derivcheck]\n[tool.derivchek]\n", "[tool.ruff]\n[tool.gradcheck]\n[tool.pyright]\n", "[["]
)
def test_other_tables_are_nobodys_slip(tmp_path: Path, text: str) -> None:
    """Where ours is there, or none is like it, nothing is said."""
    (tmp_path / "pyproject.toml").write_text(text)
    assert resolve(Command.BATCH, environ={}, folder=tmp_path).near_miss is None
