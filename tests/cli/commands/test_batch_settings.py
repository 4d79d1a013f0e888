"""`derivcheck batch` with settings, stages and a baseline, from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run

CASES = """
[[case]]
name = "good"
expr = "x**2"
at = { x = 3 }
derivative = { x = "2*x" }

[[case]]
name = "lie"
expr = "x**2"
at = [{ x = 1 }, { x = 2 }]
derivative = { x = "3*x" }

[[case]]
name = "edge"
expr = "log(x)"
at = { x = -1 }

[[case]]
name = "known"
expr = "x"
at = { x = 1 }
derivative = { x = 2 }
expect = "wrong-formula"
why = "a lie"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a file of cases: one passes, one fails, one warns, and one is as expected."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "all.toml").write_text(CASES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*args: str, code: int = 0, **more: Any) -> Any:
    """`derivcheck batch` over the file."""
    return run("batch", "cases/all.toml", *args, code=code, **more)


def project(folder: Path, text: str) -> None:
    """Write a pyproject.toml with this text below [tool.derivcheck]."""
    (folder / "pyproject.toml").write_text(f"[tool.derivcheck]\n{text}")


def test_the_projects_files_are_checked_wherever_one_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its word about them holds."""
    project(folder, 'files = ["cases/*.toml"]\nexit-zero = true\n')
    assert run("batch").stdout.endswith("✗ wrong-formula  3\n")
    monkeypatch.chdir(folder / "cases")
    assert "(all.toml:8)" in run("batch").stdout
    assert "error: FILES are missing" in run("batch", "--no-config", code=2).stderr
    assert run("batch", "--no-exit-zero", code=1)


def test_the_projects_dtype_stands_behind_the_cases_own(folder: Path) -> None:
    """The environment's does not."""
    project(folder, 'dtype = "float32"\n')
    own = '{"expr": "x", "at": {"x": 1}, "dtype": "float16"}\n{"expr": "x", "at": {"x": 1}}\n'
    (folder / "own.jsonl").write_text(own)

    def dtypes(env: dict[str, str] | None = None) -> list[str]:
        lines = run("batch", "own.jsonl", "--format", "jsonl", env=env).stdout.splitlines()
        return list(dict.fromkeys(json.loads(line)["dtype"] for line in lines))

    assert ["float16", "float32"] == dtypes()
    assert ["bfloat16"] == dtypes({"DERIVCHECK_DTYPE": "bfloat16"})


def test_a_wrong_setting_is_one_message(folder: Path) -> None:
    """Exit code 2, whatever the command."""
    project(folder, "strikt = true\n")
    wanted = "error: pyproject.toml:2 (strikt): unknown key 'strikt'\n  hint: did you mean 'strict'?\n"
    assert [wanted] * 2 == [run(*args, code=2).stderr for args in (("batch", "a.toml"), ("check", "x"))]


def test_a_selection_a_shard_and_nothing_left() -> None:
    """What is left out is counted; nothing selected is nothing to check, an empty shard is none."""
    assert batch("-k", "good or known").stdout.startswith("2 cases: 2 pass (1 as expected, 2 not selected)\n")
    assert batch("--shard", "1/4").stdout.startswith("1 case: 1 pass (3 in other shards)\n")
    assert batch("-k", "nowhere", code=5).stdout.startswith("0 cases: nothing to check (4 not selected)")
    assert batch("-k", "good", "--shard", "2/2").stdout.startswith("0 cases: nothing to check (3 not selected, 1 in")
    assert "--select: no selection: the quote is not closed" in batch("-k", "'good", code=2).stderr
    assert "--shard: '3/2' is no shard" in batch("--shard", "3/2", code=2).stderr


def test_the_shards_of_a_run_are_the_run(folder: Path) -> None:
    """Every case once."""
    names = [
        json.loads(line)["case"]
        for index in (1, 2, 3)
        for line in batch("--shard", f"{index}/3", "--exit-zero", "--format", "jsonl").stdout.splitlines()
    ]
    assert ["edge", "good", "known", "lie"] == sorted(set(names))
    whole = batch("--exit-zero", "--format", "jsonl").stdout.splitlines()
    assert sorted(json.loads(line)["case"] for line in whole) == sorted(names)


def test_a_run_ends_after_the_first_failing_case() -> None:
    """Its tally and exit code are those of what was checked; with --strict, a warning is a failure."""
    result = batch("--fail-fast", code=1)
    assert "\n2 cases: 1 pass, 1 fail\n" in result.stdout
    assert "stopped after 1 failing" in result.stderr
    assert "\n3 cases: 1 pass, 1 warn, 1 fail\n" in batch("--max-fail", "2", "--strict", code=1).stdout
    assert "stopped" not in batch("--max-fail", "2", code=1).stderr


def test_only_what_fails_is_shown() -> None:
    """In every format; the tally counts everything."""
    shown = [json.loads(line) for line in batch("--only-failing", "--format", "jsonl", code=1).stdout.splitlines()]
    assert [("lie", "wrong-formula", "claim")] * 2 == [(item["case"], item["status"], item["what"]) for item in shown]
    text = batch("--only-failing", code=1).stdout
    assert "edge" not in text
    assert "4 cases: 2 pass, 1 warn, 1 fail (1 as expected)\n" in text
    assert "edge" in batch("--only-failing", "--strict", code=1).stdout


def test_of_an_expectation_that_fails_the_worst_result_is_shown(folder: Path) -> None:
    """Though it passes by itself."""
    (folder / "cases" / "all.toml").write_text(CASES.replace("derivative = { x = 2 }", "derivative = { x = 1 }"))
    lines = batch("--only-failing", "--format", "jsonl", "-k", "known", code=1).stdout.splitlines()
    assert [[], ["x"]] == sorted(json.loads(line)["wrt"] for line in lines)


def test_statistics_come_with_the_tally_or_in_the_document() -> None:
    """And on stderr where stdout is a line a result."""
    assert "by function  results  pass" in batch("--statistics", "--exit-zero").stdout
    document = json.loads(batch("--statistics", "--exit-zero", "--format", "json").stdout)
    assert {"function", "what", "mode", "dtype"} == set(document["summary"]["statistics"])
    lines = batch("--statistics", "--exit-zero", "--format", "jsonl")
    assert "by function" in lines.stderr
    assert all(line.startswith("{") for line in lines.stdout.splitlines())


def test_a_baseline_from_its_first_day_to_its_last(folder: Path) -> None:
    """Written, silent, worse, spaced otherwise, another lie in its place, mended, struck."""
    file = folder / "cases" / "all.toml"
    assert "error: baseline.toml: there is no such baseline" in batch("--baseline", "baseline.toml", code=2).stderr
    written = batch("--baseline", "baseline.toml", "--write-baseline")
    assert "baseline.toml: 1 known failure\n" == written.stderr
    silent = batch("--baseline", "baseline.toml")
    assert silent.stdout.startswith("4 cases: 3 pass, 1 warn (1 as expected, 1 known)\n") or "edge" in silent.stdout
    assert "lie" not in silent.stdout
    assert "lie" not in batch("--baseline", "baseline.toml", "--only-failing").stdout
    file.write_text(CASES.replace("{ x = 2 }]", "{ x = 2 }, { x = 5 }]"))
    assert "claim x: known to fail at 2 points, found at 3" in batch("--baseline", "baseline.toml", code=1).stdout
    file.write_text(CASES.replace("3*x", "3 * x"))
    assert "lie" not in batch("--baseline", "baseline.toml").stdout
    file.write_text(CASES.replace("3*x", "4*x"))
    lies = "claim x: known to be wrong as 3*x, and now as 4*x"
    assert lies in batch("--baseline", "baseline.toml", code=1).stdout
    file.write_text(CASES.replace("3*x", "2*x"))
    mended = batch("--baseline", "baseline.toml")
    assert "mended: claim x was known as wrong-formula: strike it from the baseline" in mended.stdout
    batch("--baseline", "baseline.toml", "--strict", "-k", "lie", code=3)
    assert "baseline.toml: 0 known failures\n" == batch("--baseline", "baseline.toml", "--write-baseline").stderr
    assert "[[known]]" not in (folder / "baseline.toml").read_text()


def test_a_baseline_speaks_of_what_it_has_not_met(folder: Path) -> None:
    """And keeps it; without a file to write there is nothing to do."""
    batch("--baseline", "baseline.toml", "--write-baseline")
    few = batch("--baseline", "baseline.toml", "-k", "good")
    assert "baseline.toml: 1 case of the baseline was not in this run\n" == few.stderr
    batch("--baseline", "baseline.toml", "--write-baseline", "-k", "good")
    assert 'case = "lie"' in (folder / "baseline.toml").read_text()
    assert "--write-baseline needs a file" in batch("--write-baseline", code=2).stderr


def test_an_unreadable_case_is_never_known(folder: Path) -> None:
    """It was not checked."""
    (folder / "cases" / "all.toml").write_text('[[case]]\nname = "a"\nexpr = "x"\nat = { x = 1 }\nkind = 1\n')
    batch("--baseline", "baseline.toml", "--write-baseline", code=2)
    assert "[[known]]" not in (folder / "baseline.toml").read_text()
