"""Texts about values with shapes: what they are read as, node by node.

Covers also: brackets, frames, infinities, keywords, plain_texts, prefixes, shaped_builder, shunting, squares,
statements.
"""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.parse import parse
from derivcheck.model import OwnFunction
from derivcheck.model.expression import Expression, NodeKind
from derivcheck.readings import readings


def written(tree: Expression) -> str:
    """A tree with every call written out; a setting stands in angle brackets."""
    texts: list[str] = []
    for node in tree:
        if node.kind is NodeKind.CALL:
            texts.append(f"{node.name}({', '.join(texts[arg] for arg in node.args)})")
        else:
            texts.append(f"<{node.name}>" if node.kind is NodeKind.SETTING else node.name)
    return texts[-1]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x[0]", "index(x, <0>)"),
        ("-x[-1]**2", "neg(pow(index(x, <-1>), 2))"),
        ("x[:]", "index(x, <:>)"),
        ("x[1:]", "index(x, <1:>)"),
        ("x[:-1, ::2]", "index(x, <:-1>, <::2>)"),
        ("x[0, 1:3, None, ..., t]", "index(x, <0>, <1:3>, <None>, <...>, t)"),
        ("x[t + 1][0]", "index(index(x, add(t, 1)), <0>)"),
        ("x[[0, 2], :]", "index(x, array(0, 2), <:>)"),
        ("x[labels[0], ]", "index(x, index(labels, <0>))"),
        ("(x + 1)[0]", "index(add(x, 1), <0>)"),
    ],
)
def test_an_index(text: str, tree: str) -> None:
    """Integers and slices that are written out are settings; what is to be computed is an operand."""
    assert tree == written(parse(text))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[x, 1, y**2]", "array(x, 1, pow(y, 2))"),
        ("[[1, 2], [3, x]]*y", "mul(array(array(1, 2), array(3, x)), y)"),
        ("x, y", "tuple(x, y)"),
        ("(x + 1, 2*y)", "tuple(add(x, 1), mul(2, y))"),
        ("(x,)", "tuple(x)"),
    ],
)
def test_lists_and_tuples(text: str, tree: str) -> None:
    """A list is an array, a tuple at the root is several outputs."""
    assert tree == written(parse(text))


def test_one_of_several_values_has_a_name() -> None:
    """As torch's named tuples have them; it is the index of that value."""
    assert "index(slogdet(A), <1>)" == written(parse("torch.linalg.slogdet(A).logabsdet"))
    assert parse("qr(A)[1]", ["A"]) == parse("qr(A).R", ["A"])
    with pytest.raises(ParseError, match="no attribute is called `L`"):
        parse("qr(A).L", ["A"])


def test_a_transpose_is_an_attribute() -> None:
    """It binds tighter than any operator."""
    assert "pow(mT(A), 2)" == written(parse("A.mT**2"))
    assert "mT(A)" == written(parse("mT(A)"))
    assert "neg(mT(add(A, B)))" == written(parse("-(A + B).mT"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("torch.sin(x)", "sin(x)"),
        ("torch.nn.functional.silu(x)", "silu(x)"),
        ("F.relu(x) + np.pi", "add(relu(x), pi)"),
        ("(-x).exp()", "exp(neg(x))"),
        ("x.pow(2).sigmoid()", "sigmoid(pow(x, 2))"),
        ("F.mT", "mT(F)"),
    ],
)
def test_prefixes_and_methods(text: str, tree: str) -> None:
    """A function is the same wherever it is from, and however it is called."""
    assert tree == written(parse(text))


def test_a_variable_is_no_prefix() -> None:
    """A point that gives F a value makes `F.exp()` a method."""
    assert "exp(F)" == written(parse("F.exp()", ["F"]))


def test_statements_share_nodes() -> None:
    """What has a name is computed once, however often it is used; what is used once is no different from the text."""
    tree = parse("h = tanh(x); h*h + h")
    assert ("x",) == tree.variables
    assert ["x", "tanh", "mul", "add"] == [node.name for node in tree]
    assert parse("h = tanh(x); h**2") == parse("tanh(x)**2")


def test_a_name_may_be_used_again() -> None:
    """As in Python, the last value counts."""
    assert "exp(add(1, exp(x)))" == written(parse("h = exp(x); h = 1 + h; exp(h)"))


def test_lines_are_statements() -> None:
    """A new line ends a statement where it cannot go on."""
    assert parse("h = x*2; y = h + 1; h*y") == parse("h = x*2\ny = (h\n  + 1)\nh*y")
    assert parse("h = x*2; -h.sum()") == parse("h = x*2\n-h.sum()")
    assert parse("h = x*2; [h, 1]") == parse("h = x\n  *2\n[h,\n1]")
    assert parse("x**2 + 2*y + 1") == parse("x**2\n  + 2*y\n  + 1")


def test_arguments_of_numpys_names() -> None:
    """A list within `np.array` is the list."""
    assert parse("[1, x]") == parse("[1, (x)]")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x.clamp(min=0)", "clamp_min(x, 0)"),
        ("torch.clamp(x, 0)", "clamp_min(x, 0)"),
        ("clamp(x, max=1)", "clamp_max(x, 1)"),
        ("clamp(x, None, 1)", "clamp_max(x, 1)"),
        ("clamp(x, 0, max=None)", "clamp_min(x, 0)"),
        ("x.clip(0, 1)", "clamp(x, 0, 1)"),
        ("F.gelu(x, approximate='tanh')", "gelu_tanh(x)"),
        ("torch.div(x, y, rounding_mode='floor')", "floor_divide(x, y)"),
        ("x.div(y, rounding_mode=None)", "div(x, y)"),
    ],
)
def test_a_setting_of_torchs_means_another_function(text: str, tree: str) -> None:
    """So does an argument that is left out; whether there is a tensor at the point does not matter."""
    assert tree == written(parse(text))
    assert tree == written(parse(text, has_shapes=True))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("sum(x)", "sum(x, <None>, <False>)"),
        ("x.sum(-1, keepdims=True)", "sum(x, <-1>, <True>)"),
        ("np.sum(x, axis=(0, 1))", "sum(x, <(0, 1)>, <False>)"),
        ("sum(x, [0, 1])", "sum(x, <(0, 1)>, <False>)"),
        ("sum(input=x, dim=0)", "sum(x, <0>, <False>)"),
        ("torch.var(x, unbiased=False)", "var(x, <None>, <0>, <False>)"),
        ("np.std(x, ddof=1)", "std(x, <None>, <1>, <False>)"),
        ("F.layer_norm(x, (3,), bias=b)", "layer_norm(x, <(3,)>, <None>, b, 1e-5)"),
        ("mse_loss(x, y, reduction='sum')", "reduced_mse_loss(x, y, <'sum'>)"),
        ("x.view(2, -1)", "reshape(x, <2>, <-1>)"),
        ("permute(x, dims=(1, 0))", "permute(x, <(1, 0)>)"),
        ("torch.cat((x, y), 1)", "cat(tuple(x, y), <1>)"),
        ("cross_entropy(z, [0, 2])", "cross_entropy(z, array(0, 2), <None>, <-100>, <'mean'>, 0.0)"),
        ("index_select(x, 0, t)", "index_select(x, <0>, t)"),
        ("norm(x, -inf)", "norm(x, <-inf>, <None>, <False>)"),
        ("norm(x, p=float('inf'))", "norm(x, <inf>, <None>, <False>)"),
        ("q/sqrt(q.shape[-1])", "div(q, sqrt(size(q, <-1>)))"),
        ("x.sum()/len(x) + x.size(0)", "add(div(sum(x, <None>, <False>), len(x)), size(x, <0>))"),
        ("d = -1; softmax(x, dim=d)", "softmax(x, <-1>)"),
        ("torch.tensor([1, 2])", "array(1, 2)"),
        ("x.max()", "amax(x, <None>, <False>)"),
        ("x.max(1).values", "amax(x, <1>, <False>)"),
        ("(sort(x))[0]", "index(sort(x, <-1>, <False>, <False>), <0>)"),
        ("max(x, y)", "Max(x, y)"),
        ("max(x, dim=0)", "amax(x, <0>, <False>)"),
    ],
)
def test_calls_are_complete(text: str, tree: str) -> None:
    """Arguments stand in the order of the signature, whatever they were called, and options that are not given too."""
    assert tree == written(parse(text))


def test_names_of_functions_may_be_variables() -> None:
    """A point that gives `sum` and `T` values makes them variables, as it always did; a method is still a function."""
    assert ("sum", "T", "x") == parse("sum*T + x.sum()", ["x", "sum", "T"]).variables
    assert "mul(sum, dot)" == written(parse("sum*dot", ["sum", "dot"]))
    assert "sum(x, <None>, <False>)" == written(parse("mean = x.sum(); mean"))


def test_definitions_may_be_conditions() -> None:
    """A mask has a name, too."""
    assert "where(gt(x, 0), x, 0)" == written(parse("mask = x > 0; where(mask, x, 0)"))


def test_a_function_of_ones_own_may_be_called_as_one_of_shapes() -> None:
    """Files with a `det` of their own were read before derivcheck had one, and mean theirs."""
    own = (OwnFunction("det", ("t",), "t**2 + t", "code.py:det"),)
    assert ("det", 1) == (parse("det(x)", ["x"], own).nodes[-1].name, len(parse("det(x)", ["x"], own).nodes[-1].args))
    assert not readings("det(x)", frozenset({"x"}), (), own).is_shaped
