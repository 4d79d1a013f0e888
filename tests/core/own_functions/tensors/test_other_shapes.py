"""The items about other shapes: sizes, layouts in memory, dims in front, broadcasting.

Covers also: dims, resized, elsewhere, layouts, structures, sizes_in_formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tensor_functions_shapes import (
    CopiedTopSum,
    DividedByCount,
    HalvedInBatches,
    HardCodedMean,
    OrderedClamp,
    SoftCrossEntropy,
    SqueezedUnitRows,
    SymmetricForm,
    UnsummedScale,
    ViewedScale,
    ViewedUpstream,
)
from torch.nn import functional

from derivcheck import Result, check_function

ROWS = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]


def item(name: str, function: Callable[..., Any], formula: str, **at: object) -> Result:
    """The result of one item."""
    (found,) = check_function(function, formula, at=at, args=tuple(at), only=[name])
    return found


def test_a_squeeze_of_one_feature_is_found() -> None:
    """With one feature (n,) against (n, 1) makes (n, n), of which autograd silently sums."""
    found = item("shapes", SqueezedUnitRows.apply, "x/sqrt(sum(x**2, dim=-1, keepdim=True) + 0.25)", x=ROWS)
    assert str(found.status) == "mismatch"
    assert "x of the shape (2, 1)" in str(found.verdict.reason)


def test_a_write_into_a_copy_is_found() -> None:
    """zeros_like keeps the strides of a transposed x, and reshape(-1) of that is a copy."""
    found = item("shapes", CopiedTopSum.apply, "s = sort(reshape(x, (6,)), descending=True); s[0] + s[1]", x=ROWS)
    assert str(found.status) == "mismatch"
    assert "transposed in memory" in str(found.verdict.reason)


def test_an_upstream_read_in_the_order_of_memory_is_found() -> None:
    """An upstream gradient that is transposed has its numbers in another order."""
    found = item("shapes", ViewedUpstream.apply, "exp(x)", x=ROWS)
    assert str(found.status) == "mismatch"
    assert "an upstream gradient that is transposed in memory" in str(found.verdict.reason)


def test_a_size_that_is_written_into_the_function_is_found() -> None:
    """The formula is a mean whatever the shape, the function divides by 6."""
    assert str(item("shapes", HardCodedMean.apply, "mean(x**2)", x=ROWS).status) == "mismatch"


def test_a_formula_for_one_shape_accuses_nobody() -> None:
    """The formula divides by 6, the function by the count: in another shape the formula is to blame."""
    assert str(item("shapes", lambda x: x.square().mean(), "sum(x**2)/6", x=ROWS).status) == "match"


def test_a_sum_that_is_missing_over_a_broadcast_dim_is_found() -> None:
    """The gradient by a column is the sum over the row that it was broadcast to."""
    found = item("broadcast", UnsummedScale.apply, "x*w", x=ROWS, w=ROWS)
    assert str(found.status) == "mismatch"
    assert "w of the shape" in str(found.verdict.reason)


PROBABILITIES = [[0.25, 0.25, 0.5], [0.5, 0.125, 0.375]]
BOUNDS = {"lo": [-0.5, -1.0, -0.75], "hi": [1.0, 1.25, 0.5]}
SIGNALS = {"x": [[[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]]], "w": [[[1.0, 2.0], [0.5, -0.5]]], "b": [0.75]}
RIGHT: dict[str, tuple[Callable[..., Any], str, dict[str, Any]]] = {
    "views": (ViewedScale.apply, "x*w", {"x": ROWS, "w": [1.5, -0.75, 0.5]}),
    "probabilities": (SoftCrossEntropy.apply, "-sum(q*log_softmax(z, dim=-1))", {"z": ROWS, "q": PROBABILITIES}),
    "bounds": (OrderedClamp.apply, "minimum(maximum(x, lo), hi)", {"x": ROWS, **BOUNDS}),
    "softmax": (lambda x: x.softmax(-1), "softmax(x, dim=-1)", {"x": ROWS}),
    "rows by name": (
        functional.cross_entropy,
        "p = log_softmax(z, dim=1); -(p[0, t[0]] + p[1, t[1]])/2",
        {"z": ROWS, "t": [2, 0]},
    ),
    "labels": (
        functional.cross_entropy,
        "-sum(one_hot(t, 3)*log_softmax(z, dim=1))/2",
        {"z": ROWS, "t": [2, 0]},
    ),
    "linear": (functional.linear, "x @ w.T + b", {"x": ROWS, "w": ROWS, "b": [0.5, 0.25]}),
    "cosine": (
        functional.cosine_similarity,
        "sum(x*y, dim=1)/(norm(x, dim=1)*norm(y, dim=1))",
        {"x": ROWS, "y": ROWS[::-1]},
    ),
    "variance": (lambda x: x.var(-1), "var(x, dim=-1)", {"x": ROWS}),
    "convolution": (
        lambda x, w, b: functional.conv1d(x, w, b, padding=1),
        "conv1d(x, w, b, padding=1)",
        SIGNALS,
    ),
}


@pytest.mark.parametrize("family", RIGHT)
def test_nothing_right_is_accused(family: str) -> None:
    """Functions that refuse a shape, rely on what their arguments have in common, or have a formula of one shape."""
    function, formula, at = RIGHT[family]
    for name in ("shapes", "broadcast"):
        assert str(item(name, function, formula, **at).status) in {"match", "skipped"}


def test_a_refusal_is_a_remark() -> None:
    """A view of a transposed x raises: nobody gets a wrong number."""
    found = item("shapes", lambda x: x.view(-1).square().sum(), "sum(x**2)", x=ROWS)
    assert any("refused loudly: x transposed in memory" in note for note in found.notes)


def test_a_layout_that_torch_reads_wrongly_is_found() -> None:
    """torch 2.13: the gradient of batch_norm by x, for a weight that lies in memory with holes, is wrong."""
    found = item(
        "shapes",
        lambda x, w, b: functional.batch_norm(x, None, None, w, b, training=True),
        "(x - mean(x, dim=0)) / sqrt(var(x, dim=0, correction=0) + 1e-5) * w + b",
        x=torch.tensor([*ROWS, [0.125, 2.0, -0.625]]),
        w=[1.5, -0.75, 0.5],
        b=[0.25, -0.5, 1.0],
    )
    assert "w every second number of a longer tensor" in str(found.verdict.reason)


def test_a_declared_gradient_for_one_shape_accuses_nobody() -> None:
    """g/6 is declared for 2 rows of 3, and the function divides by the count: the value says nothing of that."""
    (found,) = check_function(
        DividedByCount.apply, "x", at={"x": ROWS}, gradient={"x": "g/6"}, only=["shapes"], args=("x",)
    )
    assert str(found.status) == "match"
    assert any("the formula seems to be written for the shapes given" in note for note in found.notes)


def test_a_number_with_a_declared_gradient_is_tried_in_batches() -> None:
    """At a number nothing shows of what the backward pass does with two dims."""
    (found,) = check_function(
        HalvedInBatches.apply, "x", at={"x": 1}, gradient={"x": "clamp(g, -1, 1)"}, linear=False, only=["shapes"]
    )
    assert str(found.status) == "mismatch"


def test_a_squeeze_of_the_result_is_found() -> None:
    """A literal of the formula may be a size, but gives no element-wise formula another shape."""
    found = item("shapes", lambda x: (2 * x).squeeze(), "2*x", x=ROWS)
    assert str(found.status) == "mismatch"
    assert "the function returned the shape (2,), its formula has the shape (2, 1)" in str(found.verdict.reason)


@pytest.mark.parametrize("labels", [[[0, 1, 0], [1, 0, 0]], [[0.25, 0.25, 0.5], [0.5, 0.25, 0.25]]])
def test_rows_that_add_up_to_one_stay_so(labels: list[list[float]]) -> None:
    """softmax(z) - q is the gradient of cross-entropy only where the probabilities q add up to 1."""
    found = item("shapes", SoftCrossEntropy.apply, "-sum(q*log_softmax(z, dim=-1))", z=ROWS, q=labels)
    assert str(found.status) == "match"


def test_a_symmetric_matrix_stays_symmetric() -> None:
    """2*A*x is the gradient of x A x only where A is symmetric, as it is given."""
    for matrix in ([[2, 1], [1, 3]], [[1, 0], [0, 1]]):
        found = item("shapes", SymmetricForm.apply, "x @ A @ x", x=[0.5, -1.25], A=matrix)
        assert str(found.status) == "match"
