"""The reports: JUnit, SARIF, Markdown, GitHub's annotations, and the data of the HTML page."""

from __future__ import annotations

import gc
import json
import math
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_files import HOSTILE, feed, many, named, page_data, valid_junit, valid_sarif, written
from results import kink, row, stopped

from derivcheck.errors import Location
from derivcheck.model import Case, Result, Status, What
from derivcheck.settings import Format, Report
from derivcheck_cli.app import main
from derivcheck_cli.render.advice import ADVICE
from derivcheck_cli.render.findings import MAX_POINTS, Collector
from derivcheck_cli.render.github import MAX_ANNOTATIONS, GitHubRenderer
from derivcheck_cli.render.html import CHUNK, HtmlRenderer
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.junit import JUnitRenderer
from derivcheck_cli.render.markdown import COMMENT, MarkdownRenderer
from derivcheck_cli.render.renderers import BATCH_RENDERERS, REPORT_RENDERERS, on_stdout
from derivcheck_cli.render.sarif import SarifRenderer
from derivcheck_cli.screen import Screen

EVERY_STATUS = [named(status.label, status, line=line) for line, status in enumerate(Status, start=1)]
HOSTILE_CASES = [
    named(name, status, line=line, expr=name)
    for line, name in enumerate(HOSTILE, start=1)
    for status in (Status.MATCH, Status.UNSTABLE, Status.MISMATCH)
]
KNOWN = named("known", Status.NONFINITE, expect={("x",): Status.NONFINITE}, why="pytorch#108618")
UNEXPECTED = named("mended", Status.MATCH, expect=Status.MISMATCH)


@pytest.fixture(autouse=True)
def _no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run on GitHub."""
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def test_every_format_has_a_renderer() -> None:
    """And every status its advice."""
    assert set(Format) == set(BATCH_RENDERERS)
    assert set(Report) == set(REPORT_RENDERERS)
    assert list(Status) == list(ADVICE)


# --- points -----------------------------------------------------------------------------------------------------------


def test_the_worst_points_of_a_case_are_kept_and_come_first() -> None:
    """However many there are; of equally bad ones the first."""
    statuses = [Status.MATCH] * 10 + [Status.MISMATCH] + [Status.MATCH] * 10 + [Status.UNSTABLE] + [Status.MATCH] * 9
    rows = [replace(row(status), point=dict(row().point or {}), notes=(str(at),)) for at, status in enumerate(statuses)]
    collector = Collector()
    for result in rows:
        collector.add(result)
    finding = collector.close(outcome_of(rows))
    assert (["10", "21", "0", "1", "2"], len(rows) - MAX_POINTS) == (
        [points[0].notes[0] for points in finding.points],
        finding.left_out,
    )
    assert rows[10] is finding.worst


def test_a_gradient_that_is_no_number_is_infinitely_far_off() -> None:
    """However exact the value is beside it: the plot shows the worst."""
    nan = row(Status.NONFINITE)
    rows = [row(wrt=()), replace(nan, verdict=replace(nan.verdict, ulps=None))]
    collector = Collector()
    for result in rows:
        collector.add(result)
    assert math.inf == collector.close(outcome_of(rows)).ulps


def outcome_of(rows: list[Result]) -> Any:
    """What the rows come to."""
    from derivcheck.reporting.outcomes.expect import judge

    return judge(rows[0].case, rows)


# --- JUnit ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strict", "failures"), [(False, 3), (True, 7)])
def test_junit_says_what_passes_and_what_does_not(strict: bool, failures: int) -> None:
    """A warning is a failure under --strict alone."""
    root = valid_junit(written(JUnitRenderer, EVERY_STATUS, strict=strict))
    (suite,) = root
    assert ("11", str(failures), "1", "0", "cases/a.toml") == tuple(
        suite.get(name) for name in ("tests", "failures", "errors", "skipped", "file")
    )
    tests = {test.get("name"): test for test in suite}
    assert [] == list(tests["match"])
    assert ["system-out"] == [child.tag for child in tests["convention"]]
    assert [("failure" if strict else "system-out")] == [child.tag for child in tests["unstable"]]
    (failure,) = tests["mismatch"]
    assert ("failure", "mismatch", "df/dx at x = 2: the reason of mismatch") == (
        failure.tag,
        failure.get("type"),
        failure.get("message"),
    )
    assert failure.text is not None
    assert failure.text.startswith("cases/a.toml:9\nf(x) = x**2 + 2*x + 1   at x = 2")
    assert ["error"] == [child.tag for child in tests["error"]]
    assert {"cases.a"} == {test.get("classname") for test in suite}


def test_junit_skips_only_what_was_not_run_at_all() -> None:
    """A value that was checked is a test."""
    (value, slope) = named("skipped", Status.SKIPPED)
    root = valid_junit(written(JUnitRenderer, [[value, slope], [slope]]))
    assert ["system-out", "skipped"] == [child.tag for test in root.iter("testcase") for child in test]
    assert "1" == root[0].get("skipped")


def test_junit_passes_what_is_known_and_fails_what_is_not() -> None:
    """The status that is expected is a pass, and a match in its place is a failure."""
    mended, known = valid_junit(written(JUnitRenderer, [KNOWN, UNEXPECTED])).iter("testcase")
    assert ["system-out"] == [child.tag for child in known]
    assert (
        "nonfinite: as expected: pytorch#108618; df/dx at x = 2: the reason of known"
        == (known[0].text or "").split("\n")[0]
    )
    assert ("failure", "expected mismatch, found match", "unexpected match") == (
        mended[0].tag,
        mended[0].get("message"),
        mended[0].get("type"),
    )


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


def test_of_a_point_what_fails_stands_first() -> None:
    """Among forty derivatives, nobody has to look for it."""
    rows = [row(wrt=()), row(wrt=("x",)), row(Status.UNSTABLE, wrt=("y",)), row(Status.MISMATCH, wrt=("z",))]
    collector = Collector()
    for result in rows:
        collector.add(result)
    finding = collector.close(outcome_of(rows))
    assert [("z",), ("y",), (), ("x",)] == [shown.wrt for shown in finding.points[0]]
    assert finding.text().index("df/dz") < finding.text().index("df/dy") < finding.text().index("df/dx")


def test_junit_has_a_suite_a_file() -> None:
    """In order; a case without a name has its line, one without a file is derivcheck's."""
    elsewhere = Case(expr="x", location=Location("b.csv", 7))
    loose = Case(expr="x")
    root = valid_junit(written(JUnitRenderer, [named("a"), [stopped(elsewhere)], [stopped(loose, trace="Traceback")]]))
    assert ["cases/a.toml", "b.csv", "derivcheck"] == [suite.get("name") for suite in root]
    assert ["a", "line 7", "x"] == [test.get("name") for test in root.iter("testcase")]
    assert ("3", "2") == (root.get("tests"), root.get("errors"))
    assert "do something else" in (root[1][0][0].text or "")


# --- SARIF ------------------------------------------------------------------------------------------------------------


def test_sarif_has_a_result_for_what_says_something() -> None:
    """With its level, its place and its rule."""
    log = valid_sarif(written(SarifRenderer, [*EVERY_STATUS, KNOWN, UNEXPECTED]))
    (run,) = log["runs"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert {
        "skipped": "note",
        "convention": "note",
        "undefined": "warning",
        "undecided": "warning",
        "unstable": "warning",
        "inaccurate": "warning",
        "nonfinite": "error",
        "mismatch": "error",
        "wrong-formula": "error",
        "error": "error",
        "unexpected": "error",
    } == levels
    rules = run["tool"]["driver"]["rules"]
    assert [*map(str, Status), "unexpected"] == [rule["id"] for rule in rules]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    (unexpected,) = (result for result in run["results"] if result["ruleId"] == "unexpected")
    assert "mended: expected mismatch, found match" == unexpected["message"]["text"]
    place = {"artifactLocation": {"uri": "cases/a.toml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 2}}
    assert place in [result["locations"][0]["physicalLocation"] for result in run["results"]]


def test_a_sarif_fingerprint_stays_when_lines_move() -> None:
    """And differs from another case's."""
    cases = [named("a", Status.MISMATCH, line=line) for line in (1, 50)] + [named("b", Status.MISMATCH)]
    (run,) = valid_sarif(written(SarifRenderer, cases))["runs"]
    here, moved, other = (result["partialFingerprints"]["derivcheck/v1"] for result in run["results"])
    assert here == moved != other


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./cases/a b%.toml", "cases/a%20b%25.toml"),
        ("/srv/ü.toml", "file:///srv/%C3%BC.toml"),
        ("<stdin>", None),
        (None, None),
    ],
)
def test_sarif_names_files_by_uri(file: str | None, uri: str | None) -> None:
    """Standard input is none."""
    case = Case(expr="x", location=Location(file, 3))
    (run,) = valid_sarif(written(SarifRenderer, [[stopped(case)]]))["runs"]
    physical = run["results"][0]["locations"][0].get("physicalLocation")
    assert uri == (physical and physical["artifactLocation"]["uri"])


# --- Markdown ---------------------------------------------------------------------------------------------------------


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


# --- GitHub -----------------------------------------------------------------------------------------------------------


def test_github_shows_the_worst_ten(capsys: pytest.CaptureFixture[str]) -> None:
    """The worst first, then as they came; the rest is counted."""
    cases = [named(f"w{at}", Status.UNSTABLE) for at in range(15)] + [named("f", Status.MISMATCH, line=4)]
    feed(GitHubRenderer(Screen()), cases)
    lines = capsys.readouterr().out.splitlines()
    assert "::error file=cases/a.toml,line=4,title=mismatch%3A f::df/dx at x = 2: the reason of f" == lines[0]
    assert [f"::warning file=cases/a.toml,line=1,title=unstable%3A w{at}" for at in range(9)] == [
        line.rpartition("::")[0] for line in lines[1:MAX_ANNOTATIONS]
    ]
    assert ["… and 6 more cases fail or warn", "16 cases: 15 warn, 1 fail"] == lines[10:12]


def test_github_commands_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command is one line, and its properties end where ours do."""
    feed(GitHubRenderer(Screen(), alone=False), HOSTILE_CASES)
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("::error file=cases/a.toml,line=") for line in lines[:6])
    assert "title=mismatch%3A λ数学 � | a pipe%2C 100 %25%3A done%3A%3Aerror%3A%3A::" in "\n".join(lines)


def test_the_step_summary_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other tools write there as well; where it cannot be written the run goes on."""
    file = tmp_path / "summary.md"
    file.write_text("# another step\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    feed(GitHubRenderer(Screen()), [named("f", Status.MISMATCH)])
    assert file.read_text(encoding="utf-8").startswith("# another step\n## derivcheck: 1 of 1 case fails\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "folder"))
    feed(GitHubRenderer(Screen()), [named("f", Status.MISMATCH)])
    assert 1 == capsys.readouterr().err.count("GITHUB_STEP_SUMMARY: ")


def test_github_paths_begin_at_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the step runs."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path / "sub")
    feed(GitHubRenderer(Screen()), [[stopped(Case(expr="x", location=Location("a.toml", 3)))]])
    assert "::error file=sub/a.toml,line=3," in capsys.readouterr().out


def test_only_text_and_annotations_share_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A JSON document with lines in between is none."""
    shown = on_stdout([Format.GITHUB, Format.TEXT], Screen(), BATCH_RENDERERS)
    assert ["BatchTextRenderer", "GitHubRenderer"] == [type(renderer).__name__ for renderer in shown]
    monkeypatch.setattr("sys.argv", ["derivcheck", "batch", "a.toml", "--format", "json", "--format", "github"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert 2 == caught.value.code
    assert "json and github cannot both be written to stdout" in capsys.readouterr().err


# --- HTML -------------------------------------------------------------------------------------------------------------


class _Outline(HTMLParser):
    """The elements of a page as a browser sees them, the data aside, and what they might load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts and addresses."""
        found = dict(attrs)
        if tag == "script":
            self.scripts.append(found.get("type") or "text/javascript")
        self.loads += [
            value or "" for name, value in attrs if name in {"src", "href"} and not (value or "").startswith("#")
        ]
        self.loads += [tag] if tag in {"link", "iframe", "img", "object", "embed"} else []


def test_the_page_loads_nothing_and_runs_one_script() -> None:
    """Whatever the cases are called."""
    outline = _Outline()
    outline.feed(written(HtmlRenderer, HOSTILE_CASES))
    assert [] == outline.loads
    assert ["text/javascript"] == [kind for kind in outline.scripts if kind != "application/json"]


def test_the_page_holds_every_case_in_chunks() -> None:
    """With what the list needs apart from what an open case needs."""
    text = written(HtmlRenderer, many(2 * CHUNK + 1))
    entries, details, summary = page_data(text)
    assert 2 * CHUNK + 1 == len(entries) == len(details)
    assert 3 == text.count("data-index=")
    assert ("synthetic/00007", "mismatch", "fail", 1e5) == tuple(
        entries[7][key] for key in ("name", "status", "severity", "ulps")
    )
    assert "<math><mrow>" in details[7]["math"]
    assert ["df/dx", "f"] == [shown["text"] for shown in details[7]["points"][0]["rows"]]
    assert "6 ± 0" == details[7]["points"][0]["rows"][0]["truth"]
    assert {"pass": 90, "warn": 10, "fail": 1} == summary["cases"]


def test_what_is_no_number_is_valid_json() -> None:
    """An infinite error, a case without any, one that could not be run."""
    infinite = named("inf", Status.MISMATCH, ulps=float("inf"))
    entries, details, _ = page_data(written(HtmlRenderer, [infinite, [kink()], [stopped()], [stopped(trace="Trace")]]))
    assert ["inf", None, None, None] == [entry["ulps"] for entry in entries]
    assert "do something else" in details[2]["points"][0]["rows"][0]["stopped"]
    assert "Trace" in details[3]["points"][0]["rows"][0]["stopped"]


# --- all --------------------------------------------------------------------------------------------------------------

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


def test_the_page_knows_what_is_unexpected_and_plots_no_claim() -> None:
    """A status of its own with its advice; the error of torch's number says nothing of a claim that is wrong."""
    expecting = replace(Case("x**2", at=({"x": "2"},), name="mended"), expect=Status.CONVENTION)
    claim = replace(row(Status.WRONG_FORMULA), what=What.CLAIM, gradient=None)
    entries, details, summary = page_data(written(HtmlRenderer, [[row(case=expecting)], [row(), claim], [row()]]))
    assert ("unexpected", "unexpected match", "fail") == tuple(
        entries[0][key] for key in ("status", "label", "severity")
    )
    assert "✗ unexpected match" == details[0]["label"]
    known = [status["label"] for status in summary["statuses"]]
    assert known.index("inaccurate") < known.index("unexpected") < known.index("nonfinite")
    assert [0.0, None, 0.0] == [entry["ulps"] for entry in entries]


def test_what_is_unexpected_is_called_so_in_markdown_and_on_github(capsys: pytest.CaptureFixture[str]) -> None:
    """`match` in red would puzzle; the title and the heading say what it is."""
    assert "#### ✗ unexpected match · `mended`" in written(MarkdownRenderer, [UNEXPECTED])
    feed(GitHubRenderer(Screen()), [UNEXPECTED])
    assert "title=unexpected match%3A mended::expected mismatch, found match" in capsys.readouterr().out


def test_the_details_of_what_matches_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every case is listed, and what does not match is there in full."""
    monkeypatch.setattr("derivcheck_cli.render.html.MAX_PLAIN", 10_000)
    entries, details, _ = page_data(written(HtmlRenderer, many(300)))
    assert 300 == len(entries) == len(details)
    left_out = [entry["status"] for entry, shown in zip(entries, details, strict=True) if shown is None]
    assert {"match"} == set(left_out)
    assert 200 < len(left_out) < 297
