"""`derivcheck hunt`, and hunts in a batch.

Covers also: derivcheck_cli.render.found_files, derivcheck_cli.render.hunt_text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import made_hunts
import pytest
from command_line import run

from derivcheck.model.hunt import Hunt, HuntRequest
from derivcheck.model.hunt_map import Coverage, Ended
from derivcheck.reporting.serialization.serialize import json_schema
from derivcheck_cli.ending import INTERRUPTED

SOFTPLUS = ("hunt", "softplus(x)", "--in", "x=-100..100", "--wrt", "x,x")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[HuntRequest]:
    """The hunts that are asked for; each finds what is wrong with softplus."""
    monkeypatch.chdir(tmp_path)
    seen: list[HuntRequest] = []

    def hunt(request: HuntRequest, *, progress: Callable[[Coverage], None] | None, resume: Path | None) -> Hunt:
        seen.append(request)
        return made_hunts.softplus_hunt(ended=Ended.INTERRUPTED if request.seed == 130 else Ended.DONE)

    monkeypatch.setattr("derivcheck.hunting.search.hunt", hunt)
    return seen


def told(*args: str) -> str:
    """What is wrong with a command line, and what to do."""
    return " ".join(run("hunt", *args, code=2).stderr.split())


def test_the_options_reach_the_hunt(asked: list[HuntRequest]) -> None:
    """Ranges, what is held, format, modes, budget and seed."""
    options = ("--at", "y=2", "--budget", "2min", "--seed", "7", "--dtype", "float16", "--exhaustive", "--mode", "all")
    run("hunt", "x**y", "--in", "x=0..1", *options, "--const", "y", code=1)
    (request,) = asked
    assert ["x in [0, 1]"] == [str(one) for one in request.ranges]
    assert (120.0, 7, True) == (request.budget, request.seed, request.exhaustive)
    assert ({"y": "2"}, "float16", ("y",)) == (request.case.at[0], str(request.case.dtype), request.case.const)
    assert 6 == len(request.case.modes)


def test_the_text_has_no_line_too_long_and_a_colour_for_each_severity(asked: list[HuntRequest]) -> None:
    """Exit code 1, as of a check that fails; -q shows the tally alone."""
    found = run(*SOFTPLUS, code=1, env={"COLUMNS": "80"}).stdout
    assert "20.000000000000004 .. 100  ✗ mismatch" in found
    assert "\x1b[" in run(*SOFTPLUS, "--color", code=1).stdout
    assert "1 case: 1 fail" in run(*SOFTPLUS, "-q", code=1).stdout
    assert 2 == run(*SOFTPLUS, "-v", code=1).stdout.count("error of ")
    run(*SOFTPLUS, "--exit-zero")


def test_json_holds_the_rows_and_the_map(asked: list[HuntRequest]) -> None:
    """As the schema says."""
    document = json.loads(run(*SOFTPLUS, "--format", "json", code=1).stdout)
    jsonschema.validate(document, json.loads(json_schema()))
    assert ["worst", "fails"] == [one["kind"] for one in document["results"][0]["hunt"]["found"]]
    lines = run(*SOFTPLUS, "--format", "jsonl", code=1).stdout.splitlines()
    assert [True, False, False, False] == ["hunt" in json.loads(line) for line in lines]


def test_files_are_written(asked: list[HuntRequest]) -> None:
    """Cases, pictures, and a report with the picture in it."""
    files = ("--output", "cases.toml", "--plot", "e.svg", "--plot", "e.png", "--html", "r.html")
    said = run(*SOFTPLUS, *files, code=1).stderr
    assert "cases.toml: 2 cases" in said
    assert "2 as expected" in run("batch", "cases.toml", "--jobs", "0").stdout
    assert b"<svg" in Path("e.svg").read_bytes()
    assert Path("e.png").read_bytes().startswith(b"\x89PNG")
    assert "data:image/svg+xml;base64," in Path("r.html").read_text(encoding="utf-8")
    run(*SOFTPLUS, *files[:2], *files[-2:], code=1)  # they may be replaced by their like


def test_no_file_is_lost(asked: list[HuntRequest], monkeypatch: pytest.MonkeyPatch) -> None:
    """What derivcheck has not written is left as it is, before anything is searched."""
    Path("mine.toml").write_text("[tool]\n", encoding="utf-8")
    assert "this is no file of cases of derivcheck" in told(*SOFTPLUS[1:], "--output", "mine.toml")
    assert "call it cases.toml" in told(*SOFTPLUS[1:], "--output", "cases.json")
    assert "a picture is SVG or PNG" in told(*SOFTPLUS[1:], "--plot", "e.pdf")
    assert "two files of the hunt have this name" in told(*SOFTPLUS[1:], "--plot", "e.svg", "--plot", "./e.svg")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install derivcheck[plots]" in told(*SOFTPLUS[1:], "--plot", "e.svg")
    assert [] == asked


def test_an_interrupted_hunt_shows_what_it_has_found(asked: list[HuntRequest]) -> None:
    """And says after how long; the exit code is a shell's."""
    result = run(*SOFTPLUS, "--seed", "130", "--output", "c.toml", code=INTERRUPTED)
    assert "20.000000000000004 .. 100" in result.stdout
    assert "interrupted after 3.2 s" in result.stderr
    assert Path("c.toml").exists()
    document = json.loads(run(*SOFTPLUS, "--seed", "130", "--format", "json", code=INTERRUPTED).stdout)
    assert (True, "interrupted") == (
        document["summary"]["interrupted"],
        document["results"][0]["hunt"]["coverage"]["ended"],
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("x**2",), "there is no range to search hint: write --in x=-10..10"),
        (("x**2", "--at", "x=0..1"), "there is no range to search hint: write --in x=0..1"),
        (("x**2", "--in", "-1..1"), "'-1..1' is no range of a variable hint: name the variable: x=-1..1"),
        (("x**2", "--in", "x=2..1"), "the range x=2..1 is empty hint: write the smaller end first"),
        (("x**2", "--in", "x=0..1", "--at", "x=1"), "`x` has a range and a value"),
        (("x**2", "--in", "y=0..1"), "no value for `x`"),
        (("x**y", "--in", "x=0..1"), "no value for `y`"),
        (("x**2", "--in", "x=0.1..0.10000000000000000001"), "no number of float64 lies between its ends"),
        (("x**2", "--in", "x=0..1", "--exhaustive"), "float64 has too many numbers to look at each"),
        (("z[t]", "--in", "t=0..1", "--at", "z=[1, 2]"), "`t` is an integer"),
        (("x*y", "--in", "x=0..1,y=0..1", "--plot", "e.svg"), "a picture shows the error against one variable"),
        (("x**2", "--in", "x=0..1", "--budget", "soon"), "the budget 'soon' is no time above 0"),
        (("x**2", "--in", "x=0..1", "--formula", "x"), "--formula is for code of your own"),
        (("m.py:f", "--in", "x=0..1"), "a hunt over `m.py:f` needs its formula"),
        (("m.py", "--in", "x=0..1"), "'m.py' is a file"),
        (("x**2", "--in", "x=0..1", "--wrt", "x", "--order", "2"), "--wrt and --order exclude each other"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_told_with_what_to_do(args: tuple[str, ...], message: str) -> None:
    """By the command line, or by the hunt itself."""
    assert message in told(*args)


def test_a_short_hunt_of_its_own(tmp_path: Path) -> None:
    """Nothing is wrong with a square; a backward pass that is wrong on one side is found."""
    assert "match" in run("hunt", "x**2", "--in", "x=-1..1", "--dtype", "float16", "--budget", "500ms").stdout
    code = tmp_path / "hunted_layers.py"
    code.write_text("def gelu(x):\n    return x*(1 + (x*0.7071).erf())/2\n", encoding="utf-8")
    options = ("--formula", "x*ndtr(x)", "--in", "x=-5..5", "--budget", "500ms")
    found = run("hunt", f"{code}:gelu", *options, code=1).stdout
    assert "derivcheck explain" in found
    assert '--formula "x*ndtr(x)"' in found


def test_a_hunt_in_a_file_is_a_case_like_any_other(asked: list[HuntRequest]) -> None:
    """Expectations hold, reports and records have its rows, and a run goes on from its records."""
    Path("h.toml").write_text(
        """
[defaults]
budget = "5s"

[[case]]
name = "softplus"
expr = "softplus(x)"
in = { x = [-100, 100] }
wrt = "x,x"
expect = "mismatch"
why = "beyond 20"

[[case]]
expr = "x**2"
at = { x = 2 }
""",
        encoding="utf-8",
    )
    records = ("batch", "h.toml", "--jobs", "0", "--output", "r.jsonl")
    text = run(*records, "-v").stdout
    assert "20.000000000000004 .. 100  ✗ mismatch" in text
    assert "2 pass (1 as expected)" in text
    (request,) = asked
    assert 5.0 == request.budget
    assert "2 pass (1 as expected)" in run(*records, "--resume").stdout
    assert 1 == len(asked)
    again: list[dict[str, Any]] = [
        json.loads(line) for line in run("report", "r.jsonl", "--format", "jsonl").stdout.splitlines()
    ]
    assert "hunt" in again[0]
    assert "20.000000000000004 .. 100  ✗ mismatch" in run("report", "r.jsonl", "-v").stdout


def test_the_picture_of_a_hunt_is_not_written_twice(asked: list[HuntRequest], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing to draw, a message says so."""
    bare = replace(made_hunts.softplus_hunt(), curves=())
    monkeypatch.setattr("derivcheck.hunting.search.hunt", lambda *_, **__: bare)
    assert "e.svg: not written: there is no error against one input" in run(*SOFTPLUS, "--plot", "e.svg", code=1).stderr
    assert not Path("e.svg").exists()
