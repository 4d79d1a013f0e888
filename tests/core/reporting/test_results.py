"""Results as a sequence, as text, and as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import own_functions
import pytest
from results import SQUARE, kink, row, stopped

import derivcheck
from derivcheck import Results, Status
from derivcheck.case_files import read_cases
from derivcheck.model import Case
from derivcheck.reporting.presentation.checklist import as_text
from derivcheck.reporting.presentation.mathml import derivative, typeset
from derivcheck.reporting.presentation.plain_text import report
from derivcheck.reporting.presentation.widths import fit, width
from derivcheck.reporting.serialization.deserialize import Reader
from derivcheck.reporting.serialization.serialize import line_data
from derivcheck_cli.render.block import block


def test_results_are_a_sequence_that_equals_a_list() -> None:
    """Index, slice, length, sum and equality are a list's; the status is the worst one's."""
    rows = [row(), row(Status.MISMATCH), row(Status.UNSTABLE)]
    results = Results(rows)
    assert rows == results
    assert results == rows
    assert rows != results[:2]
    assert (rows[1], 3, rows[-1]) == (results[1], len(results), results[-1])
    assert isinstance(results[1:], Results)
    assert [*rows, *rows] == results + results
    assert [*rows, *rows] == rows + results
    assert Status.MISMATCH is results.status
    assert Status.ERROR is Results().status


def test_the_text_is_the_terminal_s() -> None:
    """Printed, Results are the lines of the command line, without colour."""
    results = derivcheck.check("abs(x)", at=[{"x": 0}, {"x": "0.1"}])
    blocks = [results[:2], results[2:]]
    assert "\n\n".join("\n".join(line.plain for line in block(rows, width=100)) for rows in blocks) == repr(results)
    assert str(results) == repr(results)


def test_an_error_is_told_with_its_place_and_hint() -> None:
    """What stopped the case stands where its rows would."""
    assert "error: nothing can be done\n  hint: do something else" == report([stopped()])
    assert "2x\n" in repr(derivcheck.check("2x", at={"x": 1}))
    assert "did you mean" in derivcheck.check("2x", at={"x": 1})._repr_html_()


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


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("1/3", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>3</mn></mrow></mfrac>"),
        (
            "(x + 1)*2",
            "<mrow><mrow><mo>(</mo><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><mo>)</mo></mrow><mo>⋅</mo><mn>2</mn></mrow>",
        ),
        (
            "x - (y - 1)",
            "<mrow><mi>x</mi><mo>−</mo><mrow><mo>(</mo><mrow><mi>y</mi><mo>−</mo><mn>1</mn></mrow><mo>)</mo></mrow></mrow>",
        ),
        ("(-x)**2", "<msup><mrow><mo>(</mo><mrow><mo>−</mo><mi>x</mi></mrow><mo>)</mo></mrow><mn>2</mn></msup>"),
        ("lambda_1*mu", "<mrow><mi>lambda_1</mi><mo>⋅</mo><mi>μ</mi></mrow>"),
        ("sqrt(pi)", "<msqrt><mi>π</mi></msqrt>"),
        ("exp(-x)", "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>"),
        ("atan2(y, x)", "<mrow><mi>atan2</mi><mo>(</mo><mi>y</mi><mo>,</mo><mi>x</mi><mo>)</mo></mrow>"),
    ],
)
def test_formulas_are_typeset_as_they_are_meant(text: str, markup: str) -> None:
    """Brackets stand where the tree needs them."""
    assert f"<math>{markup}</math>" == typeset(text)


def test_what_is_long_or_unreadable_stays_as_it_is() -> None:
    """No reader follows two thousand terms; what cannot be parsed is still shown."""
    assert typeset("+".join(["x"] * 2000)).startswith("<code>x+x")
    assert "<code>2x &lt; 3</code>" == typeset("2x < 3")


def test_every_shipped_formula_is_well_formed(pytestconfig: pytest.Config) -> None:
    """Every expression and claim in expressions/ makes XML, each element with as many children as MathML asks."""
    children = {"msup": 2, "mfrac": 2}
    count = 0
    for file in sorted((pytestconfig.rootpath / "expressions").glob("*.toml")):
        for case in read_cases(str(file), allow_code=True):
            assert isinstance(case, Case)
            for text in (case.expr, *case.derivative.values()):
                for element in ET.fromstring(typeset(text, tuple(case.at[0]), case.functions)).iter():
                    assert children.get(element.tag, len(element)) == len(element)
                count += 1
    assert count > 100


def test_derivatives_in_leibniz_notation() -> None:
    """d where f has one variable, ∂ everywhere where it has several."""
    assert (
        "<math><mfrac><mrow><msup><mi>d</mi><mn>2</mn></msup><mi>f</mi></mrow><mrow><mi>d</mi><msup><mi>x</mi><mn>2</mn></msup></mrow></mfrac></math>"
        == derivative(("x", "x"))
    )
    assert "<mi>∂</mi><mi>x</mi><mi>∂</mi><mi>y</mi>" in derivative(("x", "y"))
    assert "<mi>∂</mi><mi>x</mi>" in derivative(("x",), ("x", "y"))
    results = derivcheck.check("u*v", at={"u": 1, "v": 2}, wrt=["u", "u,v"])
    assert 0 == results._repr_html_().count("<mi>d</mi>")


def test_greek_letters_are_typeset_as_such() -> None:
    """In formulas, in derivatives and at the point; a function of that name keeps it."""
    markup = derivcheck.check("mu*gamma(Omega)", at={"mu": 1, "Omega": 0.1})._repr_html_()
    assert "<mi>μ</mi><mo>⋅</mo><mrow><mi>gamma</mi><mo>(</mo><mi>Ω</mi>" in markup
    assert "<mi>∂</mi><mi>Ω</mi>" in markup
    assert "at μ = 1, Ω = 0.1" in markup
    assert "Ω = 0.1 → " in markup


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("d²f/dλ", 6), ("数学", 4), ("e\u0301", 1)])
def test_widths_are_those_of_a_terminal(text: str, columns: int) -> None:
    """Rich, which measures for the screen, counts the same columns."""
    from rich.cells import cell_len

    assert columns == width(text) == cell_len(text)


def test_what_does_not_fit_is_cut() -> None:
    """An ellipsis takes one column; half a wide character is a space."""
    assert "abc…" == fit("abcdef", 4)
    assert "数 …" == fit("数学数学", 4)
    assert "ab  " == fit("ab", 4, pad=True)


def test_a_point_at_infinity_keeps_its_header() -> None:
    """There is no number to check at, and it is still said what was asked; each point is a block of its own."""
    results = derivcheck.check("x**2*y", at=[{"x": "inf", "y": 1}, {"x": "-inf", "y": 2}])
    assert [
        "f(x, y) = x**2*y   at x = inf, y = 1",
        "f(x, y) = x**2*y   at x = -inf, y = 2",
    ] == [line for line in repr(results).splitlines() if line.startswith("f")]
    assert "at x = inf, y = 1" in results._repr_html_()
    (read, _) = [Reader().read(line_data(row)) for row in results]
    assert read.typed == {"x": "inf", "y": "1"}
    assert read.point is None
