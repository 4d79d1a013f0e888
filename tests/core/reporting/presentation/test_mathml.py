"""Formulas in MathML."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

import derivcheck
from derivcheck.case_files import read_cases
from derivcheck.language.parse import parse
from derivcheck.model import Case
from derivcheck.model.expression import Node, NodeKind
from derivcheck.reporting.presentation.mathml import derivative, typeset


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


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("X @ y", '<mrow><mi>X</mi><mspace width="0.2em"/><mi>y</mi></mrow>'),
        (
            "(X + y).T @ y",
            "<mrow><msup><mrow><mo>(</mo><mrow><mi>X</mi><mo>+</mo><mi>y</mi></mrow><mo>)</mo></mrow><mo>⊤</mo></msup>"
            '<mspace width="0.2em"/><mi>y</mi></mrow>',
        ),
        ("inv(X)", "<msup><mi>X</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>"),
        (
            "X[1:, None, t]",
            "<mrow><mi>X</mi><mrow><mo>[</mo><mi>1:</mi><mo>,</mo><mi>None</mi><mo>,</mo><mi>t</mi><mo>]</mo></mrow></mrow>",
        ),
        ("[X, y]", "<mrow><mo>[</mo><mi>X</mi><mo>,</mo><mi>y</mi><mo>]</mo></mrow>"),
        ("X, y", "<mrow><mo>(</mo><mi>X</mi><mo>,</mo><mi>y</mi><mo>)</mo></mrow>"),
        ("X.sum()", "<mrow><mi>sum</mi><mo>(</mo><mi>X</mi><mo>)</mo></mrow>"),
        (
            "torch.flatten(X, 1)",
            "<mrow><mi>flatten</mi><mo>(</mo><mi>X</mi><mo>,</mo><mi>start_dim</mi><mo>=</mo><mi>1</mi><mo>)</mo></mrow>",
        ),
    ],
)
def test_functions_of_shapes(text: str, markup: str) -> None:
    """Matrices as mathematics writes them, and only those options that are no defaults."""
    assert f"<math>{markup}</math>" == typeset(text)


def test_what_is_used_again_and_again_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred doublings of one value are shown as source text; so is what consists of statements."""
    doubled = (Node(NodeKind.CALL, "add", (at, at)) for at in range(100))
    tree = replace(parse("x"), nodes=(Node(NodeKind.VARIABLE, "x"), *doubled))
    monkeypatch.setattr("derivcheck.reporting.presentation.mathml.parse", lambda *_, **__: tree)
    assert "<code>f</code>" == typeset("f")
    assert "<code>h = x + 1; h*h</code>" == typeset("h = x + 1; h*h")
