"""The report in Markdown."""

from __future__ import annotations

from report_files import HOSTILE_CASES, named, written
from results import kink

from derivcheck.model import Status
from derivcheck_cli.render.markdown import COMMENT, MarkdownRenderer


def test_markdown_is_a_summary_and_a_section_a_case() -> None:
    """What fails stands before what warns."""
    text = written(
        MarkdownRenderer, [named("w", Status.UNSTABLE), named("fine"), named("f", Status.MISMATCH), [kink()]]
    )
    assert text.startswith("## derivcheck: 1 of 4 cases fails\n\n4 cases: 2 pass, 1 warn, 1 fail.\n")
    assert "| ✗ mismatch | 1 | autograd's number is not the derivative |" in text
    titles = [line for line in text.splitlines() if line.startswith("###")]
    assert ["### Failures", "#### ✗ mismatch · `f`", "### Warnings", "#### ! unstable · `w`"] == titles


def test_a_long_markdown_report_is_cut_and_says_so() -> None:
    """It fits into a comment, and no failure gives way to a warning."""
    cases = [named(f"w{at}", Status.UNSTABLE) for at in range(500)] + [
        named(f"f{at}", Status.MISMATCH) for at in range(50)
    ]
    text = written(MarkdownRenderer, cases)
    assert COMMENT / 2 < len(text) < COMMENT + 1000
    assert 50 == text.count("#### ✗")
    shown = text.count("#### !")
    assert text.endswith(f"\n… and {500 - shown} that warn, left out because the report is long enough.\n")


def test_names_are_no_markdown() -> None:
    """Every line outside of a fence is ours."""
    text = written(MarkdownRenderer, HOSTILE_CASES)
    fence, outside = "", []
    for line in text.splitlines():
        if not fence and line.startswith("```"):
            fence = line.removesuffix("text")
        elif fence and line == fence:
            fence = ""
        elif not fence:
            outside.append(line)
    assert "" == fence
    assert all(line.startswith(("#", "|", "18 cases")) or not line for line in outside)
    assert all(line.count("`") >= 2 for line in outside if line.startswith("####"))
