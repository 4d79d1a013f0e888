"""The table of what an exception means: each row is provoked in the torch that is installed.

Covers also: second_pass.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import own_functions
import pytest
import torch
from tensor_points import shaped_point

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.exceptions import TABLE, Row, refusal_of
from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.requests import Request
from derivcheck.autograd.second_pass import find_refusal
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.autograd.user_functions import as_user_function
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Refusal, RefusalKind
from derivcheck.numbers import DType

POINT = {"x": Fraction(1, 2), "y": Fraction(3)}


def of_expression(text: str, mode: Mode = Mode.REVERSE, dtype: DType = DType.FLOAT64, order: int = 1) -> Refusal | None:
    """Why torch gives no derivative of an expression by x at x = 1/2, y = 3."""
    program = compile_torch(parse(text, frozenset("xy")))
    (found,) = gradients(program, POINT, [("x",) * order], TorchSetting("cpu", dtype, mode))
    return found.refusal


def of_function(function: object, mode: Mode = Mode.REVERSE) -> Refusal | None:
    """Why torch gives no derivative of a function of one tensor at 1/2."""
    mine = as_user_function(function)
    (found,) = derivatives(mine, ["x"], (torch.tensor(0.5),), [("x",)], mode)
    return found if isinstance(found, Refusal) else None


def of_matrix(text: str, dtype: DType = DType.FLOAT64) -> Refusal | None:
    """Why torch gives no value of an expression of the singular matrix of ones."""
    point = shaped_point({"A": [[1.0, 1.0], [1.0, 1.0]]}, dtype)
    setting = TorchSetting("cpu", dtype, Mode.REVERSE)
    (found,) = shaped_gradients(compile_shaped(parse(text, frozenset("A"))), point, [Request()], setting)
    return found if isinstance(found, Refusal) else None


def of_weights() -> Refusal | None:
    """Why torch gives no derivative of a loss by the weights of its elements."""
    program = compile_shaped(parse("binary_cross_entropy(x, x, w)", frozenset("xw")))
    point = shaped_point({"x": [0.25, 0.5], "w": [1.0, 2.0]}, DType.FLOAT64)
    by_weights, by_inputs = shaped_gradients(
        program, point, [Request(("w",)), Request(("x",))], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    )
    assert not isinstance(by_inputs, Refusal)
    return by_weights if isinstance(by_weights, Refusal) else None


def of_compiled(monkeypatch: pytest.MonkeyPatch) -> Refusal | None:
    """Why torch.compile gives no second derivative; up to the point where it would write C++ it is the same."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager_decomp_partition"))
    return of_expression("sin(2*x)", Mode.COMPILE, order=2)


PROVOKED: dict[tuple[RefusalKind, str], Callable[[pytest.MonkeyPatch], Refusal | None]] = {
    (RefusalKind.EXITS, ""): lambda _: of_function(own_functions.exits),
    (RefusalKind.NO_KERNEL, "not implemented for '"): lambda _: of_expression("erfcx(x)", dtype=DType.FLOAT16),
    (RefusalKind.NO_KERNEL, "Low precision dtypes not supported"): lambda _: of_matrix("inv(A)", DType.FLOAT16),
    (RefusalKind.NO_KERNEL, "of float, double, cfloat or cdouble"): lambda _: of_matrix("pinv(A)", DType.FLOAT16),
    (RefusalKind.NO_KERNEL, "must be either float or double dtype"): lambda _: of_matrix(
        "quantile(A, 0.5)", DType.BFLOAT16
    ),
    (RefusalKind.NO_FACTORS, ""): lambda _: of_matrix("inv(A)"),
    (RefusalKind.NO_KERNEL, "doesn't handle types other than"): lambda _: of_function(
        lambda x: torch.linalg.lstsq(x.to(torch.bfloat16).reshape(1, 1), torch.ones(1, 1).bfloat16())[0].reshape(())
    ),
    (RefusalKind.NO_KERNEL, "supports floating point, complex, and integer tensors"): lambda _: of_function(
        lambda x: torch.linalg.vander(x.to(torch.bfloat16).reshape(1)).sum()
    ),
    (RefusalKind.NOT_FOR_THIS_MODE, "must override the setup_context staticmethod"): lambda _: of_function(
        own_functions.SQ, Mode.FUNC
    ),
    (RefusalKind.NOT_FOR_THIS_MODE, "implement the jvp function"): lambda _: of_function(
        own_functions.WrongVmap, Mode.FORWARD
    ),
    (RefusalKind.NOT_FOR_THIS_MODE, "marked with @once_differ"): lambda _: find_refusal(
        as_user_function(own_functions.Once), (torch.tensor(0.5),)
    ),
    (RefusalKind.NO_COMPILED_SECOND, "does not currently support double backward"): of_compiled,
    (RefusalKind.MIXED_FORMATS, "Type promoting not supported"): lambda _: of_expression(
        "prelu(float_power(x, 2), y)", dtype=DType.BFLOAT16
    ),
    (RefusalKind.MIXED_FORMATS, "Found dtype"): lambda _: of_expression(
        "huber_loss(float_power(x, 2), y)", dtype=DType.BFLOAT16
    ),
    (RefusalKind.UNSUPPORTED, ""): lambda _: of_expression("besseli(3, x)"),
    (RefusalKind.NO_DERIVATIVE, "is not differentiable with respect to"): lambda _: of_weights(),
    (RefusalKind.NO_DERIVATIVE, "derivative for"): lambda _: of_expression("gammainc(x, y)"),
    (RefusalKind.OTHER_FORMAT, "expected dtype"): lambda _: of_expression(
        "lerp(float_power(x, 2), y, 2)", dtype=DType.BFLOAT16
    ),
    (RefusalKind.ZERO_TANGENT, "ZeroTensors are immutable"): lambda _: of_expression(
        "binary_cross_entropy_with_logits(x, y)", Mode.FORWARD, order=2
    ),
    (RefusalKind.NO_FORWARD_MODE, "Trying to use forward AD"): lambda _: of_expression("gammainc(2, x)", Mode.FORWARD),
    (RefusalKind.NOT_IMPLEMENTED, ""): lambda _: of_function(own_functions.not_yet),
    (RefusalKind.USER_FUNCTION, ""): lambda _: of_function(own_functions.as_numpy),
    (RefusalKind.WRONG_GRADIENTS, "Backward returned"): lambda _: of_function(own_functions.OneTooMany),
    (RefusalKind.WRONG_GRADIENTS, "expected Variable or None"): lambda _: of_function(own_functions.NoTensor),
    (RefusalKind.WRONG_CALL, "argument"): lambda _: of_function(own_functions.Product),
    (RefusalKind.RAISED, ""): lambda _: of_function(own_functions.raises),
}
"""How to provoke what each row of the table describes."""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.kind.name} {row.words}".strip())
def test_each_row_is_what_the_installed_torch_raises(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of torch that words an exception otherwise fails here, before it changes a verdict."""
    refusal = PROVOKED[row.kind, row.words](monkeypatch)
    assert refusal is not None
    assert row.kind is refusal.kind
    assert row.words in refusal.message


def test_both_ways_in_which_torch_lacks_a_derivative() -> None:
    """igamma's by its first argument is a NotImplementedError, hardsigmoid's second one a RuntimeError."""
    by_argument, second = of_expression("gammainc(x, y)"), of_expression("hardsigmoid(x)", order=2)
    assert by_argument is not None
    assert second is not None
    assert (RefusalKind.NO_DERIVATIVE, "NotImplementedError") == (by_argument.kind, by_argument.exception)
    assert (RefusalKind.NO_DERIVATIVE, "RuntimeError") == (second.kind, second.exception)


def test_a_shape_that_does_not_fit_is_the_backward_passs_fault() -> None:
    """The engine checks the shape of a gradient after backward has returned it."""
    x = torch.ones(2, requires_grad=True)
    result = as_user_function(own_functions.OfAnotherShape)([x])
    with pytest.raises(RuntimeError) as raised:
        torch.autograd.grad(result, x, torch.ones(2))
    assert RefusalKind.WRONG_GRADIENTS is refusal_of(raised.value).kind


def test_every_kind_has_a_row_but_the_one_that_records_have() -> None:
    """A kind that nothing can be is no kind; what is read from a record was classified when it was raised."""
    assert set(RefusalKind) - {RefusalKind.RECORDED} == {row.kind for row in TABLE}


def test_a_users_own_class_of_a_known_name_is_anything_else() -> None:
    """Only derivcheck's own UnsupportedError says that a reading lacks something: a namesake is a crash."""
    namesake = type("UnsupportedError", (Exception,), {})
    assert RefusalKind.RAISED is refusal_of(namesake("no luck")).kind


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("", "RuntimeError"),
        ("no\nand more", "RuntimeError: no"),
        ("it raised:\nValueError: no\n\nSet TORCH_LOGS", "RuntimeError: it raised: ValueError: no"),
        ("it raised:\n\n  because:\n  no\nmore", "RuntimeError: it raised: because: no"),
        ("it raised:", "RuntimeError: it raised:"),
    ],
)
def test_an_exception_in_one_line(message: str, line: str) -> None:
    """A line that ends with a colon is completed by the next one."""
    assert line == refusal_of(RuntimeError(message)).text


def test_what_a_cpp_compiler_wrote_is_part_of_the_reason() -> None:
    """Where g++ fails, torch's first line says so, and the reason stands far below: the first error is added to it."""
    from torch._inductor.exc import CppCompileError, InductorError  # takes seconds, which only the tests here need

    written = "In file included from main.cpp:1:\nmain.cpp:3:10: fatal error: omp.h: No such file or directory\n"
    error = InductorError(CppCompileError(["g++", "main.cpp"], written), None)
    line = refusal_of(error).text
    assert line.startswith("InductorError: CppCompileError: C++ compile error: main.cpp:3:10: fatal error: omp.h")
    assert "\n" not in line
