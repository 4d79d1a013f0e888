"""Tests of points from a file of their own: `at = "@points.csv"`."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.case_files.points import PointsFile
from derivcheck.errors import InputFileError
from derivcheck.model import Case
from derivcheck_cli.app import app


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory."""
    (tmp_path / "cases").mkdir()
    monkeypatch.chdir(tmp_path / "cases")
    return tmp_path / "cases"


def write(name: str, text: str | bytes) -> str:
    """A file there."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def case(at: str = "@points.csv", name: str = "c.jsonl") -> Case | Unreadable:
    """The case of a file that takes its points from another one."""
    (found,) = read_cases(write(name, json.dumps({"expr": "x*y", "at": at}) + "\n"))
    return found


def error(at: str = "@points.csv") -> str:
    """What is wrong with it."""
    found = case(at)
    assert isinstance(found, Unreadable)
    return found.error.render()


def test_each_line_is_a_point() -> None:
    """Numbers and formulas, blanks, quotes and blank lines, with a mark of UTF-8 and the line ends of Windows."""
    write("points.csv", b'\xef\xbb\xbfx, y\r\n1,1/3\r\n\r\n pi/4 ,"log(2, 4)"\r\n')
    found = case()
    assert isinstance(found, Case)
    assert [{"x": "1", "y": "1/3"}, {"x": "pi/4", "y": "log(2, 4)"}] == [*found.at]
    assert (2, {"x": "1", "y": "1/3"}, "log(2, 4)") == (len(found.at), found.at[0], found.at[-1]["y"])
    assert found.allow_unused


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.toml", '[[case]]\nexpr = "x"\nat = "@points.csv"\n'),
        ("d.toml", '[defaults]\nat = "@points.csv"\n[[case]]\nexpr = "x"\n'),
        ("c.jsonl", '{"expr": "x", "at": "@ points.csv"}\n'),
        ("c.csv", "expr,at\nx,@points.csv\n"),
    ],
)
def test_every_format_may_name_one(name: str, text: str) -> None:
    """And the defaults of a TOML file, too."""
    write("points.csv", "x\n1\n2\n")
    (found,) = read_cases(write(name, text))
    assert isinstance(found, Case)
    assert [{"x": "1"}, {"x": "2"}] == [*found.at]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "points.csv: the file of points is empty"),
        ("x,y\n", "points.csv: there is no point below the header"),
        ("x,y\n1,2\n1,2,3\n", "points.csv:3: the line has 3 cells, the header 2"),
        ("x,x\n1,2\n", "points.csv:1: a variable stands there twice"),
        ("x,2*y\n1,2\n", "points.csv:1: "),
        ('x\n"1\n', "points.csv:2: this is not CSV: "),
        (b"x\n1\xff\n", "points.csv:2: byte 2 (0xff) is not UTF-8"),
        ("x\n1\0\n", "points.csv:2: character 2 is NUL"),
        (b"x\n" + b"1" * (5 * 2**20) + b"\n", "points.csv:2: the line is longer than"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, message: str) -> None:
    """Before anything is checked."""
    write("points.csv", text)
    assert error().startswith(message)


@pytest.mark.parametrize(
    "name", ["../secret.csv", "/etc/passwd", "link.csv", "folder/secret.csv", "a/../../secret.csv"]
)
def test_a_case_file_shows_no_file_from_elsewhere(folder: Path, name: str) -> None:
    """Whatever the name and links say: the error shows nothing of it."""
    (folder.parent / "secret.csv").write_text("password\nhunter2\n")
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    (folder / "folder").symlink_to(folder.parent)
    told = error(f"@{name}")
    assert "lies outside of the case file's folder" in told
    assert "hunter2" not in told
    assert "password" not in told


@pytest.mark.parametrize(("name", "why"), [("absent.csv", "No such file"), (".", "Is a directory"), ("a\0b", "")])
def test_a_file_that_is_not_there(name: str, why: str) -> None:
    """An error of the case, as any other."""
    assert why in error(f"@{name}")


def test_a_portion_is_what_a_tuple_would_give() -> None:
    """Wherever it begins and ends."""
    write("points.csv", "n\n" + "".join(f"{number}\n\n" for number in range(1000)))
    points, same = PointsFile("points.csv", None), tuple({"n": str(number)} for number in range(1000))
    assert [*points] == [*same]
    for part in (slice(0, 3), slice(250, 770), slice(999, 2000), slice(None, None, 333), slice(-3, None), slice(5, 5)):
        assert points[part] == same[part]
    with pytest.raises(IndexError):
        points[1000]


def test_a_file_that_changes_meanwhile_is_told() -> None:
    """Other points than those that were counted are none of the case's."""
    write("points.csv", "n\n" + "".join(f"{number}\n" for number in range(1000)))
    points = PointsFile("points.csv", None)
    write("points.csv", "n\n1\n2\n")
    with pytest.raises(InputFileError, match="has changed while it was read"):
        points[500:600]
    Path("points.csv").unlink()
    with pytest.raises(InputFileError, match="cannot be read"):
        points[0:1]


def test_many_points_take_no_memory() -> None:
    """Thirty thousand stay on the disk, as a million do; four hundred bytes a point would be twelve megabytes."""
    write("points.csv", "x,y\n" + "".join(f"{number}/7,{number}e-3\n" for number in range(30_000)))
    tracemalloc.start()
    points = PointsFile("points.csv", None)
    assert sum(len(points[first : first + 2048]) for first in range(0, len(points), 2048)) == 30_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 2**20


def batch(*args: str) -> Any:
    """Run `derivcheck batch` and return what it wrote."""
    return CliRunner().invoke(app, ["batch", *args, "--jobs", "0"])


def test_the_results_are_those_of_points_in_the_case_file() -> None:
    """Byte by byte, recorded and resumed."""
    numbers = [f"{number}/7" for number in range(1, 300)]
    write("points.csv", "x\n" + "".join(f"{number}\n" for number in numbers))
    inline = json.dumps({"expr": "x**2*sin(x)", "at": [{"x": number} for number in numbers]})
    write("inline.jsonl", f"{inline}\n")
    write("file.jsonl", '{"expr": "x**2*sin(x)", "at": "@points.csv"}\n')
    assert batch("inline.jsonl", "--output", "a.jsonl").exit_code == 0
    assert batch("file.jsonl", "--output", "b.jsonl", "--sarif", "s.sarif").exit_code == 0
    wanted, found = Path("a.jsonl").read_text().replace("inline.jsonl", "file.jsonl"), Path("b.jsonl").read_text()
    assert wanted == found
    half = found.index("\n", len(found) // 2) + 1
    Path("b.jsonl").write_text(found[:half])
    assert batch("file.jsonl", "--output", "b.jsonl", "--resume").exit_code == 0
    assert found == Path("b.jsonl").read_text()
