"""Reductions: what makes one number of many."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function

_reduce = partial(Function, "Reductions", is_shaped=True)
_ALONG = ("dim", "keepdim")

# fmt: off
ROWS: tuple[Function, ...] = (
    # --- sums and means ----------------------------------------------------------------------------------------------
    _reduce("sum(x, dim=None, keepdim=False)",  "the sum, along some dims or of all elements",
            torch="sum", lowering="sum_along", matrix_rule="total", settings=_ALONG),
    _reduce("mean(x, dim=None, keepdim=False)", "the mean",
            torch="mean", lowering="mean_along", matrix_rule="average", settings=_ALONG),
    _reduce("prod(x, dim=None, keepdim=False)", "the product, along one dim or of all elements",
            torch="kernels.prod", lowering="product_along", settings=_ALONG, algebra="product of all"),
    _reduce("var(x, dim=None, correction=1, keepdim=False)", "the variance; of a population with correction=0",
            torch="var", lowering="variance", settings=("dim", "correction", "keepdim"), written_out="variance"),
    _reduce("std(x, dim=None, correction=1, keepdim=False)", "the standard deviation",
            torch="std", lowering="standard_deviation", settings=("dim", "correction", "keepdim"),
            written_out="standard_deviation"),
    _reduce("logsumexp(x, dim=None, keepdim=False)", "log(sum(exp(x)))",
            torch="kernels.logsumexp", lowering="log_sum_exp", matrix_rule="log_sum", settings=_ALONG),

    # --- extremes ----------------------------------------------------------------------------------------------------
    _reduce("amax(x, dim=None, keepdim=False)", "the largest element",
            aliases=("max",), has_indices=("max",), torch="kernels.amax", lowering="largest", settings=_ALONG),
    _reduce("amin(x, dim=None, keepdim=False)", "the smallest element",
            aliases=("min",), has_indices=("min",), torch="kernels.amin", lowering="smallest", settings=_ALONG),

    # --- norms -------------------------------------------------------------------------------------------------------
    _reduce("norm(x, p=2, dim=None, keepdim=False)", "the p-norm, of a matrix too that of all elements; p='fro' is 2",
            torch="norm", lowering="vector_norm", matrix_rule="length", settings=("p", "dim", "keepdim"),
            written_out="norm"),
    _reduce("vector_norm(x, ord=2, dim=None, keepdim=False)", "the p-norm, as torch.linalg calls it",
            torch="linalg.vector_norm", lowering="vector_norm", settings=("ord", "dim", "keepdim"), written_out="norm"),
    _reduce("dist(x, y, p=2)",                  "the p-norm of x - y", torch="dist", lowering="distance",
            settings=("p",)),

    # --- running along a dim -----------------------------------------------------------------------------------------
    _reduce("cumsum(x, dim=None)",              "the sums of the first elements along a dim",
            torch="kernels.cumsum", lowering="running_sum", settings=("dim",)),
    _reduce("cumprod(x, dim=None)",             "the products of the first elements",
            torch="kernels.cumprod", lowering="running_product", settings=("dim",)),
    _reduce("logcumsumexp(x, dim=None)",        "logsumexp of the first elements",
            torch="kernels.logcumsumexp", lowering="running_log_sum_exp", settings=("dim",)),

    # --- differences, integrals, covariance --------------------------------------------------------------------------
    _reduce("diff(x, n=1, dim=-1)",             "the differences of neighbours, n times",
            torch="diff", lowering="differences", settings=("n", "dim")),
    _reduce("trapezoid(y, x=None, dx=1, dim=-1)", "the integral by trapezoids", aliases=("trapz",),
            torch="kernels.trapezoid", lowering="integral", settings=("dim",)),
    _reduce("cumulative_trapezoid(y, x=None, dx=1, dim=-1)", "the integrals by the first trapezoids",
            torch="kernels.cumulative_trapezoid", lowering="running_integral", settings=("dim",)),
    _reduce("cov(x, correction=1)",             "the covariances of the rows",
            torch="cov", lowering="covariance", settings=("correction",)),
    _reduce("corrcoef(x)",                      "the correlations of the rows", torch="corrcoef",
            lowering="correlation"),
)
# fmt: on
