"""The shipped case files: well-formed, sourced, and in agreement with what derivcheck finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from report_files import page_data, valid_junit, valid_sarif
from test_readme import OPERATIONS, blocks

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "expressions").glob("*.toml"))
FORMULAS = {"activations", "calculus", "notebook", "physics", "special_functions", "traps"}
TENSORS = {"tensors", "layers"}
SHIPPED = {*FORMULAS, *TENSORS, "custom_functions", "torch_operations"}

Table = dict[str, Any]


def cases(file: Path) -> list[Table]:
    """The cases of a file as plain TOML, read without derivcheck's own reader."""
    found: list[Table] = tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    return found


def checked(file: Path) -> list[Table]:
    """Everything of a file that is a case of its own: the functions that have points, then the cases."""
    functions: dict[str, Table] = tomllib.loads(file.read_text(encoding="utf-8")).get("functions", {})
    return [*(function for function in functions.values() if "at" in function), *cases(file)]


def named(stem: str) -> list[Table]:
    """The cases of the shipped file of that name."""
    return cases(ROOT / "expressions" / f"{stem}.toml")


def expectations(case: Table) -> set[str]:
    """The statuses that a case expects; a match where it says nothing."""
    expect = case.get("expect", "match")
    return set(expect.values()) if isinstance(expect, dict) else {expect}


def test_the_shipped_files_are_all_there() -> None:
    """Every file that the documentation names is shipped, and every shipped file is TOML with cases in it."""
    assert {file.stem for file in FILES} >= SHIPPED
    assert all(cases(file) for file in FILES)


def test_names_are_unique_over_all_files() -> None:
    """A case's name finds one case, and begins with a word for its file."""
    names = [case["name"] for file in FILES for case in cases(file)]
    assert sorted(names) == sorted(set(names))
    for file in FILES:
        assert len({case["name"].split("/")[0] for case in cases(file)}) == 1


def test_every_case_says_where_it_comes_from() -> None:
    """Each case has a source or a reason, those above all that expect anything but a match."""
    assert [case["name"] for file in FILES for case in cases(file) if not case.get("why", "").strip()] == []


def test_the_notebook_is_exactly_the_one_of_the_first_issue() -> None:
    """The five lines that the project started from have the values and derivatives that the notebook shows."""
    assert [(case["expr"], case["at"], case["value"], case["derivative"]) for case in named("notebook")] == [
        ("x**2", {"x": 2}, 4, {"x": 4}),
        ("x**2 + 2*x + 1", {"x": 2}, 9, {"x": "2*x + 2"}),
        ("2*x**3 + x", {"x": 1}, 3, {"x": "6*x**2 + 1"}),
        ("u*v + u**2", {"u": 1, "v": 2}, 3, {"u": "2*u + v", "v": "u"}),
        ("u*v + (u*v)**2", {"u": 2, "v": 1}, 6, {"u": 5, "v": 10}),
    ]


@pytest.mark.parametrize(
    ("stem", "least"),
    [
        ("calculus", 70),
        ("activations", 30),
        ("special_functions", 30),
        ("physics", 60),
        ("traps", 40),
        ("tensors", 80),
        ("layers", 13),
    ],
)
def test_each_file_has_as_many_cases_as_promised(stem: str, least: int) -> None:
    """The README's numbers hold."""
    assert len(named(stem)) >= least


def test_cases_of_mathematics_and_physics_claim_derivatives() -> None:
    """Every case of a formula collection claims a value or a derivative, so that symbolic and autograd face a third."""
    for stem in sorted(FORMULAS - {"traps"}):
        assert [case["name"] for case in named(stem) if not case.get("derivative", case.get("value"))] == []


def test_tensors_claim_their_gradients_or_say_what_is_known_of_them() -> None:
    """A textbook's closed form is claimed; where there is none, at a norm's origin, a status is named."""
    assert [case["name"] for case in named("tensors") if not case.get("derivative", case.get("expect"))] == []
    assert sum("derivative" in case for case in named("layers")) >= 11


def test_every_trap_expects_a_status_and_links_a_report() -> None:
    """Each trap names its status and the public report of it."""
    for case in named("traps"):
        assert "expect" in case, case["name"]
        assert "https://" in case["why"], case["name"]


def test_the_traps_cover_the_statuses() -> None:
    """Every status that a well-formed case can have, a wrong formula and an undecided one aside, has its traps."""
    assert set().union(*map(expectations, named("traps"))) == {
        "match",
        "convention",
        "undefined",
        "unstable",
        "inaccurate",
        "nonfinite",
        "mismatch",
    }


def test_the_custom_functions_are_right_and_wrong_ones() -> None:
    """SQ as it was and mended, and ten more, each with its check list as a case; every wrong one says why."""
    file = ROOT / "expressions" / "custom_functions.toml"
    functions: Table = tomllib.loads(file.read_text(encoding="utf-8"))["functions"]
    lists = [function for function in functions.values() if "at" in function]
    assert "at" not in functions["sq"], "SQ as it was is wrong in a chain, where a case below shows it"
    assert len(lists) >= 12
    assert {"mismatch", "inaccurate", "match"} == {function.get("expect", "match") for function in lists}
    assert all(function["why"] for function in lists)
    chained = next(case for case in named("custom_functions") if case["name"] == "custom/sq-chained")
    assert ("3*sq(x) + 1", "mismatch") == (chained["expr"], chained["expect"])


def test_the_operations_of_torch_are_wrong_in_some_modes_and_right_in_others() -> None:
    """Each function has a case, each case links a report, and what is wrong in one mode stands beside what is right."""
    text = (ROOT / "expressions" / "torch_operations.toml").read_text(encoding="utf-8")
    found = named("torch_operations")
    assert [
        name for name in tomllib.loads(text)["functions"] if not any(f"{name}(t)" in c["expr"] for c in found)
    ] == []
    assert all("https://" in case["why"] for case in found)
    assert set().union(*map(expectations, found)) == {"match", "mismatch", "nonfinite", "inaccurate", "unstable"}
    for mode in ("forward", "reverse-over-forward", "forward-over-reverse"):
        of_mode = [expectations(case) for case in found if mode in case["mode"]]
        assert {"match"} in of_mode
        assert {"mismatch"} in of_mode


def test_only_traps_and_special_functions_expect_anything_but_a_match() -> None:
    """Calculus, activations, physics and the notebook match without exception."""
    for stem in sorted(FORMULAS - {"traps", "special_functions"}):
        assert set().union(*map(expectations, named(stem))) == {"match"}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reports of a run over all shipped files, which exits with 0 even with --strict."""
    folder = tmp_path_factory.mktemp("run") / "reports"
    options = [f"--{name}={folder / name}" for name in ("junit", "sarif", "html", "markdown")]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "derivcheck_cli",
            "batch",
            "--strict",
            "--allow-code",
            "--no-color",
            *options,
            f"--output={folder.parent / 'results.jsonl'}",
            *map(str, FILES),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return folder


def test_derivcheck_agrees_with_every_case(reports: Path) -> None:
    """`derivcheck batch --strict` over all shipped files exits with 0: nothing fails or warns unexpectedly."""
    assert {"junit", "sarif", "html", "markdown"} == {file.name for file in reports.iterdir()}


def test_the_junit_report_of_every_case_is_valid(reports: Path) -> None:
    """It has a suite a file, a test a case, and no failure."""
    root = valid_junit((reports / "junit").read_text(encoding="utf-8"))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        (str(file), str(len(checked(file))), "0") for file in FILES
    ]
    assert [test.get("name") for test in root.iter("testcase")] == [
        case["name"] for file in FILES for case in checked(file)
    ]


def test_the_sarif_report_of_every_case_is_valid(reports: Path) -> None:
    """What the traps are known to come to is no finding."""
    (sarif,) = valid_sarif((reports / "sarif").read_text(encoding="utf-8"))["runs"]
    assert {"note"} >= {result["level"] for result in sarif["results"]}
    assert 0 == sarif["invocations"][0]["exitCode"]


def test_the_page_of_findings_has_the_tally_of_the_operations(reports: Path, tmp_path: Path) -> None:
    """The block that tests/test_readme.py leaves to this run, which has checked that file already."""
    (page,) = (
        body for body in blocks((ROOT / "docs" / "torch_findings.md").read_text(), "console") if OPERATIONS in body
    )
    lines = (reports.parent / "results.jsonl").read_text(encoding="utf-8").splitlines()
    file = str(ROOT / "expressions" / "torch_operations.toml")
    rows = [row for row in map(json.loads, lines) if row["location"]["file"] == file]
    rows[-1]["run"]["end"] = True  # as it is in the last row of a run over this file alone
    (tmp_path / "r.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert page == f"$ {OPERATIONS}\n{run('report', str(tmp_path / 'r.jsonl'), '--quiet').stdout}"


def test_the_other_reports_of_every_case_say_that_all_pass(reports: Path) -> None:
    """The Markdown in its title, the page in every case of its data."""
    total = sum(len(checked(file)) for file in FILES)
    assert (reports / "markdown").read_text(encoding="utf-8").startswith(f"## derivcheck: all {total} cases pass\n")
    entries, details, summary = page_data((reports / "html").read_text(encoding="utf-8"))
    assert total == len(entries) == len(details) == summary["cases"]["pass"]
    assert all("<math>" in case["math"] or "<code>" in case["math"] for case in details)
