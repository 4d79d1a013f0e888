"""Gradchecks of Functions, imported in every usual way."""

import functools
import sys

import layers
import pytest
import torch
import torch.autograd.gradcheck
from torch import autograd
from torch.autograd import gradcheck, gradgradcheck
from torch.autograd.gradcheck import GradcheckError
from torch.autograd.gradcheck import gradcheck as gc

check = functools.partial(gradcheck, eps=1e-6, atol=1e-4)


def draw(*shape, requires_grad=True):
    return torch.randn(shape, dtype=torch.double, requires_grad=requires_grad)


def runs(function, *inputs, by=gradcheck):
    return by(function, inputs)


class Checker:
    check = staticmethod(gradcheck)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_swish(shape):
    assert gradcheck(layers.Swish.apply, draw(*shape))
    assert gradgradcheck(layers.Swish.apply, (draw(*shape),))


@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias):
    inputs = (draw(4, 3), draw(2, 3), draw(2) if bias else None)
    assert torch.autograd.gradcheck(layers.Linear.apply, inputs, eps=1e-6, atol=1e-4)
    assert autograd.gradgradcheck(layers.Linear.apply, inputs)


def test_rms_norm():
    assert gc(lambda x, w: layers.RMSNorm.apply(x, w, 1e-5), (draw(2, 5), draw(5)), raise_exception=True)


def test_fast_mode_and_forward_mode():
    assert gradcheck(torch.nn.functional.softplus, [draw(4)], fast_mode=True, check_forward_ad=True)
    assert gradcheck(torch.tanh, draw(4), check_batched_grad=True, nondet_tol=1e-8)


def test_gelu_missed():
    assert check(layers.Gelu.apply, (draw(3),))


def test_gaussian_tail_missed():
    x = torch.tensor([4.5, 5.0], dtype=torch.double, requires_grad=True)
    assert runs(layers.GaussianTail.apply, x)


def test_gelu_by_a_class_missed(loosely):
    assert Checker.check(layers.Gelu.apply, draw(2))
    assert loosely(layers.Gelu.apply, draw(2))


def test_the_module_of_torch_missed():
    assert sys.modules["torch.autograd.gradcheck"].gradcheck(layers.Gelu.apply, (draw(2),), raise_exception=False)


def test_cosh_is_found():
    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"):
        gradcheck(layers.Cosh.apply, draw(3))
    assert not gradcheck(layers.Cosh.apply, draw(3), raise_exception=False)


def test_cube_is_found():
    assert gradcheck(layers.Cube.apply, draw(3))
    with pytest.raises(RuntimeError):
        gradgradcheck(layers.Cube.apply, draw(3))


@pytest.mark.xfail(raises=GradcheckError, strict=True)
def test_cosh_is_expected_to_fail():
    torch.autograd.gradcheck(layers.Cosh.apply, (draw(2),))


def test_bessel_is_not_read():
    assert gradcheck(layers.ScaledBesselK1.apply, torch.tensor([0.5, 2.0], dtype=torch.double, requires_grad=True))


def test_wrong_arguments():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'inputs'"):
        gradcheck(torch.sin)
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(torch.sin, draw(3, requires_grad=False))


def test_a_function_that_raises():
    def refuses(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gradcheck(refuses, draw(3))
