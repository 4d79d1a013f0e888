"""What torch code computes, written in the expression language.

Covers also: called, listening, pieces, placing, recognizing, spelling, stored_words, word.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from derivcheck.balls.estimates import Estimates
from derivcheck.graph.inlining import at_point
from derivcheck.model.shaped_values import addresses
from derivcheck.tracing.wording.reading import Written, write_out

X = torch.tensor([[0.5, -1.25, 2.0], [1.5, -0.5, 0.25]], dtype=torch.float64)
W = torch.tensor([1.5, -0.75, 0.5], dtype=torch.float64)
A = torch.tensor([[2.0, 0.5, 0.0], [0.25, 3.0, 1.0], [-1.0, 0.5, 4.0]], dtype=torch.float64)
T = torch.tensor([0, 2])


def written(function: Callable[..., Any], **tensors: Tensor) -> Written:
    """What a function of some tensors is written as."""
    inputs = {name: one.clone().requires_grad_() if one.is_floating_point() else one for name, one in tensors.items()}
    exact = {
        address: Fraction(number)
        for name, one in tensors.items()
        if one.is_floating_point()
        for address, number in zip(addresses(name, tuple(one.shape)), one.reshape(-1).tolist(), strict=True)
    }
    return write_out(function, inputs, Estimates(at_point(exact)))


def in_parts(x: Tensor) -> Tensor:
    """Writes into parts of a tensor."""
    y = x.clone()
    y[:, 0] = 2
    y[y < 0] = 0
    y += 1
    return y


def accumulated(x: Tensor) -> Tensor:
    """A loop that makes a list."""
    return torch.stack([row.sum() for row in x.unbind(0)])


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: x * torch.sigmoid(x), "x*sigmoid(x)"),
        (lambda x: 3 - x + 2 / (x**2 + 1) - 2**x, "3 - x + 2/(x**2 + 1) - 2**x"),
        (lambda x: torch.where(x > 0, x, 0.1 * x), "where(x > 0, x, x*0.1)"),
        (lambda x: x.clamp(-1, 1) + x.clamp(min=0), "clamp(x, -1, 1) + Max(x, 0)"),
        (lambda x: (x > 0).float() * x, "where(x > 0, 1, 0)*x"),
        (lambda x: x / x.norm(dim=-1, keepdim=True), "x/norm(x, dim=-1, keepdim=True)"),
        (lambda x: (x - x.max(dim=1, keepdim=True)[0]).exp(), "exp(x - amax(x, dim=1, keepdim=True))"),
        (lambda x: functional.softmax(x, dim=-1).T, "softmax(x, dim=-1).T"),
        (lambda x: functional.softplus(x, 2), "softplus(x, 2)"),
        (lambda x: functional.layer_norm(x, (3,)), "layer_norm(x, (3,))"),
        (lambda x: torch.einsum("ij,kj->ik", x, x), "einsum('ij,kj->ik', x, x)"),
        (lambda x: (x.sort(-1)[0], x.mean()), "sort(x), mean(x)"),
        (lambda x: x.chunk(3, 1)[1], "chunk(x, 3, dim=1)[1]"),
        (lambda x: x[..., None] * x[0], "x[..., None]*x[0]"),
        (lambda x: x.detach() * x, "detach(x)*x"),
        (lambda x: torch.addcmul(x, x, x, value=2), "x + 2*x*x"),
        (lambda x: x.view(2, 3).contiguous().to(torch.float32), "x"),
        (
            lambda x: (e := torch.exp(x - x.max(dim=1, keepdim=True)[0])) / e.sum(dim=1, keepdim=True),
            "softmax(x, dim=1)",
        ),
        (lambda x: (e := x.exp()) / torch.sum(e, dim=0, keepdim=True), "softmax(x, dim=0)"),
        (lambda x: torch.log((e := (x - x.max().detach()).exp()) / e.sum(-1, keepdim=True)), "log_softmax(x, dim=-1)"),
        (lambda x: (e := x.exp()) / e.sum(1, keepdim=True).sqrt(), "h = exp(x); h/sqrt(sum(h, dim=1, keepdim=True))"),
        (accumulated, "stack([sum(unbind(x)[0]), sum(unbind(x)[1])])"),
        (in_parts, "h = cat([full((2, 1), 2), x[:, 1:]], dim=1); where(h < 0, 0, h) + 1"),
    ],
)
def test_a_function_of_one_tensor(function: Callable[..., Any], text: str) -> None:
    """The calls of torch have the spelling of the language, operators for what is arithmetic."""
    assert written(function, x=X).text == text


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (functional.cross_entropy, "cross_entropy(z, t)"),
        (lambda z, t: -functional.log_softmax(z, 1)[torch.arange(2), t], "-log_softmax(z, dim=1)[[0, 1], t]"),
        (lambda z, t: (functional.one_hot(t, 3) * z).sum(), "sum(one_hot(t, num_classes=3)*z)"),
        (lambda z, t: z.gather(1, t[:, None]), "gather(z, 1, t[:, None])"),
    ],
)
def test_labels_stay_integers(function: Callable[..., Any], text: str) -> None:
    """What stands in the place of an index is an integer variable."""
    assert written(function, z=X, t=T).text == text


def test_several_tensors_and_their_names() -> None:
    """A part that is used twice is named once, by a name that is none of the inputs'."""

    def normalized(h: Tensor, w: Tensor) -> Tensor:
        centred = h - h.mean(-1, keepdim=True)
        return centred / centred.square().mean(-1, keepdim=True).sqrt() * w

    found = written(normalized, h=X, w=W).text
    assert found == "h2 = h - mean(h, dim=-1, keepdim=True); h2/sqrt(mean(h2**2, dim=-1, keepdim=True))*w"


def test_layers_and_what_they_hold() -> None:
    """A linear map is a product; numbers that nobody has named are written out."""
    assert written(lambda x, a: functional.linear(x, a).relu(), x=X, a=A).text == "relu(x @ a.T)"
    assert written(lambda x: x * torch.tensor([1.0, 2.0, 4.0]), x=X).text == "x*[1, 2, 4]"


def test_the_forward_pass_of_a_function_is_seen() -> None:
    """A Function's own operations are the formula, not its backward pass."""

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: Tensor) -> Tensor:
            return x * x * x

        @staticmethod
        def backward(_: Any, g: Tensor) -> Tensor:
            return g

    assert written(Cube.apply, x=X).text == "x*x*x"


def test_views_that_are_given_to_a_function() -> None:
    """A transposed weight is the weight, transposed, within a Function as well."""

    class Linear(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
            return x.mm(w.t()) + b

    assert written(Linear.apply, x=X, a=A, b=W).text == "x @ a.T + b"


def test_what_holds_at_one_point_alone() -> None:
    """A branch on a number is one: the text is what the run computed, and says nothing of other points."""
    found = written(lambda x: x * 2 if x.sum() > 0 else x * 3, x=X)
    assert found.branches
    assert not found.holds_elsewhere
    found = written(lambda x: x / x.abs().max().item(), x=X)
    assert found.constants
    assert not found.holds_elsewhere


def test_what_has_no_text() -> None:
    """The first function without one is named."""
    found = written(lambda x: x.gather(1, x.argmax(1, keepdim=True)), x=X)
    assert found.text is None
    assert found.unknown == "argmax"


def test_an_overwritten_view_makes_its_tensor_unknown() -> None:
    """Two views share memory: what was written through one of them is not read from the other's word."""

    def function(x: Tensor) -> Tensor:
        y = x.clone()
        y.view(-1)[1:3].mul_(2)
        return y

    assert written(function, x=X).text is None


def test_labels_that_are_given_as_numbers() -> None:
    """An input that is made an integer is noted."""
    assert written(lambda z, t: z[0] * t.long(), z=X, t=W.round()).integers == {"t"}
