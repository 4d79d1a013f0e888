"""`derivcheck batch` from end to end, with the real check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A sound file, one with broken cases, and one with a failing case."""
    texts = {
        "good.toml": '[[case]]\nname = "square"\nexpr = "x**2"\nat = { x = 0.1 }\n',
        "mixed.jsonl": '{"expr": "x", "at": {"x": 1}}\n{"exp": 1}\n{"expr": "x+", "at": {}}\n',
        "lies.csv": 'name,expr,at,derivative.x\nlie,x**2,"x=1;x=2",3*x\ntrue,x**2,x=1,2*x\n',
        "known.toml": '[[case]]\nexpr = "x"\nat = { x = 1 }\nderivative = { x = 2 }\n'
        'expect = "wrong-formula"\nwhy = "a lie"\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return {name.partition(".")[0]: str(tmp_path / name) for name in texts}


def test_a_batch_is_silent_about_what_passes(files: dict[str, str]) -> None:
    """But for the tally."""
    assert "1 case: 1 pass\n  ✓ match  2\n" == run("batch", files["good"]).stdout


def test_a_batch_goes_on_after_what_is_broken(files: dict[str, str]) -> None:
    """An absent file, a wrong key and a wrong expression are an error each; every other case is run."""
    result = run("batch", "absent.toml", files["mixed"], files["good"], code=2)
    assert [
        "error: absent.toml: there is no such file",
        f"error: {files['mixed']}:2 (exp): unknown key 'exp'",
        f"error: {files['mixed']}:3: the expression ends where an operand is due",
    ] == [line.replace(" (expr)", "") for line in result.stderr.splitlines() if line.startswith("error:")]
    assert result.stdout.startswith("4 cases: 2 pass, 2 error, and 1 file in error\n")


def test_a_failing_case_is_shown(files: dict[str, str]) -> None:
    """With its name, its place, its point and the row that fails, and no other row."""
    result = run("batch", files["lies"], code=1)
    lines = result.stdout.splitlines()
    assert f"✗ wrong-formula  lie  ({files['lies']}:2)" == lines[0]
    assert ["at x = 1", "at x = 2"] == [part for line in lines for part in line.split("   ") if part.startswith("at ")]
    assert "✓" not in "".join(lines[:-4])
    assert "2 cases: 1 pass, 1 fail" in lines


def test_what_is_expected_passes(files: dict[str, str]) -> None:
    """And is counted."""
    assert run("batch", files["known"]).stdout.startswith("1 case: 1 pass (1 as expected)\n")


def test_verbose_shows_what_passes_and_quiet_nothing_but_the_tally(files: dict[str, str]) -> None:
    """-v and -q."""
    loud = run("batch", "-v", files["good"]).stdout
    assert f"✓ match  square  ({files['good']}:1)" in loud
    assert "x = 0.1 → 0.10000000000000001 (float64)" in loud
    assert "2 cases: 1 pass, 1 fail" == run("batch", "-q", files["lies"], code=1).stdout.splitlines()[0]


def test_the_command_line_wins_over_the_file(files: dict[str, str]) -> None:
    """For dtype and mode."""
    lines = run(
        "batch", files["good"], "--dtype", "float32", "--mode", "forward", "--format", "jsonl"
    ).stdout.splitlines()
    assert {("float32", "forward")} == {(item["dtype"], item["mode"]) for item in map(json.loads, lines)}


def test_patterns_are_expanded_and_results_are_streamed_as_lines(files: dict[str, str]) -> None:
    """A pattern in quotes, and a line a result."""
    pattern = str(Path(files["good"]).parent / "*.toml")
    lines = run("batch", pattern, "--format", "jsonl").stdout.splitlines()
    assert ["square", "square", f"{files['known']}:1"] == [json.loads(line)["case"] for line in lines][:3]


def test_standard_input_is_a_file() -> None:
    """A line a case, or JSON Lines."""
    assert "1 case: 1 pass" in run("batch", "-", stdin="x**2 @ x=3\n").stdout
    assert "1 case: 1 pass" in run("batch", "-", stdin='{"expr": "x**2", "at": {"x": 3}}\n').stdout


def test_nothing_to_check_is_exit_5() -> None:
    """An empty file is no pass."""
    assert "error: nothing to check" in run("batch", "-", stdin="", code=5).stderr


def test_a_name_that_two_cases_have_is_warned_about(tmp_path: Path) -> None:
    """With both lines; of many the first three. Files may have names in common."""
    (tmp_path / "a.jsonl").write_text('{"name": "n", "expr": "x", "at": {"x": 1}}\n' * 6)
    (tmp_path / "b.toml").write_text('[[case]]\nname = "n"\nexpr = "x"\nat = { x = 1 }\n')
    result = run("batch", str(tmp_path / "a.jsonl"), str(tmp_path / "b.toml"), "--jobs", "0")
    told = result.stderr.splitlines()
    assert (
        f"warning: {tmp_path / 'a.jsonl'}:2: the case on line 1 is called 'n', too: give each a name of its own"
        == (told[0])
    )
    assert ["warning: more names are given twice"] == told[3:]
