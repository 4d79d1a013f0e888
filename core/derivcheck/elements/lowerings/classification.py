"""Losses of classes: a number for each class beside the label of the right one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivcheck.elements.lowerings.losses import reduced
from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes


def likelihood(
    make: NodeArrays, x: Nodes, target: Nodes | Integers, weight: Nodes | None, ignore_index: Any, reduction: Any
) -> Nodes:
    """The negative of what stands at the label, each class weighted: nll_loss."""
    labels = _labels(make, x, target, ignore_index)
    chosen = make.call("neg", _at_labels(make, x, labels, ignore_index))
    return _of_counted(
        make, chosen, _weights_of(make, x, labels, weight, ignore_index), labels != ignore_index, reduction
    )


def cross_entropy(
    make: NodeArrays,
    x: Nodes,
    target: Nodes | Integers,
    weight: Nodes | None,
    ignore_index: Any,
    reduction: Any,
    label_smoothing: Nodes,
) -> Nodes:
    """The cross entropy of softmax(x) and the classes: labels, or a probability for each class."""
    if not x.ndim:
        make.fail("`cross_entropy` needs a dim of classes, and the shape is ()")
    axis = _class_axis(x)
    powers = make.sum(make.call("exp", x), (axis,), keepdim=True)
    logs = make.formula("x - log(s)", x=x, s=powers)
    per_class = None if weight is None else _per_class(make, x, weight)
    target_shape = target.values.shape if isinstance(target, Integers) else target.shape
    if target_shape == x.shape:
        probabilities = make.numbers(target.values) if isinstance(target, Integers) else target
        return _of_probabilities(make, logs, probabilities, per_class, reduction, label_smoothing)
    if not isinstance(target, Integers):
        make.fail(
            "the target of `cross_entropy` must be labels, which are integers,"
            f" or probabilities in the shape {x.shape}: its shape is {target.shape}"
        )
    unsmoothed = likelihood(make, logs, target, weight, ignore_index, reduction)
    if make.known(label_smoothing) == 0:
        return unsmoothed
    labels = _labels(make, x, target, ignore_index)
    is_counted = labels != ignore_index
    spread = make.call("neg", make.sum(logs if per_class is None else make.call("mul", logs, per_class), (axis,)))
    weights = None if reduction != "mean" else _weights_of(make, x, labels, weight, ignore_index)
    smooth = _of_counted(make, spread, weights, is_counted, reduction, is_weighted=True)
    classes = make.number(x.shape[axis])
    return make.formula("(1 - e)*a + b*(e/n)", e=label_smoothing, a=unsmoothed, b=smooth, n=classes)


def multi_margin(
    make: NodeArrays,
    x: Nodes,
    target: Nodes | Integers,
    p: Any,
    margin: Nodes,
    weight: Nodes | None,
    reduction: Any,
) -> Nodes:
    """The mean over the other classes, and the right one as 0, of what lacks to the margin, to the power p."""
    rows, labels = _rows_of_labels(make, x, target, for_each_class=False)
    classes = rows.shape[1]
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        make.fail(f"a label is from 0 to below the {classes} classes, and one is {labels.min()} or {labels.max()}")
    right = np.take_along_axis(rows, labels, 1)
    lacks = make.formula("Max(m - a + x, 0)", m=margin, a=right, x=rows)
    if p == 2:
        lacks = make.formula("x**2", x=lacks)
    elif p != 1:
        make.fail(f"`p` of `{make.function}` is 1 or 2, not {p!r}")
    if weight is not None:
        if weight.shape != (classes,):
            make.fail(f"`weight` must have the shape {(classes,)}, and has {weight.shape}")
        lacks = make.call("mul", lacks, weight[labels])
    others = np.where(np.arange(classes) == labels, make.zero, lacks)
    losses = make.mean(others, (1,))
    return reduced(make, losses if x.ndim == 2 else losses.reshape(()), reduction)


def multilabel_margin(make: NodeArrays, x: Nodes, target: Nodes | Integers, reduction: Any) -> Nodes:
    """For each right class, and each wrong one, what lacks to 1 between the two; -1 ends the list of the right ones."""
    rows, labels = _rows_of_labels(make, x, target, for_each_class=True)
    classes = rows.shape[1]
    losses = []
    for row, listed in zip(rows, labels.tolist(), strict=True):
        right = listed[: listed.index(-1)] if -1 in listed else listed
        if any(not 0 <= label < classes for label in right):
            make.fail(f"a label is from 0 to below the {classes} classes, or -1 behind the last one, not {listed}")
        wrong = [at for at in range(classes) if at not in right]
        lacks = make.formula("Max(1 - (a - x), 0)", a=row[right][:, None], x=row[wrong][None, :])
        losses.append(make.call("div", make.sum(lacks), make.number(classes)))
    found = np.array(losses, dtype=np.int64)
    return reduced(make, found if x.ndim == 2 else found.reshape(()), reduction)


# --- labels ----------------------------------------------------------------------------------------------------------


def _class_axis(x: Nodes) -> int:
    """The dim of the classes: the second one, after that of the batch, or the only one."""
    return 0 if x.ndim == 1 else 1


def _integers(make: NodeArrays, target: Nodes | Integers) -> NDArray[np.int64]:
    if not isinstance(target, Integers):
        make.fail(f"the target of `{make.function}` must be labels, which are integers known at the point")
    return target.values


def _labels(make: NodeArrays, x: Nodes, target: Nodes | Integers, ignore_index: Any) -> NDArray[np.int64]:
    """The labels, one for each number of each class, within the classes but for those that are ignored."""
    if not x.ndim:
        make.fail(f"`{make.function}` needs a dim of classes, and the shape is ()")
    labels, axis = _integers(make, target), _class_axis(x)
    due = (*x.shape[:axis], *x.shape[axis + 1 :])
    if labels.shape != due:
        make.fail(f"the shape {x.shape} needs labels of the shape {due}, and theirs is {labels.shape}")
    classes = x.shape[axis]
    beyond = labels[(labels != ignore_index) & ((labels < 0) | (labels >= classes))]
    if beyond.size:
        make.fail(f"a label is from 0 to below the {classes} classes, and one is {beyond.flat[0]}")
    return labels


def _at_labels(make: NodeArrays, x: Nodes, labels: NDArray[np.int64], ignore_index: Any) -> Nodes:
    """What stands at each label along the dim of the classes; 0 for a label that is ignored."""
    if not x.shape[_class_axis(x)]:
        return make.full(labels.shape, 0)
    moved = np.moveaxis(x, _class_axis(x), -1)
    known = np.where(labels == ignore_index, 0, labels)
    chosen = np.take_along_axis(moved, known[..., None], -1)[..., 0]
    return np.where(labels == ignore_index, make.zero, chosen)


def _per_class(make: NodeArrays, x: Nodes, weight: Nodes) -> Nodes:
    """The weight of each class, laid along the dim of the classes."""
    axis = _class_axis(x)
    if weight.shape != (x.shape[axis],):
        make.fail(f"`weight` must have the shape {(x.shape[axis],)}, and has {weight.shape}")
    return weight.reshape([-1 if at == axis else 1 for at in range(x.ndim)])


def _weights_of(
    make: NodeArrays, x: Nodes, labels: NDArray[np.int64], weight: Nodes | None, ignore_index: Any
) -> Nodes | None:
    """The weight of each label; None where there are no weights."""
    if weight is None:
        return None
    return _at_labels(make, np.broadcast_to(_per_class(make, x, weight), x.shape), labels, ignore_index)


def _of_counted(
    make: NodeArrays,
    losses: Nodes,
    weights: Nodes | None,
    is_counted: NDArray[np.bool_],
    reduction: Any,
    *,
    is_weighted: bool = False,
) -> Nodes:
    """The losses that are not ignored, times their weights unless they are weighted, reduced.

    The mean divides by the sum of the weights, or by how many there are.
    """
    if weights is not None and not is_weighted:
        losses = make.call("mul", losses, weights)
    if reduction in {"none", "sum"}:
        return reduced(make, np.where(is_counted, losses, make.zero), reduction)
    if reduction != "mean":
        return reduced(make, losses, reduction)
    whole = make.sum(losses[is_counted], (0,))
    count = make.number(int(is_counted.sum())) if weights is None else make.sum(weights[is_counted], (0,))
    return make.call("div", whole, count)


def _of_probabilities(
    make: NodeArrays, logs: Nodes, target: Nodes, per_class: Nodes | None, reduction: Any, smoothing: Nodes
) -> Nodes:
    """The cross entropy with a probability for each class."""
    axis = _class_axis(logs)
    if make.known(smoothing) != 0:
        target = make.formula("t*(1 - e) + e/n", t=target, e=smoothing, n=make.number(logs.shape[axis]))
    terms = make.call("mul", logs, target)
    if per_class is not None:
        terms = make.call("mul", terms, per_class)
    return reduced(make, make.call("neg", make.sum(terms, (axis,))), reduction)


def _rows_of_labels(
    make: NodeArrays, x: Nodes, target: Nodes | Integers, *, for_each_class: bool
) -> tuple[Nodes, NDArray[np.int64]]:
    """A matrix with a row for each element of the batch, and the labels of each row."""
    labels = _integers(make, target)
    due = x.shape if for_each_class else x.shape[:-1]
    if x.ndim not in {1, 2} or labels.shape != due:
        make.fail(f"the shape {x.shape} needs labels of the shape {due}, and theirs is {labels.shape}")
    rows = x.reshape(-1, x.shape[-1])
    return rows, labels.reshape(len(rows), -1)
