"""Order: sorted values, medians, quantiles. torch gives indices beside many of them, and here there are the values."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_order = partial(Function, "Order", is_shaped=True)

# fmt: off
ROWS: tuple[Function, ...] = (
    _order("sort(x, dim=-1, descending=False, stable=False)", "the elements in order, along a dim",
           has_indices=("sort",), torch="kernels.sort", lowering="sort", settings=("dim", "descending", "stable")),
    _order("msort(x)",                  "the elements in order, along the first dim",
           torch="msort", lowering="sort_rows"),
    _order("topk(x, k, dim=-1, largest=True, sorted=True)", "the k largest elements along a dim",
           has_indices=("topk",), torch="kernels.topk", lowering="topk", settings=("k", "dim", "largest", "sorted")),
    _order("kthvalue(x, k, dim=-1, keepdim=False)", "the k-th smallest element along a dim",
           has_indices=("kthvalue",), torch="kernels.kthvalue", lowering="kth_smallest",
           settings=("k", "dim", "keepdim")),
    _order("median(x, dim=None, keepdim=False)", "the middle element, of two the smaller one",
           has_indices=("median",), torch="kernels.median", lowering="median", settings=("dim", "keepdim")),
    _order("quantile(x, q, dim=None, keepdim=False, interpolation='linear')",
           "the element at the part q of the way from the smallest to the largest",
           torch="kernels.quantile", lowering="quantile", settings=("q", "dim", "keepdim", "interpolation")),
    _order("cummax(x, dim)",            "the largest element so far",
           has_indices=("cummax",), torch="kernels.cummax", lowering="cummax", settings=("dim",)),
    _order("cummin(x, dim)",            "the smallest element so far",
           has_indices=("cummin",), torch="kernels.cummin", lowering="cummin", settings=("dim",)),
)
# fmt: on
