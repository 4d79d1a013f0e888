"""The items about batches, integer arguments, constants and formats.

Covers also: indices, other_constants, result_formats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from tensor_functions_shapes import (
    AssignedRows,
    LeakedRows,
    NarrowResult,
    Permuted,
    RowsOfOneMaximum,
    SummedError,
)
from torch.nn import functional

from derivcheck import Result, check_function

ROWS = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]
TABLE = [[1.5, -0.5], [0.25, -0.75], [2.125, -1.625], [0.625, 1.125]]


def item(name: str, function: Callable[..., Any], formula: str, at: dict[str, object], **more: Any) -> Result:
    """The result of one item."""
    (found,) = check_function(function, formula, at=at, only=[name], **more)
    return found


def test_rows_that_share_a_maximum_are_found() -> None:
    """exp(1 - 2000) is 0: the row that stands beside 2000 is 0/0."""
    found = item("batch", RowsOfOneMaximum.apply, "softmax(x, dim=-1)", {"x": ROWS})
    assert str(found.status) == "nonfinite"
    assert "beside rows that are 1024 times as large" in str(found.verdict.reason)


def test_a_leak_between_rows_is_found() -> None:
    """The formula keeps rows apart; a millionth of another row's gradient is wrong."""
    found = item("batch", LeakedRows.apply, "x/norm(x, dim=-1, keepdim=True)", {"x": ROWS})
    assert str(found.status) in {"mismatch", "inaccurate"}


def test_rows_that_are_kept_apart_pass() -> None:
    """A linear layer and torch's softmax give every row the same numbers in any company."""
    assert str(item("batch", lambda x: x.softmax(-1), "softmax(x, dim=-1)", {"x": ROWS}).status) == "match"
    at: dict[str, object] = {"x": ROWS, "w": [*ROWS, [2.0, -0.25, 1.125]], "b": [0.5, 0.25, -1.0]}
    assert str(item("batch", functional.linear, "x @ w.T + b", at, args=("x", "w", "b")).status) == "match"


def test_a_mean_keeps_nothing_apart() -> None:
    """Where each element depends on all, there is nothing to ask."""
    found = item("batch", lambda x: x.softmax(0).softmax(1), "softmax(softmax(x, dim=0), dim=1)", {"x": ROWS})
    assert str(found.status) == "skipped"


def test_an_index_that_repeats_is_found() -> None:
    """The gradients of a row that is looked up twice add up."""
    at: dict[str, object] = {"ids": [2, 0], "table": TABLE}
    found = item("indices", AssignedRows.apply, "table[ids]", at, args=("ids", "table"))
    assert str(found.status) == "mismatch"
    assert "ids = [0, 0]" in str(found.verdict.reason)
    assert str(item("indices", lambda ids, table: table[ids], "table[ids]", at).status) == "match"


def test_a_permutation_stays_one() -> None:
    """Who is given every index once may rely on it."""
    at: dict[str, object] = {"x": TABLE[:3], "p": [2, 0, 1]}
    assert str(item("indices", Permuted.apply, "x[p]", at, args=("x", "p")).status) in {"match", "skipped"}


def test_an_index_that_a_constant_holds_is_left_out() -> None:
    """A padding index has no gradient, which the formula does not say."""
    found = item(
        "indices",
        functional.embedding,
        "weight[input]",
        {"input": [2, 1], "weight": TABLE},
        const={"padding_idx": 0},
    )
    assert str(found.status) == "match"


def test_a_mean_that_is_not_divided_is_found() -> None:
    """The formula names the reduction, so it tells what a mean should return."""
    formula = "e = (x - y)**2; mean(e) if reduction == 'mean' else sum(e)"
    more = {"args": ("x", "y", "reduction"), "const": {"reduction": "sum"}}
    at: dict[str, object] = {"x": ROWS, "y": ROWS[::-1]}
    found = item("reductions", SummedError.apply, formula, at, **more)
    assert str(found.status) == "mismatch"
    assert "reduction = 'mean'" in str(found.verdict.reason)


def test_other_constants_pass_where_they_are_right() -> None:
    """Each dim of a softmax, eps halved, doubled and left out; a word that the formula does not know is a remark."""
    softmax = item("reductions", torch.softmax, "softmax(input, dim)", {"input": ROWS}, const={"dim": -1})
    assert str(softmax.status) == "match"
    scaled = item(
        "reductions",
        lambda x, eps: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps),
        "x/sqrt(mean(x**2, dim=-1, keepdim=True) + eps)",
        {"x": ROWS},
        const={"eps": 1e-5},
    )
    assert str(scaled.status) == "match"


def test_a_constant_of_the_formula_alone_is_not_varied() -> None:
    """The function has its own 0.25 inside."""
    found = item("reductions", lambda x: 0.25 * x, "eps*x", {"x": ROWS}, const={"eps": 0.25})
    assert str(found.status) == "skipped"


def test_a_result_of_another_format_is_found() -> None:
    """2*x of float64 comes out as float32."""
    at: dict[str, object] = {"x": ROWS}
    assert "dtype torch.float32" in str(item("format", NarrowResult.apply, "sum(x)*0 + 2*x", at).verdict.reason)
    assert str(item("format", lambda x: x.sum(0), "sum(x, dim=0)", at).status) == "match"


def test_an_overflow_of_the_neighbours_is_none_of_a_row() -> None:
    """exp of a number times 1024 is beyond every format; the row beside it is as right as alone."""
    assert str(item("batch", torch.exp, "exp(x)", {"x": ROWS}).status) == "match"


def test_a_formula_with_its_size_written_out_accuses_nobody() -> None:
    """With 8 columns the mean is sum/8; with the 3 that would be looked at in less time it is not."""
    rows = torch.linspace(-1, 2, 32, dtype=torch.float64).reshape(4, 8).sin()
    formula = "x - sum(x, dim=-1, keepdim=True)/8"
    for name in ("batch", "shapes"):
        found = item(name, lambda x: x - x.mean(-1, keepdim=True), formula, {"x": rows})
        assert str(found.status) == "match"
