"""The first look at functions of tensors, and what is said of code that does not do what it should.

Covers also: own_functions.checks.copies, autograd.randomness, autograd.user_kernels, own_functions.tensors.reasons.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tensor_functions_effects as own
import torch
from torch import Tensor

from derivcheck.api import check_function
from derivcheck.errors import ShapeError, UserFunctionError
from derivcheck.model import Result, Severity, Status

FILE = str(Path(own.__file__))
X = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]
SOFTMAX = "softmax(x, dim=-1)"
MASKED = ("softmax(x, dim=-1)*mask", {"x": X, "mask": [[1, 0.5, 0], [1, 1, 0.5]]})


def run(function: object, formula: str = SOFTMAX, at: Any = None, **more: Any) -> list[Result]:
    """The Results of the list."""
    return list(check_function(function, formula, at={"x": X} if at is None else at, **more))


def run_masked(function: object, **more: Any) -> list[Result]:
    """The Results for a softmax whose mask is held."""
    return run(function, *MASKED, held=["mask"], **more)


@pytest.mark.parametrize(
    ("function", "formula", "told"),
    [
        (own.nothing, SOFTMAX, "the function returned nothing (None), not a tensor"),
        (own.as_numpy, SOFTMAX, "the function returned a ndarray, not a tensor"),
        (own.generates, SOFTMAX, "the function returned a generator, not a tensor"),
        (torch.fft.fft, SOFTMAX, "the function returned complex numbers: return the real part"),
        (Tensor.to_sparse, SOFTMAX, "the function returned a sparse tensor: return .to_dense()"),
        (own.two, SOFTMAX, "2 outputs of the shapes (2, 3), (2, 3), its formula has the shape (2, 3): a formula of"),
        (own.softmax, "(mean(x), x)", "the shape (2, 3), its formula has 2 outputs of the shapes (), (2, 3): the form"),
        (own.sums, "sum(softmax(x, dim=-1), dim=-1, keepdim=True)", "(2,), its formula has the shape (2, 1): they dif"),
        (own.softmax, "softmax(x, dim=-1).T", "one is the other transposed"),
    ],
)
def test_what_does_not_fit_the_formula_is_one_error(function: object, formula: str, told: str) -> None:
    """No item could compare anything: the first says why, the others are skipped."""
    first, *rest = run(function, formula, args=["x"])
    assert Status.ERROR is first.status
    assert told in (first.verdict.reason or "")
    assert {"the function cannot be run: see `forward`"} == {result.verdict.reason for result in rest}


def test_a_formula_that_does_not_fit_the_point_is_an_error_before_any_call() -> None:
    """It keeps its caret, and the function is not called."""
    calls: list[Tensor] = []
    with pytest.raises(ShapeError, match="has no dim 3") as caught:
        run(calls.append, "softmax(x, dim=3)", args=["x"])
    assert "^" in caught.value.caret()
    assert [] == calls


def test_outputs_that_hold_indices_or_nothing_are_left_out() -> None:
    """max returns the places as well: the formula of the values is enough."""
    results = run(own.Largest, "amax(x, dim=-1)")
    bad = [(one.item, one.verdict.reason) for one in results if one.status.severity is not Severity.PASS]
    assert [] == bad
    assert any("is left out: the outputs 1, 2 of the result" in note for note in results[0].notes)


def test_the_arguments_of_a_loss_are_not_broadcast() -> None:
    """They have one shape where the user gives them: the item says what it saw, and accuses nobody."""
    results = run(own.MeanSquaredError, "mean((x - y)**2)", {"x": X, "y": [[1, 2, 3], [0, 1, 0]]})
    bad = [(one.item, one.verdict.reason) for one in results if one.status.severity is not Severity.PASS]
    assert [] == bad
    assert any("as at no point given" in note for result in results for note in result.notes)


def test_random_numbers_are_one_error() -> None:
    """Of the value and of the gradient; a module says that it has an evaluation mode."""
    with pytest.raises(UserFunctionError, match=r"drops returns something else each time .* from torch's generator"):
        run(own.drops)
    with pytest.raises(UserFunctionError, match="another gradient each time"):
        run_masked(own.NoisyGradient, only=["backward"])
    with pytest.raises(UserFunctionError) as caught:
        run(torch.nn.Sequential(torch.nn.Softmax(-1), torch.nn.Dropout(0.5)))
    assert "evaluation mode" in (caught.value.hint or "")
    (result,) = run(torch.nn.Sequential(torch.nn.Softmax(-1), torch.nn.Dropout(0.5)).eval(), only=["repeat"])
    assert Status.MATCH is result.status


def test_the_generators_are_left_as_they_were() -> None:
    """Whoever checks a function in a notebook draws the same numbers afterwards."""
    before = torch.get_rng_state()
    run(own.softmax, only=["forward", "global-state"])
    assert torch.equal(before, torch.get_rng_state())


def test_a_state_is_told_by_repeat() -> None:
    """What counts its calls draws no random numbers: it is wrong."""
    found = {result.item: result for result in run(own.counts, only=["forward", "repeat"])}
    assert Status.MISMATCH is found["repeat"].status
    assert "the same call gives other numbers" in (found["repeat"].verdict.reason or "")


def test_what_writes_into_its_arguments_on_purpose_is_given_copies() -> None:
    """It is right, and that is told once."""
    results = run(own.LeakyInPlace, "where(x > 0, x, x/4)*(1 + zeros(2, 3))")
    bad = [(one.item, one.verdict.reason) for one in results if one.status.severity is not Severity.PASS]
    assert [] == bad
    notes = [note for result in results for note in result.notes if "copies" in note]
    assert ["it writes into its arguments in place, which torch allows for no leaf: it is given copies"] == notes


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (own.Raises, "raised LookupError: no gradient today (tensor_functions_effects.py:"),
        (own.TooMany, "returned an incorrect number of gradients (expected 2, got 3) (tensor_functions_effects.py:"),
        (own.OfAnotherShape, "got [2] but expected shape compatible with [2, 3] (tensor_functions_effects.py:"),
        (own.Listed, "expected Variable or None (got list) (tensor_functions_effects.py:"),
    ],
)
def test_an_exception_of_the_backward_pass_has_its_place(
    function: object, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the file and the line."""
    monkeypatch.chdir(Path(FILE).parent)
    first, second = run_masked(function, only=["forward", "backward"])
    assert Status.MATCH is first.status
    assert told in (second.verdict.reason or "")


@pytest.mark.parametrize(
    ("function", "formula", "at", "told"),
    [
        (
            own.cut_off,
            SOFTMAX,
            {"x": X},
            "the result has no gradient: .detach(), .data, .item(), NumPy or torch.no_grad",
        ),
        (own.WritesGrad(), "x @ w", {"x": X, "w": [[1], [2], [3]]}, "its backward pass writes to .grad itself"),
        (own.cached, "silu(gate)*value", {"gate": X, "value": X}, "returned the tensor of an earlier call, with that"),
    ],
)
def test_a_missing_gradient_says_why(function: object, formula: str, at: Any, told: str) -> None:
    """A 0 would stand for it."""
    (result,) = run(function, formula, at, only=["backward"])
    assert Status.MISMATCH is result.status
    assert told in (result.verdict.reason or "")


def test_none_of_what_may_be_held_says_how_to_hold_it() -> None:
    """A mask of numbers is an argument like any other until it is held."""
    (result,) = run(own.Masked, *MASKED, only=["backward"])
    assert Status.MISMATCH is result.status
    assert "returned no gradient (None), which is right of what is held alone: --const mask" in (
        result.verdict.reason or ""
    )


def run_named(name: str, timeout: float = 60.0) -> list[Result]:
    """The first two Results of a function that runs in a process of its own."""
    formula, at = MASKED
    return list(
        check_function(f"{FILE}:{name}", formula, at=at, held=["mask"], only=["forward", "backward"], timeout=timeout)
    )


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(
    ("name", "timeout", "told"),
    [
        ("Hangs", 4.0, "the function hangs: killed after 4 s"),
        ("Dies", 60.0, "the function ends the process, by signal 11"),
    ],
)
def test_what_a_backward_pass_does_to_its_process(name: str, timeout: float, told: str) -> None:
    """The item that it happens in is an error, and what came before it stays."""
    first, second = run_named(name, timeout)
    assert [Status.MATCH, Status.ERROR] == [first.status, second.status]
    assert told in (second.verdict.reason or "")


def test_a_backward_pass_that_exits() -> None:
    """sys.exit is an exception like any other: the item fails, and the process goes on."""
    second = run_masked(own.Exits, only=["forward", "backward"])[1]
    assert Status.MISMATCH is second.status
    assert "the function exits the process: SystemExit(3)" in (second.verdict.reason or "")


@pytest.mark.usefixtures("warm")
def test_nothing_that_is_printed_reaches_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    """Whether by Python or beneath it."""
    found = check_function(f"{FILE}:prints", SOFTMAX, at={"x": X}, only=["forward"])
    assert [Status.MATCH] == [result.status for result in found]
    captured = capfd.readouterr()
    assert "" == captured.out
    assert "a word" in captured.err
    assert "another word" in captured.err
