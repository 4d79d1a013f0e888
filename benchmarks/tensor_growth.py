"""Cases whose values have shapes, for growth.py: four that have an aim, and series of growing size."""

from __future__ import annotations

from derivcheck.checking.prepare import prepare
from derivcheck.checking.tensors.shaped_check import pose_shaped
from derivcheck.model import Case


def _case(expr: str, **at: str) -> Case:
    return Case(expr, (at,))


def _random(*shape: int) -> str:
    return f"randn({', '.join(map(str, shape))})"


def mlp(width: int) -> Case:
    """A network of one hidden layer, 32 numbers to 10 classes, with cross-entropy."""
    return _case(
        "cross_entropy(relu(x @ W.T + b) @ V.T + c, t)",
        x=_random(1, 32), W=_random(width, 32), b=_random(width), V=_random(10, width), c=_random(10), t="[3]",
    )  # fmt: skip


def layer_norm(rows: int, columns: int) -> Case:
    """Layer normalization with weights."""
    return _case(f"layer_norm(x, ({columns},), w, b)", x=_random(rows, columns), w=_random(columns), b=_random(columns))


def softmax(size: int) -> Case:
    """A softmax of so many numbers."""
    return _case("softmax(x, dim=0)", x=_random(size))


def quadratic_form(size: int) -> Case:
    """x'Ax, by the vector and by the matrix."""
    return _case("x @ A @ x", x=_random(size), A=_random(size, size))


def product(size: int) -> Case:
    """The product of two square matrices."""
    return _case("x @ y", x=_random(size, size), y=_random(size, size))


AIMS = {
    "layer norm (8, 64)": layer_norm(8, 64),
    "attention 16 x 16": _case(
        "softmax(q @ k.T/4, dim=-1) @ v", q=_random(16, 16), k=_random(16, 16), v=_random(16, 16)
    ),
    "MLP 32-64-10, cross-entropy": mlp(64),
    "convolution 3 x 3 of (1, 3, 8, 8)": _case(
        "conv2d(x, w, b, padding=1)", x=_random(1, 3, 8, 8), w=_random(4, 3, 3, 3), b=_random(4)
    ),
}
"""Each is to take less than a second, with all partials proven."""


def operations(case: Case) -> int:
    """The scalar operations of a case at its only point: the calls of the graph that it is lowered to."""
    elements = pose_shaped(prepare(case), case.at[0]).lowered.elements
    return sum(1 for node in elements.nodes if node.args)
