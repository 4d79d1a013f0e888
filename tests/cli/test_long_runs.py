"""`derivcheck batch --output --resume` and `derivcheck report` beside the other options, from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Done

from derivcheck.running.pool.pool import Pool
from derivcheck_cli.app import app

CASES = """\
[[case]]
name = "square"
expr = "x**2"
at = [{ x = 1 }, { x = 2 }]

[[case]]
name = "lie"
expr = "x**2"
at = { x = 3 }
derivative = { x = "3*x" }

[[case]]
name = "unreadable"
expr = "1/2x"
at = { x = 1 }

[[case]]
name = "cube"
expr = "x**3"
at = { x = 2 }
"""
OWN = """\
[functions.double]
torch = "own.py:double"
formula = "2*x"
at = { x = 3 }

[[case]]
name = "calls"
expr = "double(x) + x"
at = { x = 3 }
"""
CODE = "def double(x):\n    return 2 * x\n"
REPORTS = ("--junit", "--html", "--markdown", "--sarif")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a case file."""
    (tmp_path / "cases.toml").write_text(CASES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int) -> Done:
    """What a command line came to."""
    done = CliRunner().invoke(app, [*arguments])
    assert code == done.exit_code, done.output
    return done


def batch(*arguments: str, code: int) -> Done:
    """The same of a batch without workers."""
    return run("batch", "cases.toml", "--jobs", "0", *arguments, code=code)


def names(file: Path) -> list[str]:
    """The cases of a file of results, each once."""
    return list(dict.fromkeys(json.loads(line)["case"] for line in file.read_text().splitlines()))


def test_a_run_that_stopped_at_a_failing_case_goes_on_without_fail_fast(folder: Path) -> None:
    """With it, it stops there again: what was recorded fails still. A report says that cases are missing."""
    one, two = folder / "1.jsonl", folder / "2.jsonl"
    batch("--output", "1.jsonl", code=2)
    batch("--output", "2.jsonl", "--fail-fast", code=1)
    stopped = two.read_bytes()
    assert ["square", "lie"] == names(two)
    assert "cases may be missing" in run("report", "2.jsonl", code=2).stderr
    batch("--output", "2.jsonl", "--resume", "--fail-fast", code=1)
    assert stopped == two.read_bytes()
    batch("--output", "2.jsonl", "--resume", code=2)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("selection", [("-k", "square or cube"), ("--shard", "1/2")])
def test_the_file_of_a_selection_is_its_own(folder: Path, selection: tuple[str, str]) -> None:
    """It is resumed with that selection, or without any; another one, which would drop rows, is refused."""
    whole, part = folder / "whole.jsonl", folder / "part.jsonl"
    batch("--output", "whole.jsonl", code=2)
    batch("--output", "part.jsonl", *selection, code=0)
    held = part.read_bytes()
    batch("--output", "part.jsonl", "--resume", *selection, code=0)
    assert held == part.read_bytes()
    for file, other in (("whole.jsonl", selection), ("part.jsonl", ("-k", "lie"))):
        before = Path(file).read_bytes()
        assert "it would drop some" in batch("--output", file, "--resume", *other, code=2).stderr
        assert before == Path(file).read_bytes()
    batch("--output", "part.jsonl", "--resume", code=2)
    assert whole.read_bytes() == part.read_bytes()


def test_shards_are_reported_as_one(folder: Path) -> None:
    """Nothing of either is missing, nor said to be."""
    for shard in "12":
        batch("--output", f"{shard}.jsonl", "--shard", f"{shard}/2", "--exit-zero", code=0 if shard == "1" else 2)
    done = run("report", "1.jsonl", "2.jsonl", "--format", "json", code=2)
    assert {"cases": 4, "exit_code": 2}.items() <= json.loads(done.stdout)["summary"].items()
    assert "may be missing" not in done.stderr
    for others in ([], ["2.jsonl"]):
        Path("2.jsonl").write_bytes(b"")
        assert "others are missing: 2/2" in run("report", "1.jsonl", *others, code=2).stderr


def test_results_are_read_from_standard_input(folder: Path) -> None:
    """As they are from the file."""
    batch("--output", "r.jsonl", code=2)
    fresh = run("report", "r.jsonl", "--format", "json", code=2)
    piped = CliRunner().invoke(app, ["report", "-", "--format", "json"], input=(folder / "r.jsonl").read_bytes())
    assert (fresh.stdout, 2) == (piped.stdout, piped.exit_code)


def test_reports_and_the_baseline_of_a_resumed_run_are_those_of_a_whole_one(folder: Path) -> None:
    """What was recorded counts as what was checked: in reports, known failures, and statistics."""
    outputs = []
    for name in ("whole", "torn"):
        there = folder / name
        there.mkdir()
        if name == "torn":
            lines = (folder / "whole" / "r.jsonl").read_bytes().splitlines(keepends=True)
            (there / "r.jsonl").write_bytes(b"".join(lines[:5]) + lines[5][:100])
        options = [option for report in REPORTS for option in (report, f"{name}/{report[2:]}")]
        options += ["--baseline", f"{name}/b.toml", "--write-baseline", "--statistics"]
        done = batch("--output", f"{name}/r.jsonl", "--resume", *options, code=0)
        outputs.append((done.stdout, done.stderr.replace(name, ""), {f.name: f.read_bytes() for f in there.iterdir()}))
    assert {"r.jsonl", "b.toml", *(report[2:] for report in REPORTS)} == set(outputs[0][2])
    assert outputs[0] == outputs[1]
    again = run("report", "whole/r.jsonl", "--baseline", "whole/b.toml", "--format", "json", code=0)
    assert 2 == json.loads(again.stdout)["summary"]["known"]


def test_a_file_says_nothing_of_how_many_workers_there_were(folder: Path) -> None:
    """It is begun without, and resumed with two."""
    batch("--output", "whole.jsonl", code=2)
    whole = (folder / "whole.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    (folder / "r.jsonl").write_bytes(b"".join(lines[:4]))
    run("batch", "cases.toml", "--output", "r.jsonl", "--resume", "--jobs", "2", code=2)
    assert whole == (folder / "r.jsonl").read_bytes()


def test_a_case_that_was_stopped_is_tried_again_with_more_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --case-timeout raised, or without workers, who would hold it to a limit; not with the same one."""
    from derivcheck.running import in_process
    from derivcheck.running.chunks import Portion
    from derivcheck.running.interface import Item, Piece
    from derivcheck.running.pool.stopped_cases import stopped_piece
    from derivcheck.workers.stop import Cause, Stop

    asked: list[str | None] = []

    def slow(pool: Pool, items: list[Item]) -> Iterator[Piece]:
        for item in items:
            asked.append(item.name)
            if item.name == "cube" and pool.limits.timeout == 1.0:
                yield stopped_piece(Portion(item), Stop(Cause.TIMEOUT), pool.limits)
            else:
                yield from in_process.InProcess().run([item])

    monkeypatch.setattr(Pool, "run", slow)
    batch("--output", "whole.jsonl", code=2)
    options = ["batch", "cases.toml", "--jobs", "1", "--output", "r.jsonl"]
    run(*options, "--case-timeout", "1", code=2)
    assert b'"limit": {"name": "case-timeout", "value": 1.0}' in (folder / "r.jsonl").read_bytes()
    for more, again in (("1", []), ("2", ["cube"]), ("1", [])):
        asked.clear()
        run(*options, "--resume", "--case-timeout", more, code=2)
        assert again == asked
    assert (folder / "whole.jsonl").read_bytes() == (folder / "r.jsonl").read_bytes()


def test_a_function_of_ones_own_is_resumed_and_reported(folder: Path) -> None:
    """Its expression reads back with its tree; a check list is shown as a check list."""
    (folder / "own.py").write_text(CODE)
    (folder / "cases.toml").write_text(OWN)
    batch("--allow-code", "--output", "r.jsonl", "--format", "jsonl", "--verbose", code=0)
    whole = (folder / "r.jsonl").read_bytes()
    text = batch("--allow-code", "--output", "r.jsonl", "--resume", "--verbose", code=0).stdout
    assert whole == (folder / "r.jsonl").read_bytes()
    assert text == run("report", "r.jsonl", "--verbose", code=0).stdout
