"""Tests that what comes from a case is a command to nobody: no terminal, and no runner of a CI, in any format.

Covers also: derivcheck.system.harmless.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Generator, Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from results import row

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import CaseError, Location, ParseError, Span
from derivcheck.model import Case, Refusal, RefusalKind, Result, Status
from derivcheck.running.interface import Item, Piece
from derivcheck.settings import Format, Report
from derivcheck.system.harmless import harmless, harmless_json, harmless_xml, one_line
from derivcheck_cli.driver import Run
from derivcheck_cli.render.renderers import BATCH_RENDERERS, CHECK_RENDERERS, FUNCTION_RENDERERS
from derivcheck_cli.render.report_renderers import REPORT_RENDERERS
from derivcheck_cli.screen import Screen, Verbosity

COMMANDS = [
    "::error file=a::x",
    "  ::add-mask::s",
    "\n::stop-commands::t",
    "\r::set-env name=A::b",
    "\x0b\u2028::warning::x",
    "##[error]x",
    "##[add-mask]s",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildProblem description='x']",
    "section_start:1560896352:s[collapsed=true]\r\x1b[0K",
    "section_end:1560896352:s",
    "\x1b]0;title\x07",
    "\x1b[2J",
    "```\n::error::x",
    "]]>::error::x",
    "</script><script>alert(1)</script>",
]
"""What a hostile case would like to say."""

OBEYED = re.compile(r"(?m)^\s*::|##\[|##vso\[|##teamcity\[|section_(start|end):\d|\x1b|\x07")
"""What a runner or a terminal obeys; written down once more here, so that a slip in the one is seen by the other."""

texts = st.lists(st.sampled_from([*COMMANDS, "x", " ", "\n", ":", "#", "é", "2*x"]), max_size=4).map("".join)


def obeyed(text: str) -> list[str]:
    """The commands in a text, read as a runner reads it: line by line, whatever ends a line."""
    return [found[0] for line in re.split(r"\r\n|\n|\r|\u2028|\x0b", text) for found in OBEYED.finditer(line)]


def test_the_commands_are_commands() -> None:
    """The tests below would find them."""
    assert [command for command in COMMANDS[:13] if not obeyed(command)] == []


@given(st.one_of(texts, st.text()))
@example("::")
def test_a_harmless_text_is_as_long_and_obeyed_by_nobody(text: str) -> None:
    """And nothing but control characters and commands is changed."""
    shown = harmless(text)
    assert (len(text), []) == (len(shown), obeyed(shown))
    assert harmless(shown) == shown
    if text.isprintable() and not obeyed(text) and "section_" not in text and "##" not in text:
        assert shown == text
    assert one_line(text).isprintable()


@given(st.one_of(texts, st.text()))
def test_json_and_xml_keep_the_text_whole(text: str) -> None:
    """By an escape of one character."""
    data = {"expr": text, text: [text]}
    written = harmless_json(json.dumps(data))
    assert obeyed(written) == []
    assert json.loads(written) == data
    content = "".join(char for char in text if char.isprintable() or char == "\n")
    content = content.translate(dict.fromkeys(map(ord, "<>&\N{REPLACEMENT CHARACTER}\uffff")))
    marked = harmless_xml(content)
    assert obeyed(marked) == []
    assert (ElementTree.fromstring(f"<a>{marked}</a>").text or "") == content


@st.composite
def hostile_items(draw: st.DrawFn) -> list[tuple[Item, tuple[Result, ...]]]:
    """Cases and Results with hostile texts in every place where a case file, a record or a function has a text."""
    found: list[tuple[Item, tuple[Result, ...]]] = []
    for status in draw(st.lists(st.sampled_from([*Status]), min_size=1, max_size=3)):
        where = Location(draw(st.none() | texts), draw(st.none() | st.just(3)), draw(st.none() | texts))
        case = Case(
            expr=draw(texts),
            name=draw(st.none() | texts),
            device=draw(texts),
            why=draw(st.none() | texts),
            expect=draw(st.none() | st.sampled_from([*Status])),
            location=where,
        )
        error: Any = None
        if status is Status.ERROR:
            text = draw(texts)
            error = draw(
                st.sampled_from(
                    [
                        CaseError(draw(texts), hint=draw(st.none() | texts), location=where),
                        ParseError(draw(texts), text=text, span=Span(0, len(text)), hint=draw(texts)).at(where),
                    ]
                )
            )
        made = row(status, reason=draw(texts))
        refusals = st.builds(Refusal, st.sampled_from(RefusalKind), texts)
        gradient = made.gradient and replace(
            made.gradient,
            device=draw(texts),
            refusal=draw(st.none() | refusals),
        )
        result = replace(
            made,
            case=case,
            formula=draw(st.none() | texts),
            verdict=replace(made.verdict, reason=draw(texts)),
            gradient=gradient,
            error=error,
            notes=(draw(texts),),
            item=draw(st.none() | texts),
            diagnosis=draw(st.none() | texts),
        )
        if error is not None and draw(st.booleans()):
            unreadable = Unreadable(where, error, name=case.name, expr=case.expr)
            found.append((unreadable, (unreadable.result(),)))
        else:
            found.append((case, (result,)))
    return found


class Given:
    """An executor that has its pieces already."""

    def __init__(self, pieces: list[tuple[Item, tuple[Result, ...]]]) -> None:
        self.pieces = pieces

    def run(self, items: Iterable[Item] = ()) -> Generator[Piece]:
        """The pieces, whatever the items."""
        assert not [*items]
        for item, results in self.pieces:
            yield Piece(item, results, last=True)


def printed(format_: Format, table: Any, pieces: Any, verbosity: Verbosity, *, color: bool) -> tuple[str, str]:
    """What a run prints on stdout and on stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        screen = Screen(verbosity=verbosity, color=color)
        Run(Given(pieces), [table[format_](screen)], screen).over([])
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("format_", Format)
@settings(deadline=None, max_examples=120)
@given(pieces=hostile_items(), verbosity=st.sampled_from(Verbosity), kind=st.integers(0, 2))
def test_no_format_on_stdout_and_no_message_is_obeyed(
    format_: Format, pieces: Any, verbosity: Verbosity, kind: int
) -> None:
    """In every format of every command; GitHub's annotations alone are commands, a line each, and ours."""
    table = (BATCH_RENDERERS, CHECK_RENDERERS, FUNCTION_RENDERERS)[kind]
    out, err = printed(format_, table, pieces, verbosity, color=False)
    if format_ is Format.GITHUB:
        lines = [line for line in out.splitlines() if re.match(r"\s*::", line)]
        assert len(lines) <= len(pieces)
        assert all(re.match("::(error|warning) ", line) for line in lines)
        out = out.replace("::error ", "").replace("::warning ", "")
    assert (obeyed(out), obeyed(err)) == ([], [])


@settings(deadline=None, max_examples=60)
@given(pieces=hostile_items(), verbosity=st.sampled_from(Verbosity))
def test_colours_are_the_only_escapes_on_a_terminal(pieces: Any, verbosity: Verbosity) -> None:
    """Whatever a case holds, the terminal is told colours, and nothing else."""
    for text in printed(Format.TEXT, BATCH_RENDERERS, pieces, verbosity, color=True):
        assert obeyed(re.sub(r"\x1b\[[\d;]*m", "", text)) == []


@pytest.mark.parametrize("report", Report)
@settings(deadline=None, max_examples=80)
@given(pieces=hostile_items(), strict=st.booleans())
def test_no_report_is_obeyed(report: Report, pieces: Any, strict: bool) -> None:
    """A report may be written to /dev/stdout, or printed by another step."""
    sink = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        Run(Given(pieces), [REPORT_RENDERERS[report](sink, strict)], Screen()).over([])
    text = sink.getvalue()
    assert obeyed(text) == []
    if report is Report.JUNIT:
        ElementTree.fromstring(text)
    if report is Report.SARIF:
        json.loads(text)
    if report is Report.HTML:
        assert "<script>alert" not in text


@settings(deadline=None, max_examples=100)
@given(pieces=hostile_items())
def test_every_text_of_a_case_in_markdown_is_code(pieces: Any) -> None:
    """No formula of GitHub's, no link, no mention, no HTML: what stands outside of code is ours."""
    sink = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        Run(Given(pieces), [REPORT_RENDERERS[Report.MARKDOWN](sink, False)], Screen()).over([])
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", sink.getvalue())
    outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", outside)
    assert re.findall(r"[<$\[@]|alert|https?:", outside) == []
