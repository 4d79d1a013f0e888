"""Results as HTML for a notebook; `test_notebook_page` looks at them in a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import own_functions
import pytest
from results import SQUARE, kink, row, stopped, tensor

import derivcheck
from derivcheck import Results, Status
from derivcheck.model import Case
from derivcheck.reporting.presentation.checklist import as_text


class _Balanced(HTMLParser):
    """Checks that every element is closed, and keeps the names of all."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Open an element."""
        self.open.append(tag)
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        assert self.open.pop() == tag


def test_a_notebook_shows_typeset_formulas_and_loads_nothing() -> None:
    """A table, MathML, statuses in words; no script, no address, no picture."""
    results = Results([row(), row(Status.MISMATCH, reason="6 is not 5"), kink()])
    markup = results._repr_html_()
    parser = _Balanced()
    parser.feed(markup)
    assert [] == parser.open
    assert {"table", "math", "msup", "mfrac", "style"} <= parser.names
    assert not parser.names & {"script", "img", "link", "iframe"}
    assert not re.search(r"https?:|url\(|@import", markup)
    assert '<td class="status fail">✗ mismatch</td>' in markup
    assert "6 is not 5" in markup
    assert "prefers-color-scheme: dark" in markup
    assert {"text/plain": repr(results), "text/html": markup} == results._repr_mimebundle_()


def test_a_check_list_is_one_table() -> None:
    """As the terminal has it when printed; with its formula typeset in a notebook, and the mistake's name."""
    results = derivcheck.check_function(
        own_functions.SQ, "i**2", at={"i": 2}, only=["forward", "upstream", "arguments"]
    )
    assert isinstance(results, Results)
    assert as_text(results) == repr(results)
    assert "upstream     ✗ mismatch" in repr(results)
    markup = results._repr_html_()
    parser = _Balanced()
    parser.feed(markup)
    assert [] == parser.open
    assert 1 == markup.count("<table")
    assert "<msup><mi>i</mi><mn>2</mn></msup>" in markup
    assert '<td class="status fail">✗ mismatch</td>' in markup
    assert "diagnosis: ignores grad_output" in markup
    assert Status.MISMATCH is results.status
    assert (
        Status.MATCH
        is derivcheck.check_function(own_functions.SQ, "i**2", at={"i": 2}, only=["forward", "arguments"]).status
    )


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "x < y & z > w"])
def test_everything_is_escaped(evil: str) -> None:
    """An expression, a name, a reason or a formula never becomes markup."""
    case = Case(expr=evil, name=evil, at=({"x": evil},))
    for results in (
        derivcheck.check(evil, at={"x": evil}),
        Results([row(case=SQUARE, reason=evil, status=Status.MISMATCH), stopped(case)]),
    ):
        markup = results._repr_html_().replace("<style>", "", 1)
        parser = _Balanced()
        parser.feed(markup.partition("</style>")[2])
        assert not parser.names & {"script", "img"}
        assert evil not in markup


def test_a_tensor_is_a_row_with_the_elements_that_fail_below() -> None:
    """Five of them, however many there are, so that the notebook stays small."""
    results = Results([tensor([Status.MISMATCH] * 9_999 + [Status.CONVENTION], (100, 100)), tensor(upstream=2)])
    markup = results._repr_html_()
    parser = _Balanced()
    parser.feed(markup)
    assert [] == parser.open
    assert len(markup) < 8_000
    assert '</math> (100, 100)</td><td class="status fail">✗ 9,999 of 10,000 mismatch</td>' in markup
    assert '<tr class="note"><td>W[0, 1]</td><td class="status fail">✗ mismatch</td>' in markup
    for text in ("4.5e+15 ulp at [0, 0]", "also 1 convention", "… and 9,994 more", "with upstream gradient 2 of 3"):
        assert text in markup
    assert Status.MISMATCH is results.status
    assert results[0].elements is not None
    assert Status.CONVENTION is results[0].elements[99, 99].verdict.status
