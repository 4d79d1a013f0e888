"""What rounding explains of one operation: honest kernels are believed, spoilt ones are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor
from torch.overrides import TorchFunctionMode

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case
from derivcheck.model.explanation import BesideExact, Explanation
from derivcheck.numbers import DType

RIGHT = [
    ("tanh(x)*lgamma(x)", DType.FLOAT64, {"x": "20"}),  # 1 - tanh(x)**2 cancels inside of the backward pass
    ("sum(softmax(W @ x, dim=0)**2)", DType.FLOAT32, {"W": "randn(5, 7)", "x": "randn(7)"}),
    ("sum(layer_norm(x, [4])**3)", DType.BFLOAT16, {"x": "randn(3, 4)"}),
    ("logsumexp(x*100)", DType.FLOAT16, {"x": "randn(6)"}),
    ("sum(inv(A))", DType.FLOAT32, {"A": "[[1, 2], [2, 4.001]]"}),  # an ill-conditioned matrix
    ("sum(A @ B)", DType.FLOAT32, {"A": "randn(2, 60)", "B": "randn(60, 2)"}),  # sums that cancel
    ("lgamma(x)*erfc(x)", DType.FLOAT64, {"x": "5.5"}),
    ("exp(x)*exp(-x)", DType.FLOAT32, {"x": "200"}),  # an overflow is the range's fault
    ("sqrt(x**2 + 1) - x", DType.FLOAT64, {"x": "1e8"}),  # large errors, inherited ones
]


def is_wrong(numbers: BesideExact) -> bool:
    """Whether an error is larger than rounding explains."""
    pairs = zip(numbers.local, numbers.explained, strict=True)
    return any(error is not None and bound is not None and error > bound for error, bound in pairs)


def suspects(explanation: Explanation) -> list[str | None]:
    """The operations that are wrong themselves."""
    return [
        one.operation
        for one in explanation.tape
        if is_wrong(one.value) or any(is_wrong(gradient.numbers) for gradient in one.returned)
    ]


@pytest.mark.parametrize(("expr", "dtype", "point"), RIGHT)
def test_honest_kernels_are_not_suspected(expr: str, dtype: DType, point: dict[str, str]) -> None:
    """However large the error of the whole is."""
    assert suspects(explain_expression(Case(expr, (point,), dtype=dtype), ())) == []


def test_an_inaccurate_kernel_of_torch_is_suspected() -> None:
    """Its trigamma, the derivative of digamma, is right to ten digits of sixteen."""
    assert suspects(explain_expression(Case("digamma(x)**2", ({"x": "5.5"},)), ())) == ["digamma"]


class Spoiling(TorchFunctionMode):
    """Spoils what the backward pass of an operation returns, by its name."""

    def __init__(self, name: str, spoil: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.name, self.spoil = name, spoil

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation, and hook its node."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result.grad_fn is not None and type(result.grad_fn).__name__ == self.name:
            result.grad_fn.register_hook(
                lambda returned, _: tuple(one if one is None else self.spoil(one) for one in returned)
            )
        return result


@pytest.mark.parametrize(
    ("expr", "point", "node", "operation"),
    [
        ("exp(sin(x)*y)", {"x": "2", "y": "3"}, "SinBackward0", "sin"),
        ("exp(sin(x)*y)", {"x": "2", "y": "3"}, "MulBackward0", "mul"),
        ("tanh(x)*lgamma(x)", {"x": "20"}, "LgammaBackward0", "lgamma"),
        ("sum(softmax(W @ x, dim=0)**2)", {"W": "randn(3, 4)", "x": "randn(4)"}, "SoftmaxBackward0", "_softmax"),
        ("sum(softmax(W @ x, dim=0)**2)", {"W": "randn(3, 4)", "x": "randn(4)"}, "MvBackward0", "mv"),
        ("sum(cumprod(x, 0)*x)", {"x": "[1.5, 2, 3]"}, "CumprodBackward0", "cumprod"),
    ],
)
@pytest.mark.parametrize("spoil", [lambda g: 1.001 * g, lambda g: -g, lambda g: 0 * g])
def test_a_spoilt_backward_pass_is_found_alone(
    expr: str, point: dict[str, str], node: str, operation: str, spoil: Callable[[Tensor], Tensor]
) -> None:
    """A share of a thousandth, a sign or a gradient that is lost: that operation is suspected, and no other."""
    with Spoiling(node, spoil):
        explanation = explain_expression(Case(expr, (point,)), ())
    assert suspects(explanation) == [operation]
