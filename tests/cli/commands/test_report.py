"""`derivcheck report`: recorded results, shown again."""

from __future__ import annotations

from pathlib import Path

from command_line import run


def test_a_report_of_recorded_results_is_that_of_the_run(tmp_path: Path) -> None:
    """The same text and the same exit code, although nothing is checked again."""
    cases, kept = tmp_path / "a.csv", tmp_path / "kept.jsonl"
    cases.write_text("name,expr,at,derivative.x\nlie,x**2,x=2,3*x\ntrue,x**2,x=1,2*x\n")
    made = run("batch", str(cases), "--jobs", "0", "--output", str(kept), code=1)
    assert "✗ wrong-formula" in made.stdout
    cases.unlink()
    assert made.stdout == run("report", str(kept), code=1).stdout


def test_a_file_that_is_no_record_is_an_error(tmp_path: Path) -> None:
    """With its name, and without a traceback."""
    (tmp_path / "a.jsonl").write_text("{}\n")
    told = run("report", str(tmp_path / "a.jsonl"), code=2)
    assert f"{tmp_path / 'a.jsonl'}" in told.stderr
    assert "Traceback" not in told.output
