"""Tests of what rounding explains of functions that mix the samples of a batch.

Covers also: asked_function, one_at_a_time, one_sample.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from derivcheck.api import check_function
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.errors import UserFunctionError
from derivcheck.model import Mode, Spread, Status
from derivcheck.numbers import DType
from derivcheck.rounding.explanation_of_functions import elementwise_spreads, function_spreads
from derivcheck.verdict.criterion import CRITERION

LAYER_NORM = "(x - (x + y)/2)/sqrt(((x - y)/2)**2 + 1e-5)"
SOFTMAX = "exp(x)/(exp(x) + exp(y) + 1)"


def spread(function: Callable[..., Tensor], *numbers: float, dtype: DType = DType.FLOAT64) -> Spread | None:
    """What rounding explains of the derivative by the first argument."""
    setting = TorchSetting("cpu", dtype, Mode.REVERSE)
    inputs = tuple(setting.tensor(Fraction(number)) for number in numbers)
    names = "xyz"[: len(numbers)]
    return function_spreads(lambda xs: function(*xs), names, inputs, [("x",)], setting)[0]


def status(function: Callable[..., Tensor], formula: str, item: str = "backward", **at: Any) -> Status:
    """The status of one item of the check list."""
    return check_function(function, formula, at=at, args=list(at), only=[item])[0].status


def test_an_elementwise_function_has_the_spread_of_the_tape() -> None:
    """Nothing is different where nothing is mixed."""
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    inputs = (torch.tensor(0.3, dtype=torch.float64),)
    (there,) = elementwise_spreads(lambda xs: torch.tanh(xs[0]), ["x"], inputs, [("x",)], setting)
    assert spread(torch.tanh, 0.3) == there


@pytest.mark.parametrize("axis", [0, -1])
def test_what_cancels_within_layer_norm_is_rounding(axis: int) -> None:
    """Of two numbers it is nearly a sign: its slope is what 1 and 1 - 5e-6 leave, and eleven digits of it are right.

    The derivative of d/sqrt(d**2 + e) for d = (x - y)/2 by x is e/2/(d**2 + e)**1.5, 4.99992500e-6 at 1 and -1.
    """

    def normed(x: Tensor, y: Tensor) -> Tensor:
        stacked = torch.stack([x, y], axis)
        return functional.layer_norm(stacked if axis == -1 else stacked.movedim(0, -1), (2,), eps=1e-5)[..., 0]

    assert status(normed, LAYER_NORM, x=1, y=-1) is Status.MATCH
    found = spread(normed, 1.0, -1.0)
    assert found is not None
    assert 1e-18 < found.absolute < 1e-15


@pytest.mark.parametrize(
    ("function", "formula", "at"),
    [
        (
            lambda x, y: functional.normalize(torch.stack([x, y]), dim=0)[0],
            "x/sqrt(x**2 + y**2)",
            {"x": -1.8471, "y": 0.0104},
        ),
        (lambda x, y: torch.softmax(torch.stack([x, y, 0 * x]), 0)[0], SOFTMAX, {"x": -3.7544, "y": 6.4271}),
        (
            lambda x, y: functional.cosine_similarity(torch.stack([x, y]), torch.stack([0 * x + 3, 0 * x + 4]), dim=0),
            "(3*x + 4*y)/(5*sqrt(x**2 + y**2))",
            {"x": -1.7982, "y": -2.3713},
        ),
        (
            lambda x, y: torch.linalg.inv(torch.stack([torch.stack([x, y], -1), torch.stack([y, x + 2], -1)], -1))[
                ..., 0, 0
            ],
            "(x + 2)/(x*(x + 2) - y**2)",
            {"x": 0.3, "y": 0.8301},
        ),
        (
            lambda x, y: torch.linalg.vector_norm(torch.stack([x, y]), 3, dim=0),
            "(abs(x)**3 + abs(y)**3)**(1/3)",
            {"x": 4, "y": 1},
        ),
        (lambda x, y: torch.abs(torch.complex(x, y)), "sqrt(x**2 + y**2)", {"x": -0.4303, "y": 0.0006}),
    ],
    ids=["normalize", "softmax", "cosine", "inverse", "norm", "complex"],
)
def test_right_functions_of_vectors_are_not_accused(
    function: Callable[..., Tensor], formula: str, at: dict[str, float]
) -> None:
    """What torch computes of stacked arguments is right but for its rounding, however its kernels cancel."""
    for dtype in ("float64", "float32"):
        (result,) = check_function(function, formula, at=at, args=list(at), only=["backward"], dtype=dtype)
        assert result.status is Status.MATCH, result.verdict


def test_a_second_derivative_of_a_norm() -> None:
    """Of (x**3 + y**3)**(1/3) by x twice 2*x*y**3/(x**3 + y**3)**(5/3) is left where two terms cancel."""

    def norm(x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = torch.linalg.vector_norm(torch.stack([x, y]), 3, dim=0)
        return found

    formula = "(abs(x)**3 + abs(y)**3)**(1/3)"
    assert status(norm, formula, "second", x=4, y=1) in {Status.MATCH, Status.UNSTABLE}


class Scaled(torch.autograd.Function):
    """A softmax whose backward pass is off by a factor."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, off: float) -> Tensor:
        """The softmax of a vector."""
        ctx.off = off
        share = torch.softmax(x, 0)
        ctx.save_for_backward(share)
        return share

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        """Its derivative, times the factor."""
        (share,) = ctx.saved_tensors
        return share * (grad - (grad * share).sum(0)) * ctx.off, None


@pytest.mark.parametrize("off", [1 + 1e-12, 1 + 1e-8, 1.01, -1.0, 0.0])
def test_a_wrong_function_of_vectors_is_found(off: float) -> None:
    """A relative error of 1e-12 is far more than a softmax of three moderate numbers rounds."""

    def share(x: Tensor, y: Tensor) -> Tensor:
        return Scaled.apply(torch.stack([x, y, 0 * x]), off)[0]  # type: ignore[no-any-return,no-untyped-call]

    expected = Status.INACCURATE if abs(off - 1) < 1e-7 else Status.MISMATCH
    assert status(share, SOFTMAX, x=0.7, y=-0.3) is expected


def test_a_product_whose_backward_pass_goes_another_way_under_the_tape() -> None:
    """Off the tape the second derivative of a product by a factor is what its quotients leave: 0, but for rounding."""
    found = check_function(
        lambda x, y: torch.prod(torch.stack([x, y, torch.full_like(x, -3.3302)]), 0),
        "-x*y*3.3302",
        at={"x": -3.1916, "y": 1.8953},
        args=["x", "y"],
        only=["second"],
    )[0]
    assert found.status in {Status.MATCH, Status.UNSTABLE}


def test_numbers_of_few_digits_are_combined_exactly() -> None:
    """The cofactor of a singular matrix of ones is 1. torch returns 0, and no rounding (pytorch issue 104675)."""

    def det(x: Tensor) -> Tensor:
        one = torch.ones_like(x)
        found: Tensor = torch.linalg.det(torch.stack([torch.stack([one, one], -1), torch.stack([one, x], -1)], -1))
        return found

    exact, rounded = spread(det, 1.0), spread(det, 1.1)
    assert exact is not None
    assert rounded is not None
    assert (exact.absolute, exact.farthest) == (0, 0)
    assert rounded.absolute > 0


def test_an_underflow_within_a_vector_is_noted() -> None:
    """log(softmax) at 800 is -inf: the share of the other, e^-800, underflows."""
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    inputs = (torch.tensor(800.0, dtype=torch.float64),)

    def logarithm(xs: tuple[Tensor, ...]) -> Tensor:
        return torch.log(torch.softmax(torch.stack([0 * xs[0], xs[0]]), 0)[0])

    (found,) = function_spreads(logarithm, ["x"], inputs, [()], setting)
    assert found is not None
    assert [loss.operation for loss in found.losses] == ["`_softmax`"]


def test_samples_are_the_same_each_time_and_differ() -> None:
    """Seeded, so that the same command prints the same bytes."""

    def norm(x: Tensor, y: Tensor) -> Tensor:
        squares: Tensor = torch.linalg.vector_norm(torch.stack([x, y]))
        return squares

    once, again = spread(norm, 0.3, 0.4), spread(norm, 0.3, 0.4)
    assert once == again
    assert once is not None
    assert 0 < once.relative < 1e-15
    narrow = spread(norm, 0.3, 0.4, dtype=DType.FLOAT32)
    assert narrow is not None
    assert 1e-9 < narrow.relative < 1e-6


def test_what_differs_from_call_to_call_is_no_rounding() -> None:
    """Half of what a dropout returns is 0, and the other half twice as much as it should be."""
    assert spread(lambda x: functional.dropout(torch.stack([x] * 20), 0.5).sum(0), 0.3) is None
    with pytest.raises(UserFunctionError, match="something else each time"):
        status(lambda x: x * torch.rand(()), "x", x=0.7)


def test_a_function_that_raises_has_no_spread() -> None:
    """None, as on the tape."""

    def raises(x: Tensor) -> Tensor:
        raise ValueError(f"no tensor of the shape {tuple(x.shape)}")

    assert spread(raises, 0.5) is None


def test_a_constant_beside_a_matrix_of_numbers_is_rounding() -> None:
    """A kernel over a dimension, with a constant that is given, and with one that is computed."""

    def scaled(xs: tuple[Tensor, ...]) -> Tensor:
        root = torch.tensor(2.0, dtype=torch.float64).sqrt()
        return (torch.stack(xs, -1) * root * torch.tensor(0.1, dtype=torch.float64)).sum(-1)

    inputs = (torch.tensor(0.7, dtype=torch.float64), torch.tensor(-1.3, dtype=torch.float64))
    found = function_spreads(scaled, ["a", "b"], inputs, [("a",)], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))[0]
    assert found is not None
    assert 0.0 < found.relative < 1e-15


def test_what_cancels_inside_of_log_softmax_is_seen() -> None:
    """At (1.9, -0.45) it is -0.091091440894841618052 (mpmath): torch is 4.65 ulps off."""

    def first(xs: tuple[Tensor, ...]) -> Tensor:
        return torch.log_softmax(torch.stack(xs, -1), -1)[..., 0]

    inputs = (torch.tensor(1.9, dtype=torch.float64), torch.tensor(-0.45, dtype=torch.float64))
    found = function_spreads(first, ["a", "b"], inputs, [()], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))[0]
    assert found is not None
    error = abs(float(first(inputs)) + 0.091091440894841618052)
    assert error <= CRITERION.spreads * found.absolute < 1e-15


def test_a_compiled_function_runs_on_the_tape_as_it_is_written() -> None:
    """Otherwise torch compiles the tape along with it, and warns the user of our code."""
    compiled: list[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        compiled.append(graph)
        return graph.forward

    def softmax(x: Tensor, y: Tensor) -> Tensor:
        return torch.softmax(torch.stack([x, y]), 0)[0]

    assert spread(softmax, 0.3, 1.7) == spread(torch.compile(softmax, backend=backend), 0.3, 1.7)
    assert [torch.softmax] == [node.target for graph in compiled for node in graph.graph.nodes if "soft" in node.name]


def _of_complex_numbers(x: Tensor, y: Tensor) -> Any:
    numbers = torch.complex(torch.stack([x, y]), torch.stack([y, x]))
    return torch.fft.fft(numbers * numbers).abs().sum()


def _of_one_complex_number(x: Tensor, y: Tensor) -> Tensor:
    return torch.stack([(torch.complex(x, y) ** 2).real, x]).sum()


def _of_a_masked_matrix(x: Tensor, y: Tensor) -> Tensor:
    row = torch.arange(9, dtype=x.dtype)
    mask = torch.ones(9, 9, dtype=torch.bool).tril()
    scores = torch.where(mask, torch.outer(row * x / 10, row * y / 5), torch.tensor(-torch.inf, dtype=x.dtype))
    return torch.softmax(scores, -1).diagonal().sum()


def _of_a_sparse_matrix(x: Tensor, y: Tensor) -> Any:
    matrix = torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 0]]), torch.stack([x, y]), (2, 2), check_invariants=True)
    return torch.sparse.mm(matrix, torch.stack([x, y]).reshape(2, 1)).sum()


@pytest.mark.parametrize(
    "function", [_of_complex_numbers, _of_one_complex_number, _of_a_masked_matrix, _of_a_sparse_matrix]
)
def test_what_is_no_dense_real_tensor_of_the_format_goes_through_the_tape(function: Callable[..., Tensor]) -> None:
    """Every sample is a number, and all are within some ulps: a wrong derivative does not hide among them."""
    found = spread(function, 0.3, 1.7)
    assert found is not None
    assert found.finite == 1.0
    assert 0.0 < found.relative < 1e-14
