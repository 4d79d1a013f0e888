"""The layers of expressions/custom_layers.py beside their formulas, and their backward passes broken line by line."""

from __future__ import annotations

import ast
import copy
import importlib.util
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch


def _load() -> ModuleType:
    path = Path(__file__).parents[1] / "expressions" / "custom_layers.py"
    spec = importlib.util.spec_from_file_location("custom_layers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LAYERS = _load()

_X = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]
_Y = [[-0.75, 2.125, -1.625], [0.625, 1.125, -0.125]]
_A = [[2.0, 0.5, -0.25], [-1.0, 1.5, 0.75], [0.125, 0.25, 3.0]]
_ROW = [1.5, -0.75, 0.5]


@dataclass(frozen=True, slots=True)
class LayerSubject:
    """One layer.

    Attributes:
        formula: what it computes.
        at: the point.
        args: its arguments in order, constants included.
        const: the values of those that are no tensors.
        more: what else it is checked with: `gradient`, `surrogate`, `held`, `domain`, `linear`.
    """

    formula: str
    at: Mapping[str, Any]
    args: tuple[str, ...]
    const: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


SUBJECTS: Mapping[str, LayerSubject] = {
    "LayerNorm": LayerSubject(
        "(x - mean(x, dim=-1, keepdim=True))/sqrt(var(x, dim=-1, correction=0, keepdim=True) + eps)*gamma + beta",
        {"x": _X, "gamma": _ROW, "beta": [0.25, -0.5, 1.0]},
        ("x", "gamma", "beta", "eps"),
        {"eps": 1e-5},
    ),
    "RMSNorm": LayerSubject(
        "x/sqrt(mean(x**2, dim=-1, keepdim=True) + eps)*weight",
        {"x": _X, "weight": _ROW},
        ("x", "weight", "eps"),
        {"eps": 1e-6},
    ),
    "BatchNorm": LayerSubject(
        "gamma*(x - mean(x, dim=0))/sqrt(var(x, dim=0, correction=0) + eps) + beta",
        {"x": [*_X, [-0.25, 0.75, 2.0], [1.0, 0.5, -1.5]], "gamma": _ROW, "beta": [0.25, -0.5, 1.0]},
        ("x", "gamma", "beta", "eps"),
        {"eps": 1e-5},
    ),
    "Softmax": LayerSubject("softmax(x, dim=dim)", {"x": _X}, ("x", "dim"), {"dim": -1}),
    "CrossEntropy": LayerSubject(
        "lp = log_softmax(logits, dim=-1); "
        "v = -(1 - smoothing)*sum(one_hot(target, 3)*lp, dim=1) - smoothing*mean(lp, dim=1); "
        "sum(v) if reduction == 'sum' else mean(v) if reduction == 'mean' else v",
        {"logits": _Y, "target": torch.tensor([2, 0])},
        ("logits", "target", "smoothing", "reduction"),
        {"smoothing": 0.125, "reduction": "mean"},
    ),
    "DiceLoss": LayerSubject(
        "1 - (2*sum(pred*mask) + eps)/(sum(pred) + sum(mask) + eps)",
        {"pred": [[0.25, 0.75, 0.5], [0.875, 0.125, 0.625]], "mask": [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]},
        ("pred", "mask", "eps"),
        {"eps": 1e-4},
        {"held": ["mask"]},
    ),
    "FocalLoss": LayerSubject(
        "s = z*(2*t - 1); sum(-sigmoid(-s)**gamma*logsigmoid(s))",
        {"z": _X, "t": [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]},
        ("z", "t", "gamma"),
        {"gamma": 2.0},
        {"held": ["t"]},
    ),
    "Linear": LayerSubject(
        "x @ weight.T + bias",
        {"x": _X, "weight": "randn(4, 3)", "bias": [0.5, -0.25, 1.0, 0.0]},
        ("x", "weight", "bias"),
    ),
    "Attention": LayerSubject(
        "softmax(scale*(q @ k.T), dim=-1) @ v",
        {"q": "randn(2, 2)", "k": "randn(3, 2)", "v": "randn(3, 2)"},
        ("q", "k", "v", "scale"),
        {"scale": 0.5},
    ),
    "Rotary": LayerSubject(
        "a = x[:, :2]; b = x[:, 2:]; cat([a*cos - b*sin, b*cos + a*sin], dim=-1)",
        {"x": "randn(3, 4)", "cos": "randn(3, 2)", "sin": "randn(3, 2)"},
        ("x", "cos", "sin"),
        {},
        {"held": ["cos", "sin"]},
    ),
    "SwiGLU": LayerSubject("silu(gate)*value", {"gate": _X, "value": _Y}, ("gate", "value")),
    "Embedding": LayerSubject("table[ids]", {"ids": torch.tensor([2, 0]), "table": "randn(4, 2)"}, ("ids", "table")),
    "Conv1d": LayerSubject(
        "conv1d(x, weight, padding=padding)",
        {"x": "randn(1, 2, 4)", "weight": "randn(2, 2, 3)"},
        ("x", "weight", "padding"),
        {"padding": 1},
    ),
    "MaxOverTime": LayerSubject("amax(x, dim=-1)", {"x": _X}, ("x",)),
    "CosineSimilarity": LayerSubject(
        "sum(x*y, dim=-1)/(norm(x, dim=-1)*norm(y, dim=-1))", {"x": _X, "y": _Y}, ("x", "y")
    ),
    "InfoNCE": LayerSubject(
        "s = query @ key.T/temperature; mean(logsumexp(s, dim=1) - diagonal(s))",
        {"query": "randn(3, 2)", "key": "randn(3, 2)"},
        ("query", "key", "temperature"),
        {"temperature": 0.5},
    ),
    "Solve": LayerSubject("solve(a, b)", {"a": _A, "b": "randn(3, 2)"}, ("a", "b")),
    "LogDet": LayerSubject("log(abs(det(a)))", {"a": _A}, ("a",)),
    "SegmentSum": LayerSubject(
        "one_hot(segment, count).T @ x",
        {"x": "randn(4, 2)", "segment": torch.tensor([1, 0, 1, 2])},
        ("x", "segment", "count"),
        {"count": 3},
    ),
    "GaussianKL": LayerSubject(
        "sum(mu**2 + sigma**2 - 1)/2 - sum(log(sigma))",
        {"mu": [0.5, -1.25], "sigma": [0.75, 2.0]},
        ("mu", "sigma"),
        {},
        {"domain": "sigma > 0"},
    ),
    "MeanAndVariance": LayerSubject("mean(x, dim=-1), var(x, dim=-1, correction=0)", {"x": _X}, ("x",)),
    "GradientReversal": LayerSubject("x", {"x": _X}, ("x", "scale"), {"scale": 0.5}, {"gradient": {"x": "-scale*g"}}),
    "SignSTE": LayerSubject("sign(x)", {"x": _X}, ("x",), {}, {"gradient": {"x": "g*(abs(x) <= 1)"}}),
    "ClippedGradient": LayerSubject(
        "x",
        {"x": _X},
        ("x", "limit"),
        {"limit": 1.0},
        {"gradient": {"x": "clamp(g, -limit, limit)"}, "linear": False},
    ),
    "FakeQuantize": LayerSubject(
        "clamp(round(w/step), low, high)*step",
        {"w": [[0.375, -1.25, 0.875], [0.125, -0.25, 0.6]], "step": 0.5},
        ("w", "step", "low", "high"),
        {"low": -2, "high": 1},
        {
            "gradient": {
                "w": "v = w/step; g*((v >= low) & (v <= high))",
                "step": "v = w/step; sum(g*where((v >= low) & (v <= high), round(v) - v, clamp(v, low, high)))",
            }
        },
    ),
}
"""Every Function of the file, by its name."""


# --- broken line by line ---------------------------------------------------------------------------------------------


def broken(name: str) -> Iterator[tuple[str, type[torch.autograd.Function]]]:
    """The layer with its backward pass changed in one place, in every place and way; with what was changed."""
    layer = getattr(LAYERS, name)
    tree = ast.parse(textwrap.dedent(inspect.getsource(layer.backward)))
    (written,) = tree.body
    assert isinstance(written, ast.FunctionDef)
    written.decorator_list = []
    for at, node in enumerate(ast.walk(written)):
        for number, _ in enumerate(_changes(node)):
            changed = copy.deepcopy(written)
            there = list(ast.walk(changed))[at]
            before = ast.unparse(there)
            new = list(_changes(there))[number]
            _replace(changed, there, new)
            code: dict[str, Any] = dict(vars(LAYERS))
            exec(compile(ast.fix_missing_locations(ast.Module([changed], [])), "<broken>", "exec"), code)
            made = type(f"{name}Broken", (layer,), {"backward": staticmethod(code["backward"])})
            yield f"{before}  →  {ast.unparse(new)}", made


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for key, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, key, new)
            elif isinstance(value, list):
                setattr(parent, key, [new if one is old else one for one in value])


_OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_OPPOSITE = {ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.Gt: ast.LtE}
_REDUCTIONS = {"sum": "mean", "mean": "sum"}


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What an expression may be by mistake: a term or factor is missing, a sign is flipped, a mean is a sum."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OTHER:
        yield node.left
        if not isinstance(node.op, ast.Div):
            yield node.right
        yield ast.BinOp(node.left, _OTHER[type(node.op)](), node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield node.left
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _OPPOSITE:
        yield ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCTIONS:
        function = ast.Attribute(node.func.value, _REDUCTIONS[node.func.attr], node.func.ctx)
        yield ast.Call(function, node.args, node.keywords)
    elif isinstance(node, ast.Attribute) and node.attr == "mT":
        yield node.value
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        (*most, _), first = node.value.elts, node.value.elts[0]
        if len(most) > 1 or len(node.value.elts) == 2:
            second = node.value.elts[1]
            if not isinstance(second, ast.Constant) and not isinstance(first, ast.Constant):
                yield ast.Return(ast.Tuple([second, first, *node.value.elts[2:]], node.value.ctx))
        if not isinstance(first, ast.Constant):
            yield ast.Return(ast.Tuple([ast.Constant(None), *node.value.elts[1:]], node.value.ctx))
