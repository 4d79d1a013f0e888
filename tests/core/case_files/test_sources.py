"""Case files of every format, on disk and on standard input, sound and broken.

Covers also: json_lines, lines, text, unreadable, names.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from case_reading import Write, cases, outline

from derivcheck.case_files import FORMATS, Unreadable, count_cases, expand, read_cases
from derivcheck.case_files.lines import MAX_LINE
from derivcheck.model import Case, Status

FULL_TOML = """
# [[case]] in a comment is none
[defaults]
dtype = "float32"
at = { x = 7 }

[[case]]
name = "full"
expr = "x*y"
at = [{ x = 0.1000000000000000055511151231257827, y = "pi/4" }, { x = 1_000, y = 0x10 }]
wrt = ["x", "x,y"]
mode = ["reverse", "forward"]
dtype = "float64"
device = "cpu"
value = 9
rtol = 1e-3
expect = { x = "convention" }
why = '''
[[case]]
'''
  [case.derivative]
  x = "y"
  "x, y" = 1

[[case]]
expr = "x**2"
order = 2
"""


def test_the_formats_agree(write: Write) -> None:
    """The same case in each format is the same Case, but for where it stands."""
    sources = {
        "a.toml": '[[case]]\nexpr = "x*y"\nat = [{ x = 1.50, y = 2 }, { x = 3, y = 4 }]\n',
        "a.jsonl": '{"expr": "x*y", "at": [{"x": 1.50, "y": 2}, {"x": 3, "y": 4}]}\n',
        "a.csv": 'expr,at\nx*y,"x=1.50,y=2; x=3,y=4"\n',
        "a.txt": "x*y @ x=1.50, y=2; x=3, y=4  # a comment\n",
    }
    assert set(FORMATS) == {"toml", "jsonl", "csv", "text"}
    for name, text in sources.items():
        (case,) = cases(write(name, text))
        assert ("x*y", ({"x": "1.50", "y": "2"}, {"x": "3", "y": "4"})) == (case.expr, case.at), name


def test_numbers_keep_their_digits(write: Write) -> None:
    """No number passes through a float, not even an integer beyond every dtype."""
    text = '{"expr": "x", "at": {"x": 0.10000000000000000001, "y": 123456789012345678901234567890}, "value": 1e400}\n'
    (case,) = cases(write("digits.jsonl", text))
    assert {"x": "0.10000000000000000001", "y": "123456789012345678901234567890"} == case.at[0]
    assert "1e400" == case.value


def test_numbers_that_strict_json_lacks_are_texts(write: Write) -> None:
    """Python writes Infinity and NaN; whether a point may hold them is decided later."""
    (case,) = cases(write("inf.jsonl", '{"expr": "x", "at": {"x": -Infinity, "y": NaN}}\n'))
    assert {"x": "-inf", "y": "nan"} == case.at[0]


def test_a_mark_and_windows_line_ends_do_not_matter(write: Write) -> None:
    """Files from Windows are read like any other."""
    for name, text in {
        "a.csv": "expr,at\r\nx,x=1\r\n",
        "a.txt": "x @ x=1\r\n",
        "a.toml": '[[case]]\r\nexpr = "x"\r\n',
    }.items():
        assert ["x"] == outline(write(name, b"\xef\xbb\xbf" + text.encode())), name


def test_a_broken_line_stops_no_other(write: Write) -> None:
    """Each broken line of JSON Lines is one error with its line and key; the sound ones are read."""
    lines: list[tuple[bytes, str | tuple[str | None, str]]] = [
        (b'{"expr": "x"}', "x"),
        (b'{"expr": "\xff"}', (None, "byte 11 (0xff) is not UTF-8")),
        (b'{"expr": "x\0"}', (None, "character 12 is NUL: this is no text")),
        (b'{"expr": "\\ud800"}', ("expr", "the string holds a NUL or a lone surrogate: this is no text")),
        (b'{"expr": "x", "expr": "y"}', (None, "the key 'expr' stands there twice")),
        (b'{"expr": "x"', (None, "this is not JSON: Expecting ',' delimiter in column 13")),
        (b"[" * 100_000, (None, "the values are nested too deeply")),
        (b'{"expr": "x", "at": ' + b"[" * 60 + b"]" * 60 + b"}", (None, "the values are nested too deeply")),
        (b"x" * (MAX_LINE + 10_000_000), (None, f"the line is longer than {MAX_LINE:,} bytes")),
        (b"[1]", (None, "the line is not an object")),
        (b'{"exp": "x"}', ("exp", "unknown key 'exp'")),
        (b'{"at": {}}', ("expr", "the case has no expr")),
        (b'{"expr": "y"}', "y"),
    ]
    wanted = [what if isinstance(what, str) else (line, *what) for line, (_, what) in enumerate(lines, 1)]
    assert wanted == outline(write("broken.jsonl", b"\n".join(raw for raw, _ in lines)))


def test_text_lines_with_slips_are_errors(write: Write) -> None:
    """The line is told, and the others are read."""
    text = "# a list\n\n x**2 @ x=2 # two\nx @ x=1, x=2\nx @ @\n2\n"
    assert [
        "x**2",
        (4, "at", "x is given twice"),
        (5, "at", "'@' gives no variable a value"),
        "2",
    ] == outline(write("slips.txt", text))


def test_utf_16_is_named(write: Write) -> None:
    """PowerShell writes it; one error says so, not one a line."""
    (item,) = read_cases(write("power.txt", "x @ x=1\ny @ y=1\n".encode("utf-16")))
    assert isinstance(item, Unreadable)
    assert "the file is UTF-16" == item.error.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.toml", "there is no such file"),
        ("*.toml", "no file matches this pattern"),
        (".", "this is a directory, not a file"),
        ("data.json", "the name does not end in one of"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_value(tmp_path: Path, name: str, message: str) -> None:
    """The other files of a batch go on."""
    (tmp_path / "data.json").write_text("{}")
    path = str(tmp_path / name)
    (item,) = read_cases(path)
    assert isinstance(item, Unreadable)
    assert item.error.render().startswith(f"{item.location}: {message}")


def test_a_format_can_be_named(write: Write) -> None:
    """Whatever the suffix says."""
    assert ["x"] == [case.expr for case in cases(write("data.json", '{"expr": "x"}\n'), input_format="jsonl")]


@pytest.mark.parametrize(
    ("text", "input_format", "expr"),
    [
        ("\n  x**2 @ x=1\n", None, "x**2"),
        ('\n {"expr": "y"}\n', None, "y"),
        ('[[case]]\nexpr = "z"\n', "toml", "z"),
    ],
)
def test_standard_input_is_sniffed(
    monkeypatch: pytest.MonkeyPatch, text: str, input_format: str | None, expr: str
) -> None:
    """A brace means JSON Lines, anything else text; other formats have to be named."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    (case,) = cases("-", input_format=input_format)
    assert (expr, "<stdin>") == (case.expr, case.location.file)


def test_patterns_are_expanded_in_order(write: Write, tmp_path: Path) -> None:
    """Shells that expand nothing, and quoted patterns in CI."""
    paths = [write(name, "") for name in ("b.toml", "a.toml", "c[1].toml")]
    assert [paths[1], paths[0], paths[2]] == list(expand([str(tmp_path / "*.toml")]))
    assert [paths[2], "-", "no*pe"] == list(expand([paths[2], "-", "no*pe"]))


def test_a_large_file_is_streamed(write: Write) -> None:
    """The first case is there before the rest is read."""
    reader = read_cases(write("large.jsonl", '{"expr": "x"}\n' * 100_000))
    first = next(reader)
    assert isinstance(first, Case)
    reader.close()  # type: ignore[attr-defined]


def test_cases_are_counted_beforehand(write: Write) -> None:
    """A progress bar wants to know how many there are."""
    assert 2 == count_cases(write("all.toml", FULL_TOML.replace("'''\n[[case]]\n'''", '"x"')))
    assert 3 == count_cases(write("a.txt", "x\n\n# y\ny\nz\n"))
    assert 2 == count_cases(write("a.csv", "expr,at\nx,x=1\ny,y=1\n"))
    assert 1 == count_cases(write("a.jsonl", '{"expr": "x"}\n\n'))
    assert count_cases("-") is None


def test_an_unreadable_case_comes_to_an_error_result(write: Write) -> None:
    """It keeps its name and expression, and is told apart by file and line where it has no name."""
    path = write("two.jsonl", '{"name": "n", "expr": "x", "order": 0}\n{"expr": 1}\n')
    named, unnamed = [item.result() for item in read_cases(path) if isinstance(item, Unreadable)]
    assert ("n", "x", Status.ERROR) == (named.case.label, named.case.expr, named.status)
    assert (f"{path}:2", "1") == (unnamed.case.label, unnamed.case.expr)


@pytest.mark.parametrize("text", [b"[" * 480, b'[[case]]\nexpr = "x"\nat = { x = ' + b"[" * 480, b"[[case]]\nexpr ="])
def test_an_error_of_a_file_is_data_alone(write: Write, text: bytes) -> None:
    """It carries no frames and no causes, which some libraries pickle along with an exception."""
    errors = [found.error for found in read_cases(write("broken.toml", text)) if isinstance(found, Unreadable)]
    assert errors
    for error in errors:
        assert (None, None, None) == (error.__traceback__, error.__context__, error.__cause__)
