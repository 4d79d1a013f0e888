"""The first look at a function: what cannot be run, what is not elementwise, what takes no 0-d tensors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import own_functions as own
import pytest
import torch

from derivcheck.api import check_function
from derivcheck.errors import CaseError, UserFunctionError
from derivcheck.model import Result, Severity, Status


def found(results: Sequence[Result]) -> set[str]:
    """The items that do not pass."""
    return {result.item or "" for result in results if result.status.severity is not Severity.PASS}


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (own.MeanSquare, "x**2"),
        (own.LayerNorm, "x"),
        (own.softmax, "1"),
        (own.running_sum, "x"),
        (own.in_order, "x"),
        (own.in_batches, "x"),
        (own.outer, "x**2"),
        (torch.nn.LayerNorm(3, dtype=torch.float64), "x"),
    ],
)
def test_a_function_that_is_not_elementwise_is_one_error(function: object, formula: str) -> None:
    """None of its items could tell anything: it is right, and no formula of one number says what it computes."""
    with pytest.raises(UserFunctionError, match="is not elementwise") as caught:
        check_function(function, formula, at={"x": 0.5}, args=["x"])
    assert "write the formula on tensors" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("function", "item"),
    [
        (own.turned_round, "shapes"),
        (own.by_the_largest, "far"),
        (own.first_only, "shapes"),
        (own.Averaged, "upstream"),
        (own.Blocks, "shapes"),
        (own.Planes, "shapes"),
    ],
)
def test_an_elementwise_function_with_a_defect_is_not_mistaken_for_another(function: object, item: str) -> None:
    """A batch may come out wrong, or be mixed by mistake: the items say where."""
    formula = "i**2" if isinstance(function, type) else "sin(i)"
    (result,) = check_function(function, formula, at={"i": 0.5}, only=[item])
    assert result.status.severity is Severity.FAIL, result.verdict.reason


def test_what_draws_random_numbers_is_one_error() -> None:
    """It is no function of its arguments: every item would accuse it, and none could tell why."""
    with pytest.raises(
        UserFunctionError, match=r"something else each time .* it draws from torch's generator"
    ) as caught:
        check_function(own.noisy, "sin(x)", at={"x": 0.5}, only=["repeat"])
    assert "as an argument, such as a mask" in (caught.value.hint or "")


def test_what_writes_into_its_arguments_on_purpose_is_given_copies() -> None:
    """torch allows no write into a leaf that asks for a gradient; a Function that declares it is right all the same."""
    results = check_function(own.DoublesInPlace, "2*x", at={"x": 0.5})
    assert set() == found(results)
    assert ["it writes into its arguments in place, which torch allows for no leaf: it is given copies"] == [
        note for result in results for note in result.notes
    ]


@pytest.mark.parametrize(
    ("function", "formula", "at"),
    [
        (own.ThroughNumpy, "sin(x)", {"x": 1}),
        (own.SumToSize, "a*b", {"a": 2, "b": 3}),
        (own.at_least_a_vector, "sin(x)", {"x": 1}),
        (own.needs_a_dimension, "sin(x)", {"x": 1}),
    ],
)
def test_what_takes_no_0d_tensors_is_given_the_shape_1_and_that_is_told_once(
    function: object, formula: str, at: dict[str, float]
) -> None:
    """Neither its value nor its gradient is wrong."""
    results = check_function(function, formula, at=at, skip=["second"])
    assert set() == found(results)
    notes = [note for result in results for note in result.notes]
    assert 1 == len(notes)
    assert "it refuses 0-d tensors (raised " in notes[0] or "it refuses 0-d tensors (the function" in notes[0]
    assert "single numbers are given in the shape (1,)" in notes[0]


@pytest.mark.parametrize(
    ("function", "formula", "at", "args"),
    [
        (own.Likelihood, "-log(p)", {"p": 0.3}, ["p"]),
        (own.cross_entropy, "-(t*log(p) + (1 - t)*log(1 - p))", {"p": 0.3, "t": 1}, ["p", "t"]),
        (
            own.beta_density,
            "(a-1)*log(x) + (b-1)*log(1-x) - loggamma(a) - loggamma(b) + loggamma(a+b)",
            {"a": 2, "b": 3, "x": 0.3},
            ["a", "b", "x"],
        ),
        (
            own.matern,
            "(1 + sqrt(3)*abs(x-y)/s)*exp(-sqrt(3)*abs(x-y)/s)",
            {"x": 1, "y": 2.5, "s": 0.75},
            ["x", "y", "s"],
        ),
    ],
)
def test_points_that_a_function_refuses_are_not_its_fault(
    function: object, formula: str, at: dict[str, float], args: list[str]
) -> None:
    """Nobody asked it there; where it says yes, it is checked."""
    skip = ["second", "mixed-modes", "shapes"]  # torch loses digits of its second derivatives, and takes no empty Beta
    results = check_function(function, formula, at=at, args=args, skip=skip)
    assert set() == found(results), [(result.item, result.verdict.reason) for result in results]
    points = next(result for result in results if result.item == "points")
    assert int((points.verdict.reason or "").split()[0]) > 2 * len(args)


def test_which_points_were_left_out_is_told() -> None:
    """The first of them, and what the function said; the formula is real there."""
    (result,) = check_function(own.Likelihood, "-log(abs(p))", at={"p": 0.3}, only=["points"])
    assert Status.MATCH is result.status
    (note,) = result.notes
    assert re.match(r"not where the function refuses its arguments, as at p = -0\.7: raised ValueError: p has", note)


def test_a_refused_point_of_the_users_own_is_an_error() -> None:
    """Who gives a point wants to know of it."""
    (result,) = check_function(own.Likelihood, "-log(abs(p))", at=[{"p": 0.3}, {"p": 3}], only=["forward"])
    assert Status.ERROR is result.status
    assert "at p = 3: raised ValueError" in (result.verdict.reason or "")


def test_a_defect_of_a_function_that_refuses_much_is_found() -> None:
    """Points are found inside of a small domain, so that the mistake has its name."""
    results = check_function(own.WrongLikelihood, "-log(p)", at={"p": 0.3}, only=["backward", "points"])
    assert {"backward", "points"} == found(results)
    assert {"sign flipped"} == {result.diagnosis for result in results}


@pytest.mark.parametrize("at", [{"a": 0.1, "b": 0.2}, {"a": 0.3, "b": -0.7}, {"a": -0.45, "b": 0.3}])
def test_no_item_sits_within_rounding_of_a_kink(at: dict[str, float]) -> None:
    """Of 0.3 and -0.7 sparsemax rounds the difference to 1, where its kink is: only the point given may be there."""
    results = check_function(own.sparsemax, "Min(Max((a - b + 1)/2, 0), 1)", at=at)
    told = {(result.item, result.status) for result in results if result.status.severity is not Severity.PASS}
    if at["a"] - at["b"] == 1:
        assert all("at a = 0.3, b = -0.7" in (r.verdict.reason or "") for r in results if (r.item, r.status) in told)
    else:
        assert set() == told


@pytest.mark.parametrize("only", [[], ["backward", "shapes", "repeat"]])
def test_what_cannot_be_run_is_told_once(only: list[str]) -> None:
    """The first item says why, with the line; whichever items there are, the others are skipped."""
    first, *rest = check_function(own.raises, "sin(x)", at={"x": 1}, only=only)
    assert Status.ERROR is first.status
    assert re.search(
        r"raised ValueError: no sine today \(\S*own_functions\.py:\d+, in raises\)", str(first.verdict.reason)
    )
    assert {f"the function cannot be run: see `{first.item}`"} == {result.verdict.reason for result in rest}


def test_a_missing_argument_has_a_hint() -> None:
    """The formula has one variable, the function takes two."""
    with pytest.raises(CaseError, match=r"takes `b`, which nobody gave") as caught:
        check_function(own.sparsemax, "Min(Max((a + 1)/2, 0), 1)", at={"a": 0.1})
    assert "--const b=… for what is no tensor, --at b=… for a tensor" in (caught.value.hint or "")


def test_a_constant_that_a_function_takes_has_a_hint() -> None:
    """A tensor is no number of repetitions; where it is taken for one, None is no gradient by it."""
    first, *_ = check_function(own.Repeated, "x**n", at={"x": 2, "n": 3})
    assert Status.ERROR is first.status
    assert "the function takes `n: int`: if it is no tensor, write --const n=…" in first.notes[0]
    (result,) = check_function(own.Power, "x**n", at={"x": 2, "n": 3}, only=["backward"])
    assert "torch returned no gradient (None)" in (result.verdict.reason or "")
    assert "where n is no tensor, write --const n=…" in (result.diagnosis or "")
    assert set() == found(check_function(own.Power, "x**n", at={"x": 2}, const={"n": 3}, skip=["mixed-modes"]))
    assert set() == found(check_function(own.cube, "x**3", at={"x": 2}, skip=["mixed-modes"]))


def test_an_exception_has_the_line_of_the_users_code_that_raised_it() -> None:
    """In each item, the traceback beside the first; the others refer to it."""
    results = check_function(own.Misspelt, "i**2", at={"i": 2})
    told = {result.item: result.verdict.reason or "" for result in results if result.item in found(results)}
    assert re.search(r"raised AttributeError: .* \(\S*own_functions\.py:\d+, in backward\)", told.pop("backward"))
    told.pop("second")
    assert all("raised the same as in `backward`" in reason for reason in told.values()), told
    (trace,) = [result.raised for result in results if result.raised]
    assert "in backward" in trace
    assert "double_it" in trace
    assert "derivcheck" not in trace.partition("own_functions.py")[0].rpartition("File")[2]


def test_an_exception_that_torch_raises_of_a_gradient_names_the_backward_pass() -> None:
    """Its own frames are of no use: the line is that of the function's backward."""
    (result,) = check_function(own.OfAnotherShape, "i**2", at={"i": 2}, only=["shapes"])
    assert re.search(
        r"returned an invalid gradient .* \(own_functions\.py:\d+, backward\)", result.verdict.reason or ""
    )
