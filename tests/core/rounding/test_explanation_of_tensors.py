"""What rounding explains of torch's numbers for functions of tensors: right code is right, and lies are found.

Covers also: samples_in_batch, tensor_spreads, tensor_tape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
import torch
from tensor_points import Numbers, shaped_point
from torch import Tensor
from torch.nn import functional

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import Plain, ShapedProgram, ShapedStep
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.elements import Elements
from derivcheck.language.parse import parse
from derivcheck.model import Kind, Mode, Refusal, Severity, Status, Truth, Verdict
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements
from derivcheck.rounding.tensor_spreads import Subject, tensor_spreads
from derivcheck.verdict.criterion import CRITERION

LAST = Plain(-1)


def program(names: str, *steps: tuple[Any, ...]) -> ShapedProgram:
    """A program of one step after the other; an argument is a variable, a plain value, or None for the step before."""
    first = 2 * len(names)
    made: list[ShapedStep] = []
    for run, *args in steps:
        slots = [
            first + len(made) - 1 if arg is None else len(names) + names.index(arg) if isinstance(arg, str) else arg
            for arg in args
        ]
        made.append(ShapedStep(run, getattr(run, "__name__", "step"), tuple(slots)))
    return ShapedProgram(tuple(names), tuple(made), (first + len(made) - 1,))


def exactly(number: float) -> Truth:
    """The truth that a number is it."""
    exact = Fraction(number)
    mid = Dyadic(exact.numerator, 1 - exact.denominator.bit_length())
    return Truth(Kind.VALUE, Enclosure(mid, Dyadic(0, 0)))


def outputs(count: int) -> Elements:
    """Elements with so many roots: of formulas that are not looked at."""
    formula = parse("1").nodes
    return Elements(formula, (0,) * count, ())


def verdicts(
    made: ShapedProgram,
    values: dict[str, Numbers | Tensor],
    request: Request,
    dtype: DType,
    mode: Mode = Mode.REVERSE,
    lie: Callable[[Sequence[float]], Sequence[float]] = lambda numbers: numbers,
) -> list[Verdict]:
    """The verdicts on torch's numbers in a format, or on what a lie makes of them, where float64's are the truth."""
    point = shaped_point(values, dtype)
    setting, wide = TorchSetting("cpu", dtype, mode), TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    count = len(found(shaped_gradients(made, point, [Request()], wide)[0]))
    truths = [exactly(number) for number in found(shaped_gradients(made, point, [request], wide)[0])]
    value, returned = map(found, shaped_gradients(made, point, [Request(), request], setting))
    explained = Explained(made, outputs(count), point, setting)
    return judge_elements(explained, request, truths, lie(returned), values=value)


def found(numbers: Sequence[float] | Refusal) -> Sequence[float]:
    """The numbers of a request that torch did not refuse."""
    assert not isinstance(numbers, Refusal), numbers.text
    return numbers


def failed(judged: Sequence[Verdict]) -> list[int]:
    """The elements that fail."""
    return [place for place, verdict in enumerate(judged) if verdict.status.severity is Severity.FAIL]


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers from a seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


LAYER_NORM = program("xwb", (functional.layer_norm, "x", Plain((8,)), "w", "b"))
LAYER_NORM_POINT = {"x": drawn(3, 8), "w": drawn(8, seed=1), "b": drawn(8, seed=2)}

RIGHT: dict[str, tuple[ShapedProgram, dict[str, Tensor]]] = {
    "softmax": (program("x", (torch.softmax, "x", LAST)), {"x": 5 * drawn(2, 9)}),
    "log_softmax": (program("x", (torch.log_softmax, "x", LAST)), {"x": 5 * drawn(2, 9)}),
    "layer_norm": (LAYER_NORM, LAYER_NORM_POINT),
    "matmul": (program("xy", (torch.matmul, "x", "y")), {"x": drawn(3, 64), "y": drawn(64, 2, seed=1)}),
    "equal terms": (
        program("xy", (torch.matmul, "x", "y")),
        {"x": torch.full((2, 300), 0.1), "y": torch.full((300, 2), 0.7)},
    ),
    "a sum that cancels": (
        program("x", (torch.sin, "x"), (torch.sum, None)),
        {"x": torch.linspace(-1, 1, 501, dtype=torch.float64) + 1e-3},
    ),
    "std": (program("x", (torch.std, "x", LAST)), {"x": drawn(2, 17) + 30}),
    "cumprod": (program("x", (torch.cumprod, "x", LAST)), {"x": 1 + 0.2 * drawn(1, 9)}),
    "norm": (program("x", (torch.linalg.vector_norm, "x", Plain(3), LAST)), {"x": drawn(2, 9)}),
    "conv1d": (program("xw", (functional.conv1d, "x", "w")), {"x": drawn(1, 3, 8), "w": drawn(2, 3, 3, seed=1)}),
    "mlp": (
        program(
            "Wxb", (torch.matmul, "W", "x"), (torch.add, None, "b"), (torch.tanh, None), (torch.log_softmax, None, LAST)
        ),
        {"W": drawn(8, 16), "x": drawn(16, seed=1), "b": drawn(8, seed=2)},
    ),
}
"""Programs of torch's own, of which the derivatives are right."""


@pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16])
@pytest.mark.parametrize("name", RIGHT)
def test_right_code_is_not_accused(name: str, dtype: DType) -> None:
    """Neither the value nor a derivative, in reverse and in forward mode."""
    made, values = RIGHT[name]
    for mode in (Mode.REVERSE, Mode.FORWARD):
        requests = [Request(), *[Request((variable,)) for variable in made.variables]]
        for request in requests:
            assert [] == failed(verdicts(made, dict(values), request, dtype, mode)), request


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
@pytest.mark.parametrize("name", RIGHT)
def test_a_lie_of_a_thousandth_is_found(name: str, dtype: DType) -> None:
    """In every element that is not 0, or so small beside the others that its rounding error is larger."""
    made, values = RIGHT[name]

    def lie(numbers: Sequence[float]) -> Sequence[float]:
        return [1.001 * number for number in numbers]

    request = Request((made.variables[0],))
    truth = found(
        shaped_gradients(made, shaped_point(dict(values), dtype), [request], TorchSetting("cpu", dtype, Mode.REVERSE))[
            0
        ]
    )
    largest = max(map(abs, truth))
    expected = [place for place, number in enumerate(truth) if abs(number) > largest / 100]
    wrong = failed(verdicts(made, dict(values), request, dtype, lie=lie))
    assert expected == [place for place in wrong if place in expected]


def test_a_missing_term_of_the_mean_is_found() -> None:
    """A layer norm whose backward pass forgets that the mean depends on x is off by far more than rounding."""

    def forgetful(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        mean = x.mean(-1, keepdim=True).detach()
        return (x - mean) / (x.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt() * w + b

    wrong = program("xwb", (forgetful, "x", "w", "b"))
    request = Request(("x",), upstream=tuple([0.125 * (2 * (place % 7) - 7) for place in range(24)]))
    point = shaped_point(dict(LAYER_NORM_POINT), DType.FLOAT32)
    setting = TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE)
    (truth,) = shaped_gradients(LAYER_NORM, point, [request], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))
    (returned,) = shaped_gradients(wrong, point, [request], setting)
    explained = Explained(wrong, outputs(24), point, setting)
    judged = judge_elements(explained, request, [exactly(number) for number in found(truth)], returned)
    assert len(failed(judged)) == 24


def test_the_wrong_dim_is_found() -> None:
    """softmax(x, dim=0) instead of softmax(x, dim=1)."""
    wrong, right = program("x", (torch.softmax, "x", Plain(0))), program("x", (torch.softmax, "x", Plain(1)))
    point = shaped_point({"x": drawn(3, 4)}, DType.BFLOAT16)
    setting, request = TorchSetting("cpu", DType.BFLOAT16, Mode.REVERSE), Request()
    (truth,) = shaped_gradients(right, point, [request], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))
    (returned,) = shaped_gradients(wrong, point, [request], setting)
    judged = judge_elements(
        Explained(wrong, outputs(12), point, setting), request, [exactly(number) for number in found(truth)], returned
    )
    assert len(failed(judged)) == 12


def test_an_exact_computation_has_no_spread() -> None:
    """Whole numbers are added and multiplied without rounding, whatever the shapes."""
    made = program("xy", (torch.matmul, "x", "y"), (torch.mul, None, Plain(2.0)), (torch.sum, None))
    point = shaped_point({"x": [[1.0, 2.0], [3.0, 4.0]], "y": [[5.0, 6.0], [7.0, 8.0]]})
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    for request in (Request(), Request(("x",)), Request(("x", "y"))):
        (numbers,) = shaped_gradients(made, point, [request], setting)
        spreads = tensor_spreads(Subject.at(made, point, request, setting), dict(enumerate(found(numbers))))
        assert spreads is not None
        assert all(spreads.of(place).farthest == 0.0 for place in range(len(found(numbers))))


def test_every_sample_is_moved_by_itself() -> None:
    """The spread of x/3 is that of one rounding: a step of an ulp in a third of the samples."""
    made = program("x", (torch.div, "x", Plain(3.0)))
    setting, point = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE), shaped_point({"x": [1.0] * 40})
    spreads = tensor_spreads(Subject.at(made, point, Request(), setting), dict.fromkeys(range(40), 1 / 3))
    assert spreads is not None
    assert len(spreads.samples) == CRITERION.samples
    ulp = math.ulp(1 / 3)
    sizes = [spreads.of(place).absolute / ulp for place in range(40)]
    assert sum(sizes) / 40 == pytest.approx(math.sqrt(1 / 3), rel=0.1)


def test_what_goes_another_way_on_the_tape_is_looked_at_beside_the_point() -> None:
    """The second derivative of prod by one number is 0, of which torch leaves an ulp where nobody watches."""
    made = program("x", (torch.prod, "x"))
    values = {"x": 1 + drawn(17, seed=4)}
    judged = verdicts(made, dict(values), Request(("x", "x")), DType.FLOAT16)
    assert [] == [place for place in failed(judged) if place % 18 == 0]


def test_an_underflow_explains_only_what_depends_on_it() -> None:
    """exp(-800) is 0 in float64: a lie about the other element of a softmax is a lie all the same."""
    made = program("x", (torch.softmax, "x", LAST))
    point = shaped_point({"x": [0.0, -800.0, 1.0]})
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    value = 1 / (1 + math.e)
    judged = judge_elements(
        Explained(made, outputs(3), point, setting),
        Request(),
        [exactly(value), exactly(0.0), exactly(1 - value)],
        [1.001 * value, 0.0, 1 - value],
    )
    assert [verdict.status for verdict in judged] == [Status.MISMATCH, Status.MATCH, Status.MATCH]


def test_a_refusal_is_judged_for_every_element() -> None:
    """As it is for numbers."""
    made = program("x", (torch.exp, "x"))
    point = shaped_point({"x": [0.0, 1.0]})
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    program_without = program("x", (torch.linalg.inv, "x"))
    (refused,) = shaped_gradients(program_without, point, [Request()], setting)
    assert isinstance(refused, Refusal)
    judged = judge_elements(Explained(made, outputs(2), point, setting), Request(), [exactly(1.0)] * 2, refused)
    assert len({verdict.status for verdict in judged}) == 1


def test_a_sample_keeps_the_format() -> None:
    """Nothing on the tape makes another format of a narrow one."""
    for dtype in (DType.BFLOAT16, DType.FLOAT16):
        assert TORCH_DTYPES[dtype] is not torch.float32
        point = shaped_point({"x": [0.1, 0.7]}, dtype)
        setting = TorchSetting("cpu", dtype, Mode.FUNC)
        made = program("x", (torch.exp, "x"), (torch.sum, None))
        spreads = tensor_spreads(Subject.at(made, point, Request(("x",)), setting), {0: 1.1, 1: 2.0})
        assert spreads is not None
        exact = [Fraction(float(number)) for number in spreads.samples.reshape(-1)]
        assert all(dtype.nearest(number) == number for number in exact)
