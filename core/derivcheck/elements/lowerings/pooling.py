"""Pooling: the largest element, the mean or the norm of each window."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from derivcheck.elements.lowerings.chains import NOTHING, chain, total
from derivcheck.elements.lowerings.windows import Table, each_dim, flat_windows, strided
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_Setting = int | tuple[int, ...]


def _largest_over(count: int) -> Callable[..., Nodes]:
    """The largest elements of windows along so many dims; a border has none."""

    def pool(
        make: NodeArrays,
        x: Nodes,
        kernel_size: _Setting,
        stride: _Setting | None,
        padding: _Setting,
        dilation: _Setting,
        ceil_mode: bool,
    ) -> Nodes:
        tables = _tables(make, count, x, kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)
        return chain(make, "Max", _windows(make, x, tables))

    return pool


def _mean_over(count: int) -> Callable[..., Nodes]:
    """The means of windows along so many dims; a border counts as zeros, or not at all."""

    def pool(
        make: NodeArrays,
        x: Nodes,
        kernel_size: _Setting,
        stride: _Setting | None,
        padding: _Setting,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None = None,
    ) -> Nodes:
        tables = _tables(make, count, x, kernel_size, stride, padding, 1, ceil_mode=ceil_mode)
        found = total(make, _windows(make, x, tables))
        if divisor_override is not None:
            if not divisor_override:
                make.fail(f"`divisor_override` of `{make.function}` must not be 0")
            return make.call("div", found, make.number(divisor_override))
        sizes = _sizes_with_border(make, count, x, tables, kernel_size, stride, padding) if count_include_pad else None
        return _over_sizes(make, found, sizes or [np.count_nonzero(table != NOTHING, axis=1) for table in tables])

    return pool


def _norm_over(count: int) -> Callable[..., Nodes]:
    """The p-norms of windows along so many dims, of numbers that are not negative: (x**p + ...)**(1/p)."""

    def pool(
        make: NodeArrays,
        x: Nodes,
        norm_type: float,
        kernel_size: _Setting,
        stride: _Setting | None,
        ceil_mode: bool,
    ) -> Nodes:
        if not norm_type:
            make.fail(f"`norm_type` of `{make.function}` must not be 0")
        tables = _tables(make, count, x, kernel_size, stride, 0, 1, ceil_mode=ceil_mode)
        sums = total(make, _windows(make, make.call("pow", x, make.number(norm_type)), tables))
        if ceil_mode:  # torch takes the mean of what a window at the end has, times the size of a whole one
            whole = math.prod(each_dim(make, kernel_size, count, "kernel_size", 1))
            means = _over_sizes(make, sums, [np.count_nonzero(table != NOTHING, axis=1) for table in tables])
            sums = make.call("mul", means, make.number(whole))
        return make.call("pow", sums, make.number(1 / Fraction(repr(norm_type))))

    return pool


def _adaptive_largest_over(count: int) -> Callable[..., Nodes]:
    """The largest elements of as many windows as the result is large, along so many dims."""

    def pool(make: NodeArrays, x: Nodes, output_size: _Setting | tuple[int | None, ...]) -> Nodes:
        return chain(make, "Max", _windows(make, x, _adaptive(make, count, x, output_size)))

    return pool


def _adaptive_mean_over(count: int) -> Callable[..., Nodes]:
    """The means of as many windows as the result is large, along so many dims."""

    def pool(make: NodeArrays, x: Nodes, output_size: _Setting | tuple[int | None, ...]) -> Nodes:
        tables = _adaptive(make, count, x, output_size)
        sums = total(make, _windows(make, x, tables))
        return _over_sizes(make, sums, [np.count_nonzero(table != NOTHING, axis=1) for table in tables])

    return pool


max_pool1d, max_pool2d, max_pool3d = _largest_over(1), _largest_over(2), _largest_over(3)
avg_pool1d, avg_pool2d, avg_pool3d = _mean_over(1), _mean_over(2), _mean_over(3)
lp_pool1d, lp_pool2d, lp_pool3d = _norm_over(1), _norm_over(2), _norm_over(3)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = map(_adaptive_largest_over, (1, 2, 3))
adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = map(_adaptive_mean_over, (1, 2, 3))


def _tables(
    make: NodeArrays,
    count: int,
    x: Nodes,
    kernel_size: _Setting,
    stride: _Setting | None,
    padding: _Setting,
    dilation: _Setting,
    *,
    ceil_mode: bool,
) -> list[Table]:
    """The windows along each dim."""
    _picture(make, count, x)
    kernel = each_dim(make, kernel_size, count, "kernel_size", 1)
    steps = _steps(make, count, kernel, stride)
    pads, distances = each_dim(make, padding, count, "padding"), each_dim(make, dilation, count, "dilation", 1)
    tables = []
    for size, taps, step, pad, distance in zip(x.shape[-count:], kernel, steps, pads, distances, strict=True):
        if 2 * pad > taps:
            make.fail(f"`padding` of `{make.function}` is at most half of the window, and is {pad} beside {taps}")
        room = size + 2 * pad - distance * (taps - 1) - 1
        places = -(-room // step) + 1 if ceil_mode else room // step + 1
        if ceil_mode and (places - 1) * step >= size + pad:
            places -= 1  # a window that would begin behind the end
        if places < 1:
            make.fail(f"the window of `{make.function}` is larger than its input: {taps} of {size}")
        tables.append(strided(make, size, places, taps, step, pad, distance))
    return tables


def _adaptive(make: NodeArrays, count: int, x: Nodes, output_size: _Setting | tuple[int | None, ...]) -> list[Table]:
    """Windows from floor(o*size/places) to ceil((o + 1)*size/places), so that they cover everything."""
    _picture(make, count, x)
    sizes = x.shape[-count:]
    due = output_size if isinstance(output_size, tuple) else (output_size,) * count
    if len(due) == count:
        due = tuple([size if one is None else one for one, size in zip(due, sizes, strict=True)])
    tables = []
    for size, places in zip(sizes, each_dim(make, due, count, "output_size", 1), strict=True):
        if not size:
            make.fail(f"`{make.function}` has nothing to pool in the shape {x.shape}")
        make.allow((places,))
        ends = [(place * size // places, -(-(place + 1) * size // places)) for place in range(places)]
        table = np.full((places, max(end - start for start, end in ends)), NOTHING)
        for row, (start, end) in zip(table, ends, strict=True):
            row[: end - start] = np.arange(start, end)
        tables.append(table)
    return tables


def _windows(make: NodeArrays, x: Nodes, tables: list[Table]) -> Nodes:
    """The windows, each as one last dim; asked for beforehand."""
    make.need(math.prod([*x.shape[: -len(tables)], *[table.size for table in tables]]))
    return flat_windows(x, tables)


def _sizes_with_border(
    make: NodeArrays,
    count: int,
    x: Nodes,
    tables: list[Table],
    kernel_size: _Setting,
    stride: _Setting | None,
    padding: _Setting,
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """How many elements the windows have along each dim, zeros of the border among them, but none behind that."""
    kernel = each_dim(make, kernel_size, count, "kernel_size", 1)
    found = []
    for size, taps, step, pad, table in zip(
        x.shape[-count:],
        kernel,
        _steps(make, count, kernel, stride),
        each_dim(make, padding, count, "padding"),
        tables,
        strict=True,
    ):
        starts = np.arange(len(table)) * step - pad
        found.append(np.minimum(starts + taps, size + pad) - starts)
    return found


def _over_sizes(make: NodeArrays, sums: Nodes, sizes: list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]) -> Nodes:
    """Sums over windows, each over the size of its window, which is a product of its sizes along the dims."""
    product = np.ones((), dtype=np.int64)
    for along in sizes:
        product = product[..., None] * along
    return make.call("div", sums, np.broadcast_to(make.numbers(product), sums.shape))


def _steps(make: NodeArrays, count: int, kernel: tuple[int, ...], stride: _Setting | None) -> tuple[int, ...]:
    return kernel if stride is None or stride == () else each_dim(make, stride, count, "stride", 1)


def _picture(make: NodeArrays, count: int, x: Nodes) -> None:
    """Fail for an input with too few or too many dims."""
    if x.ndim not in {count + 1, count + 2}:
        dims = ", ".join("DHW"[3 - count :])
        make.fail(f"`{make.function}` takes (N, C, {dims}) or (C, {dims}), and the shape is {x.shape}")
