"""What rounding explains of torch's numbers for functions of tensors: right code is right, and lies are found.

Covers also: sampled_spreads, samples_in_batch, tensor_spreads, tensor_tape.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
import torch
from judged_tensors import judged
from tensor_points import Numbers, shaped_point
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Refusal, Severity, Spread, Status, Verdict
from derivcheck.numbers import DType
from derivcheck.rounding.sampled_spreads import FEWEST, Tapes
from derivcheck.rounding.tensor_spreads import Subject, tensor_spreads
from derivcheck.verdict.criterion import CRITERION

SETTING = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers from a seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def wrong(verdicts: Sequence[Verdict]) -> list[int]:
    """The elements on which torch is said to be wrong."""
    accused = {Status.MISMATCH, Status.NONFINITE, Status.INACCURATE, Status.ERROR}
    return [place for place, verdict in enumerate(verdicts) if verdict.status in accused]


A, LABELS = drawn(3, 3), torch.tensor([0, 2, 1])

RIGHT: dict[str, dict[str, Numbers | Tensor]] = {
    "softmax(x, dim=-1)": {"x": 5 * drawn(2, 5)},
    "log_softmax(x, dim=-1)": {"x": 5 * drawn(2, 5)},
    "logsumexp(x, dim=0)": {"x": 3 * drawn(5, 2)},
    "sum(sin(x))": {"x": torch.linspace(-1, 1, 101, dtype=torch.float64) + 1e-3},
    "mean(exp(x), dim=0)": {"x": drawn(3, 4)},
    "var(x, dim=-1)": {"x": drawn(2, 6) + 30},
    "std(x)": {"x": drawn(7) + 30},
    "norm(x, p=3)": {"x": drawn(5)},
    "cumsum(x, dim=-1)": {"x": drawn(2, 6)},
    "cumprod(x, dim=-1)": {"x": drawn(2, 5)},
    "logcumsumexp(x, dim=-1)": {"x": drawn(1, 6)},
    "prod(x)": {"x": drawn(5)},
    "layer_norm(x, (5,), w, b)": {"x": drawn(2, 5) + 10, "w": drawn(5, seed=1), "b": drawn(5, seed=2)},
    "batch_norm(x, None, None, w, b, True)": {"x": drawn(4, 2), "w": drawn(2, seed=1), "b": drawn(2, seed=2)},
    "group_norm(x, 2, w, b)": {"x": drawn(1, 4, 3), "w": drawn(4, seed=1), "b": drawn(4, seed=2)},
    "cross_entropy(z, t, label_smoothing=0.1)": {"z": 3 * drawn(3, 4), "t": LABELS},
    "kl_div(log_softmax(x, dim=-1), softmax(y, dim=-1))": {"x": drawn(2, 4), "y": drawn(2, 4, seed=1)},
    "cosine_similarity(x, y, dim=0)": {"x": drawn(5), "y": drawn(5, seed=1)},
    "x @ A @ x": {"x": drawn(3, seed=1), "A": A},
    "X @ Y": {"X": torch.full((2, 60), 0.1), "Y": torch.full((60, 2), 0.7)},
    "det(A)": {"A": A},
    "inv(A)": {"A": A},
    "solve(A, b)": {"A": A, "b": drawn(3, seed=1)},
    "logdet(A @ A.T)": {"A": A},
    "conv1d(x, w, b, padding=1)": {"x": drawn(1, 2, 6), "w": drawn(2, 2, 3, seed=1), "b": drawn(2, seed=2)},
    "max_pool2d(x, 2)": {"x": drawn(1, 1, 4, 4)},
    "scaled_dot_product_attention(q, k, v)": {"q": drawn(3, 4), "k": drawn(3, 4, seed=1), "v": drawn(3, 4, seed=2)},
    "sum(where(x > 0, x**2, sin(x)))": {"x": drawn(8)},
    "x[1:] - x[:-1], sum(x)": {"x": drawn(5)},
    "sqrt(sum(x**2)) - x[0]": {"x": [1.0, 1e-3, 1e-4]},
    "h = tanh(W @ x + b); -log_softmax(V @ h, dim=0)[t]": {
        "W": drawn(6, 3), "x": drawn(3, seed=1), "b": drawn(6, seed=2), "V": drawn(4, 6, seed=3), "t": torch.tensor(1)
    },
}  # fmt: skip
"""Expressions of which torch's derivatives are right, each with a point."""

CALIBRATED = [
    (text, dtype, mode)
    for text, dtypes, mode in [
        (
            text,
            (DType.FLOAT64, random.Random(text).choice([DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16])),
            random.Random(text + "?").choice([Mode.REVERSE, Mode.FORWARD, Mode.FUNC, Mode.REVERSE_OVER_FORWARD]),
        )
        for text in RIGHT
    ]
    for dtype in dtypes
]


@pytest.mark.parametrize(("text", "dtype", "mode"), CALIBRATED)
def test_right_code_is_not_accused(text: str, dtype: DType, mode: Mode) -> None:
    """Neither of a wrong value nor of a wrong derivative; narrow formats have no factorizations."""
    for verdicts in judged(text, RIGHT[text], dtype, mode).values():
        assert [] == wrong(verdicts)


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
@pytest.mark.parametrize("text", [*RIGHT][::5])
def test_a_lie_of_a_thousandth_is_found(text: str, dtype: DType) -> None:
    """In the largest element, at a point with no more digits than float32 has."""
    name = next(name for name in RIGHT[text] if name not in "t")

    def lie(numbers: Sequence[float]) -> Sequence[float]:
        return [1.001 * number for number in numbers]

    told = judged(text, RIGHT[text], dtype, wrts=[name], lie=lie)[name]
    honest = judged(text, RIGHT[text], dtype, wrts=[name])[name]
    sizes = [-math.inf if verdict.absolute is None else verdict.absolute for verdict in told]
    largest = sizes.index(max(sizes))
    assert told[largest].status is Status.MISMATCH
    assert honest[largest].status is Status.MATCH


def test_an_upstream_gradient_is_judged_as_a_whole() -> None:
    """A layer norm, weighed; and a lie about one element of its gradient."""
    text = "layer_norm(x, (5,), w, b)"
    upstream = tuple([0.125 * (2 * (place % 7) - 7) for place in range(10)])

    def lie(numbers: Sequence[float]) -> Sequence[float]:
        return [number + (0.001 if place == 3 else 0.0) for place, number in enumerate(numbers)]

    for mode in (Mode.REVERSE, Mode.FORWARD):
        assert [3] == wrong(judged(text, RIGHT[text], DType.FLOAT32, mode, upstream=upstream, lie=lie)["x"])


def test_a_missing_term_of_the_mean_is_found() -> None:
    """Who forgets that the mean depends on x takes 3*(x - mean)**2 for the gradient of sum((x - mean)**3)."""
    text = "sum((x - mean(x))**3)"
    values: dict[str, Numbers | Tensor] = {"x": drawn(6)}
    x = drawn(6).float()
    forgetful = (3 * (x - x.mean()) ** 2).tolist()
    assert [*range(6)] == wrong(judged(text, values, DType.FLOAT32, lie=lambda _: forgetful)["x"])


def test_the_wrong_dim_is_found() -> None:
    """The softmax of columns in the place of that of rows, in the format with the fewest digits."""
    x = drawn(2, 3).bfloat16()
    columns = torch.softmax(x, 0).double().reshape(-1)
    jacobian = torch.autograd.functional.jacobian(lambda y: torch.softmax(y, 0), x).double().reshape(-1)
    assert columns.numel() == 6
    told = judged("softmax(x, dim=1)", {"x": x.double()}, DType.BFLOAT16, lie=lambda _: jacobian.tolist())["x"]
    assert len(wrong(told)) > 18


# --- the tape --------------------------------------------------------------------------------------------------------


def spreads_of(
    text: str, values: dict[str, Numbers | Tensor], request: Request, dtype: DType = DType.FLOAT64
) -> list[Spread]:
    """The spreads of all elements of a request."""
    program, point = compile_shaped(parse(text, list(values))), shaped_point(values, dtype)
    setting = TorchSetting("cpu", dtype, Mode.REVERSE)
    (numbers,) = shaped_gradients(program, point, [request], setting)
    assert not isinstance(numbers, Refusal), numbers.text
    spreads = tensor_spreads(Subject.at(program, point, request, setting), dict(enumerate(numbers)))
    return [spreads[place] for place in range(len(numbers))]


@pytest.mark.parametrize("request_", [Request(), Request(("x",)), Request(("x", "y"))])
def test_an_exact_computation_has_no_spread(request_: Request) -> None:
    """Whole numbers are added and multiplied without rounding, whatever the shapes."""
    values: dict[str, Numbers | Tensor] = {"x": [[1.0, 2.0], [3.0, 4.0]], "y": [[5.0, 6.0], [7.0, 8.0]]}
    assert {0.0} == {spread.farthest for spread in spreads_of("sum(2*(x @ y))", values, request_)}


def test_every_sample_is_moved_by_itself() -> None:
    """The spread of x/3 is that of one rounding: a step of an ulp in a third of the samples."""
    sizes = [spread.absolute / math.ulp(1 / 3) for spread in spreads_of("x/3", {"x": [1.0] * 40}, Request())]
    assert sum(sizes) / 40 == pytest.approx(math.sqrt(1 / 3), rel=0.1)


@pytest.mark.parametrize("dtype", [DType.BFLOAT16, DType.FLOAT16])
def test_a_sample_keeps_the_format(dtype: DType) -> None:
    """Nothing on the tape makes another format of a narrow one: samples are whole ulps apart."""
    for spread in spreads_of("softmax(x, dim=0)", {"x": [0.1, 0.7]}, Request(), dtype):
        ulps = 2 * spread.farthest / float(dtype.ulp(Fraction(1, 2)))
        assert ulps == pytest.approx(round(ulps))


def test_what_goes_another_way_on_the_tape_is_looked_at_beside_the_point() -> None:
    """Of prod's second derivative by one number, which is 0, torch leaves an ulp where nobody watches."""
    x = 1 + drawn(17, seed=4)
    point, request = shaped_point({"x": x}, DType.FLOAT16), Request(("x", "x"))
    setting = TorchSetting("cpu", DType.FLOAT16, Mode.REVERSE)
    (numbers,) = shaped_gradients(compile_shaped(parse("prod(x)")), point, [request], setting)
    assert not isinstance(numbers, Refusal)
    left = [place for place in range(0, 17 * 17, 18) if numbers[place]]
    assert left
    spreads = spreads_of("prod(x)", {"x": x}, request, DType.FLOAT16)
    assert all(spreads[place].farthest > 0 for place in left)


def test_only_the_passes_that_somebody_needs_are_made() -> None:
    """Of a Jacobian of 5 outputs by 5 numbers one row, or one column."""
    program, point = compile_shaped(parse("softmax(x, dim=0)")), shaped_point({"x": drawn(5)})
    for mode in (Mode.REVERSE, Mode.FORWARD):
        subject = Subject.at(program, point, Request(("x",)), TorchSetting("cpu", DType.FLOAT64, mode))
        limited, places = subject.limited_to([7])
        assert places is not None
        (numbers,) = shaped_gradients(program, point, [subject.request], subject.setting)
        assert not isinstance(numbers, Refusal)
        found = limited.by_transforms(*limited.unmoved())
        assert found.shape == (5,)
        assert float(found[places[7]]) == pytest.approx(numbers[7])
        assert [7] == [*tensor_spreads(subject, {7: numbers[7]})]


def test_a_lie_about_one_element_does_not_touch_what_explains_the_others() -> None:
    """Each element is looked at until the tape comes to its own number."""
    program, point = compile_shaped(parse("softmax(x, dim=0)")), shaped_point({"x": drawn(5)})
    subject = Subject.at(program, point, Request(), SETTING)
    (numbers,) = shaped_gradients(program, point, [Request()], SETTING)
    assert not isinstance(numbers, Refusal)
    honest = tensor_spreads(subject, dict(enumerate(numbers)))
    told = tensor_spreads(subject, {**dict(enumerate(numbers)), 2: 1.001 * numbers[2]})
    assert [honest[place] for place in (0, 1, 3, 4)] == [told[place] for place in (0, 1, 3, 4)]


def test_the_tape_leaves_torch_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs on one, since others would only wait; afterwards torch has as many as before."""
    seen: list[int] = []
    monkeypatch.setattr(Subject, "by_transforms", lambda *_: seen.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    spreads_of("x/3", {"x": [1.0]}, Request())
    after = torch.get_num_threads()
    torch.set_num_threads(before)
    assert (3, {1}) == (after, set(seen))


# --- the range -------------------------------------------------------------------------------------------------------


def test_an_underflow_explains_only_what_depends_on_it() -> None:
    """exp(-800) is 0 in float64: a lie about another element of the softmax is a lie all the same."""

    def lie(numbers: Sequence[float]) -> Sequence[float]:
        return [1.001 * numbers[0], *numbers[1:]]

    values: dict[str, Numbers | Tensor] = {"x": [0.0, -800.0, 1.0]}
    assert [0] == wrong(judged("softmax(x, dim=0)", values, lie=lie)["x"])


def test_an_overflow_on_the_way_is_no_mismatch() -> None:
    """300**2 is beyond the largest float16, and the norm of (300, 400) is 500."""
    found = judged("sqrt(sum(x**2))", {"x": [300.0, 400.0]}, DType.FLOAT16)
    assert {Status.UNSTABLE} == {verdict.status for verdicts in found.values() for verdict in verdicts}
    assert "on the way" in str(found[""][0].reason)


def test_a_branch_that_is_not_taken_explains_no_nan() -> None:
    """The exponential of 1000 overflows where nobody needs it, and its gradient times 0 is torch's nan."""
    found = judged("sum(where(x > 100, 1, exp(x)))", {"x": [1000.0, 1.0]})
    assert [Status.NONFINITE, Status.MATCH] == [verdict.status for verdict in found["x"]]


def test_a_singular_matrix_has_no_inverse() -> None:
    """Neither to torch nor in mathematics."""
    found = judged("inv(A)", {"A": [[1.0, 2.0], [2.0, 4.0]]})
    assert {Status.UNDEFINED} == {verdict.status for verdicts in found.values() for verdict in verdicts}


def test_kinks_are_conventions() -> None:
    """The largest of equal numbers, relu at 0, and the norm of nothing."""
    for text, values in (("amax(x)", [1.0, 1.0]), ("sum(relu(x))", [0.0, 0.0]), ("vector_norm(x)", [0.0, 0.0])):
        assert {Status.CONVENTION} == {verdict.status for verdict in judged(text, {"x": values})["x"]}


def test_a_defect_of_torchs_own_is_found() -> None:
    """The gradient of det is the adjugate matrix, also of a singular one: of [[1, 2], [2, 4]] [[4, -2], [-2, 1]]."""
    verdicts = judged("det(A)", {"A": [[1.0, 2.0], [2.0, 4.0]]})["A"]
    assert all(verdict.status.severity is Severity.FAIL for verdict in verdicts)


def test_no_more_samples_are_drawn_than_it_takes_to_explain_an_error() -> None:
    """What one sample reaches explains an error whatever the others do; where more is asked, all are drawn."""
    program = compile_shaped(parse("sum(exp(x))*x", ["x"]))
    point = shaped_point({"x": drawn(5)})
    subject = Subject.at(program, point, Request(), SETTING)
    (returned,) = shaped_gradients(program, point, [Request()], SETTING)
    assert not isinstance(returned, Refusal)
    numbers = dict(enumerate(returned))
    tapes: Tapes = {}
    tensor_spreads(subject, numbers, tapes, dict.fromkeys(numbers, 1e-18))
    (few,) = tapes.values()
    assert few.spreads is not None
    assert len(few.spreads.samples) == FEWEST
    found = tensor_spreads(subject, numbers, tapes)
    assert len(few.spreads.samples) == CRITERION.samples
    assert found == tensor_spreads(subject, numbers)
    few.cut_short()
    assert tensor_spreads(subject, numbers, tapes) == found


def test_samples_that_nobody_can_run_any_more_are_drawn_again() -> None:
    """What was seen is kept without the function; where it does not suffice, the function runs anew."""
    program = compile_shaped(parse("sum(exp(x))*x", ["x"]))
    point = shaped_point({"x": drawn(5)})
    subject = Subject.at(program, point, Request(), SETTING)
    (returned,) = shaped_gradients(program, point, [Request()], SETTING)
    assert not isinstance(returned, Refusal)
    numbers = dict(enumerate(returned))
    tapes: Tapes = {}
    tensor_spreads(subject, numbers, tapes, dict.fromkeys(numbers, 1e-18))
    (before,) = tapes.values()
    before.cut_short()
    assert before.is_cut_short
    assert tensor_spreads(subject, numbers, tapes) == tensor_spreads(subject, numbers)
    assert tapes[next(iter(tapes))] is not before
