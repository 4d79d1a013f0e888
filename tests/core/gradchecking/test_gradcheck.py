"""Gradcheck with torch's signature and answer.

Covers also: reports, reverse_mode, forward_columns, double_backward, torchs_checks, without_gradient.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import lying_functions as lies
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import _get_current_dispatch_mode

import derivcheck
from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.torchs_checks import TORCHS
from derivcheck.model import Status

DOUBLE = torch.float64


def leaf(*numbers: float, dtype: torch.dtype = DOUBLE) -> Tensor:
    """A tensor that asks for a gradient."""
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


@pytest.mark.parametrize("name", ["gradcheck", "gradgradcheck"])
def test_the_signatures_are_torchs(name: str) -> None:
    """Names, order, defaults and kinds of the arguments."""
    ours = inspect.signature(getattr(derivcheck, name)).parameters.values()
    torchs = inspect.signature(getattr(TORCHS, name)).parameters.values()
    assert [(one.name, one.default, one.kind) for one in torchs] == [(one.name, one.default, one.kind) for one in ours]


def test_a_right_function_passes() -> None:
    """In reverse and in forward mode, once and twice."""
    x = leaf(0.5, -2.0)
    assert derivcheck.gradcheck(torch.tanh, x, check_forward_ad=True)
    assert derivcheck.gradgradcheck(torch.tanh, x)


class OffByABillionth(torch.autograd.Function):
    """Its gradient is wrong by 1e-9 of itself in one element."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """sin(x)."""
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """g*cos(x), but for the first element."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * x.cos() * torch.tensor([1 + 1e-9, 1.0], dtype=g.dtype)
        return made


def test_a_gradient_that_is_wrong_by_a_billionth_fails() -> None:
    """Which torch's tolerances let pass; the error is torch's, with the element, its truth and what was returned."""
    x = leaf(0.5, -2.0)
    assert torch.autograd.gradcheck(OffByABillionth.apply, (x,))
    assert not derivcheck.gradcheck(OffByABillionth.apply, (x,), raise_exception=False)
    with pytest.raises(TORCHS.GradcheckError, match=r"input\[0\] +0\.8775825618903728"):
        derivcheck.gradcheck(OffByABillionth.apply, (x,))
    assert not derivcheck.gradgradcheck(OffByABillionth.apply, (x,), raise_exception=False)


def test_the_error_begins_as_torchs_does() -> None:
    """Suites look for torch's words; the table follows, and names the Function."""
    x, y = leaf(0.5, -2.0), leaf(1.0, 3.0)

    def one(a: Tensor, b: Tensor) -> Tensor:
        made: Tensor = a * OffByABillionth.apply(b)  # type: ignore[no-untyped-call]
        return made

    def two(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        return one(a, b), a * b

    for function, words in (
        (one, "Jacobian mismatch for output 0 with respect to input 1,\ngradcheck of one "),
        (two, "Jacobian mismatch with respect to input 1,\ngradcheck of two "),
    ):
        with pytest.raises(TORCHS.GradcheckError, match=words):
            derivcheck.gradcheck(function, (x, y))
    with pytest.raises(TORCHS.GradcheckError, match=r"Jacobian mismatch.*\ngradgradcheck of OffByABillionth "):
        derivcheck.gradgradcheck(partial(OffByABillionth.apply), (x,))


def test_what_cannot_be_read_is_an_error_of_ours() -> None:
    """Never an answer."""
    with pytest.raises(UnsupportedError, match="cannot be read"):
        derivcheck.gradcheck(lambda x: torch.special.airy_ai(x) * x, leaf(0.5))


def test_nested_inputs_are_differentiated_by_as_well() -> None:
    """Tensors in lists among the inputs."""
    report = examine(lambda xs, y: xs[0] * xs[1][0] + y, ([leaf(1.0), [leaf(2.0)]], leaf(3.0)))
    assert Status.MATCH is report.status
    assert {"values", "backward", "upstream 0", "repetition", "undefined gradients"} == {
        result.item for result in report.results
    }


def test_the_reports_of_second_derivatives_name_the_element() -> None:
    """As those of first ones do."""
    report = examine_twice(OffByABillionth.apply, leaf(0.5, -2.0))
    assert report.is_wrong
    assert "the gradient" in report.text


LIES = [lies.DroppedTerm, lies.WrongSign, lies.IgnoresUpstream]


@pytest.mark.parametrize("lie", LIES)
def test_a_backward_pass_that_lies_fails(lie: type[torch.autograd.Function]) -> None:
    """At the element where it does."""
    report = examine(lie.apply, leaf(0.5, -2.0))
    assert "backward" == report.failing[0].item
    assert Status.MISMATCH is report.status


def test_a_wrong_double_backward_fails_beside_a_right_first_one() -> None:
    """The truth is that of the forward pass, and not what the backward pass computes."""
    x = leaf(0.5, -2.0)
    assert derivcheck.gradcheck(lies.WrongOnlyTwice.apply, x)
    report = examine_twice(lies.WrongOnlyTwice.apply, x)
    assert ["double backward"] == [result.item for result in report.failing]


def test_wrong_tangents_fail_beside_a_right_backward_pass() -> None:
    """They are looked at where they are asked for."""
    x = leaf(0.5, -2.0)
    assert derivcheck.gradcheck(lies.WrongJvp.apply, x)
    report = examine(lies.WrongJvp.apply, x, check_forward_ad=True)
    assert ["forward mode"] == [result.item for result in report.failing]


def test_a_wrong_value_fails() -> None:
    """What the forward pass returns is compared with what its operations compute exactly."""

    def wrong(x: Tensor) -> Tensor:
        is_watched = _get_current_dispatch_mode() is not None
        return x.sin() * (1 if is_watched else 1 + 1e-9)

    assert "values" == examine(wrong, leaf(0.5)).failing[0].item


def test_an_ignored_upstream_gradient_fails_twice() -> None:
    """As a function of the upstream gradient its gradient is a constant."""
    assert examine_twice(lies.IgnoresUpstream.apply, leaf(0.5, -2.0)).is_wrong


def test_a_dropped_entry_of_the_hessian_fails() -> None:
    """Of many inputs, where dense directions stand for all elements."""

    def right(x: Tensor) -> Tensor:
        return (x[1:] * x[:-1] ** 2).sum()

    def wrong(x: Tensor) -> Tensor:
        y = x.clone()
        y.register_hook(lambda g: g + 1e-9 * torch.nn.functional.one_hot(torch.tensor(70), 80) * x[3] ** 2)
        return right(y)

    x = torch.linspace(0.5, 2, 80, dtype=DOUBLE, requires_grad=True)
    assert not examine_twice(right, x).is_wrong
    report = examine_twice(wrong, x, check_undefined_grad=False)
    assert ["backward", "double backward"] == [result.item for result in report.failing][:2]


# --- what passes -----------------------------------------------------------------------------------------------------


def seeded_dropout(x: Tensor) -> Tensor:
    """The same mask in every call."""
    torch.manual_seed(0)
    return torch.nn.functional.dropout(x.sin(), 0.5)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.relu(x - 0.5),
        lambda x: torch.nn.functional.layer_norm(x, (2,)),
        lies.InPlace.apply,
        seeded_dropout,
        lambda x: (x * 2, x.detach() * 3),
        lambda x: [x.sin(), x.argmax()],
        lambda x: x * x.detach(),
        lambda x: x.abs() * x,
    ],
)
def test_what_is_right_passes(function: Any) -> None:
    """Kinks with a gradient between their slopes, layers, in-place work, random draws that are the same each time."""
    assert derivcheck.gradcheck(function, leaf(0.5, -2.0))
    assert derivcheck.gradgradcheck(function, leaf(0.5, -2.0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_other_formats_are_checked_at_the_numbers_that_they_hold(dtype: torch.dtype) -> None:
    """Without tolerances made for them."""
    x = leaf(0.3, -1.7, dtype=dtype)
    assert derivcheck.gradcheck(torch.tanh, x, check_forward_ad=True)
    assert derivcheck.gradgradcheck(torch.tanh, x)


def test_complex_numbers_are_pairs() -> None:
    """Of inputs and of outputs; the function may know its complex parameter as well."""
    z = torch.tensor([0.5 + 1j, -2.0 + 0.25j], dtype=torch.complex128, requires_grad=True)
    assert derivcheck.gradcheck(lambda z: z * z.conj() + z**2, z, check_forward_ad=True)
    assert derivcheck.gradgradcheck(lambda z: (z.exp(), z.abs()), z)
    assert derivcheck.gradcheck(lambda _: z * 2, z)
    report = examine(lambda z: z.detach().conj() * z, z)
    assert Status.MATCH is report.status


def test_a_layer_may_know_its_own_parameters() -> None:
    """The function ignores its argument; the caller's very tensors are used."""
    layer = torch.nn.Linear(2, 3).double()
    x = torch.randn(4, 2, dtype=DOUBLE)
    parameters = (layer.weight, layer.bias)
    assert derivcheck.gradcheck(lambda *_: torch.softmax(3 * layer(x), 1), parameters)
    assert derivcheck.gradgradcheck(lambda *_: torch.softmax(3 * layer(x), 1), parameters)


def test_a_tensor_in_two_places_is_one_input() -> None:
    """Its gradient is that through both."""
    x = leaf(0.5, -2.0)
    assert derivcheck.gradcheck(torch.mul, (x, x))


@pytest.mark.parametrize("view", [lambda x: x.t(), lambda x: x.view(3, 2), lambda x: x[:, 1:], lambda x: x * 2])
def test_an_input_need_be_no_leaf(view: Any) -> None:
    """It may be a view, or computed from one."""
    x = view(torch.randn(2, 3, dtype=DOUBLE, requires_grad=True))
    assert derivcheck.gradcheck(lambda x: x.sin().t() @ x, (x,), check_forward_ad=True)
    assert derivcheck.gradgradcheck(lambda x: x.sin().t() @ x, (x,))


def test_what_is_empty_or_a_number_passes() -> None:
    """Shapes () and (0, 3)."""
    assert derivcheck.gradcheck(torch.sin, torch.tensor(1.0, dtype=DOUBLE, requires_grad=True), check_forward_ad=True)
    empty = torch.ones(0, 3, dtype=DOUBLE, requires_grad=True)
    assert derivcheck.gradcheck(torch.sin, empty, check_forward_ad=True)
    assert derivcheck.gradgradcheck(torch.sin, empty)


# --- as torch has it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "passes"),
    [
        (lambda x: (x > 0).double(), True),
        (lambda x: x.argmax(), True),
        (lambda _: torch.ones(2), True),
        (lambda x: x.detach() * 2, False),
    ],
)
def test_outputs_without_a_gradient_have_derivatives_that_are_zero(function: Any, passes: bool) -> None:
    """As torch expects it, without a finite difference."""
    x = leaf(0.5, -2.0)
    assert passes == torch.autograd.gradcheck(function, (x,), raise_exception=False)
    assert passes == derivcheck.gradcheck(function, (x,), raise_exception=False)


def test_what_the_function_raises_is_raised() -> None:
    """As with torch."""
    with pytest.raises(ZeroDivisionError):
        derivcheck.gradcheck(lambda x: x / 0 * (1 // 0), leaf(0.5))


def test_inputs_that_cannot_be_taken_are_refused_in_torchs_words() -> None:
    """Stride 0, and none that asks for a gradient."""
    with pytest.raises(RuntimeError, match="stride 0"):
        derivcheck.gradcheck(torch.sin, leaf(0.5).expand(3))
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        derivcheck.gradcheck(torch.sin, torch.ones(2))
    with pytest.raises(ValueError, match="Sparse output"):
        derivcheck.gradcheck(lambda x: x.to_sparse(), leaf(0.5))


def test_chance_is_told() -> None:
    """In the forward pass, and in the backward pass, where torch speaks of it."""
    report = examine(lambda x: x * torch.rand_like(x), leaf(0.5, -2.0))
    assert "not deterministic" in report.text
    torch.manual_seed(0)
    report = examine(lies.Random.apply, torch.ones(50, dtype=DOUBLE, requires_grad=True))
    assert ["repetition"] == [result.item for result in report.failing]
    assert "not reentrant" in report.text
    assert derivcheck.gradcheck(lies.Random.apply, torch.ones(50, dtype=DOUBLE, requires_grad=True), nondet_tol=1e-12)


def test_options_that_contradict_one_another() -> None:
    """Are refused as torch does."""
    with pytest.raises(AssertionError, match="at least one of check_forward_ad or check_backward_ad"):
        derivcheck.gradcheck(torch.sin, leaf(0.5), check_backward_ad=False)
    with pytest.raises(AssertionError, match="check_fwd_over_rev or check_rev_over_rev"):
        derivcheck.gradgradcheck(torch.sin, leaf(0.5), check_rev_over_rev=False)


def test_each_mode_is_looked_at_where_it_is_asked_for() -> None:
    """And what torch calls batched gradients."""
    report = examine(
        torch.sin, leaf(0.5), check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True
    )
    items = {result.item for result in report.results}
    assert {"values", "backward", "forward mode", "batched gradients", "batched tangents"} <= items
    report = examine_twice(torch.sin, leaf(0.5), check_fwd_over_rev=True)
    assert "forward over reverse mode" in {result.item for result in report.results}
    assert Status.MATCH is report.status


def test_the_callers_upstream_gradients_are_used() -> None:
    """Those that ask for no gradient are not differentiated by."""
    x, g = leaf(0.5, -2.0), torch.tensor([3.0, -1.0], dtype=DOUBLE)
    assert derivcheck.gradgradcheck(torch.tanh, x, g)
    assert derivcheck.gradgradcheck(torch.tanh, (x,), (g.clone().requires_grad_(),))
    with pytest.raises(UnsupportedError, match="inf or nan"):
        derivcheck.gradgradcheck(torch.tanh, x, g / 0)


NUMBERS = st.integers(-8, 8).map(lambda number: number / 4)


@settings(max_examples=8, deadline=None)
@given(coefficients=st.lists(NUMBERS, min_size=2, max_size=4), x=st.lists(NUMBERS, min_size=1, max_size=3))
def test_of_a_polynomial(coefficients: list[float], x: list[float]) -> None:
    """It passes, and a gradient that is wrong by a billionth of itself fails wherever it is not 0."""

    def polynomial(x: Tensor) -> Tensor:
        total = torch.zeros_like(x)
        for coefficient in coefficients:
            total = total * x + coefficient
        return total

    def lying(x: Tensor) -> Tensor:
        y = x.clone()
        y.register_hook(lambda g: g * (1 + 1e-9))
        return polynomial(y)

    point = leaf(*x)
    assert derivcheck.gradcheck(polynomial, point)
    (gradient,) = torch.autograd.grad(polynomial(point).sum(), point, allow_unused=True)
    is_told = gradient is not None and bool((gradient != 0).any())
    assert is_told == (not derivcheck.gradcheck(lying, point, raise_exception=False, check_undefined_grad=False))


def test_what_rounds_is_run_as_the_caller_runs_it() -> None:
    """Under torch.func, and where a mode watches, cumprod's backward pass has another formula, which rounds nothing."""
    x = torch.tensor([-4.826984902407649, 1.3, 0.7, -2.2, 3.1], dtype=torch.float64, requires_grad=True)
    assert derivcheck.gradgradcheck(lambda x: torch.cumprod(x, 0), x)


def test_another_order_of_adding_is_no_chance() -> None:
    """A kernel may add up in another order in each call; what differs in the last digits alone is judged as it is."""
    x = torch.tensor([0.3, 1.7], dtype=torch.float64, requires_grad=True)
    calls = iter(range(10_000))

    def wavering(x: Tensor) -> Tensor:
        return torch.sin(x) + 1e-16 * (next(calls) % 2)

    assert derivcheck.gradcheck(wavering, x, nondet_tol=1e-12)
