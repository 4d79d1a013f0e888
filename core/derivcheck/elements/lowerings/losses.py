"""Losses of a prediction and a target, element by element, and what becomes of the elements."""

from __future__ import annotations

from typing import Any

from derivcheck.elements.node_arrays import Integers, NodeArrays, Nodes

BATCH_MEAN = "batchmean"
"""The reduction of kl_div that divides by the size of the batch."""


def reduced(make: NodeArrays, losses: Nodes, reduction: Any) -> Nodes:
    """The losses as they are, or their mean, or their sum."""
    if reduction == "none":
        return losses
    if reduction == "mean":
        return make.mean(losses)
    if reduction == "sum":
        return make.sum(losses)
    return make.fail(f"`{make.function}` has no reduction {reduction!r}", "one of 'none', 'mean', 'sum'")


# --- of real numbers -------------------------------------------------------------------------------------------------


def squared_error(make: NodeArrays, x: Nodes, y: Nodes, reduction: Any) -> Nodes:
    """(x - y)**2."""
    return reduced(make, make.formula("(x - y)**2", x=x, y=y), reduction)


def absolute_error(make: NodeArrays, x: Nodes, y: Nodes, reduction: Any) -> Nodes:
    """abs(x - y)."""
    return reduced(make, make.formula("abs(x - y)", x=x, y=y), reduction)


def huber(make: NodeArrays, x: Nodes, y: Nodes, delta: Nodes, reduction: Any) -> Nodes:
    """Half the square of the error, linear beyond delta."""
    text = "where(abs(x - y) <= d, (x - y)**2/2, d*(abs(x - y) - d/2))"
    return reduced(make, make.formula(text, x=x, y=y, d=delta), reduction)


def smooth_absolute_error(make: NodeArrays, x: Nodes, y: Nodes, beta: Nodes, reduction: Any) -> Nodes:
    """The absolute error, a parabola below beta; where beta is 0 there is none."""
    if make.known(beta) == 0:
        return absolute_error(make, x, y, reduction)
    text = "where(abs(x - y) < b, (x - y)**2/(2*b), abs(x - y) - b/2)"
    return reduced(make, make.formula(text, x=x, y=y, b=beta), reduction)


def poisson_likelihood(
    make: NodeArrays, x: Nodes, y: Nodes, log_input: Any, full: Any, eps: Nodes, reduction: Any
) -> Nodes:
    """The negative logarithm of Poisson's distribution, log(y!) left out, or by Stirling's formula where full."""
    losses = make.formula("exp(x) - y*x" if log_input else "x - y*log(x + eps)", x=x, y=y, eps=eps)
    if full:
        stirling = make.formula("where(y > 1, y*log(y) - y + log(2*pi*y)/2, 0)", y=y)
        losses = make.call("add", losses, stirling)
    return reduced(make, losses, reduction)


def gaussian_likelihood(
    make: NodeArrays, x: Nodes, y: Nodes, variance: Nodes, full: Any, eps: Nodes, reduction: Any
) -> Nodes:
    """The negative logarithm of the normal distribution, the variance being eps at least."""
    fits = variance.shape in ({x.shape, (), x.shape[:-1], (*x.shape[:-1], 1)} if x.ndim else {()})
    if not fits:
        make.fail(f"`var` of the shape {variance.shape} cannot be the variance of a value of the shape {x.shape}")
    is_shared = variance.shape != x.shape and variance.shape == x.shape[:-1]
    losses = make.formula(
        "(log(Max(v, eps)) + (x - y)**2/Max(v, eps))/2",
        x=x,
        y=y,
        v=variance[..., None] if is_shared else variance,
        eps=eps,
    )
    if full:
        losses = make.formula("x + log(2*pi)/2", x=losses)
    return reduced(make, losses, reduction)


# --- of probabilities ------------------------------------------------------------------------------------------------


def binary_cross_entropy(make: NodeArrays, x: Nodes, y: Nodes, weight: Nodes | None, reduction: Any) -> Nodes:
    """-(y*log(x) + (1 - y)*log(1 - x)), where 0*log(0) is 0; torch bounds the logarithms by -100."""
    same_shapes(make, x, y)
    losses = make.formula("-(xlogy(y, x) + xlogy(1 - y, 1 - x))", x=x, y=y)
    return reduced(make, _weighted(make, losses, weight), reduction)


def binary_cross_entropy_of_logits(
    make: NodeArrays, x: Nodes, y: Nodes, weight: Nodes | None, pos_weight: Nodes | None, reduction: Any
) -> Nodes:
    """The cross entropy of sigmoid(x) and y, the class 1 weighted."""
    same_shapes(make, x, y)
    if pos_weight is None:
        losses = make.formula("(1 - y)*x + softplus(-x)", x=x, y=y)
    else:
        losses = make.formula("(1 - y)*x + (1 + (p - 1)*y)*softplus(-x)", x=x, y=y, p=pos_weight)
    return reduced(make, _weighted(make, losses, weight), reduction)


def divergence(make: NodeArrays, x: Nodes, y: Nodes, reduction: Any, log_target: Any) -> Nodes:
    """Kullback and Leibler's divergence from exp(x) to y, or to exp(y) where the target is a logarithm."""
    losses = make.formula("exp(y)*(y - x)" if log_target else "xlogy(y, y) - y*x", x=x, y=y)
    if reduction == BATCH_MEAN:
        if not x.ndim:
            make.fail(f"the reduction {BATCH_MEAN!r} needs a dim, and the shape is ()")
        return make.call("div", make.sum(losses), make.number(x.shape[0]))
    return reduced(make, losses, reduction)


def several_labels(make: NodeArrays, x: Nodes, y: Nodes, weight: Nodes | None, reduction: Any) -> Nodes:
    """The mean over all classes of the cross entropy of sigmoid(x) and y."""
    same_shapes(make, x, y)
    if not x.ndim:
        make.fail(f"`{make.function}` needs a dim of classes, and the shape is ()")
    losses = _weighted(make, make.formula("-(y*logsigmoid(x) + (1 - y)*logsigmoid(-x))", x=x, y=y), weight)
    return reduced(make, make.mean(losses, (losses.ndim - 1,)), reduction)


# --- of a target that is 1 or -1 -------------------------------------------------------------------------------------


def soft_margin(make: NodeArrays, x: Nodes, y: Nodes | Integers, reduction: Any) -> Nodes:
    """log(1 + exp(-y*x))."""
    return reduced(make, make.formula("softplus(-y*x)", x=x, y=make.labels(y)), reduction)


def hinge_embedding(make: NodeArrays, x: Nodes, y: Nodes | Integers, margin: Nodes, reduction: Any) -> Nodes:
    """x where y is 1, and what lacks to the margin where it is -1."""
    text = "where(y != 1, Max(m - x, 0), 0) + where(y != -1, x, 0)"
    return reduced(make, make.formula(text, x=x, y=make.labels(y), m=margin), reduction)


def margin_ranking(
    make: NodeArrays, x: Nodes, y: Nodes, target: Nodes | Integers, margin: Nodes, reduction: Any
) -> Nodes:
    """What lacks to the margin by which x should be above y, or below it where the target is -1."""
    losses = make.formula("Max(m - t*(x - y), 0)", x=x, y=y, t=make.labels(target), m=margin)
    return reduced(make, losses, reduction)


def same_shapes(make: NodeArrays, x: Nodes, y: Nodes) -> None:
    """Fail for a target of another shape, which torch refuses to broadcast."""
    if x.shape != y.shape:
        make.fail(f"`{make.function}` needs a target of the shape {x.shape}, and its shape is {y.shape}")


def _weighted(make: NodeArrays, losses: Nodes, weight: Nodes | None) -> Nodes:
    return losses if weight is None else make.call("mul", losses, weight)
