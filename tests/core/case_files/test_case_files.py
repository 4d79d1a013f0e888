"""The readers of case files, on sound files and on broken ones."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from derivcheck.case_files import FORMATS, Unreadable, count_cases, expand, read_cases
from derivcheck.case_files.fields import FIELDS
from derivcheck.case_files.functions import KEYS
from derivcheck.case_files.lines import MAX_LINE
from derivcheck.errors import Location
from derivcheck.model import Case, Mode, Status, Tolerance
from derivcheck.numbers import DType

Write = Callable[[str, str | bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file


def cases(path: str, **options: Any) -> list[Case]:
    """The cases of a file in which every case is sound."""
    found = list(read_cases(path, **options))
    assert [] == [item.error.render() for item in found if isinstance(item, Unreadable)]
    return [item for item in found if isinstance(item, Case)]


def outline(path: str) -> list[str | tuple[int | None, str | None, str]]:
    """For each item the expression of a case, or line, key and message of an error."""
    items: list[str | tuple[int | None, str | None, str]] = []
    for item in read_cases(path):
        if isinstance(item, Case):
            items.append(item.expr)
        else:
            where = item.error.location
            assert where is not None
            assert path == where.file
            items.append((where.line, where.key, item.error.message))
    return items


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


def test_toml_holds_every_key(write: Write) -> None:
    """Every key of a case is read, over the defaults, with its number's digits and the header's line."""
    path = write("all.toml", FULL_TOML)
    first, second = cases(path)
    assert (
        Case(
            name="full",
            expr="x*y",
            at=({"x": "0.1000000000000000055511151231257827", "y": "pi/4"}, {"x": "1000", "y": "16"}),
            wrt=(("x",), ("x", "y")),
            modes=(Mode.REVERSE, Mode.FORWARD),
            dtype=DType.FLOAT64,
            value="9",
            derivative={("x",): "y", ("x", "y"): "1"},
            expect={("x",): Status.CONVENTION},
            why="[[case]]\n",
            tolerance=Tolerance(rtol=1e-3),
            location=Location(path, 7),
        )
        == first
    )
    assert (({"x": "7"},), DType.FLOAT32, 2, Location(path, 25)) == (
        second.at,
        second.dtype,
        second.order,
        second.location,
    )


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


def test_csv_has_a_column_for_each_claim(write: Write) -> None:
    """`derivative.x,y` is the claim about the mixed partial; an empty cell is no claim."""
    text = 'expr,at,wrt,order,rtol,derivative.x,"derivative.x,y"\nx*y,"x=1,y=2","x;x,y",1,0.5,y,1\nx,x=1,,,,,\n'
    first, second = cases(write("claims.csv", text))
    assert {("x",): "y", ("x", "y"): "1"} == first.derivative
    assert ((("x",), ("x", "y")), Tolerance(rtol=0.5)) == (first.wrt, first.tolerance)
    assert ({}, ()) == (second.derivative, second.wrt)


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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "1"),
        ("expr", "5"),
        ("at", "5"),
        ("at", "[]"),
        ("at", '{"x": true}'),
        ("at", '{"x": [1]}'),
        ("at", '{"2": 1}'),
        ("at", '"x"'),
        ("wrt", '"x,,y"'),
        ("wrt", "1"),
        ("order", "0"),
        ("order", "1.5"),
        ("order", '"2"'),
        ("order", "99999999999999999999"),
        ("mode", '"backward"'),
        ("mode", "[]"),
        ("dtype", '"double"'),
        ("device", "0"),
        ("value", "null"),
        ("derivative", '"2*x"'),
        ("derivative", '{"x": null}'),
        ("derivative", '{"": "1"}'),
        ("expect", '"mismatched"'),
        ("expect", '{"x": 1}'),
        ("why", "[]"),
        ("rtol", '"a"'),
        ("rtol", "-1"),
        ("atol", "1e999"),
        ("atol", "true"),
    ],
)
def test_a_wrong_value_is_an_error_at_its_key(write: Write, key: str, value: str) -> None:
    """A value of the wrong type or out of range names file, line and key."""
    expr = "" if key == "expr" else '"expr": "x", '
    path = write("wrong.jsonl", f'{{{expr}"{key}": {value}}}\n')
    (item,) = read_cases(path)
    assert isinstance(item, Unreadable)
    assert Location(path, 1, key) == item.error.location


def test_every_key_has_a_wrong_value_above() -> None:
    """The table of keys and the table of slips go together."""
    marks = test_a_wrong_value_is_an_error_at_its_key.pytestmark  # type: ignore[attr-defined]
    assert set(FIELDS) == {key for mark in marks for key, _ in mark.args[1]}


def test_an_unknown_key_comes_with_a_hint(write: Write) -> None:
    """A slip in a key is told from a wish for another one."""
    (item,) = read_cases(write("hint.jsonl", '{"expr": "x", "derivatives": {}}'))
    assert isinstance(item, Unreadable)
    assert "did you mean 'derivative'?" == item.error.hint


@pytest.mark.parametrize("expect", ['"mismatch"', '{"x": "mismatch"}'])
def test_an_expected_failure_needs_a_reason(write: Write, expect: str) -> None:
    """`why` is required wherever `expect` is not match."""
    lines = [f'{{"expr": "x", "expect": {expect}}}', f'{{"expr": "x", "expect": {expect}, "why": "#1"}}']
    message = "a case that expects anything but match must say why"
    assert [(1, "why", message), "x"] == outline(write("why.jsonl", "\n".join([*lines, ""])))


def test_a_match_may_be_expected_without_a_reason(write: Write) -> None:
    """It is what everyone expects."""
    assert ["x"] == outline(write("match.jsonl", '{"expr": "x", "expect": "match"}'))


def test_a_broken_case_stops_no_other_in_toml(write: Write) -> None:
    """What is not TOML, and a wrong key, cost one case each; the line is that of the key or of the slip."""
    text = """[defaults]
dtipe = "float32"
name = "all"
[[case]]
expr = "a"
[[case]]
expr = "unterminated
[[case]]
name = "wrong"

expr = 5
[[case]]
expr = "d"
at = { x = 1979-05-27 }
[[cases]]
expr = "lost"
[[case]]
expr = "b"
"""
    assert [
        (7, None, "this is not TOML: Illegal character '\\n' in column 21"),
        (2, "dtipe", "unknown key 'dtipe'"),
        (3, "name", "name belongs to one case, not to all of them"),
        (15, "cases", "unknown key 'cases'"),
        "a",
        (11, "expr", "this is a number, and should be a string"),
        (14, "at", 'this is a date, and should be a number or a string such as "pi/4"'),
        "b",
    ] == outline(write("broken.toml", text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b'[case]\nexpr = "x"\n', 1),
        (b'case = "x"\n', 1),
        (b"defaults = 1\n", 1),
        (b'[[case]]\nexpr = "\xff"\n', 2),
        (b'[[case]]\nexpr = "a"\nname = "\0"\n', 3),
        (b"[[case]]\nexpr = " + b"[" * 100_000, 1),
        (b"[[case]]\nvalue = " + b"9" * 10_000, 1),
        (b'[[case]]\nexpr = "a"\nwhy = """', 1),
    ],
)
def test_toml_of_every_broken_sort_is_an_error(write: Write, text: bytes, line: int) -> None:
    """Nothing but values comes out of the reader, whatever goes in."""
    path = write("odd.toml", text)
    errors = [item.error for item in read_cases(path) if isinstance(item, Unreadable)]
    assert [line] == [error.location.line for error in errors if error.location]


GOOD_CASE = '[[case]]\nname = "{}"\nexpr = "x**2"\nat = {{ x = 2 }}\n'


@pytest.mark.parametrize(
    ("broken", "line", "message"),
    [
        ('[case]\nname = "bad"\nexpr = "x"\n', 5, "a case is a table in a list of its own"),
        ('[[case]\nname = "bad"\nexpr = "x"\n', 5, "this is not TOML"),
        ('[[cases]]\nname = "bad"\nexpr = "x"\n', 5, "unknown key 'cases'"),
        ('[[case]]\nname = "bad\nexpr = "x"\n', 6, "this is not TOML"),
        ('[[case]]\nexpr = """x\n', 5, "this is not TOML"),
        ('[[case]]\nexpr = "x"\nat = [\n[1],\n', 5, "this is not TOML"),
        ('[defaults]\ndtype = "float32"\n[defaults]\ndtype = "float64"\n', 8, "dtype is given twice"),
        ("[defaults\n", 5, "this is not TOML"),
    ],
)
def test_cases_before_and_after_a_broken_one_are_read(write: Write, broken: str, line: int, message: str) -> None:
    """What a broken header begins is no part of the case before it."""
    read = list(read_cases(write("some.toml", f"{GOOD_CASE.format('before')}{broken}{GOOD_CASE.format('after')}")))
    assert ["before", "after"] == [item.name for item in read if isinstance(item, Case)]
    (wrong,) = (item for item in read if isinstance(item, Unreadable))
    assert message in wrong.error.message
    assert wrong.error.location is not None
    assert line == wrong.error.location.line


def test_csv_lines_are_read_one_by_one(write: Write) -> None:
    """A stray quote, a missing cell and an unquoted comma cost one line each."""
    lines = ["expr,at", "x,x=1", '"x,x=1', "x", "x,x=1,y=2", "y,y=1"]
    assert [
        "x",
        (3, None, "this is not CSV: unexpected end of data"),
        (4, None, "the line has 1 cells, the header 2"),
        (5, None, "the line has 3 cells, the header 2"),
        "y",
    ] == outline(write("broken.csv", "\n".join(lines)))


@pytest.mark.parametrize(
    "header", ["expr,ad", "expr,derivative", "expr,derivative.", "expr,at.x", "at,wrt", "expr,expr"]
)
def test_a_wrong_header_ends_a_csv_file(write: Write, header: str) -> None:
    """Without a sound header nobody knows what the cells are."""
    (item,) = read_cases(write("header.csv", f"{header}\nx,1\n"))
    assert isinstance(item, Unreadable)
    assert 1 == item.location.line


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


def test_a_header_that_names_no_key_is_a_missing_header(write: Write) -> None:
    """A wrong name among right ones is a wrong name, with every right one in the order of the documentation."""
    assert outline(write("bare.csv", "x**2,x=2\n")) == [(1, "x**2", "the first line must name the columns")]
    (item,) = read_cases(write("wrong.csv", "name,formula\nx,x\n"))
    assert isinstance(item, Unreadable)
    assert (item.error.hint or "").startswith("there are name, expr, at, wrt")


def test_the_documentation_has_every_key_and_whether_all_cases_may_share_it() -> None:
    """The table of docs/case_files.md is FIELDS."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "case_files.md").read_text(encoding="utf-8")
    of_cases, _, of_functions = page.partition("### Functions of your own")
    rows = [row.split(" | ") for row in of_cases.splitlines() if row.startswith("| `")]
    documented = {key: "yes" in row[2] for row in rows for key in re.findall(r"`(\w+)`", row[0])}
    assert {key: field.shared for key, field in FIELDS.items()} == documented
    rows = [row.split(" | ") for row in of_functions.partition("## JSON")[0].splitlines() if row.startswith("| `")]
    assert set(KEYS) == {key for row in rows for key in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.jsonl",
            '{"expr": "x", "at": {"x": 1, "y": 2}}\n{"expr": "x", "at": [{"x": 1, "y": 2}, {"x": 1, "y": 3}]}\n',
        ),
        ("a.toml", '[[case]]\nexpr="x"\nat={x=1, y=2}\n[[case]]\nexpr="x"\nat=[{x=1, y=2}, {x=1, y=3}]\n'),
        ("a.csv", 'expr,at\nx,"x=1,y=2"\nx,"x=1,y=2; x=1,y=3"\n'),
        ("a.txt", "x @ x=1, y=2\nx @ x=1, y=2; x=1, y=3\n"),
    ],
)
def test_only_points_that_are_shared_may_give_more_names(write: Write, name: str, content: str) -> None:
    """One point of a case's own may not, be the format what it may; a list whose points are alike may."""
    assert [False, True] == [case.allow_unused for case in cases(write(name, content))]


def test_the_defaults_give_points_to_every_case(write: Write) -> None:
    """Such a point may give more than a case uses, and a case's own point may not."""
    text = '[defaults]\nat = {x = 1, y = 2}\n[[case]]\nexpr = "x"\n[[case]]\nexpr = "x"\nat = {x = 1, y = 2}\n'
    assert [True, False] == [case.allow_unused for case in cases(write("a.toml", text))]


@pytest.mark.parametrize(("order", "told"), [("1000000000", "1000000000"), ("1" * 30, "1" * 30), ("9" * 50, "9" * 40)])
def test_an_order_is_told_as_it_was_given(write: Write, order: str, told: str) -> None:
    """Every digit, up to forty; Python itself refuses to read some thousand."""
    (item,) = read_cases(write("a.jsonl", f'{{"expr": "x", "at": {{"x": 1}}, "order": {order}}}\n'))
    assert isinstance(item, Unreadable)
    assert item.error.message.startswith(f"the order {told}")
    assert item.error.message.endswith("is not from 1 to 20")


def test_deeply_nested_values_are_an_error_of_their_file(write: Write) -> None:
    """Python reads lists within lists by the hundred, and cannot send them to a worker."""
    text = b'[[case]]\nexpr = "x"\nat = [{ x = 2 }, { x = ' + b"[" * 300 + b"]" * 300 + b" }]\n"
    (found,) = read_cases(write("deep.toml", text))
    assert isinstance(found, Unreadable)
    assert "the values are nested too deeply" in str(found.error)


@pytest.mark.parametrize("text", [b"[" * 480, b'[[case]]\nexpr = "x"\nat = { x = ' + b"[" * 480, b"[[case]]\nexpr ="])
def test_an_error_of_a_file_is_data_alone(write: Write, text: bytes) -> None:
    """It carries no frames and no causes, which some libraries pickle along with an exception."""
    errors = [found.error for found in read_cases(write("broken.toml", text)) if isinstance(found, Unreadable)]
    assert errors
    for error in errors:
        assert (None, None, None) == (error.__traceback__, error.__context__, error.__cause__)
