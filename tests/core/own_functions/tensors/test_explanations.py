"""What rounding explains of gradients: those of all elements of the outputs share a tape."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from places import place_of
from torch import Tensor
from torch.nn.functional import interpolate

from derivcheck.model import Status
from derivcheck.own_functions.tensors.explanations import gradients_for
from derivcheck.own_functions.tensors.first_derivatives import check_first_derivatives
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream

NORM = "(x - mean(x, dim=-1, keepdim=True))/sqrt(var(x, dim=-1, correction=0, keepdim=True))"


class Norm(torch.autograd.Function):
    """Rows with the mean 0 and the variance 1; torch.vmap does not go through its forward pass."""

    reads = False
    """Whether the backward pass reads a number, which torch.vmap does not go through either."""
    factor = 1.0
    """What the gradient is multiplied by."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The value."""
        scale = x.var(-1, correction=0, keepdim=True).rsqrt()
        normed = (x - x.mean(-1, keepdim=True)) * scale
        ctx.save_for_backward(normed, scale)
        return normed

    @classmethod
    def backward(cls, ctx: Any, g: Tensor) -> Tensor:
        """The gradient."""
        normed, scale = ctx.saved_tensors
        if cls.reads and not float(g.abs().sum()):
            return torch.zeros_like(g)
        found: Tensor = scale * (g - g.mean(-1, keepdim=True) - normed * (g * normed).mean(-1, keepdim=True))
        return cls.factor * found


class Reading(Norm):
    """The same, which reads a number."""

    reads = True


class OffALittle(Norm):
    """The same with a gradient that is off by 1e-10 of it, which no rounding explains."""

    factor = 1 + 1e-10


def norm_of(function: type[Norm]) -> Place:
    """The norm of three rows, at a point where some elements of its gradients cancel."""
    return place_of(NORM, {"x": "randn(3, 5)"}, function.apply)


@pytest.mark.parametrize("function", [Norm, Reading])
def test_rounding_explains_the_rows_of_right_gradients(function: type[Norm]) -> None:
    """Whether one pass gives all rows, or each has a tape of its own."""
    place = norm_of(function)
    assert {Status.MATCH} == {one.verdict.status for one in check_first_derivatives(place.subject)}


def test_rows_share_a_tape() -> None:
    """Those that need one."""
    place = norm_of(Norm)
    list(check_first_derivatives(place.subject))
    rows = tuple([Upstream(row=row) for row in range(15)])
    assert place.computations["upstreams", rows].tapes
    own = [key for key in place.computations if isinstance(key, tuple) and isinstance(key[1], Upstream) and key[1].row]
    assert own
    assert not any(place.computations[key].tapes for key in own)


def test_rounding_does_not_explain_wrong_rows() -> None:
    """A gradient that is off by 1e-10 of it."""
    place = norm_of(OffALittle)
    rows = [one for one in check_first_derivatives(place.subject) if "element" in one.place]
    assert len(rows) == 15
    assert not any(one.verdict.status is Status.MATCH for one in rows)


def test_the_gradients_of_all_rows_are_the_jacobian() -> None:
    """Of two outputs, by two arguments."""
    place = place_of("x*y, sum(x)", {"x": "[1.0, 2.0]", "y": "[3.0, 4.0]"}, lambda x, y: (x * y, x.sum()))  # type: ignore[arg-type,return-value]
    found = gradients_for(place, [Upstream(row=row) for row in range(3)])(place.tensors).reshape(3, 4)
    assert found.tolist() == [[3, 0, 1, 0], [0, 4, 0, 2], [1, 1, 0, 0]]


RESIZED = "F.interpolate(x, scale_factor=1.7, mode='linear')"


def test_each_sample_of_a_linear_function_is_moved_by_itself() -> None:
    """Its backward pass depends on the upstream gradient alone: run once for all samples, some numbers would stay."""
    place = place_of(RESIZED, {"x": "randn(2, 3, 4)"}, lambda x: interpolate(x, scale_factor=1.7, mode="linear"))
    assert {Status.MATCH} == {one.verdict.status for one in check_first_derivatives(place.subject)}
