"""Sizes as numbers and as settings, integers that constants compute, and several names before a `=`.

Covers also: static_sizes, indexing_builder, autograd.shaped_operands.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from parsing import error_of, underlined

from derivcheck import check
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.static_sizes import integer_of
from derivcheck.model import Status


@pytest.mark.parametrize(
    ("text", "constants", "meant"),
    [
        ("softmax(x, dim=dim - 1)", {"dim": 1}, "softmax(x, dim=0)"),
        ("sum(x, dim=2*k)", {"k": 1}, "sum(x, dim=2)"),
        ("x[:, :half]", {"half": 2}, "x[:, :2]"),
        ("x[:, n // 2:]", {"n": 5}, "x[:, 2:]"),
        ("x[k + 1]", {"k": 1}, "x[2]"),
        ("reshape(x, (n // 2, 2**k))", {"n": 4, "k": 1}, "reshape(x, (2, 2))"),
        ("d = -(dim % 3); softmax(x, dim=d)", {"dim": 5}, "softmax(x, dim=-2)"),
        ("x.size(1)*x.size(0)", {}, "x.shape[1]*x.shape[0]"),
        ("y.reshape(x.size())", {}, "y.reshape(x.shape)"),
        ("x.dim()*x", {}, "x.ndim*x"),
        ("(a, b) = x, y; a - b", {}, "x - y"),
        ("a, b = [x, 2*y]; a - b", {}, "x - 2*y"),
        ("n, d = x.shape; sum(x)/n/d", {}, "sum(x)/x.shape[0]/x.shape[1]"),
        ("values, indices = sort(x); values", {}, "sort(x)"),
        ("v, _ = x.max(dim=1); v", {}, "amax(x, dim=1)"),
        ("x - x.max(dim=-1, keepdim=True)[0]", {}, "x - amax(x, dim=-1, keepdim=True)"),
        ("torch.topk(x, k)[0]", {"k": 2}, "topk(x, 2)"),
        ("a, b = chunk(x, 2); a*b", {}, "h = chunk(x, 2); unpacked(h, 0, 2)*unpacked(h, 1, 2)"),
        ("n, d = x.shape[1:]; x/n", {}, "x/unpacked(x.shape[1:], 0, 2)"),
        ("a, b = x\nc = a*b\nc", {}, "unpacked(x, 0, 2)*unpacked(x, 1, 2)"),
    ],
)
def test_what_is_meant(text: str, constants: dict[str, object], meant: str) -> None:
    """The tree is that of a longer text, and is printed as one that is read as the same."""
    tree = parse(text, constants=tuple(constants.items()))
    assert tree == parse(meant)
    assert parse(to_text(tree), tree.variables) == tree


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("a, b = x, y, z; a", "2 names stand before the `=`, and 3 values behind it", "a, b"),
        ("a, b = y; x", "`a, b` is not used", "a, b"),
        ("v, i = sort(x); x[i]", None, "i"),
        ("x[x.topk(2)[1]]", None, "x.topk(2)[1]"),
        ("sort(x, 0)[0]", "`sort` gives the values alone here, without their indices", "sort(x, 0)[0]"),
        ("x.shape*2", "an operand of `*` must be a number, not a shape: write x.shape[0] for a size", "x.shape"),
        ("softmax(x, dim=x.shape[0]*y)", "`dim` of `softmax` is a setting and cannot depend on a variable", None),
        ("sum(x, keepdim=x.shape[0])", "`keepdim` of `sum` must be True or False", "x.shape[0]"),
        ("reshape(x, (2, rows))", "`shape` of `reshape` is a setting and is not computed", "(2, rows)"),
        ("norm(x, p=(1, inf))", "`p` of `norm` is a setting and is not computed", "(1, inf)"),
        ("eye(x.shape)", "`n` of `eye` must be an integer", "x.shape"),
        ("x[:, :y]", "a slice has integers that are written out", "y"),
        ("x[::x.shape[0]]", "a slice has integers that are written out", "x.shape[0]"),
        ("softmax(x, dim=1/2)", "`dim` of `softmax` is a setting and is not computed", "1/2"),
    ],
)
def test_what_is_an_error(text: str, message: str | None, where: str | None) -> None:
    """Each stands at the characters that are wrong."""
    error = error_of(text, constants=(("rows", slice(0, 2)),))
    assert message is None or error.message == message
    assert where is None or underlined(error) == where


_FORMULAS = (
    "sum(x**2, dim=0)/x.shape[0]",
    "x*arange(x.shape[1])",
    "eye(x.shape[0]) @ x**2",
    "x[:, : x.shape[1] // 2]**2",
    "x[x.shape[0] - 1 :, x.ndim - 1]",
    "x.reshape(x.shape[1], -1)*2",
    "x.T.reshape(x.shape)*x",
    "zeros(x.shape) + sqrt(x.numel())*x",
    "reshape(x, (x.shape[0]*x.shape[1],))",
    "softmax(x, x.ndim - 1)",
    "n, d = x.shape; x/sqrt(d) + n",
    "a, b = x[:2]; a*b",
    "a, b = x.chunk(2, dim=-1); sum(a)*sum(b)",
    "x/prod(x.shape[:1]) + len(x.shape)",
    "roll(x, x.shape[1] // 2, 1)*x",
    "x.unbind(0)[x.shape[0] - 1]",
    "sum(x, dim=0) if x.ndim > 1 else x",
    "x*2 if x.shape[0] == x.shape[1] else sum(x, dim=1)",
)


@pytest.mark.parametrize(("text", "shape"), [*product(_FORMULAS, [(2, 4), (3, 2), (4, 4)])])
def test_a_formula_holds_for_every_shape(text: str, shape: tuple[int, int]) -> None:
    """One text, one program: torch computes what Python's own code computes, for each shape."""
    program = compile_shaped(parse(text, ["x"], has_shapes=True))
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    (found,) = program([x], lambda number: torch.tensor(float(number), dtype=torch.float64))
    names: dict[str, Any] = {name: getattr(torch, name) for name in ("sum", "zeros", "softmax", "roll", "reshape")}
    names |= {"arange": torch.arange, "sqrt": lambda n: n**0.5, "prod": lambda sizes: torch.tensor(sizes).prod()}
    names["len"] = len
    names["eye"] = lambda n: torch.eye(n, dtype=torch.float64)
    *statements, last = text.split("; ")
    scope = {**names, "x": x}
    exec("\n".join(statements), scope)
    assert torch.equal(found, eval(last, scope))


@pytest.mark.parametrize("text", [f"sum(({text.rpartition('; ')[2]})**2)" for text in _FORMULAS if ";" not in text])
def test_all_readings_agree(text: str) -> None:
    """SymPy, Arb and torch see the same sizes."""
    value, slope = check(text, at={"x": "randn(2, 4)"}, seed=5)
    assert (value.status, slope.status) == (Status.MATCH, Status.MATCH)


def test_a_method_of_a_value_with_a_shape_takes_a_computed_dim() -> None:
    """x.max(dim - 1) is torch's reduction, as x.max(0) is; max(x, y) is the larger of two all the same."""
    constants = (("dim", 1),)
    for text, meant in (("x.max(dim - 1)", "amax(x, dim=0)"), ("x.max(x.ndim - 1)", "amax(x, dim=x.ndim - 1)")):
        assert parse(text, ["x"], has_shapes=True, constants=constants) == parse(meant, ["x"], has_shapes=True)
    assert parse("x.max(2*y)", ["x", "y"], has_shapes=True) == parse("Max(x, 2*y)", ["x", "y"], has_shapes=True)


def test_a_wrong_count_is_found_once_the_shape_is_known() -> None:
    """Python unpacks three rows into three names only."""
    (result,) = check("a, b = x; sum(a*b)", at={"x": "randn(3, 2)"})
    assert result.status is Status.ERROR


@given(
    st.recursive(
        st.integers(0, 20).map(str),
        lambda inner: st.tuples(inner, st.sampled_from("+-*%/"), inner).map(
            lambda parts: f"({parts[0]} {parts[1].replace('/', '//')} {parts[2]})"
        ),
        max_leaves=8,
    )
)
def test_integers_are_computed_as_python_does(text: str) -> None:
    """Or not at all, where a divisor is 0."""
    tree = parse(text)
    found = integer_of(tree.nodes, tree.root)
    try:
        expected = eval(text)
    except ZeroDivisionError:
        expected = None
    assert found == expected or (found is None and abs(expected or 0) >= 1 << 62)


_ATOMS = (
    "x",
    "n",
    "m",
    "1",
    "x.shape",
    "x.shape[0]",
    "x.ndim",
    "(x > 0)",
    "not f",
    "sort(x)",
    "x[:, n:]",
    "[x, y]",
    "(x, y)",
    "x.shape[1:]",
    "rows",
    "None",
    "'sum'",
    "x.max(dim=0)",
    "chunk(x, n)",
    "n == 2",
    "f and x > 0",
)
_TEMPLATES = (
    "{} if {} else {}",
    "a, b = {}; a*{}",
    "x[{}:{}]",
    "softmax(x, dim={})",
    "reshape(x, ({}, {}))",
    "({}) - ({})",
    "v = {}; {} if r == 'sum' else {}",
    "chunk({}, {})[{}]",
    "x.max(dim={})[0]",
    "n, d = {}.shape; {}/n",
    "sum({})",
)


def _filled(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A template whose gaps hold what `inner` gives."""
    gaps = st.lists(inner, min_size=3, max_size=3)
    return st.builds(lambda template, texts: template.format(*texts), st.sampled_from(_TEMPLATES), gaps)


@given(st.recursive(st.sampled_from(_ATOMS), _filled, max_leaves=9))
def test_any_text_is_read_and_printed_or_an_error_of_ours(text: str) -> None:
    """Whatever is put together, right or wrong, its printed form is read as the same tree."""
    constants = (("n", 2), ("m", -1), ("f", True), ("r", "sum"), ("rows", slice(0, 2)))
    try:
        tree = parse(text, ["x", "y"], has_shapes=True, constants=constants)
    except DerivcheckError:
        return
    assert parse(to_text(tree), tree.variables, has_shapes=True) == tree
