"""What the renderers make of hand-made Results."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from results import SQUARE, kink, row, stopped

from derivcheck.model import Coordinate, Gradient, Mode, Result, Status, Verdict, What
from derivcheck.model.deferred import TOO_LONG
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.exits import ExitCode
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.presentation.cells import derivative_name
from derivcheck.reporting.presentation.toned_lines import cut
from derivcheck.settings import Format
from derivcheck_cli.render.batch_text import MAX_POINTS
from derivcheck_cli.render.block import block
from derivcheck_cli.render.coloring import color_status
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.renderers import BATCH_RENDERERS, CHECK_RENDERERS
from derivcheck_cli.screen import Screen, Verbosity


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        """Yes."""
        return True


Shown = Callable[..., str]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    """What a batch of one case prints."""

    def render(results: list[Result], verbosity: Verbosity = Verbosity.NORMAL, output: Format = Format.TEXT) -> str:
        renderer: Renderer = BATCH_RENDERERS[output](Screen(verbosity=verbosity))
        summary = Summary()
        renderer.start()
        for result in results:
            summary.add_result(result)
            renderer.result(result)
        outcome = judge(results[0].case, results)
        summary.add_case(outcome)
        renderer.case(outcome)
        renderer.finish(summary, ExitCode.PASS)
        return capsys.readouterr().out

    return render


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment asks for anything."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)


def lines(results: list[Result], width: int = 100, *, verbose: bool = False) -> list[str]:
    """The lines of a block."""
    return [line.plain for line in block(results, width=width, verbose=verbose)]


def test_a_block_is_a_header_and_aligned_rows() -> None:
    """As the design shows it."""
    assert [
        "f(x) = x**2 + 2*x + 1   at x = 2   float64 · cpu · reverse",
        "           formula    symbolic    autograd    error    status",
        "  f        —          9           9.0         0 ulp    ✓ match",
        "  df/dx    2*x + 2    6           6.0         0 ulp    ✓ match",
    ] == lines([row(wrt=()), row()])


def test_a_formula_that_is_too_long_says_so() -> None:
    """A dash is for what has no formula."""
    assert "too long to show" in lines([row(wrt=()), replace(row(), formula=TOO_LONG)])[-1]
    assert " —  " in lines([replace(row(), formula=None)])[-1]


def test_the_reason_stands_under_its_row() -> None:
    """In full, on as many lines as it takes."""
    reason = "the quick brown fox jumps over the lazy dog " * 5
    told = lines([row(Status.MISMATCH, reason=reason)])[3:]
    assert reason.split() == " ".join(told).split()
    assert all(len(line) <= 100 for line in told)


def test_a_match_needs_no_reason_short_of_verbose() -> None:
    """It explains itself."""
    reasoned = row(reason="rounding explains it")
    assert 3 == len(lines([reasoned]))
    assert "    rounding explains it" in lines([reasoned], verbose=True)


def test_an_expression_of_several_lines_has_one_in_the_header() -> None:
    """As a file may lay it out; a line break is no unprintable character."""
    case = replace(SQUARE, expr="\n  x**2\n  + 2*x + 1\n")
    assert lines([row(case=case)])[0].startswith("f(x) = x**2 + 2*x + 1   at")


def test_verbose_tells_the_truth() -> None:
    """The enclosure, or what stands on either side."""
    assert "    truth 6 ± 0 · proven · abs 0 · rel 0 · 16.0 digits" in lines([row()], verbose=True)
    assert "    truth one-sided, left -1, right inf" in lines([kink()], verbose=True)


def test_several_modes_have_a_column() -> None:
    """And stand in the header."""
    forward = replace(row(), gradient=Gradient(Mode.FORWARD, "cpu", DType.FLOAT64, 6.0))
    header, titles, _, second = lines([row(), forward])
    assert header.endswith("float64 · cpu · reverse, forward")
    assert ["mode", "formula"] == titles.split()[:2]
    assert ["df/dx", "forward"] == second.split()[:2]


def test_a_claim_is_told_apart() -> None:
    """Torch has nothing to say on it."""
    claim = replace(
        row(Status.WRONG_FORMULA), what=What.CLAIM, gradient=None, symbolic=None, verdict=Verdict(Status.WRONG_FORMULA)
    )
    assert ["claim", "df/dx", "2*x", "+", "2", "—", "—", "—", "✗", "wrong-formula"] == lines([row(), claim])[-1].split()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_long_formulas_are_cut_at_the_width(width: int) -> None:
    """The columns behind them stay where they are."""
    case = replace(SQUARE, expr=" + ".join(["x**2"] * 40))
    shown_lines = lines([replace(row(case=case), formula=case.expr)], width)
    assert all(len(line) <= width for line in shown_lines)
    assert shown_lines[0].endswith("…")
    assert shown_lines[-1].endswith("✓ match")
    assert any(
        line.startswith("    formula x**2 +")
        for line in lines([replace(row(case=case), formula=case.expr)], verbose=True)
    )


def test_wide_characters_keep_the_columns() -> None:
    """A width is counted in cells of the terminal."""
    assert ("数 …", "数学…") == (cut("数学函数", 4), cut("数学函数", 5))


def test_a_rounded_point_is_told() -> None:
    """What the tensor holds is not what was typed."""
    tenth = Coordinate("0.1", Fraction(1, 10), Fraction(0.10000000149011612))
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT32, 0.20000000298023224)
    moved = replace(row(), point={"x": tenth}, gradient=gradient)
    shown_lines = lines([moved])
    assert "    x = 0.1 → 0.100000001490116 (float32)" == shown_lines[1]
    assert "0.2" in shown_lines[3].split()


def test_control_characters_do_not_reach_the_terminal(shown: Shown) -> None:
    """A name or an expression from a file is no escape sequence."""
    case = replace(SQUARE, name="evil\x1b[2J", expr="x\x1b[31m")
    assert "\x1b" not in shown([replace(row(Status.MISMATCH), case=case)])


@pytest.mark.parametrize(
    ("wrt", "name"),
    [((), "f"), (("x",), "df/dx"), (("x", "x"), "d²f/dx²"), (("x", "y"), "d²f/dxdy"), (("kb", "T"), "d²f/dkb dT")],
)
def test_derivatives_have_names(wrt: tuple[str, ...], name: str) -> None:
    """As on paper."""
    assert name == derivative_name(wrt)


def test_every_status_has_a_symbol() -> None:
    """Three symbols, and a dash for what was not run."""
    symbols = {status.label: color_status(status).plain[0] for status in Status}
    assert {"match": "✓", "skipped": "–", "unstable": "!", "mismatch": "✗", "error": "✗"}.items() <= symbols.items()
    assert {"✓", "–", "!", "✗"} == set(symbols.values())


def test_every_format_has_a_renderer() -> None:
    """For one case and for many."""
    assert set(Format) == set(CHECK_RENDERERS) == set(BATCH_RENDERERS)


def test_a_warning_is_two_lines(shown: Shown) -> None:
    """The case and its place, then what, at which point, and why."""
    text = shown([row(wrt=()), row(Status.UNSTABLE, reason="half the digits are gone")])
    assert [
        "! unstable  notebook/quadratic  (a.toml:3)",
        "  df/dx at x = 2: half the digits are gone",
        "1 case: 1 warn",
    ] == text.splitlines()[:3]


def test_a_long_warning_goes_on_below(shown: Shown) -> None:
    """No number is cut in its middle, and of many coordinates the first stand for all."""
    point = {f"x{index}": Coordinate("0.125", Fraction(1, 8), Fraction(1, 8)) for index in range(40)}
    reason = f"the true number is 3.72007597602083596296 and the rest of it {'reads on and on ' * 9}"
    told = shown([replace(row(Status.UNSTABLE, reason=reason), point=point)]).splitlines()[1:-2]
    assert all(len(line) <= 100 for line in told)
    assert " ".join(f"df/dx at x0 = 0.125, x1 = 0.125, x2 = 0.125, and 37 more: {reason}".split()) == " ".join(
        " ".join(told).split()
    )


def test_an_expected_status_says_so(shown: Shown) -> None:
    """With -v; the mark alone would make a passing mismatch of it."""
    expecting = replace(SQUARE, expect=Status.MISMATCH, why="known")
    text = shown([row(Status.MISMATCH, case=expecting)], Verbosity.VERBOSE)
    assert text.startswith("✓ mismatch, as expected  notebook/quadratic")


def test_a_failure_tells_its_whole_reason(shown: Shown) -> None:
    """On as many lines as it takes."""
    reason = "the quick brown fox jumps over the lazy dog " * 5
    text = shown([row(Status.MISMATCH, reason=reason)])
    assert reason.split() == " ".join(text.splitlines()[4:7]).split()
    assert "…" not in text


def test_a_failed_expectation_is_told_although_all_match(shown: Shown) -> None:
    """The rows would not tell."""
    expecting = replace(SQUARE, expect=Status.MISMATCH)
    assert ["✗ unexpected match  notebook/quadratic  (a.toml:3)", "  expected mismatch, found match"] == shown(
        [row(case=expecting)]
    ).splitlines()[:2]


def test_a_case_that_could_not_be_run_is_left_to_stderr(shown: Shown) -> None:
    """But it is counted."""
    assert "1 case: 1 error\n  ✗ error  1\n" == shown([stopped()])


def test_many_points_are_cut_short(shown: Shown) -> None:
    """Memory does not grow with the points of a case, short of -v."""
    points = [replace(row(Status.MISMATCH), point=dict(row().point or {})) for _ in range(MAX_POINTS + 3)]
    text = shown(points)
    assert MAX_POINTS == text.count("at x = 2")
    assert "… and 3 more points" in text


def test_json_is_one_document_and_json_lines_a_line_a_result(shown: Shown) -> None:
    """Both hold the same rows."""
    results = [row(wrt=()), row(), kink()]
    document = json.loads(shown(results, output=Format.JSON))
    rows = [json.loads(line) for line in shown(results, output=Format.JSONL).splitlines()]
    assert 1 == document["schema"]
    assert rows == [{"schema": 1, **result} for result in document["results"]]
    assert ["schema", "results", "summary"] == list(document)


@pytest.mark.parametrize(
    ("environment", "color", "coloured"),
    [
        ({}, None, False),
        ({}, True, True),
        ({"FORCE_COLOR": "1"}, None, True),
        ({"FORCE_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, None, False),
        ({"NO_COLOR": "1"}, True, True),
    ],
)
def test_colours_go_to_terminals_or_where_they_are_forced(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    color: bool | None,
    coloured: bool,
) -> None:
    """NO_COLOR wins over what the terminal is, --color and --no-color over everything."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    Screen(color=color).line(color_status(Status.MATCH))
    assert coloured == ("\x1b[" in capsys.readouterr().out)


@pytest.mark.parametrize("text", ["::error::no", "  ::add-mask::x", "a\n ::warning::no", "x ##[error]no"])
def test_no_line_is_a_command_to_github(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A case that anybody may have written is shown, but for one character; what is our command stays one."""
    Screen().line(text)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    Screen().line(text)
    Screen().message(text)
    Screen().command("error", "title=x::yes")
    told = capsys.readouterr()
    forged = text.replace("::", ":�", 1).replace("##[", "##�")
    assert f"{forged}\n{forged}\n::error title=x::yes\n" == told.out
    assert f"{forged}\n" == told.err


@pytest.mark.parametrize(("columns", "width"), [(None, 100), ("140", 140), ("wide", 100)])
def test_the_width_without_a_terminal_is_100(monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int) -> None:
    """COLUMNS says otherwise."""
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    assert width == Screen().width


def test_the_progress_bar_is_on_a_terminals_stderr_and_never_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """FORCE_COLOR makes no terminal of a log file."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        screen = Screen()
        with screen.progress(2) as bar:
            if bar:
                bar.advance()
            screen.line("result")
        assert drawn == ("1/2" in stream.getvalue())
    assert "result\nresult\n" == capsys.readouterr().out
