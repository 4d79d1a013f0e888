"""Convolutions, and the two turned round: sums over windows of a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from derivcheck.elements.lowerings.chains import NOTHING, sum_products, total
from derivcheck.elements.lowerings.windows import Table, each_dim, spread, strided, windows
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_Setting = int | tuple[int, ...]


def _over(count: int) -> Callable[..., Nodes]:
    """The convolution along so many dims."""

    def convolution(
        make: NodeArrays,
        x: Nodes,
        weight: Nodes,
        bias: Nodes | None,
        stride: _Setting,
        padding: _Setting | str,
        dilation: _Setting,
        groups: int,
    ) -> Nodes:
        outputs, inputs = _channels(make, count, x, weight, groups, turned=False)
        steps, distances = each_dim(make, stride, count, "stride", 1), each_dim(make, dilation, count, "dilation", 1)
        kernel = weight.shape[2:]
        before, after = _padding(make, padding, kernel, steps, distances)
        tables = []
        for size, taps, step, pads, distance in zip(
            x.shape[-count:], kernel, steps, zip(before, after, strict=True), distances, strict=True
        ):
            places = (size + sum(pads) - distance * (taps - 1) - 1) // step + 1
            if places < 1 or not taps:
                make.fail(f"the kernel of `{make.function}` does not fit: the shapes are {x.shape} and {weight.shape}")
            tables.append(strided(make, size, places, taps, step, pads[0], distance))
        rows = weight.reshape(groups, outputs // groups, *[1] * count, inputs // groups * math.prod(kernel))
        return _summed(make, x, tables, rows, bias, groups)

    return convolution


def _turned_over(count: int) -> Callable[..., Nodes]:
    """The convolution along so many dims, turned round."""

    def convolution(
        make: NodeArrays,
        x: Nodes,
        weight: Nodes,
        bias: Nodes | None,
        stride: _Setting,
        padding: _Setting,
        output_padding: _Setting,
        groups: int,
        dilation: _Setting,
    ) -> Nodes:
        outputs, inputs = _channels(make, count, x, weight, groups, turned=True)
        steps, distances = each_dim(make, stride, count, "stride", 1), each_dim(make, dilation, count, "dilation", 1)
        pads, more = each_dim(make, padding, count, "padding"), each_dim(make, output_padding, count, "output_padding")
        tables = []
        for size, taps, step, pad, extra, distance in zip(
            x.shape[-count:], weight.shape[2:], steps, pads, more, distances, strict=True
        ):
            places = (size - 1) * step - 2 * pad + distance * (taps - 1) + extra + 1
            if extra >= max(step, distance):
                make.fail(f"`output_padding` of `{make.function}` must be smaller than the stride or the dilation")
            if places < 1:
                make.fail(f"`{make.function}` leaves nothing: the shapes are {x.shape} and {weight.shape}")
            tables.append(spread(make, size, places, taps, step, pad, distance))
        taps = math.prod(weight.shape[2:])
        grouped = weight.reshape(groups, inputs // groups, outputs // groups, taps).swapaxes(1, 2)
        rows = grouped.reshape(groups, outputs // groups, *[1] * count, inputs // groups * taps)
        return _summed(make, x, tables, rows, bias, groups)

    return convolution


conv1d, conv2d, conv3d = _over(1), _over(2), _over(3)
conv_transpose1d, conv_transpose2d, conv_transpose3d = _turned_over(1), _turned_over(2), _turned_over(3)


def unfold(
    make: NodeArrays, x: Nodes, kernel_size: _Setting, dilation: _Setting, padding: _Setting, stride: _Setting
) -> Nodes:
    """The windows over pictures (N, C, H, W), each a column: (N, C * its size, number of windows)."""
    if x.ndim not in {3, 4}:
        make.fail(f"`unfold` takes pictures of the shape (N, C, H, W) or (C, H, W), and the shape is {x.shape}")
    kernel = each_dim(make, kernel_size, 2, "kernel_size", 1)
    steps = [each_dim(make, stride, 2, "stride", 1), each_dim(make, padding, 2, "padding")]
    sizes = list(zip(x.shape[-2:], kernel, *steps, each_dim(make, dilation, 2, "dilation", 1), strict=True))
    tables = [strided(make, size, _count(make, size, *rest), *rest) for size, *rest in sizes]
    channels = x.shape[-3]
    shape = (*x.shape[:-3], channels * math.prod(kernel), math.prod([len(table) for table in tables]))
    make.allow(shape)
    found = np.moveaxis(windows(x, tables), (-4, -3), (-2, -1))
    return np.where(found == NOTHING, make.number(0), found).reshape(shape)


def fold(
    make: NodeArrays,
    x: Nodes,
    output_size: _Setting,
    kernel_size: _Setting,
    dilation: _Setting,
    padding: _Setting,
    stride: _Setting,
) -> Nodes:
    """Pictures from their windows as columns, where windows that overlap are added."""
    output, kernel = each_dim(make, output_size, 2, "output_size", 1), each_dim(make, kernel_size, 2, "kernel_size", 1)
    steps = [each_dim(make, stride, 2, "stride", 1), each_dim(make, padding, 2, "padding")]
    sizes = list(zip(output, kernel, *steps, each_dim(make, dilation, 2, "dilation", 1), strict=True))
    counts = [_count(make, *one) for one in sizes]
    channels = x.shape[-2] // math.prod(kernel) if x.ndim > 1 else 0
    if x.ndim not in {2, 3} or x.shape[-2:] != (channels * math.prod(kernel), math.prod(counts)):
        make.fail(
            f"`fold` needs (N, C * {math.prod(kernel)}, {math.prod(counts)}) for the picture {output}, "
            f"and the shape is {x.shape}"
        )
    make.need(x.size)
    make.allow((*x.shape[:-2], channels, *output, *kernel))
    tables = [
        spread(make, count, size, taps, step, pad, distance)
        for count, (size, taps, step, pad, distance) in zip(counts, sizes, strict=True)
    ]
    blocks = x.reshape(*x.shape[:-2], channels, *kernel, *counts)
    for axis in (-2, -1):
        border = np.full_like(blocks[..., :1, :] if axis == -2 else blocks[..., :1], NOTHING)
        blocks = np.concatenate([blocks, border], axis)
    taps = np.arange(kernel[0])[None, None, :, None], np.arange(kernel[1])
    found = blocks[..., taps[0], taps[1], tables[0][:, None, :, None], tables[1][None, :, None, :]]
    return total(make, found.reshape(*found.shape[:-2], math.prod(kernel)))


def _summed(make: NodeArrays, x: Nodes, tables: Sequence[Table], rows: Nodes, bias: Nodes | None, groups: int) -> Nodes:
    """The sums over windows, for each group of channels, with the rows of the weight."""
    count = len(tables)
    batch, channels = x.shape[: -count - 1], x.shape[-count - 1]
    places = [len(table) for table in tables]
    outputs = groups * rows.shape[1]
    if bias is not None and bias.shape != (outputs,):
        make.fail(f"the bias of `{make.function}` has the shape {bias.shape}, and there are {outputs} channels")
    make.need(2 * math.prod([*batch, outputs, *places, rows.shape[-1]]))
    grouped = x.reshape(*batch, groups, channels // groups, *x.shape[-count:])
    found = np.moveaxis(windows(grouped, tables), len(batch) + 1, -count - 1)
    flat = found.reshape(*batch, groups, 1, *places, rows.shape[-1])
    result = sum_products(make, flat, rows).reshape(*batch, outputs, *places)
    return result if bias is None else make.call("add", result, bias.reshape(outputs, *[1] * count))


def _channels(make: NodeArrays, count: int, x: Nodes, weight: Nodes, groups: int, *, turned: bool) -> tuple[int, int]:
    """How many channels go out and come in."""
    dims = ", ".join("DHW"[3 - count :])
    if x.ndim not in {count + 1, count + 2} or weight.ndim != count + 2:
        make.fail(
            f"`{make.function}` cannot take the shapes {x.shape} and {weight.shape}",
            f"the input is (N, C, {dims}) or (C, {dims}), the weight has {count + 2} dims",
        )
    inputs = weight.shape[0] if turned else weight.shape[1] * groups
    outputs = weight.shape[1] * groups if turned else weight.shape[0]
    if groups < 1 or inputs != x.shape[-count - 1] or inputs % groups or outputs % groups:
        make.fail(
            f"`{make.function}` cannot take the shapes {x.shape} and {weight.shape} with groups={groups}",
            f"the input has {x.shape[-count - 1]} channels, and the weight is for {inputs}",
        )
    return outputs, inputs


def _padding(
    make: NodeArrays,
    padding: _Setting | str,
    kernel: Sequence[int],
    steps: Sequence[int],
    distances: Sequence[int],
) -> tuple[list[int], list[int]]:
    """What is added before and behind; of an odd number, the larger half stands behind."""
    if not isinstance(padding, str):
        found = each_dim(make, padding, len(kernel), "padding")
        return [*found], [*found]
    if padding == "valid":
        return [0] * len(kernel), [0] * len(kernel)
    if padding != "same" or set(steps) != {1}:
        make.fail(
            f"`padding` of `{make.function}` is not {padding!r} here",
            "it is an integer, 'valid', or, with stride 1, 'same'",
        )
    totals = [distance * (taps - 1) for taps, distance in zip(kernel, distances, strict=True)]
    return [amount // 2 for amount in totals], [amount - amount // 2 for amount in totals]


def _count(make: NodeArrays, size: int, taps: int, step: int, pad: int, distance: int) -> int:
    """How many windows there are along a dim."""
    found = (size + 2 * pad - distance * (taps - 1) - 1) // step + 1
    if found < 1:
        make.fail(f"the window of `{make.function}` is larger than the picture: {taps} of {size}")
    return found
