"""Declared gradients: what a backward pass is meant to return, where that is no derivative of the forward pass.

Covers also: declarations, jumps, own_functions.reading_gradients, model.upstream_names.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tensor_functions_gradients import above_minus_one, check, failing, function, outside_one, sign_ste, within_one
from torch import Tensor

MASKED = {"x": "g*(abs(x) <= 1)"}
CLIPPED = function(torch.clone, lambda g, x: g.clamp(-1, 1))  # noqa: ARG005


def error_of(**asked: Any) -> tuple[str, str]:
    """The message and the hint of a list that cannot be begun."""
    (result,) = check(CLIPPED, "x", {"x": "[1, 2]"}, **asked)
    assert str(result.status) == "error"
    assert result.error is not None
    return result.error.message, result.error.hint or ""


@pytest.mark.parametrize("at", ["0.3", "-1.5", "[0.3, -1.5, 4]", "[[0.25], [-2]]"])
def test_a_straight_through_estimator_is_right(at: str) -> None:
    """The sign of x passes the gradient on where |x| <= 1, whatever the shape."""
    assert not failing(check(sign_ste(within_one), "sign(x)", {"x": at}, MASKED))


@pytest.mark.parametrize("mask", [outside_one, above_minus_one, torch.ones_like])
def test_another_mask_is_found(mask: Any) -> None:
    """The mask of the other side, that of one side alone, and none."""
    found = failing(check(sign_ste(mask), "sign(x)", {"x": "0.3"}, MASKED))
    assert found.get("backward", found.get("points", "")).startswith("mismatch")


def test_a_mask_of_a_whole_batch_is_found() -> None:
    """One number at a time, "all lie inside" is right; in a batch of numbers of both signs it is not."""
    whole = function(torch.sign, lambda g, x: g * (x.abs() <= 1).all())
    assert list(failing(check(whole, "sign(x)", {"x": "0.3"}, MASKED))) == ["shapes"]


def test_the_upstream_gradient_has_a_long_name() -> None:
    """Where an argument is called g, `grad_output` is what is left."""
    code = function(torch.mul, lambda upstream, g, v: (upstream * v * 2, upstream * g))
    at = {"g": "[2, 3]", "v": "[0.5, -1]"}
    assert not failing(check(code, "g*v", at, {"g": "2*v*grad_output"}))
    assert "backward" in failing(check(code, "g*v", at, {"g": "v*grad_output"}, only=("backward",)))


def test_an_argument_without_a_declared_gradient_has_that_of_the_formula() -> None:
    """x*y whose gradient by x is meant to be scaled: that by y is still x*g."""
    code = function(torch.mul, lambda g, x, y: (g * y / 4, g * x))
    at = {"x": "[1, 2]", "y": "[3, -1]"}
    assert not failing(check(code, "x*y", at, {"x": "g*y/4"}))
    wrong = function(torch.mul, lambda g, x, y: (g * y / 4, g * x / 4))
    assert "by y" in failing(check(wrong, "x*y", at, {"x": "g*y/4"}, only=("backward",)))["backward"]


def test_a_gradient_may_be_a_product_of_matrices() -> None:
    """Feedback alignment (Lillicrap et al., 2016) sends the gradient back through a matrix of its own."""

    def backward(g: Tensor, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        return g @ g.new_tensor([[1.0, -2.0, 0.5], [0.25, 4.0, -1.0]]), g.T @ x

    code = function(lambda x, w: x @ w.T, backward)
    at = {"x": "[[1, 2, 3], [-1, 0.5, 0.25]]", "w": "[[0.5, 1, -1], [2, 0.25, 3]]"}
    declared = {"x": "g @ [[1, -2, 0.5], [0.25, 4, -1]]"}
    assert not failing(check(code, "x @ w.T", at, declared))
    assert "backward" in failing(check(code, "x @ w.T", at, {"x": "g @ w"}, only=("backward",)))


def test_each_of_several_outputs_has_an_upstream_gradient() -> None:
    """g1 and g2 are those of the first and the second output."""

    class Pair(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: Tensor) -> tuple[Tensor, Tensor]:
            return x.round(), x * 3

        @staticmethod
        def backward(_: Any, *upstreams: Any) -> Tensor:
            first, second = upstreams
            return first - second  # type: ignore[no-any-return]

    at = {"x": "[0.3, 1.75]"}
    assert not failing(check(Pair.apply, "round(x), 3*x", at, {"x": "g1 - g2"}))
    assert "backward" in failing(check(Pair.apply, "round(x), 3*x", at, {"x": "g1 + 3*g2"}, only=("backward",)))
    (result,) = check(Pair.apply, "round(x), 3*x", at, {"x": "g"})
    assert result.error is not None
    assert result.error.hint == "the upstream gradient of each of the 2 outputs is called `g1`, `g2`"


def test_another_shape_is_an_error_with_both_shapes() -> None:
    """A gradient has its argument's shape: it is neither broadcast nor summed."""
    reason, hint = error_of(gradients={"x": "sum(g)"})
    assert reason == "the gradient that is declared by x has the shape (), and x has the shape (2,)"
    assert "ones_like(x)" in hint
    reason, hint = error_of(gradients={"x": "g[:, None]*x"})
    assert "has the shape (2, 2)" in reason
    assert "sum it" in hint


def test_zero_is_a_gradient_of_any_shape() -> None:
    """An argument through which nothing goes back: None and zeros are both right."""
    for nothing in (lambda g, x: torch.zeros_like(g), lambda g, x: None):  # noqa: ARG005
        assert not failing(check(function(torch.clone, nothing), "x", {"x": "[1, 2]"}, {"x": "0"}))


def test_what_is_not_linear_has_to_be_declared() -> None:
    """A clipped gradient is no vector-Jacobian product; declared as such it is checked like any other."""
    reason, hint = error_of(gradients={"x": "clamp(g, -1, 1)"})
    assert "is not linear in g" in reason
    assert "--nonlinear" in hint
    assert not failing(check(CLIPPED, "x", {"x": "[1, 2]"}, {"x": "clamp(g, -1, 1)"}, is_linear=False))
    found = failing(check(CLIPPED, "x", {"x": "[1, 2]"}, {"x": "clamp(g, -2, 2)"}, is_linear=False))
    assert "backward" in found


def test_a_detached_upstream_gradient_is_linear_as_well() -> None:
    """Its value is that of g; a nonlinear one is found out through it, too."""
    code = function(torch.clone, lambda g, x: 2 * g.detach())  # noqa: ARG005
    assert not failing(check(code, "x", {"x": "[1, 2]"}, {"x": "2*detach(g)"}, only=("backward", "points")))
    assert "is not linear" in error_of(gradients={"x": "clamp(detach(g), -1, 1)"})[0]
    assert "is not linear" in error_of(gradients={"x": "g*detach(abs(g)*x)"})[0]


def test_what_is_linear_need_not_be_declared_otherwise() -> None:
    """A note says so."""
    code = function(torch.clone, lambda g, x: 2 * g)  # noqa: ARG005
    found = check(code, "x", {"x": "[1, 2]"}, {"x": "2*g"}, is_linear=False)
    assert not failing(found)
    assert found[0].notes == ("the declared gradient is linear in g: it need not be declared not to be",)


def test_on_an_edge_the_declaration_holds() -> None:
    """At x = 1 a mask with < is another one than that with <=, and beside it the same."""
    strict = sign_ste(lambda x: (x.abs() < 1).to(x.dtype))
    assert not failing(check(sign_ste(within_one), "sign(x)", {"x": "1"}, MASKED))
    found = failing(check(strict, "sign(x)", {"x": "1"}, MASKED))
    assert list(found) == ["backward"]
    assert "a condition of the declared gradient changes at this point" in found["backward"]


def test_where_rounding_decides_a_condition_nobody_is_accused() -> None:
    """0.3/0.1 is less than 3, and 0.3*10 is not, in float64."""
    code = sign_ste(lambda x: (x * 10 < 3).to(x.dtype))
    found = failing(check(code, "sign(x)", {"x": "0.3"}, {"x": "where(x/0.1 < 3, g, 0)"}))
    assert found["backward"].startswith("unstable: ")


def test_a_gradient_that_is_not_0_where_nothing_comes_from_above() -> None:
    """A penalty on the activations is added on the way back: g + w*sign(x) is affine in g, and declared so."""
    penalty = function(torch.clone, lambda g, x: g + 0.25 * x.sign())
    at = {"x": "[1, -2]"}
    assert not failing(check(penalty, "x", at, {"x": "g + sign(x)/4"}, is_linear=False))
    assert "is not linear" in error_of(gradients={"x": "g + sign(x)/4"})[0]


def test_nothing_is_declared_by_what_is_not_differentiated() -> None:
    """Labels, and what the case holds constant."""
    code = function(lambda t, w: w[t], lambda g, t, w: (None, torch.zeros_like(w).index_add(0, t, g)))
    at = {"t": "[1, 1, 0]", "w": "[[1, 2], [3, 4]]"}
    assert not failing(check(code, "w[t]", at, {"w": "one_hot(t, 2).T @ g"}))
    (result,) = check(code, "w[t]", at, {"t": "g", "w": "one_hot(t, 2).T @ g"})
    assert result.error is not None
    assert "a gradient by `t` is declared, by which nothing is differentiated" in result.error.message


def test_no_argument_and_two_gradients_of_one_are_errors() -> None:
    """What is declared must be about an argument, once."""
    assert "no argument" in error_of(gradients={"y": "g"})[0]
    message, hint = error_of(gradients={"x": "h*g"})
    assert "`h`" in message
    assert "it has the arguments, `x`, and the upstream gradient, `g`" in hint


def test_a_regime_of_the_upstream_gradient_is_seen() -> None:
    """A clip by norm that always divides is right for long upstream gradients, and wrong for short ones."""
    always = function(torch.clone, lambda g, x: g / g.norm())  # noqa: ARG005
    clipped = {"x": "n = norm(g); where(n > 1, g/n, g)"}
    asked: dict[str, Any] = {"is_linear": False, "only": ("backward", "upstream")}
    assert list(failing(check(always, "x", {"x": "[1, 2, -0.5]"}, clipped, **asked))) == ["upstream"]


class Forward(torch.autograd.Function):
    """The sign with a mask, forwards and backwards."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        """The sign."""
        return torch.sign(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, _: Any) -> None:
        """Keep the argument."""
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *upstreams: Any) -> Any:
        """The masked gradient."""
        return upstreams[0] * within_one(*ctx.saved_tensors)

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        """The masked tangent."""
        return tangents[0] * within_one(*ctx.saved_tensors)


class Unmasked(Forward):
    """Its tangents have no mask."""

    @staticmethod
    def jvp(_: Any, *tangents: Any) -> Any:
        """The tangent."""
        return tangents[0] * 1


def test_tangents_are_those_of_the_declared_gradient() -> None:
    """What is linear in the upstream gradient has a transpose, which forward mode multiplies by."""
    at, only = {"x": "[0.3, -2, 0.5]"}, ("forward-mode",)
    (right,) = check(Forward.apply, "sign(x)", at, MASKED, only=only)
    assert str(right.status) == "match"
    assert "forward-mode" in failing(check(Unmasked.apply, "sign(x)", at, MASKED, only=only))


def test_a_second_derivative_is_that_of_the_declared_gradient() -> None:
    """Of the fast sigmoid, whose backward pass detaches the argument: silently 0."""
    fast = {"x": "g/(1 + 10*abs(x))**2"}
    cut = function(lambda x: (x > 0).to(x.dtype), lambda g, x: g / (1 + 10 * x.detach().abs()) ** 2)
    assert list(failing(check(cut, "where(x > 0, 1, 0)", {"x": "0.3"}, fast, only=("backward", "second")))) == [
        "second"
    ]
