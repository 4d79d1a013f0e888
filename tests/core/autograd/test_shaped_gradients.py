"""What torch's engines return for functions of tensors, in every mode, against closed forms.

Covers also: tensor_sweeps, tensor_transforms.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from tensor_points import shaped_point

from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_operands import Plain
from derivcheck.autograd.shaped_program import ShapedProgram, ShapedStep, compile_shaped
from derivcheck.autograd.tensor_transforms import weighed_exactly
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Refusal, RefusalKind
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.numbers import DType

MODES = [mode for mode in Mode if mode is not Mode.COMPILE]

A = torch.tensor([[2.0, 1.0], [0.5, 3.0]], dtype=torch.float64)

QUADRATIC = ShapedProgram(("x", "A"), (ShapedStep(torch.mv, "mv", (3, 2)), ShapedStep(torch.dot, "dot", (2, 4))), (5,))
"""x @ A @ x, whose gradient is (A + A.T) @ x and whose Hessian is A + A.T (K. B. Petersen, M. S. Pedersen, "The Matrix
Cookbook", 2012, equations 81 and 98)."""

AFFINE = ShapedProgram(("x", "A"), (ShapedStep(torch.mv, "mv", (3, 2)),), (4,))
"""A @ x, whose Jacobian is A."""


def elements(
    program: ShapedProgram, point: ShapedPoint, request: Request, mode: Mode, dtype: DType = DType.FLOAT64
) -> tuple[float, ...]:
    """The elements that torch returns for one request."""
    (found,) = shaped_gradients(program, point, [request], TorchSetting("cpu", dtype, mode))
    assert not isinstance(found, Refusal), found.text
    return found


POINT = shaped_point({"x": [1.0, -2.0], "A": A})


@pytest.mark.parametrize("mode", MODES)
def test_the_value_and_the_gradient_of_a_quadratic_form(mode: Mode) -> None:
    """All numbers are small enough for exact arithmetic."""
    assert elements(QUADRATIC, POINT, Request(), mode) == (2.0 - 2.0 - 1.0 + 12.0,)
    assert elements(QUADRATIC, POINT, Request(("x",)), mode) == (4.0 - 3.0, 1.5 - 12.0)
    assert elements(QUADRATIC, POINT, Request(("A",)), mode) == (1.0, -2.0, -2.0, 4.0)


@pytest.mark.parametrize("mode", MODES)
def test_the_hessian_of_a_quadratic_form(mode: Mode) -> None:
    """It is the sum of the matrix and its transpose, and with a direction the product of that with it."""
    assert elements(QUADRATIC, POINT, Request(("x", "x")), mode) == (4.0, 1.5, 1.5, 6.0)
    assert elements(QUADRATIC, POINT, Request(("x", "x"), direction=(0.5, -1.0)), mode) == (0.5, -5.25)


@pytest.mark.parametrize("mode", MODES)
def test_a_mixed_second_derivative_has_the_first_variable_first(mode: Mode) -> None:
    """Of x @ A @ x by x_i and A_jk it is x_k where i is j, and x_j where i is k."""
    expected = (2.0, -2.0, -2.0, 0.0, 0.0, 1.0, 1.0, -4.0)
    assert elements(QUADRATIC, POINT, Request(("x", "A")), mode) == expected
    weighed = tuple(0.5 * one - 2.0 * other for one, other in zip(expected[:4], expected[4:], strict=True))
    assert elements(QUADRATIC, POINT, Request(("x", "A"), direction=(0.5, -2.0)), mode) == weighed


@pytest.mark.parametrize("mode", MODES)
def test_the_jacobian_has_the_outputs_first(mode: Mode) -> None:
    """That of A @ x is A; an upstream gradient weighs its rows."""
    assert elements(AFFINE, POINT, Request(("x",)), mode) == (2.0, 1.0, 0.5, 3.0)
    assert elements(AFFINE, POINT, Request(("x",), upstream=(0.125, -2.0)), mode) == (-0.75, -5.875)


@pytest.mark.parametrize("mode", MODES)
def test_an_upstream_gradient_weighs_second_derivatives_too(mode: Mode) -> None:
    """Of two cubes, each by itself, the second derivatives are 6*x."""
    program = compile_shaped(parse("x**3"))
    point = shaped_point({"x": [1.0, 2.0]})
    assert elements(program, point, Request(("x", "x"), upstream=(0.5, -1.0)), mode) == (3.0, 0.0, 0.0, -12.0)
    both = Request(("x", "x"), upstream=(0.5, -1.0), direction=(2.0, 0.25))
    assert elements(program, point, both, mode) == (6.0, -3.0)
    apart = elements(program, point, Request(("x", "x")), mode)
    assert apart == (6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0)


@pytest.mark.parametrize("mode", MODES)
def test_several_outputs_are_flattened_and_joined(mode: Mode) -> None:
    """One output is a matrix and one is a number; where an output does not depend on a variable there are zeros."""
    steps = (ShapedStep(torch.sum, "sum", (2,)), ShapedStep(torch.mul, "mul", (3, 3)))
    program = ShapedProgram(("x", "y"), steps, (5, 4))
    point = shaped_point({"x": [1.0, 2.0], "y": [[3.0, 4.0]]})
    assert elements(program, point, Request(), mode) == (9.0, 16.0, 3.0)
    assert elements(program, point, Request(("x",)), mode) == (0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    assert elements(program, point, Request(("y",)), mode) == (6.0, 0.0, 0.0, 8.0, 0.0, 0.0)


@pytest.mark.parametrize("mode", MODES)
def test_a_variable_that_nothing_depends_on_has_the_gradient_zero(mode: Mode) -> None:
    """torch.autograd.grad returns None there, as for numbers."""
    program = ShapedProgram(("x", "y"), (ShapedStep(torch.exp, "exp", (2,)),), (4,))
    point = shaped_point({"x": [0.0], "y": [1.0, 2.0]})
    assert elements(program, point, Request(("y",)), mode) == (0.0, 0.0)
    assert elements(program, point, Request(("y", "y")), mode) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("mode", Mode)
def test_integers_stay_integers_and_are_not_differentiated(mode: Mode) -> None:
    """The cross entropy's gradient is softmax(z) - onehot, here with two equal scores."""
    step = ShapedStep(torch.nn.functional.cross_entropy, "cross_entropy", (2, 1))
    program = ShapedProgram(("z", "t"), (step,), (4,))
    point = shaped_point({"z": [0.0, 0.0], "t": 1}, integers="t")
    assert elements(program, point, Request(("z",)), mode) == (0.5, -0.5)


@pytest.mark.parametrize("dtype", DType)
@pytest.mark.parametrize("mode", MODES)
def test_every_format(dtype: DType, mode: Mode) -> None:
    """The numbers of the quadratic form are few enough digits for all of them."""
    point = shaped_point({"x": [1.0, -2.0], "A": A}, dtype)
    assert elements(QUADRATIC, point, Request(("x",)), mode, dtype) == (1.0, -10.5)


@pytest.mark.parametrize("mode", MODES)
def test_of_nothing_and_by_nothing_there_are_no_derivatives(mode: Mode) -> None:
    """A slice may be empty, and so may a value."""
    empty = compile_shaped(parse("x[2:]*y"))
    point = shaped_point({"x": [1.0, 2.0], "y": 3.0})
    assert elements(empty, point, Request(), mode) == ()
    assert elements(empty, point, Request(("x",)), mode) == ()
    assert elements(empty, point, Request(("x",), upstream=()), mode) == (0.0, 0.0)
    of_nothing = compile_shaped(parse("sum(x) + y"))
    point = shaped_point({"x": torch.zeros(0), "y": 3.0})
    assert elements(of_nothing, point, Request(("x",)), mode) == ()
    assert elements(of_nothing, point, Request(("y",)), mode) == (1.0,)


@pytest.mark.parametrize("mode", MODES)
def test_a_tangent_without_storage_is_zero(mode: Mode) -> None:
    """The second tangent of x/y + x by x is one that torch knows to be 0 and keeps no numbers of."""
    program = compile_shaped(parse("x/y + 0.1*x"))
    point = shaped_point({"x": [1.0, 2.0], "y": [4.0, 8.0]})
    assert elements(program, point, Request(("x", "x")), mode) == (0.0,) * 8
    assert elements(program, point, Request(("x", "x"), upstream=(0.5, 1.0)), mode) == (0.0,) * 4


def test_a_compiler_gives_first_derivatives_and_refuses_second_ones() -> None:
    """torch.compile does not support double backward."""
    assert elements(QUADRATIC, POINT, Request(("x",)), Mode.COMPILE) == (1.0, -10.5)
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.COMPILE)
    value, second = shaped_gradients(QUADRATIC, POINT, [Request(), Request(("x", "x"))], setting)
    assert value == (11.0,)
    assert isinstance(second, Refusal)
    assert second.kind is RefusalKind.NO_COMPILED_SECOND


def test_a_compiled_graph_that_breaks_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    """torch.compile leaves x[t] to torch itself, and says so in a hundred lines on stderr."""
    program = compile_shaped(parse("exp(x)[t]"))
    point = shaped_point({"x": [0.0, 1.0], "t": 0}, integers="t")
    assert elements(program, point, Request(("x",)), Mode.COMPILE) == (1.0, 0.0)
    assert capfd.readouterr().err == ""


def test_a_graph_that_the_compiler_cut_is_refused() -> None:
    """The compiled gradient of (x - 1)**3 comes back without a graph: its second derivative would look like 0."""
    program = compile_shaped(parse("(x - 1)**3"))
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.COMPILE)
    (second,) = shaped_gradients(program, shaped_point({"x": [3.0, 4.0]}), [Request(("x", "x"))], setting)
    assert isinstance(second, Refusal)


def test_where_torch_lacks_a_derivative_it_is_refused_and_the_others_are_there() -> None:
    """igamma has none by its first argument."""
    program = compile_shaped(parse("gammainc(a, x)"))
    point = shaped_point({"a": [2.0, 3.0], "x": [1.0, 2.0]})
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    by_a, by_x = shaped_gradients(program, point, [Request(("a",)), Request(("x",))], setting)
    assert isinstance(by_a, Refusal)
    assert by_a.kind is RefusalKind.NO_DERIVATIVE
    assert not isinstance(by_x, Refusal)


def test_what_torch_raises_is_a_refusal() -> None:
    """Shapes that do not fit are torch's to refuse where nobody else did."""
    program = ShapedProgram(("x",), (ShapedStep(torch.reshape, "reshape", (1, Plain((5,)))),), (2,))
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.FUNC)
    (found,) = shaped_gradients(program, shaped_point({"x": [1.0, 2.0]}), [Request(("x",))], setting)
    assert isinstance(found, Refusal)
    assert found.kind is RefusalKind.RAISED


def test_weighing_the_columns_of_forward_mode_rounds_once() -> None:
    """The sum is the float that is nearest to the exact one, in rational arithmetic."""
    numbers, weights = [0.1, 2.0**-60, 0.3], [1.875, 0.125, -1.625]
    exact = sum((Fraction(x) * Fraction(w) for x, w in zip(numbers, weights, strict=True)), Fraction(0))
    row = torch.tensor([numbers], dtype=torch.float64)
    assert weighed_exactly(row, weights).tolist() == [float(exact)]
