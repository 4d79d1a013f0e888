"""The parser: Python's arithmetic and SymPy's printing in, an Expression or a ParseError out."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Collection
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import ParseError
from derivcheck.graph.folding import rational_value
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.table import FUNCTIONS, Function, Sort
from derivcheck.model.expression import Expression, NodeKind

X, Y = sympy.symbols("x y", real=True)

SYMPY_FAILURES = (ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError)
"""What SymPy raises of its own where it can neither build nor evaluate a random expression."""


def error_of(text: str, variables: list[str] | None = None) -> ParseError:
    """Return the error that parsing the text raises."""
    with pytest.raises(ParseError) as caught:
        parse(text, variables)
    return caught.value


def underlined(error: ParseError) -> str:
    """The characters that stand above the carets."""
    line, carets = error.caret().split("\n")
    return "".join(char for char, mark in zip(line, carets, strict=False) if mark == "^")


# --- nothing but an Expression or a ParseError -----------------------------------------------------------------------

_WORDS = """x y beta E I e nan pi sin Max log where Piecewise polygamma leaky_relu Rational Integer ITE And Not
and or not if lambda True False negative_slope min ( ) ( ) , = == < <= > >= != + - * / // % ** ^ & | ~ && || := <> .
[ ] ! ' \\ ; : \x00 \ud800 ² − 0 1 2 0.5 1e3 9999 0x1.8p3 1e-2000 (x>0) (x,x>0)"""
_PIECES = re.split(r"[ \n]", _WORDS)


def attempt(text: str, variables: Collection[str] | None = None) -> Expression | ParseError:
    """Return what the text parses to, or the error that parsing raises."""
    try:
        return parse(text, variables)
    except ParseError as error:
        return error


def is_too_large(answer: Expression | ParseError) -> bool:
    """Whether a random text was refused for a number beyond the bounds, which is all that may happen to it."""
    return isinstance(answer, ParseError) and bool(re.search("exponent is larger|too large", answer.message))


def _is_answered(text: str, variables: list[str] | None) -> None:
    start = time.process_time()
    answer = attempt(text, variables)
    assert time.process_time() - start < 1.0
    if isinstance(answer, ParseError):
        assert "^" in answer.render()
        assert 0 <= answer.span.start <= answer.span.end <= len(text)
    else:
        assert answer.nodes
        assert all(arg < position for position, node in enumerate(answer) for arg in node.args)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from([None, ["x"]]))
def test_any_text_is_answered(text: str, variables: list[str] | None) -> None:
    """Random characters of all of Unicode give an Expression or a ParseError with a caret, in no time."""
    _is_answered(text, variables)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join), st.sampled_from([None, ["x"], ["x", "beta"]]))
def test_any_sequence_of_tokens_is_answered(text: str, variables: list[str] | None) -> None:
    """Random tokens of the language, of Python and of neither give an Expression or a ParseError."""
    _is_answered(text, variables)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(FUNCTIONS), st.lists(st.sampled_from(["x", "2", "x > 0", "x = 1", "min=1", ""]), max_size=5))
def test_any_call_is_answered(row: Function, arguments: list[str]) -> None:
    """Every function with any number of arguments of any sort, by name or not, is an Expression or a ParseError."""
    _is_answered(f"{row.name}({', '.join(arguments)})", None)


# --- Python's arithmetic ---------------------------------------------------------------------------------------------

_PYTHON = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "pow",
    ast.USub: "neg",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.And: "and",
    ast.Or: "or",
    ast.Invert: "not",
    ast.Not: "not",
}


def _as_python_reads(node: ast.expr) -> str:
    """Python's own syntax tree, fully bracketed."""
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _as_python_reads(operand)
        case ast.UnaryOp(op=op, operand=operand):
            return f"{_PYTHON[type(op)]}({_as_python_reads(operand)})"
        case ast.BinOp(left=left, op=op, right=right):
            return f"{_PYTHON[type(op)]}({_as_python_reads(left)}, {_as_python_reads(right)})"
        case ast.BoolOp(op=op, values=[first, *others]):
            whole = _as_python_reads(first)
            for other in others:
                whole = f"{_PYTHON[type(op)]}({whole}, {_as_python_reads(other)})"
            return whole
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [_as_python_reads(each) for each in (left, *comparators)]
            links = [f"{_PYTHON[type(op)]}({operands[i]}, {operands[i + 1]})" for i, op in enumerate(ops)]
            whole = links[0]
            for link in links[1:]:
                whole = f"and({whole}, {link})"
            return whole
        case ast.Call(func=ast.Name(id=name), args=args):
            return f"{name}({', '.join(_as_python_reads(arg) for arg in args)})"
    raise AssertionError(ast.dump(node))


def _as_we_read(tree: Expression) -> str:
    """Our tree, fully bracketed."""
    written: list[str] = []
    for node in tree:
        args = ", ".join(written[arg] for arg in node.args)
        written.append(f"{node.name}({args})" if node.kind is NodeKind.CALL else node.name)
    return written[-1]


def _arithmetic(leaves: st.SearchStrategy[str], operators: list[str]) -> st.SearchStrategy[str]:
    """Texts of arithmetic with and without brackets and blanks."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("{}{}{}".format, inner, st.sampled_from(operators), inner),
            st.builds("{}{}".format, st.sampled_from(["-", "+", "- "]), inner),
            st.builds("({})".format, inner),
        ),
        max_leaves=10,
    )


_NUMBERS = _arithmetic(st.sampled_from("xyz123"), ["+", " - ", "*", "/", "//", "%", "**", " ** ", " + "])
_CONDITIONS = st.recursive(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["x", "-y", "x+1", "2*x"]),
        st.sampled_from([" < ", "<=", " > ", ">=", "==", " != ", " < y < ", " > 0 <= ", "== z !="]),
        st.sampled_from(["x", "-2", "y**2", "x-1"]),
    ),
    lambda inner: st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from("&|"), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("~({})".format, inner),
        st.builds("({})".format, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=250, deadline=None)
@given(_NUMBERS)
def test_arithmetic_is_pythons(text: str) -> None:
    """Random arithmetic groups as it does in Python, `-x**-y**2` and `x//y%z` included."""
    tree = attempt(text)

    expected = _as_python_reads(ast.parse(text.strip(), mode="eval").body)

    assert is_too_large(tree) or (isinstance(tree, Expression) and expected == _as_we_read(tree))


@settings(max_examples=250, deadline=None)
@given(_CONDITIONS)
def test_conditions_are_pythons(text: str) -> None:
    """Random conditions group as they do in Python, chained comparisons included."""
    whole = f"where({text}, x, y)"

    assert _as_python_reads(ast.parse(whole, mode="eval").body) == _as_we_read(parse(whole))


@settings(max_examples=150, deadline=None)
@given(_arithmetic(st.sampled_from(["1", "2", "3", "7"]), ["+", "-", "*", "/"]))
def test_values_are_pythons(text: str) -> None:
    """Random arithmetic on numbers has the value that Python's Fractions give it."""
    exact = re.sub(r"(\d)", r"Fraction(\1)", text)
    try:
        expected = eval(exact, {"Fraction": Fraction})
    except ZeroDivisionError:
        expected = None

    assert expected == rational_value(parse(text))


@settings(max_examples=150, deadline=None)
@given(_NUMBERS)
def test_caret_is_power(text: str) -> None:
    """`^` may stand wherever `**` does, and means the same."""
    tree = attempt(text)
    assume(isinstance(tree, Expression))

    assert tree == parse(text.replace("**", "^"))


# --- names and numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["beta", "gamma", "E", "S", "e", "I", "pi", "sin", "nan", "N", "Q", "zeta", "lambda_"])
def test_given_names_are_variables(name: str) -> None:
    """A name to which the point gives a value is a variable, whatever it means elsewhere."""
    tree = parse(f"2*{name}", [name])

    assert (name,) == tree.variables
    assert NodeKind.VARIABLE is tree.nodes[1].kind


@pytest.mark.parametrize(("name", "constant"), [("E", "E"), ("e", "E"), ("pi", "pi"), ("I", "I"), ("nan", "nan")])
def test_other_names_are_constants(name: str, constant: str) -> None:
    """A name without a value is a constant where there is one of that name."""
    tree = parse(f"2*{name}", ["x"])

    assert (NodeKind.CONSTANT, constant) == (tree.nodes[1].kind, tree.nodes[1].name)


def test_name_before_a_bracket_is_a_function() -> None:
    """Without a value, or with several arguments, which no product has, a name that a bracket follows is a function."""
    assert "gamma(g) + beta(beta, 2)" == to_text(parse("gamma(g) + beta(beta, 2)", ["g", "beta"]))
    assert "gamma(x)" == to_text(parse("gamma(x)"))


@pytest.mark.parametrize(
    ("text", "product", "function"),
    [
        ("exp(-gamma(t-t0))", "exp(-gamma*(t-t0))", "leave `gamma` out of the point"),
        ("2*beta(x) + 1", "2*beta*(x) + 1", "leave `beta` out of the point"),
        ("zeta (x)", "zeta* (x)", "leave `zeta` out of the point"),
        ("erf(erf(x))", "erf*(erf*(x))", "leave `erf` out of the point"),
        ("gamma(gamma)", "gamma*(gamma)", "call the variable `gamma_`: `gamma(gamma_)`"),
        ("beta(x)*beta(beta, 2)", "beta*(x)*beta(beta, 2)", "call the variable `beta_`: `beta(x)*beta(beta_, 2)`"),
        ("softplus(x, beta=2) + beta(x)", "softplus(x, beta=2) + beta*(x)", "leave `beta` out of the point"),
        ("1/gamma(x)", "1/(gamma*(x))", "leave `gamma` out of the point"),
        ("x % erf(x)", "x % (erf*(x))", "leave `erf` out of the point"),
    ],
)
def test_a_variable_that_is_called_is_an_error_with_both_readings(text: str, product: str, function: str) -> None:
    """gamma(t) may be a product whose sign was forgotten, or Euler's function: nobody can tell, so both are shown."""
    error = error_of(text, ["x", "t", "t0", "gamma", "beta", "zeta", "erf"])

    assert re.fullmatch(r"`\w+` is a variable of the point, and a function", error.message)
    assert f"for the product write `{product}`; for the function {function}" == error.hint


def test_a_long_text_is_not_repeated_in_a_hint() -> None:
    """Of an expression that fills a screen only the call is shown."""
    error = error_of("gamma(x)" + " + gamma + x" * 40, ["x", "gamma"])

    assert "for the product write `gamma*(…)`; for the function call the variable `gamma_`" == error.hint


@pytest.mark.parametrize("name", ["α", "λ", "θ_1", "ñ", "变量", "x_1", "_", "Ω", "π"])
def test_unicode_names_are_variables(name: str) -> None:
    """Greek and other Unicode identifiers are variables."""
    assert (name,) == parse(f"{name}**2 + 1", [name]).variables


def test_normalized_names_are_the_same() -> None:
    """The micro sign and the Greek letter name one variable, as in Python."""
    assert ("μ",) == parse("\N{MICRO SIGN} + \N{GREEK SMALL LETTER MU}").variables


def test_variables_in_order_of_appearance() -> None:
    """Variables are listed in the order in which the text has them, also where the tree has another."""
    assert ("x", "c", "a", "b") == parse("Piecewise((x, c > 0), (a, b > 0))").variables


@pytest.mark.parametrize(
    ("literal", "value"),
    [("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), ("0x1.8p3", Fraction(12)), ("1_0.5", Fraction(21, 2))],
)
def test_literals_are_exact(literal: str, value: Fraction) -> None:
    """The number in the tree is the one that is written, not the float next to it."""
    assert value == parse(literal).nodes[0].value


def test_every_alias_reads_as_its_row() -> None:
    """Each function may be called by each of its names."""
    for row in FUNCTIONS:
        arguments = ", ".join("x > 1" if row.sort_of(i) is Sort.BOOL else "2" for i in range(len(row.params)))
        for name in {row.name, *row.aliases} - {"and", "or", "not"}:
            whole = f"where({name}({arguments}), 1, 2)" if row.result is Sort.BOOL else f"{name}({arguments})"
            assert row.name in {node.name for node in parse(whole)}, name


# --- the tree --------------------------------------------------------------------------------------------------------


def _is_laid_out(tree: Expression) -> None:
    """Fail unless the nodes stand in postorder, each within the characters of the one it is an argument of."""
    operands: list[int] = []
    for position, node in enumerate(tree):
        first = len(operands) - len(node.args)
        assert tuple(operands[first:]) == node.args
        del operands[first:]
        operands.append(position)
        span = tree.span(position)
        for inner in map(tree.span, node.args):
            assert span.start <= inner.start <= inner.end <= span.end
    assert [tree.root] == operands


@settings(max_examples=150, deadline=None)
@given(st.one_of(_NUMBERS, _CONDITIONS.map("where({}, x, y)".format)))
def test_trees_are_laid_out_in_postorder(text: str) -> None:
    """The arguments of a node stand before it, side by side, and so do their characters within its own."""
    tree = attempt(text)

    assert is_too_large(tree) or isinstance(tree, Expression)
    if isinstance(tree, Expression):
        _is_laid_out(tree)


@pytest.mark.parametrize(
    "text",
    [
        "1 + Piecewise((x, x > 0), (y, 0 < y < x), (2*x, True))/2",
        "Piecewise((x, x > 0), (Piecewise((x, y > 0)), y > -1))",
        "where(ITE(x > 0, y > 0, 0 < x < y < 1), x, 2) + Max(x, y, 1, 2*x)",
        "clamp(x + 1, max=2*y, min=Rational(1, 3)) - hardtanh(x, max_val=2) + Integer(3)",
        "log(base=3, x=x) + leaky_relu(-(x), 0.1) + (+y)",
    ],
)
def test_what_is_read_in_another_order_is_laid_out(text: str) -> None:
    """What a text has in another order than its tree stands in the tree's; what is used twice stands there twice."""
    _is_laid_out(parse(text))


def test_spans_of_nodes() -> None:
    """A node's span is what it is written as, without brackets around it; a call's includes its name and bracket."""
    tree = parse("-(x + 1)*sin( y ) + elu(x, alpha=2)")

    spans = [tree.span(position) for position in range(len(tree))]

    expected = [
        "x",
        "1",
        "x + 1",
        "-(x + 1)",
        "y",
        "sin( y )",
        "-(x + 1)*sin( y )",
        "x",
        "2",
        "elu(x, alpha=2)",
        str(tree),
    ]
    assert expected == [str(tree)[span.start : span.end] for span in spans]


# --- conditionals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Piecewise((x, x > 0), (y, True))", "where(x > 0, x, y)"),
        ("Piecewise((x, x > 0))", "where(x > 0, x, nan)"),
        ("Piecewise((x, x > 0), (y, x > -1), (1, true))", "where(x > 0, x, where(x > -1, y, 1))"),
        ("Piecewise(((x), (x > 0)), ((y + 1)*2, True))", "where(x > 0, x, (y + 1)*2)"),
        ("ITE(x > 0, x, y)", "where(x > 0, x, y)"),
        ("where(0 < x < 1, x, y)", "where((0 < x) & (x < 1), x, y)"),
        ("where(x < y == 1, x, y)", "where(And(x < y, Eq(y, 1)), x, y)"),
        ("where(not x > 0 and y > 0 or x > 1, x, y)", "where(Or(And(Not(x > 0), y > 0), x > 1), x, y)"),
        ("where(~(x > 0) & (y > 0) | (x > 1), x, y)", "where(Or(And(Not(x > 0), y > 0), x > 1), x, y)"),
        ("where(And(x > 0, x < 1, Ne(x, y)), x, y)", "where((x > 0) & (x < 1) & (x != y), x, y)"),
        (
            "where(ITE(x > 0, y > 0, y < 0), x, y)",
            "where(((x > 0) & (y > 0)) | (~(x > 0) & (y < 0)), x, y)",
        ),
    ],
)
def test_conditionals(text: str, same: str) -> None:
    """Every spelling of a case distinction gives the same tree."""
    assert parse(same) == parse(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("leaky_relu(x, negative_slope=0.2)", "leaky_relu(x, 0.2)"),
        ("clamp(x, max=1, min=0)", "clamp(x, 0, 1)"),
        ("hardtanh(x, max_val=2)", "hardtanh(x, -1, 2)"),
        ("log(x=2, base=3)", "log(2, 3)"),
        ("Rational(1, 3) + Integer(2)", "1/3 + 2"),
    ],
)
def test_keyword_arguments(text: str, same: str) -> None:
    """Arguments may be given by name; what is left out between them has its default."""
    assert parse(same) == parse(text)


# --- SymPy's printing ------------------------------------------------------------------------------------------------


def _sympy_rows() -> list[tuple[Any, Function]]:
    rows = []
    for row in FUNCTIONS:
        head = getattr(sympy, (row.sympy or row.name).rpartition(".")[2], None)
        if isinstance(head, type) and issubclass(head, sympy.Function) and row.params and not row.variadic:
            rows.append((head, row))
    return rows


@pytest.mark.parametrize(("head", "row"), _sympy_rows(), ids=lambda each: getattr(each, "name", None))
def test_sympy_function_reads_back(head: Any, row: Function) -> None:
    """What SymPy prints of a supported function is that function, but for sinc and frac, which are torch's."""
    order = len(row.constant_params)
    made = head(*([sympy.Integer(3)] * order + [X, Y])[: len(row.params)], evaluate=False)
    read = table.function(str(made).partition("(")[0])

    assert read is not None
    assert {"x", "y"} >= set(parse(str(made)).variables)
    assert row is read or head in {sympy.sinc, sympy.frac}


@pytest.mark.parametrize(
    "made",
    [
        sympy.Rational(1, 3) * X,
        sympy.Float("0.1") * X - sympy.Float("1e-30"),
        -(X**2) / 2 - sympy.sqrt(X) / (X + 3) ** sympy.Rational(2, 3),
        sympy.exp(-X) * sympy.E,
        sympy.Piecewise((X, sympy.And(X > 0, X < 1)), (X**2, sympy.Ne(X, 3)), (0, True)),
        sympy.Piecewise((1, sympy.Or(X < 0, sympy.Eq(X, 5))), (sympy.sin(X), True)),
        sympy.Piecewise((X, sympy.Not(sympy.And(X > 0, Y > 0), evaluate=False)), (Y, True)),
        sympy.Max(X, Y, sympy.Rational(1, 5)) + sympy.Min(X, 2),
        sympy.Heaviside(X) + sympy.Heaviside(Y, 1),
        sympy.polygamma(2, X) + sympy.loggamma(X) + sympy.digamma(X),
        sympy.EulerGamma * X + sympy.pi,
        sympy.Mod(X, 2) + sympy.ceiling(X) - sympy.floor(Y),
        sympy.Abs(Y) * sympy.sign(X) + sympy.atan2(Y, X),
        sympy.besselj(0, X) + sympy.expint(2, X) + sympy.Ei(X) + sympy.LambertW(X),
        sympy.uppergamma(2, X) + sympy.lowergamma(X, 2) + sympy.beta(X, 2),
    ],
    ids=str,
)
def test_sympy_printing_has_the_same_value(made: Any) -> None:
    """What `str` prints of a SymPy expression has the value that SymPy gives it."""
    assert _agrees(made) is True


_UNARY = [
    *(
        sympy.sin,
        sympy.cos,
        sympy.tan,
        sympy.exp,
        sympy.log,
        sympy.Abs,
        sympy.sqrt,
        sympy.atan,
        sympy.asinh,
        sympy.tanh,
    ),
    *(
        sympy.erf,
        sympy.erfc,
        sympy.gamma,
        sympy.loggamma,
        sympy.sign,
        sympy.floor,
        sympy.ceiling,
        sympy.sec,
        sympy.coth,
    ),
    *(sympy.Si, sympy.Heaviside, sympy.asin, sympy.acosh, sympy.airyai, sympy.factorial, sympy.fresnels),
]
_SYMPY = st.recursive(
    st.sampled_from([X, Y, sympy.pi, sympy.E, sympy.Integer(2), sympy.Rational(-3, 7), sympy.Float("0.1")]),
    lambda inner: st.one_of(
        st.builds(lambda head, u: head(u), st.sampled_from(_UNARY), inner),
        st.builds(lambda u, v: u + v, inner, inner),
        st.builds(lambda u, v: u * v, inner, inner),
        st.builds(lambda u, v: u - 2 * v, inner, inner),
        st.builds(lambda u, n: u**n, inner, st.sampled_from([-2, -1, 2, sympy.Rational(1, 2), sympy.Rational(-1, 3)])),
        st.builds(lambda u, v: sympy.Max(u, v, X), inner, inner),
        st.builds(lambda u, v: sympy.Piecewise((u, u < v), (v, sympy.Ne(u, Y)), (X, True)), inner, inner),
    ),
    max_leaves=5,
)


# The same expressions every time: on a random one SymPy itself may run for minutes.
@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_random_sympy_expressions_read_back(data: st.DataObject) -> None:
    """Random SymPy expressions, printed and read, have SymPy's value."""
    try:
        made = data.draw(_SYMPY)
    except SYMPY_FAILURES:
        assume(False)
    assume(made.free_symbols and not made.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I, sympy.re, sympy.im, sympy.arg))
    agrees = _agrees(made)
    assume(agrees is not None)

    assert agrees, str(made)


def _agrees(made: Any) -> bool | None:
    """Whether SymPy's number is in the enclosure of the text it prints, at x = 7/10, y = -3/5; None without both."""
    tree = parse(str(made), ["x", "y"])
    with precision(200):
        ball = compile_balls(tree).run({"x": arb(7) / 10, "y": arb(-3) / 5})
    try:
        value = sympy.N(made.subs({X: sympy.Rational(7, 10), Y: sympy.Rational(-3, 5)}), 40)
    except SYMPY_FAILURES:
        return None
    if not isinstance(ball, arb) or not ball.rad() < 1e-40 or not (value.is_real and value.is_finite):
        return None
    return bool(abs(ball - arb(str(value))) < arb("1e-12") * (1 + abs(ball)))


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        ("3 + 2x", "an operator is missing between `2` and `x`", "2x", "did you mean `2*x`?"),
        ("2 sin(x)", "an operator is missing between `2` and `sin`", "2 sin", "did you mean `2*sin(…)`?"),
        ("sin^2(x)", "an operator is missing between `2` and `(`", "2(", "did you mean `sin(…)**2`?"),
        ("(x)(y)", "an operator is missing between `)` and `(`", ")(", "did you mean `)*(`?"),
        ("1 2", "an operator is missing between `1` and `2`", "1 2", "did you mean `1*2`?"),
        ("2j*x", "an operator is missing between `2` and `j`", "2j", "complex numbers are not part of the language"),
        ("1 + sin x", "`sin` is a function", "sin", "did you mean `sin(x)`?"),
        ("tnah(x)", "no function is called `tnah`", "tnah", "did you mean `tanh`?"),
        ("SIN(x)", "no function is called `SIN`", "SIN", "did you mean `sin`?"),
        ("qqq(x)", "no function is called `qqq`", "qqq", "`derivcheck functions` lists what there is"),
        ("f(x) = x**2", "no function is called `f`", "f", "leave out `f(x) =`: write the right side only"),
        (
            "__import__('os').system('x')",
            "no function is called `__import__`",
            "__import__",
            "`derivcheck functions` lists what there is",
        ),
        ("lambda x: x", "`lambda` is not part of the expression language", "lambda", "write the function's body only"),
        (
            "x if x > 0 else 1",
            "`if` is not part of the expression language",
            "if",
            "conditions are written where(condition, a, b)",
        ),
        (
            "np.sin(x)",
            "`.` is not part of the expression language",
            ".",
            "attributes are not part of the language; write functions without `torch.` or `np.` before them",
        ),
        ("x[0]", "`[` is not part of the expression language", "[", "only round brackets group"),
        ("x + 'a'", "`'` is not part of the expression language", "'", "strings are not part of the language"),
        (
            "x\x00",
            "U+0000 is not part of the expression language",
            "\N{REPLACEMENT CHARACTER}",
            "the text holds a NUL byte: is it the right file?",
        ),
        ("\ud800", "U+D800 is not part of the expression language", "\N{REPLACEMENT CHARACTER}", None),
        (
            "x = 2",
            "`=` is no operator here",
            "=",
            "an equation has no derivative: write one side of it; a point is given by --at x=2",
        ),
        ("where(x = 2, 1, 0)", "`=` is no comparison", "x", "did you mean `x == …`?"),
        ("where((x = 2), 1, 0)", "`=` is no operator here", "=", "did you mean `==`?"),
        ("|x|", "an operand is missing before `|`", "|", "did you mean `abs(…)`?"),
        (
            "x!",
            "`!` is not part of the expression language",
            "!",
            "write factorial(x); `not equal` is !=",
        ),
        (
            "0,5*x",
            "a comma separates the arguments of a function, and nothing else",
            ",",
            "decimals are written with a point: 0.5",
        ),
        ("x − 1", "`−` is not part of the expression language", "−", "did you mean `-`?"),
        ("1 + (x*2", "a bracket is opened and never closed", "(", None),
        ("x + 1)", "a bracket is closed that was never opened", ")", None),
        ("x + ", "the expression ends where an operand is due", "", None),
        ("x +* 2", "an operand is missing before `*`", "*", None),
        ("sin()", "`sin` takes 1 argument, not 0", "sin", "sin(x)"),
        ("1 + atan2(x)", "`atan2` takes 2 arguments, not 1", "atan2", "atan2(y, x)"),
        ("log(x, 2, 3)", "`log` takes 1 to 2 arguments, not 3", "log", "log(x, base=E)"),
        ("Max(x)", "`Max` takes at least 2 arguments, not 1", "Max", "Max(x, y, ...)"),
        (
            "leaky_relu(x, slope=0.2)",
            "`leaky_relu` has no argument `slope`",
            "slope",
            "leaky_relu(x, negative_slope=0.01)",
        ),
        ("elu(alpha=1)", "`elu` lacks the argument `x`", "elu", "elu(x, alpha=1)"),
        ("elu(x, 2, alpha=1)", "`elu` takes 1 to 2 arguments, not 3", "elu", "elu(x, alpha=1)"),
        ("elu(x, x=1)", "`x` is given twice", "1", None),
        ("elu(alpha=1, 2)", "an argument without a name follows one with a name", "2", None),
        ("Max(x=1, y=2)", "the arguments of `Max` have no names", "x", "did you mean `==`?"),
        ("Rational(1, q=2)", "the arguments of `Rational` have no names", "q", "did you mean `==`?"),
        (
            "x > 0",
            "the expression must be a number, not a condition",
            "x > 0",
            "a condition becomes a number by where(condition, 1, 0)",
        ),
        (
            "where(x > 0 & y > 0, 1, 0)",
            "an operand of `&` must be a condition, not a number",
            "0",
            "put each comparison in brackets: (x > 0) & (y < 1)",
        ),
        (
            "where(x, 1, 0)",
            "an argument of `where` must be a condition, not a number",
            "x",
            "a condition compares: x > 0",
        ),
        (
            "where((x > 0) & not y > 0 | z > 0, 1, 0)",
            "`not` must be in brackets here",
            "not",
            "write (not …)",
        ),
        ("Piecewise(x, 1)", "Piecewise takes branches: Piecewise((value, condition), …)", "Piecewise(x, 1)", None),
        ("Piecewise((x, x > 0, 1))", "a branch of Piecewise is (value, condition)", "(x, x > 0, 1)", None),
        ("", "there is no expression", "", "for example: x**2 + 2*x + 1"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) and value.isprintable() else "",
)
def test_errors_say_what_where_and_what_to_do(text: str, message: str, at: str, hint: str | None) -> None:
    """Each mistake has a sentence, carets under the very characters, and a hint where one is known."""
    error = error_of(text)

    assert message == error.message
    assert at == underlined(error)
    assert hint == error.hint


def test_rendered_error() -> None:
    """The whole message: the sentence, the line, the carets in their columns, the hint."""
    expected = """\
an operator is missing between `2` and `x`
    sin(x) + 2x
             ^^
  hint: did you mean `2*x`?"""

    assert expected == error_of("sin(x) + 2x").render()


def test_caret_stands_on_its_line() -> None:
    """Of a text of several lines the one at fault is shown, with the caret in its column."""
    assert "  + 2y\n    ^^" == error_of("x**2\n  + 2y\n  + 1").caret()


def test_caret_of_a_long_line() -> None:
    """Of a long line only what is around the fault is shown."""
    line, carets = error_of("x + " * 1000 + "2y" + " + x" * 1000).caret().split("\n")

    assert len(line) < 110
    assert "2y" == line[carets.index("^") : carets.rindex("^") + 1]


def test_missing_variables_are_listed_at_once() -> None:
    """All names that the point lacks are in one message, in order, and in the hint."""
    error = error_of("z*x + y*z", ["x"])

    assert "the point has no value for `z`, `y`" == error.message
    assert "--at z=…,y=… (`at` in a file)" == error.hint
    assert "z" == underlined(error)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sinx", "did you mean `sin(x)`?"),
        ("xy", "did you mean `x*y`?"),
        ("X", "did you mean `x`?"),
        ("π", "did you mean `pi`?"),
        ("oo", "`oo` is no number to compute with"),
        ("sin", "`sin` is a function: write `sin(…)`"),
    ],
)
def test_missing_variables_have_a_hint(text: str, hint: str) -> None:
    """A name that is nearly something else says so."""
    joined = " Or" if hint.endswith("?") else ", or"

    assert f"{hint}{joined} give it a value: --at {text}=… (`at` in a file)" == error_of(text, ["x", "y"]).hint


@pytest.mark.parametrize(
    ("text", "given", "meant"),
    [("exp(-gama*x)", "gamma", "gamma"), ("x*theta0", "theta_0", "theta_0"), ("gamma*x", "gama", "gama")],
)
def test_a_name_without_a_value_is_held_against_the_unused_ones(text: str, given: str, meant: str) -> None:
    """Where the point gives a name that the expression does not use, one of two similar names may be mistyped."""
    assert str(error_of(text, ["x", given]).hint).startswith(f"did you mean `{meant}`? Or give it a value: --at ")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x(2)", "`x` is a variable: did you mean `x*(…)`?"),
        ("xsin(y)", "did you mean `x*sin(…)`?"),
    ],
)
def test_forgotten_products_have_a_hint(text: str, hint: str) -> None:
    """A variable before a bracket is a product whose sign was forgotten."""
    assert hint == error_of(text, ["x", "y"]).hint
