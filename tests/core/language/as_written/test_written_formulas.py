"""Formulas as people write them: read as what they mean, or refused with both readings.

Covers also: choices, factors, items, joining, levels, terms, token_pieces, other_names.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import error_of, underlined

from derivcheck.errors import ParseError, TwoReadingsError
from derivcheck.language.parse import MOST_AS_WRITTEN, parse
from derivcheck.language.printing import to_text
from derivcheck.model.expression import Expression


def read(text: str, names: str = "x y") -> str:
    """The plain text that a formula was read as; the formula itself where it is plain."""
    tree = parse(text, names.split())
    return text if tree.as_read is None else tree.as_read.text


@pytest.mark.parametrize(
    ("text", "names", "plain"),
    [
        # Wikipedia, "Partial derivative": z = x² + xy + y²
        ("z = x² + xy + y²", "x y", "x**2 + x*y + y**2"),
        # "Normal distribution"
        ("1/(σ√(2π)) e^(-(x-μ)²/(2σ²))", "x mu sigma", "1/(sigma*sqrt(2*pi))*E**(-(x - mu)**2/(2*sigma**2))"),
        # "Quotient rule": e^x/x²
        ("eˣ/x²", "x", "E**x/x**2"),
        # "Product rule"
        ("f(x) = x² sin(x)", "x", "x**2*sin(x)"),
        # "Planck's law", without the constants' values
        ("2hν³/c² · 1/(e^(hν/(kT)) − 1)", "h ν c k T", "2*h*ν**3/c**2*1/(E**(h*ν/(k*T)) - 1)"),
        # "Lennard-Jones potential"
        ("4ε[(σ/r)^12 − (σ/r)^6]", "ε σ r", "4*ε*((σ/r)**12 - (σ/r)**6)"),
        # "Logistic function"
        ("L/(1 + e^{-k(x-x₀)})", "L k x x_0", "L/(1 + E**(-k*(x - x_0)))"),
        # "Law of cosines"
        ("√(a² + b² − 2ab cos γ)", "a b γ", "sqrt(a**2 + b**2 - 2*a*b*cos(γ))"),
        # "Shannon entropy"
        ("−p log₂ p − (1−p) log₂(1−p)", "p", "-p*log2(p) - (1 - p)*log2(1 - p)"),
        # "Pythagorean trigonometric identity"
        ("sin²θ + cos²θ", "theta", "sin(theta)**2 + cos(theta)**2"),
        # code: Mathematica, MATLAB, Julia, C++, JavaScript, Fortran, Rust, Haskell
        ("Exp[-x^2] Sin[2 Pi x]", "x", "exp(-x**2)*sin(2*pi*x)"),
        ("@(x, y) x.^2 .* exp(-y.^2)", "x y", "x**2*exp(-y**2)"),
        ("x -> 2x * exp.(-x)", "x", "2*x*exp(-x)"),
        ("std::pow(x, 2) + std::exp(-x)*M_PI", "x", "x**2 + exp(-x)*pi"),
        ("Math.sqrt(x) / Math.PI", "x", "sqrt(x)/pi"),
        ("1.0d0/(1.0d0 + DEXP(-x))", "x", "1.0e0/(1.0e0 + exp(-x))"),
        ("x > 0.0f ? x : expf(x) - 1.0f;", "x", "where(x > 0.0, x, exp(x) - 1.0)"),
        ("lambda x: x if x > 0 else 2x", "x", "where(x > 0, x, 2*x)"),
        ("def f(x):\n    y = x^2\n    return 2y", "x", "2*x**2"),
        ("self.scale * np.exp(-x)", "scale x", "scale*exp(-x)"),
        (r"\frac{1}{\sqrt{2\pi}} e^{-x^2/2}", "x", "1/sqrt(2*pi)*exp(-x**2/2)"),
        # the parts of the language, one by one
        ("2 sin(x)", "x", "2*sin(x)"),
        ("(x+1)(x-1)", "x", "(x + 1)*(x - 1)"),
        ("x(x+1)", "x", "x*(x + 1)"),
        ("xsin(x)", "x", "x*sin(x)"),
        ("sinx", "x", "sin(x)"),
        ("sin 2x cos x", "x", "sin(2*x)*cos(x)"),
        ("ln sin x", "x", "log(sin(x))"),
        ("sin^-1 x", "x", "asin(x)"),
        ("tan⁻¹(x/y)", "x y", "atan(x/y)"),
        ("cosh^3(x)", "x", "cosh(x)**3"),
        ("exp -x", "x", "exp(-x)"),
        ("|x - |y|| + 2|x||y|", "x y", "abs(x - abs(y)) + 2*abs(x)*abs(y)"),
        ("ln|x|/2", "x", "log(abs(x))/2"),
        ("x!/(x-2)!", "x", "factorial(x)/factorial(x - 2)"),
        ("½x² + ¾", "x", "1/2*x**2 + 3/4"),
        ("∛x + ∜y", "x y", "cbrt(x) + root(y, 4)"),
        ("x^{-1} y^{2}", "x y", "x**-1*y**2"),
        ("log_3(x) + log_{10} x", "x", "log(x, 3) + log10(x)"),
        ("log_b x", "b x", "log(x)/log(b)"),
        ("lg x + tg(x) + cosec(x)", "x", "log10(x) + tan(x) + csc(x)"),
        ("sin(30°)", "", "sin(30*pi/180)"),
        ("x·1{x>0}", "x", "x*1*where(x > 0, 1, 0)"),
        ("binom(x, 2)", "x", "factorial(x)/(factorial(2)*factorial(x - 2))"),
        ("ArcTan[x, y]", "x y", "atan2(y, x)"),
        ("λ²", "lambda", "lambda**2"),
        ("x ≤ 0 ∧ y ≥ 1 ? x : y", "x y", "where((x <= 0) & (y >= 1), x, y)"),
        ("x × y ÷ 2", "x y", "x*y/2"),
        ("cos\N{FUNCTION APPLICATION}(x)", "x", "cos(x)"),
        ("h = 2x; h² + h", "x", "h = 2*x; h**2 + h"),
    ],
)
def test_what_has_one_reading_is_read(text: str, names: str, plain: str) -> None:
    """As people write it; and the plain text is read as the same, by itself."""
    tree = parse(text, names.split())

    assert tree.as_read is not None
    assert plain == tree.as_read.text
    assert tree == parse(plain, names.split(), strict=True)


@pytest.mark.parametrize(
    ("text", "names", "first", "second"),
    [
        ("1/2x", "x", "1/(2*x)", "1/2*x"),
        ("x/2π", "x", "x/(2*pi)", "x/2*pi"),
        ("2/3(x+1)", "x", "2/(3*(x + 1))", "2/3*(x + 1)"),
        ("e^2x", "x", "E**(2*x)", "E**2*x"),
        ("e^ax", "a x", "E**(a*x)", "E**a*x"),
        ("x^2x", "x", "x**(2*x)", "x**2*x"),
        ("e^x(x+1)", "x", "E**(x*(x + 1))", "E**x*(x + 1)"),
        ("3x^1/2", "x", "3*x**(1/2)", "3*x**1/2"),
        ("sin 2x y", "x y", "sin(2*x*y)", "sin(2*x)*y"),
        ("sin x/2", "x", "sin(x/2)", "sin(x)/2"),
        ("log x * y", "x y", "log(x*y)", "log(x)*y"),
        ("sin (x+1)(x-1)", "x", "sin((x + 1)*(x - 1))", "sin(x + 1)*(x - 1)"),
        ("2^x!", "x", "2**factorial(x)", "factorial(2**x)"),
        ("2x!", "x", "2*factorial(x)", "factorial(2*x)"),
        ("√2x", "x", "sqrt(2*x)", "sqrt(2)*x"),
        ("√x²", "x", "sqrt(x**2)", "sqrt(x)**2"),
        ("y(x) + 1", "x y", "y*x + 1", "y + 1"),
        ("x² (x > 0)", "x", "x**2*where(x > 0, 1, 0)", "x**2"),
        ("abc", "a b ab c", "ab*c", "a*b*c"),
        ("sinx", "s i n x", "sin(x)", "s*i*n*x"),
    ],
)
def test_what_has_two_readings_is_refused_with_both(text: str, names: str, first: str, second: str) -> None:
    """Each is ready to paste: it is read as it stands."""
    error = error_of(text, names.split())

    assert isinstance(error, TwoReadingsError)
    assert f"write `{first}`, or `{second}`" == error.hint
    assert parse(first, names.split(), strict=True) != parse(second, names.split(), strict=True)


@pytest.mark.parametrize(
    ("text", "names", "message", "at", "hint"),
    [
        (
            "d/dx(x²) = 2x",
            "x",
            "this is a formula and a claim about its derivative",
            "=",
            'write (x²), and --claim "x: 2x"',
        ),
        ("x² + y² = 1", "x y", "`=` is no operator here", "=", None),
        ("log^-1 x", "x", "`log^-1` can be read in two ways", "log", "write 1/log(x), or exp(x)"),
        (
            "σ(x)",
            "x",
            "`σ` is no function here",
            "σ",
            "write sigmoid(x), or what else it is; or give the variable `σ` a value",
        ),
        ("2 foo", "x", "`foo` is neither a variable of the point nor a function", "foo", None),
        ("x^2 at x=1", "x", "`at` begins a remark", "at", "leave the remark out: a point is given by --at x=1"),
        ("||x||", "x", "`||` is a norm", "|", "write norm(x), or abs(x) of a number"),
        ("|x|y|x|", "x y", "which bars belong together is not clear", "|", "write abs(x)"),
        ("1½x", "x", "two numbers stand beside each other", "½", "write 1 + 1/2, or 1*1/2"),
        ("eˣ²", "x", "a power of a power is not clear here", "ˣ²", "write the power as x**(x**2)"),
        (
            "Math.round(2x)",
            "x",
            "`round` may be another function there",
            ".round",
            "write it without the library's name",
        ),
        ("2i x", "x", None, None, None),
        ("arcctg x", "x", "`arcctg` is no function here", "arcctg", None),
        ("sin^xy", "x y", "where the exponent ends and the argument begins is not clear", "y", "write sin(…)**(…)"),
        ("x'y", "x y", "`'` is not part of a formula", "'", "a transpose is written A.T; a derivative df/dx"),
    ],
)
def test_what_is_refused_says_what_to_write(
    text: str, names: str, message: str | None, at: str | None, hint: str | None
) -> None:
    """With the characters at fault."""
    error = error_of(text, names.split())

    assert message in {None, error.message}
    assert at in {None, underlined(error)}
    assert hint in {None, error.hint}


@pytest.mark.parametrize("text", ["gamma(x)", "beta (x)", "2x + gamma(x)"])
def test_a_variable_that_is_a_function_too_stays_an_error(text: str) -> None:
    """Nobody can tell whether it is a product."""
    with pytest.raises(ParseError, match="is a variable of the point, and a function"):
        parse(text, ["x", "gamma", "beta"])


def test_strict_refuses_what_is_not_plain() -> None:
    """Files that people keep are plain."""
    with pytest.raises(ParseError, match="an operator is missing"):
        parse("2x", ["x"], strict=True)


def test_the_errors_and_nodes_stand_in_the_text_as_it_was_typed() -> None:
    """The carets, and what explain points at."""
    text = "3x² + 2 sin x"
    tree = parse(text, ["x"])
    spans = [text[tree.span(at).start : tree.span(at).end] for at in range(len(tree))]

    assert ["3", "x", "²", "x²"] == spans[:4]
    assert "sin x" in spans
    assert text == spans[-1]
    assert "foo" == underlined(error_of("x² + foo(x)", ["x"]))


def test_a_long_text_is_plain_or_refused() -> None:
    """What is not plain is read up to a bound, in little time."""
    start = time.process_time()
    many = "2x + " * (MOST_AS_WRITTEN // 5 - 1)
    assert parse(f"{many}x", ["x"]).as_read is not None
    assert isinstance(error_of(f"{many * 2}x", ["x"]), ParseError)
    for deep in ("(" * 300 + "2x" + ")" * 300, "|" * 3000, "sin " * 3000 + "x", "x^" * 3000 + "2x", "x?" * 3000):
        error_of(deep, ["x"])
    assert time.process_time() - start < 3


_WORDS = [*"xy2½^()|!√ /*-+π=}[]?:,'°>₁;"]
_WORDS += ["x²", "sin", "ln", "e^", "**", "xy", "1{", "d/dx", "⁻¹", "log_2", "f(x)", "lambda", "np.", ".5"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=9).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is read has a plain text that is read as the same, and spans within the text."""
    try:
        tree = parse(text, ["x", "y"])
    except ParseError:
        return
    assert all(0 <= start <= end <= len(text) for start, end in tree.extents)
    if tree.as_read is not None:
        assert tree == parse(tree.as_read.text, ["x", "y"], strict=True)


# --- random formulas, plain and as people write them -----------------------------------------------------------------

_LEAVES = st.sampled_from(["x", "y", "2", "3", "pi"])
_FUNCTIONS = ("sin", "cos", "exp", "log", "sqrt", "abs")
_TREES: st.SearchStrategy[str] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} - {})".format, inner, inner),
        st.builds("{}*{}".format, inner, inner),
        st.builds("{}/({})".format, inner, inner),
        st.builds("({})**{}".format, inner, st.sampled_from("23")),
        st.builds("{}({})".format, st.sampled_from(_FUNCTIONS), inner),
    ),
    max_leaves=7,
)
_RAISED = {"2": "²", "3": "³"}


def _as_people_write(tree: Expression) -> str:
    """A tree with signs of products left out and with raised powers, as a textbook has it."""
    texts: list[str] = []
    for node in tree.nodes:
        args = [texts[at] for at in node.args]
        parts = [tree.nodes[at] for at in node.args]
        match node.name:
            case "add" | "sub":
                texts.append(f"({args[0]} {'+' if node.name == 'add' else '−'} {args[1]})")
            case "mul":
                texts.append(f"{args[0]} {args[1]}")
            case "div":
                texts.append(f"({args[0]})/({args[1]})")
            case "pow" if parts[1].name in _RAISED:
                texts.append(f"({args[0]}){_RAISED[parts[1].name]}")
            case "abs":
                texts.append(f"|{args[0]}|")
            case "pi":
                texts.append("π")
            case _:
                texts.append(f"{node.name}({args[0]})" if args else node.name)
    return texts[-1]


@settings(max_examples=150, deadline=None)
@given(_TREES)
def test_what_is_plain_is_read_as_it_is(text: str) -> None:
    """It has no other reading, and is the same tree without them."""
    tree = parse(text, ["x", "y"])

    assert tree.as_read is None
    assert tree == parse(text, ["x", "y"], strict=True)


def _flat(tree: Expression) -> str:
    """A tree's text without the brackets that only say in which order equal factors are multiplied."""
    return to_text(tree).replace("(", "").replace(")", "").replace(" ", "")


@settings(max_examples=200, deadline=None)
@given(_TREES)
def test_a_formula_as_people_write_it_is_read_as_the_same(text: str) -> None:
    """Or refused: where numbers stand beside each other, or bars, or where two readings are left."""
    tree = parse(text, ["x", "y"])
    written = _as_people_write(tree)
    try:
        found = parse(written, ["x", "y"])
    except TwoReadingsError:
        return
    except ParseError:
        assert any(sign in written for sign in "|23π")
        return
    assert _flat(tree) == _flat(found)
