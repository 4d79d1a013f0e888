"""The parser: any text is answered, arithmetic is Python's, and trees are laid out in postorder.

Covers also: names, operators, plain_parser, slips.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Collection
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derivcheck.errors import ParseError
from derivcheck.graph.folding import rational_value
from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS, Function
from derivcheck.model.expression import Expression, NodeKind

_WORDS = """x y beta E I e nan pi sin Max log where Piecewise polygamma leaky_relu Rational Integer ITE And Not
and or not if lambda True False negative_slope min ( ) ( ) , = == < <= > >= != + - * / // % ** ^ & | ~ && || := <> .
[ ] [ ] , : ... .sum( .T .mT x[ .values sum( cat([
softmax( dim= 'mean' None h= ; torch. inf ! ' \\ ; : \x00 \ud800 ² − 0 1 2 0.5 1e3 9999 0x1.8p3 1e-2000 (x>0) (x,x>0)"""
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
