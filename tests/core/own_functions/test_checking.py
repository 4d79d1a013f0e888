"""The check list: what each item finds, and that right functions pass it.

Covers also: chosen, float32_errors, manners, reasons, checks.comparison, checks.first_derivatives,
checks.function_in_format, checks.mixed_modes, checks.other_engines, checks.second_derivatives, checks.shapes,
checks.side_effects, checks.subject, checks.table, checks.torch_settings, checks.ways_of_asking.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

import own_functions as own
import pytest
import torch

from derivcheck.api import check_function
from derivcheck.errors import CaseError, ParseError
from derivcheck.model import Result, Severity, Status
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.table import BY_NAME, ITEMS

TWO = {"i": 2}


def found(results: Sequence[Result]) -> set[str]:
    """The items that do not pass."""
    return {result.item or "" for result in results if result.status.severity is not Severity.PASS}


def statuses(results: Sequence[Result]) -> dict[str, Status]:
    """The status of each item."""
    return {result.item or "": result.status for result in results}


def test_sq_as_written() -> None:
    """It is right at upstream 1, and wrong as soon as anything is chained after it."""
    results = check_function(own.SQ, "i**2", at=TWO)
    by_name = statuses(results)
    assert Status.MATCH is by_name["backward"]
    assert Status.MATCH is by_name["points"]
    assert Status.MISMATCH is by_name["upstream"]
    assert {"upstream", "undefined-upstream"} == found(results)
    assert {"ignores grad_output"} == {result.diagnosis for result in results if result.diagnosis}


def test_sq_mended() -> None:
    """Everything passes, the second derivative, 2, included."""
    assert set() == found(check_function(own.Mended, "i**2", at=TWO))


def test_each_item_is_a_result_in_the_order_of_the_table() -> None:
    """The list is the table, and what is slow is skipped with its reason."""
    results = check_function(own.Mended, "i**2", at=TWO)
    assert [item.name for item in ITEMS if item.is_for(elementwise=True)] == [result.item for result in results]
    compiled = next(result for result in results if result.item == "compile")
    assert Status.SKIPPED is compiled.status
    assert "--only compile" in (compiled.verdict.reason or "")
    assert all(item.proves for item in ITEMS)
    assert len(ITEMS) == len(BY_NAME)


@pytest.mark.parametrize(
    ("function", "formula", "item"),
    [
        (own.Thousandth, "i**2", "backward"),
        (own.Flipped, "i**2", "backward"),
        (own.Detached, "i**2", "second"),
        (own.Greedy, "i**2", "in-place"),
        (own.Undefined, "i**2", "undefined-upstream"),
        (own.Fickle, "i**2", "repeat"),
        (own.Leaky, "exp(i)", "memory"),
        (own.NoTangent, "i**3", "forward-mode"),
        (own.Views, "i**2", "shapes"),
        (own.single, "sin(i)", "format"),
        (own.LastInput, "i**2", "repeat"),
        (own.Strided, "i**2", "shapes"),
        (own.Averaged, "i**2", "upstream"),
        (own.WrongVmap, "sin(i)", "vmap"),
        (own.Threshold, "i**2", "far"),
        (own.ZeroDivided, "i**2", "points"),
        (own.Clipped, "i**2", "upstream"),
        (own.Blocks, "i**2", "shapes"),
        (own.Planes, "i**2", "shapes"),
        (own.Channels, "i**2", "shapes"),
        (own.Storage, "i**2", "shapes"),
        (own.Buffered, "i**2", "repeat"),
        (own.KeptInput, "i**2", "overwritten"),
        (own.KeptResult, "exp(i)", "overwritten"),
        (own.OnceMore, "i**2", "second"),
        (own.ForgetsAgain, "i**2", "second"),
        (own.MeanTangent, "i**3", "forward-mode"),
        (own.DetachedTangent, "i**3", "mixed-modes"),
        (own.determinant, "i**2 + i", "mixed-modes"),
        (own.FirstDimension, "sin(i)", "vmap"),
        (own.Seeding, "i**2", "global-state"),
        (own.Setting, "i**2", "global-state"),
        (own.SettingForward, "i**2", "global-state"),
        (own.Rescaled, "i**2", "repeat"),
        (own.FirstUpstream, "i**2", "repeat"),
        (own.CountsItsPasses, "i**2", "repeat"),
        (own.Saturating, "1/(1 + exp(-25*i))", "far"),
        (own.GuardedLog, "log(i)", "near"),
        (own.BlindAtKink, "relu(i)", "kinks"),
        (own.NegativeZero, "i**2 + i", "points"),
    ],
)
def test_each_defect_is_found_by_its_item(function: object, formula: str, item: str) -> None:
    """A broken function fails in the item that is there for it."""
    try:
        (result,) = check_function(function, formula, at=TWO, only=[item])
    finally:
        torch.set_default_dtype(torch.float32)  # the diagnosis runs own.Setting once more
    assert Status.SKIPPED is not result.status
    assert Severity.FAIL is result.status.severity
    assert result.verdict.reason


@pytest.mark.parametrize(
    ("function", "formula", "item"),
    [
        (own.Blind, "i*j", "arguments"),
        (own.SameTwice, "i*j**2", "same-tensor"),
        (own.MeanOfTheExpanded, "i*j**2", "broadcast"),
        (own.MeanOfOne, "i*j**2", "broadcast"),
        (own.FirstTangent, "i*j**2", "forward-mode"),
        (own.OneForAll, "i*j**2", "vmap"),
        (own.Lopsided, "i*j**2", "second"),
    ],
)
def test_each_defect_of_two_arguments_is_found_by_its_item(function: object, formula: str, item: str) -> None:
    """Where the arguments are looked at one by one, or are one tensor."""
    (result,) = check_function(function, formula, at={"i": 2, "j": 3}, only=[item])
    assert Status.MISMATCH is result.status


def test_a_right_jvp_has_right_derivatives() -> None:
    """Its gradient and the tangent of the gradient match; without a jvp there is nothing to look at."""
    by_name = statuses(
        check_function(own.TracedTangent, "i**3", at=TWO, only=["second", "forward-mode", "mixed-modes"])
    )
    assert by_name == dict.fromkeys(["second", "forward-mode", "mixed-modes"], Status.MATCH)
    assert statuses(check_function(own.Mended, "i**2", at=TWO, only=["mixed-modes"])) == {"mixed-modes": Status.SKIPPED}
    detached = check_function(own.DetachedTangent, "i**3", at=TWO, only=["forward-mode", "second", "mixed-modes"])
    assert found(detached) == {"mixed-modes"}
    assert "reverse over forward mode" in next(r.verdict.reason or "" for r in detached if r.item == "mixed-modes")


def test_a_defect_that_two_of_three_arguments_meet() -> None:
    """Neither each argument alone nor all of them together meet it."""
    at = {"a": 2, "b": 3, "c": 1}
    assert {"arguments"} == found(check_function(own.TwoOfThree, "a*b + c", at=at, only=["backward", "arguments"]))


def test_a_defect_in_batches_does_not_excuse_itself() -> None:
    """The perturbed tape is a batch as well: numbers that differ before they are perturbed explain nothing."""
    (result,) = check_function(own.Blocks, "i**2", at=TWO, only=["shapes"])
    assert Status.MISMATCH is result.status


def test_far_out_the_tail_of_a_kernel_is_no_threshold() -> None:
    """gelu(-12.5) is -4.7e-35 and comes out as 0, one ulp of 1 off at most; Threshold at 45 has 40 instead of 90."""
    (gelu,) = check_function(torch.nn.functional.gelu, "x*erfc(-x/sqrt(2))/2", at={"x": 0.4}, only=["far"])
    assert Status.MATCH is gelu.status, gelu.verdict.reason
    (threshold,) = check_function(own.Threshold, "i**2", at=TWO, only=["far"])
    assert "the true number is 90, torch returned 40.0" in (threshold.verdict.reason or "")


def test_the_threshold_of_softplus_is_found_far_out() -> None:
    """Beyond 20 torch drops exp(-x), 7.6e-10 at 21: docs/torch_findings.md has it."""
    (result,) = check_function(torch.nn.functional.softplus, "log(1 + exp(x))", at={"x": 0.4}, only=["far"])
    assert Status.INACCURATE is result.status


def test_a_gradient_that_is_lost_fails() -> None:
    """nan from a backward pass that overflows, while the value and the true derivative are there, is the code's fault.

    https://github.com/jeshraghian/snntorch/issues/427
    """
    settings: dict[str, Any] = {"at": {"x": -5}, "surrogate": "1/(1 + exp(-25*x))", "dtype": "float32"}
    by_name = statuses(check_function(own.SurrogateSpike, "Heaviside(x)", only=["forward", "backward"], **settings))
    assert {"forward": Status.MATCH, "backward": Status.NONFINITE} == by_name
    settings["at"] = {"x": -1}
    assert set() == found(check_function(own.SurrogateSpike, "Heaviside(x)", only=["backward", "points"], **settings))


def test_a_second_derivative_where_the_formula_has_a_gap() -> None:
    """sin(pi*x)/(pi*x) has no value at 0, and so no derivative; sinc has, and torch's second one, -pi**2/3, is nan."""
    found = check_function(torch.sinc, "sin(pi*x)/(pi*x)", at={"x": 0}, only=["backward", "second"])
    assert [result.status for result in found] == [Status.UNDEFINED, Status.UNDEFINED]
    found = check_function(torch.sinc, "sinc(x)", at={"x": 0}, only=["backward", "second"])
    assert [result.status for result in found] == [Status.MATCH, Status.NONFINITE]


def test_a_refused_second_derivative_is_skipped() -> None:
    """once_differentiable says that there is none, and that is as good as a right one."""
    (result,) = check_function(own.Once, "i**2", at=TWO, only=["second"])
    assert Status.SKIPPED is result.status
    assert "refused loudly" in (result.verdict.reason or "")


def test_two_arguments() -> None:
    """Each argument on its own, and the same tensor twice; their names, or --args, tell their order."""
    at = {"a": 2, "b": 3}

    def unnamed(*xs: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = own.Product.apply(*xs)  # type: ignore[no-untyped-call]
        return result

    assert set() == found(check_function(own.Product, "a*b**2", at=at))
    assert set() == found(check_function(unnamed, "b**2*a", at=at, args=["a", "b"]))
    assert set() == found(check_function(own.Product, "b**2*a", at=at))
    assert "forward" in found(check_function(unnamed, "b**2*a", at=at))


def test_a_surrogate_is_checked_instead() -> None:
    """A straight-through estimator fails against round, and passes against its declared surrogate."""
    assert "backward" in found(check_function(own.StraightThrough, "round(x)", at={"x": 0.3}))
    assert set() == found(check_function(own.StraightThrough, "round(x)", at={"x": 0.3}, surrogate="x"))
    assert "backward" in found(check_function(own.StraightThrough, "round(x)", at={"x": 0.3}, surrogate="2*x"))


def test_a_gradient_reversal_in_a_module() -> None:
    """With its surrogate -x a right one passes; one whose backward is called by nobody is the identity's.

    https://github.com/hash2430/pitchtron/issues/3
    """
    assert set() == found(check_function(own.Reversal, "x", at={"x": 0.5}, surrogate="-x"))
    assert "backward" in found(check_function(own.Reversal, "x", at={"x": 0.5}))
    lost = check_function(own.NeverReversed, "x", at={"x": 0.5}, surrogate="-x")
    assert "backward" in found(lost)
    assert {"sign flipped"} == {result.diagnosis for result in lost if result.diagnosis}
    assert set() == found(check_function(own.NeverReversed, "x", at={"x": 0.5}))


def test_compile() -> None:
    """torch.compile changes nothing about a right function; without a C++ compiler the item says why it is skipped."""
    (result,) = check_function(own.sine, "sin(i)", at=TWO, only=["compile"])
    if shutil.which("g++") or shutil.which("c++") or shutil.which("clang++"):
        assert Status.MATCH is result.status, result.verdict.reason
    else:
        assert Status.SKIPPED is result.status
        assert "torch.compile does not work here" in (result.verdict.reason or "")


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (own.raises, "raised ValueError: no sine today"),
        (own.exits, "SystemExit(3)"),
        (own.as_numpy, "not a tensor"),
        (own.wrong_shape, "the shape (3,) for inputs of the shape ()"),
        (own.pair, "a tuple"),
    ],
)
def test_what_cannot_be_run_is_one_error_and_the_rest_is_skipped(function: object, told: str) -> None:
    """The user's exceptions are reasons, not tracebacks."""
    first, *rest = check_function(function, "sin(x)", at={"x": 1})
    assert Status.ERROR is first.status
    assert told in (first.verdict.reason or "")
    assert {Status.SKIPPED} == {result.status for result in rest}


RIGHT = {
    "exp": "exp(x)", "sin": "sin(x)", "cos": "cos(x)", "tan": "tan(x)", "tanh": "tanh(x)", "sinh": "sinh(x)",
    "cosh": "cosh(x)", "atan": "atan(x)", "asinh": "asinh(x)", "sigmoid": "sigmoid(x)", "erf": "erf(x)",
    "erfc": "erfc(x)", "log": "log(x)", "log1p": "log1p(x)", "expm1": "expm1(x)", "sqrt": "sqrt(x)",
    "rsqrt": "1/sqrt(x)", "reciprocal": "1/x", "square": "x**2", "log2": "log(x)/log(2)", "exp2": "2**x",
    "asin": "asin(x)", "acos": "acos(x)", "atanh": "atanh(x)", "acosh": "acosh(x)", "abs": "abs(x)", "neg": "-x",
    "lgamma": "loggamma(x)", "digamma": "digamma(x)", "sinc": "sinc(x)", "special.ndtr": "erfc(-x/sqrt(2))/2",
    "special.i0": "besseli(0, x)", "nn.functional.silu": "x/(1 + exp(-x))", "nn.functional.softplus": "log(1 + exp(x))",
    "nn.functional.mish": "x*tanh(log(1 + exp(x)))", "nn.functional.gelu": "x*erfc(-x/sqrt(2))/2",
    "nn.functional.logsigmoid": "-log(1 + exp(-x))", "nn.functional.softsign": "x/(1 + abs(x))",
    "nn.functional.relu": "Max(x, 0)", "nn.functional.tanhshrink": "x - tanh(x)",
}  # fmt: skip
"""Torch's own kernels and what they compute."""

DEFECTS = {"sinc": ["second", "mixed-modes"]}
"""What torch does wrong at the points that the list chooses: the second derivative of sinc at 0 is nan."""

AT = {"acosh": 1.6, "lgamma": 2.3, "digamma": 2.3, "special.i0": 0.8}


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
@pytest.mark.parametrize("name", RIGHT)
def test_no_item_fails_on_a_right_function(name: str, dtype: DType) -> None:
    """Forty kernels of torch pass the whole list in float64 and in float32, but for what docs/torch_findings.md has."""
    home: object = torch
    for part in name.split("."):
        home = getattr(home, part)
    results = check_function(home, RIGHT[name], at={"x": AT.get(name, 0.4)}, dtype=dtype.label)
    bad = [(r.item, r.verdict.reason) for r in results if r.status.severity in (Severity.FAIL, Severity.ERROR)]
    assert DEFECTS.get(name, []) == [item for item, _ in bad], bad


def test_wrong_usage_is_an_error() -> None:
    """Unknown items, no formula, a point without a value."""
    with pytest.raises(CaseError, match="upstraem"):
        check_function(own.SQ, "i**2", at=TWO, only=["upstraem"])
    with pytest.raises(ParseError):
        check_function(own.SQ, "i**", at=TWO)
    with pytest.raises(CaseError, match="no argument `j`"):
        check_function(own.SQ, "i**2", at={"i": 2, "j": 3})
    with pytest.raises(ValueError, match="timeout"):
        check_function(own.SQ, "i**2", at=TWO, timeout=3)


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
@pytest.mark.parametrize(("function", "formula"), [(own.reentrant, "a*sin(b)"), (own.reentrant_chain, "exp(a*sin(b))")])
def test_what_works_with_backward_alone_is_not_accused(function: object, formula: str) -> None:
    """Reentrant checkpoints refuse torch.autograd.grad: their gradients are right, second ones are refused loudly."""
    results = check_function(function, formula, at={"a": 2, "b": 1})
    assert set() == found(results)
    by_name = statuses(results)
    assert {"kinks", "second", "forward-mode", "mixed-modes", "vmap", "compile"} == {
        name for name, status in by_name.items() if status is Status.SKIPPED
    }
    assert "refused loudly" in next(result.verdict.reason or "" for result in results if result.item == "second")


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
def test_what_works_with_backward_alone_is_checked_all_the_same() -> None:
    """A missing gradient behind a reentrant checkpoint is found, and named."""
    results = check_function(own.reentrant_wrong, "a*sin(b)", at={"a": 2, "b": 1}, only=["backward", "shapes"])
    assert {"backward", "shapes"} == found(results)
    assert "the gradient is 0" in next(result.diagnosis or "" for result in results)


def test_a_plain_factor_of_zero_is_no_underflow() -> None:
    """0*x is 0 exactly: it explains no missing gradient."""
    (result,) = check_function(lambda x: torch.sin(x.detach()) + 0 * x, "sin(x)", at={"x": 1}, only=["backward"])
    assert Status.MISMATCH is result.status


@pytest.mark.parametrize("item", ["backward", "upstream", "shapes", "repeat", "memory"])
def test_what_ends_a_generator_is_an_exception_like_any_other(item: str) -> None:
    """GeneratorExit in a backward pass is quoted, and no generator of ours takes it for its own."""
    (result,) = check_function(own.StopsBackward, "i**2", at=TWO, only=[item])
    assert Status.MISMATCH is result.status
    assert "raised GeneratorExit" in (result.verdict.reason or "")
