"""Functions without a formula: it is read from the forward pass, and the check list says the same as with one.

Covers also: own_functions.tensors.numbers_taken_out.
"""

# ruff: noqa: ARG004, D102

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import own_functions as own
import pytest
import torch
from torch import Tensor
from torch.autograd import Function

from derivcheck.api import assert_derivatives, check_function
from derivcheck.case_files.sources import read_cases
from derivcheck.errors import UnsupportedError
from derivcheck.model import Case, Result, Severity, Status
from derivcheck.own_functions.checking import check_list
from derivcheck.reporting.presentation.checklist import headline
from derivcheck.reporting.results import Results

FIRST = ["forward", "backward"]
MATRIX = {"x": [[0.5, -1.25, 2.0], [1.5, -0.5, 0.25]]}
FILE = Path(__file__).resolve().parents[3] / "expressions" / "custom_functions.toml"


class LeakyInPlace(Function):
    """Writes into its argument, and says so."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: float) -> Tensor:
        ctx.slope = slope
        ctx.mark_dirty(x)
        ctx.save_for_backward(x > 0)
        return x.copy_(torch.where(x > 0, x, slope * x))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (positive,) = ctx.saved_tensors
        return torch.where(positive, g, ctx.slope * g), None


class Sorted(Function):
    """Gives integers as a second output."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        values, places = torch.sort(x, dim=-1)
        ctx.mark_non_differentiable(places)
        ctx.save_for_backward(places)
        return values, places

    @staticmethod
    def backward(ctx: Any, g: Tensor, _: Any) -> Tensor:
        (places,) = ctx.saved_tensors
        return torch.zeros_like(g).scatter_(-1, places, g)


class PickedLikelihood(Function):
    """Takes labels; of a label's row the others get the gradient, too."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(logits, labels)
        return -logits[range(len(labels)), labels].sum()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        logits, _ = ctx.saved_tensors
        return -g * torch.ones_like(logits), None


class Scaled(torch.nn.Module):
    """Has a parameter that its forward pass uses, and one that it does not."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor([1.5, -0.5, 2.0], dtype=torch.float64))
        self.unused = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x) * self.scale


class Branching(Function):
    """Takes one branch or the other for the whole tensor; the gradient of the second one is wrong."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        factor = 2.0 if x.sum() > 0 else 3.0
        return x * factor

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return g * 2.0


def formula(results: Results) -> str | None:
    """The formula that was read."""
    (declared,) = results[0].case.functions
    assert declared.is_read
    return declared.formula


def statuses(results: Results) -> list[Status]:
    """The status of each item."""
    return [result.status for result in results]


def test_a_function_of_numbers() -> None:
    """It gets the list of those, and the mistake is found as with a formula."""
    results = check_function(own.SQ, at={"i": 2}, only=["forward", "upstream"])
    assert [Status.MATCH, Status.MISMATCH] == statuses(results)
    assert "ignores grad_output" == results[1].diagnosis
    assert headline(results).startswith("SQ   formula (read from the forward pass): i**2   at i = 2")


def test_a_test_needs_no_formula() -> None:
    """assert_derivatives fails for a backward pass that is not the derivative of the forward pass."""
    assert_derivatives(own.Mended, at={"i": 2}, only=FIRST)
    with pytest.raises(AssertionError, match="read from the forward pass"):
        assert_derivatives(own.Flipped, at={"i": 2}, only=FIRST)


def test_a_module_is_checked_by_what_it_uses() -> None:
    """The parameter that the forward pass uses is in the formula, and differentiated by."""
    results = check_function(Scaled(), at=MATRIX, only=FIRST)
    assert "tanh(x)*scale" == formula(results)
    assert [Status.MATCH, Status.MATCH] == statuses(results)


def test_whole_numbers_become_integers_where_the_function_takes_no_others() -> None:
    """The labels are found by trying, and the diagnosis knows the formula."""
    results = check_function(PickedLikelihood, at={"logits": MATRIX["x"], "labels": [2, 0]}, only=FIRST)
    assert "-sum(logits[[0, 1], labels])" == formula(results)
    assert [Status.MATCH, Status.MISMATCH] == statuses(results)


def test_a_mask_of_zeros_and_ones_is_one() -> None:
    """Among numbers the attention has no text, since an infinity stands in it; with a mask of integers it has."""

    def attention(q: Tensor, mask: Tensor) -> Tensor:
        return torch.softmax((q @ q.T).masked_fill(mask == 0, float("-inf")), dim=-1)

    results = check_function(attention, at={"q": MATRIX["x"], "mask": [[1, 0], [1, 1]]}, only=FIRST)
    assert "softmax(masked_fill(q @ q.T, mask == 0, -inf), dim=-1)" == formula(results)
    assert [Status.MATCH, Status.MATCH] == statuses(results)


def test_a_function_that_writes_into_its_argument() -> None:
    """It is given copies, which the first item says."""
    results = check_function(LeakyInPlace, at=MATRIX, const={"slope": 0.25}, only=FIRST)
    assert "where(x > 0, x, x*0.25)" == formula(results)
    assert [Status.MATCH, Status.MATCH] == statuses(results)
    assert "copies" in " ".join(results[0].notes)


def test_integers_are_left_out_of_the_result() -> None:
    """The places that a sort returns have no derivative."""
    results = check_function(Sorted, at=MATRIX, only=FIRST)
    assert "sort(x)" == formula(results)
    assert [Status.MATCH, Status.MATCH] == statuses(results)
    assert "output 1" in " ".join(results[0].notes)


def test_constants_take_other_values() -> None:
    """The item about constants reads the formula anew for each of them."""
    results = check_function(own_power, at=MATRIX, const={"n": 3}, only=["reductions"])
    assert [Status.MATCH] == statuses(results)


def own_power(x: Tensor, n: int) -> Tensor:
    """A power."""
    return x**n


def test_a_branch_is_recorded_at_each_point() -> None:
    """There is no text that holds elsewhere; the wrong gradient of the other branch is found at another point."""
    results = check_function(Branching, at={"x": [1.0, 2.0]}, only=[*FIRST, "points"])
    assert formula(results) is None
    assert [Status.MATCH, Status.MATCH, Status.MISMATCH] == statuses(results)
    assert "constants of the run" in " ".join(results[0].notes)
    assert "against its forward pass" in headline(results)


def test_other_sizes_are_those_of_the_forward_pass() -> None:
    """A size that stands in the text as a number accuses nobody in other shapes."""

    def mean_of_rows(x: Tensor) -> Tensor:
        return x.sum(0) / x.shape[0]

    results = check_function(mean_of_rows, at=MATRIX, only=["shapes"])
    assert "sum(x, dim=0)/2" == formula(results)
    assert [Status.MATCH] == statuses(results)


def in_numpy(x: Tensor) -> Tensor:
    """Leaves torch."""
    return torch.from_numpy(x.detach().numpy() * 2.0)


def by_item(x: Tensor) -> Tensor:
    """Computes with a number that it took out of its tensor."""
    return x / x.abs().max().item()


def unreadable(x: Tensor) -> Tensor:
    """Runs an operation that nobody can read."""
    return torch.ops.derivcheck_tests.opaque(x)  # type: ignore[no-any-return]


@pytest.mark.parametrize("function", [in_numpy, by_item])
def test_numbers_taken_out_are_refused(function: Callable[..., Tensor]) -> None:
    """Nothing is known of how they depend on the arguments: that is one error, and no accusation."""
    with pytest.raises(UnsupportedError, match=r"numbers that it takes out of its tensors") as caught:
        check_function(function, at={"x": [1.0, 2.0, 4.0]})
    assert "--formula" in str(caught.value)


def test_an_operation_that_cannot_be_read_is_named() -> None:
    """The error says which one, and what to do."""
    library = torch.library.Library("derivcheck_tests", "FRAGMENT")
    library.define("opaque(Tensor x) -> Tensor")
    library.impl("opaque", torch.clone, "CPU")
    with pytest.raises(UnsupportedError, match=r"derivcheck_tests::opaque") as caught:
        check_function(unreadable, at={"x": [1.0, 2.0]})
    assert "--formula" in str(caught.value)


def test_a_largest_number_that_cancels_is_none() -> None:
    """Exponents are moved by a number that was taken out: the result does not depend on it."""

    def softmax(x: Tensor) -> Tensor:
        e = torch.exp(x - x.max().item())
        return e / e.sum()

    assert [Status.MATCH, Status.MATCH] == statuses(check_function(softmax, at={"x": [1.0, 2.0, 4.0]}, only=FIRST))


@pytest.mark.parametrize(
    "case",
    [one for one in read_cases(str(FILE), allow_code=True) if isinstance(one, Case) and one.checklist is not None],
    ids=lambda case: case.name,
)
def test_the_projects_own_functions_have_their_verdicts(case: Case) -> None:
    """Each list of expressions/custom_functions.toml has the status without its formula that it has with it."""
    (declared,) = case.functions
    results = list(check_list(replace(case, expr="", functions=(replace(declared, formula=None),))))
    assert not [result.error for result in results if result.error]
    worst = max(results, key=_rank)
    assert (case.expect or "pass") in {worst.status, worst.status.severity.value}


def _rank(result: Result) -> tuple[int, int]:
    return result.status.severity.rank, result.status.rank


def test_severities_have_the_names_that_are_compared() -> None:
    """A case without `expect` is one that passes."""
    assert "pass" == Severity.PASS.value


class WrittenOutSoftmax(Function):
    """A softmax in steps, with the diagonal of its Jacobian alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        e = torch.exp(x - x.max(dim=1, keepdim=True)[0])
        y = e / e.sum(dim=1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        result: Tensor = g * y * (1 - y)
        return result


def test_the_diagnosis_knows_what_the_steps_are() -> None:
    """They are a softmax, and so the mistake is one in a softmax."""
    results = check_function(WrittenOutSoftmax, at=MATRIX, only=["backward"])
    assert "only the diagonal of the Jacobian of `softmax(x, dim=1)`" == results[0].diagnosis


def keeps_its_first_call() -> Callable[[Tensor], Tensor]:
    """A function without a text whose second derivatives are lost."""

    class Chosen(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            value = x.gather(0, x.argmax(0, keepdim=True)).sum() ** 3
            ctx.places, ctx.x = x.argmax(0, keepdim=True), x.detach()
            return value

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            slopes = 3 * ctx.x.gather(0, ctx.places) ** 2
            return torch.zeros_like(ctx.x).scatter(0, ctx.places, slopes) * g

    return Chosen.apply


def test_a_diagnosis_without_a_text() -> None:
    """Where the first derivatives are right, it is said what it means that others are not."""
    results = check_function(keeps_its_first_call(), at={"x": [1.0, 3.0, 2.0]}, only=["backward", "second"])
    assert formula(results) is None
    assert [Status.MATCH, Status.MISMATCH] == statuses(results)
    assert (results[1].diagnosis or "").startswith("the first derivatives are right, the second ones are not")
