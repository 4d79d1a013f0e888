"""The files that a run writes: none takes another's place, and none is written over that is somebody else's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from derivcheck_cli.app import app

CASES = {
    "good.toml": '[[case]]\nname = "square"\nexpr = "x**2"\nat = { x = 3 }\nderivative = { x = "2*x" }\n',
    "lie.toml": '[[case]]\nname = "lie"\nexpr = "x**2"\nat = { x = 3 }\nderivative = { x = "3*x" }\n',
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a good case and a lie."""
    for name, text in CASES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*args: str, code: int = 0) -> Any:
    """`derivcheck batch`, in this process."""
    result = CliRunner().invoke(app, ["batch", *args, "--jobs", "0"])
    assert code == result.exit_code, result.output
    return result


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--output r --junit r", "r: this is the file of the results, which --output names"),
        ("--output r --junit ./r", "./r: this is the file of the results, which --output names"),
        ("--output b --baseline b --write-baseline", "--output and --baseline name the same file"),
        ("--output /dev/stdout", "this is stdout, not a file"),
        ("--output new/", "this is a folder, not a file"),
        ("--output good.toml/r", "its folder cannot be made"),
        ("--baseline good.toml/b --write-baseline", "good.toml/b: cannot be written"),
        ("--output mine.txt --overwrite", "mine.txt: this is no file of results, and is left as it is"),
        ("--resume", "--resume needs the file of the results"),
        ("--resume --overwrite --output r", "--resume and --overwrite exclude each other"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_run(folder: Path, options: str, told: str) -> None:
    """And nothing is left behind."""
    (folder / "mine.txt").write_text("a thesis")
    before = {path.name for path in folder.iterdir()}
    assert told in batch("good.toml", *options.split(), code=2).stderr
    assert before == {path.name for path in folder.iterdir()}
    assert "a thesis" == (folder / "mine.txt").read_text()


def test_folders_are_made_for_results_and_baselines(folder: Path) -> None:
    """As they are for reports."""
    batch("lie.toml", "--output", "a/b/r.jsonl", "--baseline", "c/b.toml", "--write-baseline")
    assert (folder / "a" / "b" / "r.jsonl").is_file()
    assert (folder / "c" / "b.toml").is_file()


def test_results_that_are_dropped_are_told(folder: Path) -> None:
    """Who names another case file by mistake sees it."""
    batch("good.toml", "lie.toml", "--output", "r.jsonl", code=1)
    assert "r.jsonl: results of 1 case that this run" in batch("good.toml", "--output", "r.jsonl", "--resume").stderr
    again = batch("lie.toml", "good.toml", "--output", "r.jsonl", "--resume", code=1)
    assert "dropped" not in again.stderr
    assert "results of 1 case" in batch("good.toml", "--output", "r.jsonl", "--resume").stderr


def test_a_selection_without_a_case_drops_nothing(folder: Path) -> None:
    """The file is one of all cases, whether or not the run has any."""
    batch("good.toml", "--output", "r.jsonl")
    before = (folder / "r.jsonl").read_bytes()
    told = batch("good.toml", "--output", "r.jsonl", "--resume", "-k", "nothing", code=2).stderr
    assert "the results are those of all cases, and this run is of -k nothing" in told
    assert before == (folder / "r.jsonl").read_bytes()


def test_a_project_may_always_resume(folder: Path) -> None:
    """`output` and `resume` are settings as all others are."""
    (folder / "pyproject.toml").write_text('[tool.derivcheck]\noutput = "r.jsonl"\nresume = true\n')
    batch("good.toml")
    before = (folder / "r.jsonl").read_bytes()
    batch("good.toml")
    assert before == (folder / "r.jsonl").read_bytes()
    assert re.search("overwrite +true ", batch("good.toml", "--overwrite", "--show-settings").stdout)


def test_a_file_that_cannot_be_read_is_no_case(folder: Path) -> None:
    """Neither a case file nor a file of results; it is an error all the same, and the others are shown."""
    batch("good.toml", "--output", "r.jsonl")
    assert "1 case: 1 pass, and 1 file in error" in batch("good.toml", "nope.toml", code=2).stdout
    shown = CliRunner().invoke(app, ["report", "r.jsonl", "nope.jsonl", "--markdown", "r.md", "--html", "r.html"])
    assert (2, True) == (shown.exit_code, "1 case: 1 pass, and 1 file in error" in shown.stdout)
    assert (folder / "r.md").read_text().startswith("## derivcheck: the case passes, 1 file in error\n")
    assert '"cases":{"pass":1,"error":1}' in (folder / "r.html").read_text()
    data = CliRunner().invoke(app, ["report", "nope.jsonl", "--format", "json"]).stdout
    assert '"summary": {"cases": 0, "results": 1, "by_status": {"error": 1}, "exit_code": 2, "files": 1}' in data


@pytest.mark.parametrize("options", ["--output {}", "--html {}", "--junit {}", "--baseline {} --write-baseline"])
def test_a_link_of_a_checkout_makes_no_file_elsewhere(folder: Path, options: str) -> None:
    """A name here is a file here; a link to a file that is there is known by what that holds."""
    outside = folder.parent / f"{folder.name}-outside"
    outside.mkdir()
    (folder / "r").symlink_to(outside / "new")
    told = batch("good.toml", *options.format("r").split(), code=2).stderr
    assert "r: this is a link to a file that is not there, outside of the working directory" in told
    assert [] == [*outside.iterdir()]
    (folder / "r").unlink()
    (folder / "r").symlink_to(folder / "elsewhere")
    batch("good.toml", *options.format("r").split())
    assert (folder / "elsewhere").is_file()
    (folder / "disk").symlink_to(outside)
    batch("good.toml", *options.format("disk/r").split())
    assert (outside / "r").is_file()


def test_the_part_of_a_file_of_results_is_ours_or_left(folder: Path) -> None:
    """A run that was killed has left it; one of somebody else's is told."""
    (folder / "r.jsonl.part").write_text("a thesis")
    assert (
        "r.jsonl.part, which it would write to, is no file of results"
        in batch("good.toml", "--output", "r.jsonl", code=2).stderr
    )
    assert "a thesis" == (folder / "r.jsonl.part").read_text()
    (folder / "r.jsonl.part").write_text('{"schema": 2, "case"')
    batch("good.toml", "--output", "r.jsonl")
    assert not (folder / "r.jsonl.part").exists()
