"""Tests that a damaged file is an error with its place: no traceback, no exit code 4, no other file written."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from derivcheck_cli.app import app

CASES = """\
[defaults]
dtype = "float64"
rtol = 1e-9

[[case]]
name = "square"
expr = "x**2 + y"
at = [{ x = 2, y = "1/3" }, { x = "pi", y = 1e-3 }]
derivative = { x = "2*x", "x,x" = 2 }
order = 1

[[case]]
name = "kink"
expr = "abs(x)"
at = { x = 0 }
expect = { x = "convention" }
why = "a kink"
mode = ["reverse", "func"]

[[case]]
name = "lie"
expr = "sin(x)/x"
at = "x=1e-3; x=2"
wrt = ["x", "x,x"]
derivative = { x = "cos(x)" }
value = "sin(x)/x"

[[case]]
name = "broken"
expr = "2x +"
at = { x = 1 }
"""

LINES = """\
{"name": "a", "expr": "x**2", "at": {"x": 2}, "derivative": {"x": "2*x"}, "mode": "func", "atol": 1e-3}
{"expr": "x*y", "at": [{"x": 1, "y": "2/3"}], "wrt": ["x,y"], "expect": "match", "why": "", "dtype": "float32"}
"""

CSV = 'expr,at,wrt,order,rtol,derivative.x\nx*y,"x=1,y=2",x;y,,0.5,y\nx**2,x=1,,2,,\n'

JUNK: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    3,
    10**30,
    1.5,
    1e308,
    "",
    "x",
    "nan",
    "inf",
    "-inf",
    "0x1p+3",
    "1e999999999",
    "1/0",
    "\n::error::x",
    "\ud800",
    "a" * 300,
    "(" * 300,
    "9" * 5000,
    [],
    [None],
    ["x", 1],
    {},
    {"x": None},
    {"file": 3, "line": "x"},
    [[[[]]]],
]
"""What somebody may put into the place of a value."""

TOKENS = [
    "",
    '""',
    "'x'",
    "0",
    "-1",
    "1.5",
    "nan",
    "inf",
    "true",
    "[]",
    "[1, [2]]",
    "{}",
    "{ x = {} }",
    "1979-05-27T07:32:00Z",
    '"""\n::error::"""',
    '"\\ud7ff"',
    "9" * 400,
    '"' + "(" * 400 + '"',
    "[" * 500,
    "[[case]]",
    "[functions.f]",
    "=",
    "#",
    "\x00",
    "'@/etc/passwd'",
]
"""What somebody may write in the place of a token of TOML."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working directory with cases, their recorded results and their baseline."""
    path = tmp_path_factory.mktemp("mutations")
    before = Path.cwd()
    os.chdir(path)
    Path("cases.toml").write_text(CASES)
    options = ["--jobs", "0", "--output", "r.jsonl", "--baseline", "b.toml", "--write-baseline", "--exit-zero"]
    done = CliRunner().invoke(app, ["batch", "cases.toml", *options])
    assert done.exit_code in {0, 2}, done.output
    yield path
    os.chdir(before)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values inside of a document."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*here, key)
        yield from paths(item, (*here, key))


@st.composite
def mutated_rows(draw: st.DrawFn, rows: list[dict[str, Any]]) -> bytes:
    """A file of results in which some values are others, or are gone, and some rows stand elsewhere.

    A row with a traceback of ours is a bug that its run met, and ends with 4 as that did: none is forged here.
    """
    found = [*rows]
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.sampled_from(range(len(found))))
        row = found[number] = copy.deepcopy(found[number])
        places = [place for place in paths(row) if place[-1] != "trace"]
        if not places:
            continue
        *parents, key = draw(st.sampled_from(places))
        owner: Any = row
        for parent in parents:
            owner = owner[parent]
        if draw(st.integers(0, 5)) == 0:
            del owner[key]
        else:
            owner[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
    if draw(st.integers(0, 5)) == 0:
        found = draw(st.permutations(found))
    return "".join(f"{json.dumps(row)}\n" for row in found).encode()


@st.composite
def mutated_bytes(draw: st.DrawFn, text: bytes) -> bytes:
    """A file of which some bytes are others, are gone, or stand there twice."""
    found = bytearray(text)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(found)))
        end = min(len(found), start + draw(st.sampled_from([0, 1, 1, 2, 10, 200, 5000])))
        piece = draw(
            st.sampled_from([b"", bytes(found[start:end]) * 2, b"\x00", b"\xff", b'"', b"}", b"{", b"\n", b"1"])
        )
        found[start:end] = piece
    return bytes(found)


@st.composite
def mutated_tokens(draw: st.DrawFn, text: str) -> bytes:
    """A TOML, CSV or JSON file in which some tokens are others."""
    for _ in range(draw(st.integers(1, 3))):
        tokens = [found.span() for found in re.finditer(r'"[^"]*"|[\w.+-]+|[][{}=,]', text)]
        if not tokens:
            break
        start, end = draw(st.sampled_from(tokens))
        text = text[:start] + draw(st.sampled_from(TOKENS)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


def contents(folder: Path) -> dict[str, bytes]:
    """What stands in the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hold(folder: Path, *arguments: str) -> None:
    """Run the command line: it ends with a code that says what is wrong, and writes nothing."""
    before = contents(folder)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code in {0, 1, 2, 3, 5}, done.output
    assert "Traceback" not in done.output
    assert "internal error" not in done.output
    assert contents(folder) == before
    assert re.search(r"(?m)^\s*::(?!(error|warning) )", done.output) is None


Rounds = Callable[[Callable[..., None]], Callable[..., None]]


def rounds(count: int) -> Rounds:
    """So many mutations of the files of the module, the same in every run: what has passed passes again."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=checks)


@rounds(500)
@given(data=st.data())
def test_a_mutated_file_of_results(folder: Path, data: st.DataObject) -> None:
    """Of a value in any field, of the order of rows, and of single bytes; shown in a format that reads every field."""
    whole = (folder / "r.jsonl").read_bytes()
    rows = [json.loads(line) for line in whole.splitlines()]
    kind = data.draw(st.sampled_from(["rows", "rows", "bytes"]))
    (folder / "m.jsonl").write_bytes(data.draw(mutated_rows(rows) if kind == "rows" else mutated_bytes(whole)))
    shown = data.draw(st.sampled_from(["-v", "--format=json", "--format=github", "-q"]))
    others = data.draw(st.sampled_from([[], ["--baseline", "b.toml"], ["--statistics"], ["--only-failing"]]))
    report = data.draw(st.sampled_from(["junit", "sarif", "html", "markdown"]))
    hold(folder, "report", "m.jsonl", shown, *others, f"--{report}=/dev/null")


@rounds(250)
@given(data=st.data())
def test_a_mutated_baseline(folder: Path, data: st.DataObject) -> None:
    """Of a token, and of single bytes."""
    text = (folder / "b.toml").read_text()
    kind = data.draw(st.sampled_from(["tokens", "bytes"]))
    mutated = data.draw(mutated_tokens(text) if kind == "tokens" else mutated_bytes(text.encode()))
    (folder / "m.toml").write_bytes(mutated)
    hold(folder, "report", "r.jsonl", "--baseline", "m.toml", "--format", data.draw(st.sampled_from(["text", "json"])))


@rounds(250)
@given(data=st.data())
def test_a_mutated_case_file(folder: Path, data: st.DataObject) -> None:
    """In every format; what can be read is not checked here, which takes long."""
    name, text = data.draw(st.sampled_from([("m.toml", CASES), ("m.jsonl", LINES), ("m.csv", CSV), ("m.txt", LINES)]))
    kind = data.draw(st.sampled_from(["tokens", "tokens", "bytes"]))
    mutated = data.draw(mutated_tokens(text) if kind == "tokens" else mutated_bytes(text.encode()))
    (folder / name).write_bytes(mutated)
    hold(folder, "batch", name, "--jobs", "0", "-k", "'chosen by nobody'")


@rounds(4)
@given(data=st.data())
def test_what_is_read_of_a_mutated_case_file_can_be_checked(folder: Path, data: st.DataObject) -> None:
    """By workers, which hold every case to a limit: mutated numbers may be large."""
    texts = [data.draw(mutated_tokens(CASES)) for _ in range(6)]
    for index, text in enumerate(texts):
        (folder / f"c{index}.toml").write_bytes(text)
    names = [f"c{index}.toml" for index in range(len(texts))]
    hold(folder, "batch", *names, "--jobs", "2", "--case-timeout", "2", "--case-memory", "500MB", "-q")
