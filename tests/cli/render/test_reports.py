"""What holds of every report: what fails stands first, memory does not grow, and names are text."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_files import EVERY_STATUS, HOSTILE_CASES, UNEXPECTED, feed, named, valid_junit, valid_sarif, written
from results import row, stopped

from derivcheck.errors import Location
from derivcheck.model import Case, Result, Status
from derivcheck.settings import Report
from derivcheck_cli.app import main
from derivcheck_cli.render.github import GitHubRenderer
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.junit import JUnitRenderer
from derivcheck_cli.render.markdown import MarkdownRenderer
from derivcheck_cli.render.report_renderers import REPORT_RENDERERS
from derivcheck_cli.render.sarif import SarifRenderer
from derivcheck_cli.screen import Screen


def test_what_fails_stands_first_in_every_report() -> None:
    """Whatever the order of the cases; JUnit keeps its suites, a file each."""
    square = Case("x**2", at=({"x": "2"},), location=Location("cases/a.toml", 2))
    cases = [[row(case=replace(square, name="good"))], [row(Status.UNSTABLE, case=replace(square, name="dull"))]]
    cases += [[row(Status.MISMATCH, case=replace(square, name="bad"))], [stopped(replace(square, name="broken"))]]
    junit = valid_junit(written(JUnitRenderer, cases))
    assert ["broken", "bad", "dull", "good"] == [test.get("name") for test in junit.iter("testcase")]
    (run,) = valid_sarif(written(SarifRenderer, cases))["runs"]
    assert ["error", "mismatch", "unstable"] == [result["ruleId"] for result in run["results"]]
    markdown = written(MarkdownRenderer, cases)
    assert sorted(["`broken`", "`bad`", "`dull`"], key=markdown.index) == ["`broken`", "`bad`", "`dull`"]


MAKERS: dict[str, Callable[[Any], Renderer]] = {
    report.value: (lambda sink, report=report: REPORT_RENDERERS[report](sink, False))  # type: ignore[misc]
    for report in Report
}


@pytest.mark.parametrize("name", MAKERS)
def test_hostile_names_are_text(name: str) -> None:
    """JUnit and SARIF stay valid, and no format takes a name for its own syntax, nor passes on control characters."""
    text = written(MAKERS[name], HOSTILE_CASES)
    check = {"junit": valid_junit, "sarif": valid_sarif}.get(name)
    if check:
        check(text)
    assert not {"\x00", "\x1b", "\r", "\ud800"} & set(text)
    assert name in {"junit", "markdown", "sarif"} or "<script>document" not in text


@pytest.mark.parametrize("name", MAKERS)
def test_an_empty_run_has_a_whole_report(name: str) -> None:
    """Nothing to check is a result."""
    text = written(MAKERS[name], [])
    assert text
    check = {"junit": valid_junit, "sarif": valid_sarif}.get(name)
    if check:
        check(text)


class _Nowhere:
    """A sink that keeps nothing."""

    def write(self, text: str) -> None:
        """Forget it."""


@pytest.mark.parametrize("name", [*MAKERS, "github"])
def test_memory_does_not_grow_with_the_cases(name: str) -> None:
    """The peak of three times as many failing cases is about the same."""

    def cases(count: int) -> Iterator[list[Result]]:
        for at in range(count):
            if at % 20 == 0:
                gc.collect()  # cycles come and go; what counts is what stays
            yield named(f"case {at}", Status.MISMATCH)

    def peak(count: int) -> int:
        renderer = MAKERS[name](_Nowhere()) if name in MAKERS else GitHubRenderer(Screen())
        tracemalloc.start()
        feed(renderer, cases(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)  # what is imported and remembered once
    gc.freeze()  # or each collection would walk over torch
    try:
        assert peak(450) < 1.3 * peak(150)
    finally:
        gc.unfreeze()


def test_the_same_run_writes_the_same_bytes() -> None:
    """No clock, no host name, no order of a set."""
    for make in MAKERS.values():
        assert written(make, EVERY_STATUS) == written(make, EVERY_STATUS)


def test_one_run_writes_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command line, into folders that are not there yet, and the exit code stays the run's."""
    (tmp_path / "a.txt").write_text("x**2 @ x=3\nsnh(x) @ x=1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = [f"--{report}=out/{report}/r" for report in Report]
    monkeypatch.setattr("sys.argv", ["derivcheck", "batch", "a.txt", *options, "--format=text", "--format=github"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert 2 == caught.value.code
    assert {f"out/{report}/r" for report in Report} == {
        file.relative_to(tmp_path).as_posix() for file in (tmp_path / "out").rglob("*") if file.is_file()
    }
    assert "1" == valid_junit((tmp_path / "out/junit/r").read_text(encoding="utf-8")).get("errors")
    assert (
        2 == json.loads((tmp_path / "out/sarif/r").read_text(encoding="utf-8"))["runs"][0]["invocations"][0]["exitCode"]
    )
    assert "::error file=a.txt,line=2,title=error%3A a.txt%3A2::no function is called `snh`" in capsys.readouterr().out


def test_an_unwritable_report_stops_the_run_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is checked, and the message names the file."""
    (tmp_path / "a.txt").write_text("x**2 @ x=3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["derivcheck", "batch", "a.txt", "--junit", "a.txt/r.xml"])
    with pytest.raises(SystemExit) as caught:
        main()
    captured = capsys.readouterr()
    assert (2, "") == (caught.value.code, captured.out)
    assert captured.err.startswith("error: a.txt/r.xml: its folder cannot be made: ")


def test_what_is_unexpected_is_called_so_in_markdown_and_on_github(capsys: pytest.CaptureFixture[str]) -> None:
    """`match` in red would puzzle; the title and the heading say what it is."""
    assert "#### ✗ unexpected match · `mended`" in written(MarkdownRenderer, [UNEXPECTED])
    feed(GitHubRenderer(Screen()), [UNEXPECTED])
    assert "title=unexpected match%3A mended::expected mismatch, found match" in capsys.readouterr().out
