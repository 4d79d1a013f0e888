"""How a function of the user's own is posed: constants, held tensors, what its module holds, several outputs.

Covers also: given, preparing.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensor_functions_posing as own
import torch

from derivcheck.api import assert_derivatives, check, check_function
from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.model import Result, Status
from derivcheck.reporting.results import Results

FILE = str(Path(own.__file__))
FIRST = ["forward", "backward"]
AT = {"x": [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]], "gamma": [1.5, -0.75, 0.5], "beta": [0.25, -0.5, 1.0]}
MATCH = [Status.MATCH, Status.MATCH]


def statuses(results: Results) -> list[Status]:
    """The status of each item."""
    return [result.status for result in results]


def posed(function: object, formula: str, **rest: Any) -> list[Status]:
    """The statuses of the values and of the first derivatives."""
    return statuses(check_function(function, formula, only=FIRST, **rest))


def first(function: object, formula: str, **rest: Any) -> Result:
    """The first item."""
    return check_function(function, formula, only=FIRST, **rest)[0]


# --- constants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(), ("x", "gamma", "beta", "eps")])
def test_a_constant_goes_where_the_function_takes_it(args: tuple[str, ...]) -> None:
    """The eps of a layer norm, by its name and in the order that is given."""
    assert MATCH == posed(own.LayerNorm, own.LAYER_NORM, at=AT, const={"eps": 1e-5}, args=args)


def test_another_constant_than_the_functions_is_found() -> None:
    """The function adds 1e-3, and the formula 1e-5."""
    assert Status.MISMATCH is posed(own.ForgetsEps, own.LAYER_NORM, at=AT, const={"eps": 1e-5})[0]


@pytest.mark.parametrize("at", [{"x": 2}, {"x": [2, -1.5]}])
def test_a_constant_is_given_to_a_function_of_numbers_and_to_one_of_tensors(at: dict[str, Any]) -> None:
    """x**3, where the exponent stands first; and a gradient without the factor 3 is a mismatch."""
    assert MATCH == posed(own.Power, "x**n", at=at, const={"n": 3})
    assert [Status.MATCH, Status.MISMATCH] == posed(own.WrongPower, "x**n", at=at, const={"n": 3})


def test_the_formula_may_call_arguments_otherwise_than_the_function() -> None:
    """Then `args` says the order, and without it the formula does."""
    assert MATCH == posed(own.Power, "y**m", at={"y": 2}, const={"m": 3}, args=["m", "y"])
    with pytest.raises(CaseError, match="nothing is given for the argument `z`"):
        check_function(own.Power, "y**m", at={"y": 2}, const={"m": 3}, args=["m", "z"])


def test_a_constant_that_is_bound_already_stands_in_the_formula_alone() -> None:
    """A note says so."""

    def cube(x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = own.Power.apply(3, x)  # type: ignore[no-untyped-call]
        return result

    result = first(cube, "x**n", at={"x": 2}, const={"n": 3})
    assert Status.MATCH is result.status
    assert "the function does not take `n`: this stands in the formula alone" in result.notes


def test_words_lists_dtypes_and_none_are_constants() -> None:
    """By keyword where the function has it so; a list is a list, and None is None."""
    at = {"x": [1.0, 2.0], "target": [0.5, 3.0]}
    for reduction in ("mean", "sum"):
        formula = "v = (x - target)^2; sum(v) if reduction == 'sum' else mean(v)"
        const = {"reduction": reduction, "weight": None}
        assert MATCH == posed(own.reduced, formula, at=at, const=const, held="target")
    assert MATCH == posed(own.logsumexp_of, "logsumexp(x, dim=-1)", at={"x": [[1, 2], [3, 4]]}, const={"dims": [-1]})
    assert MATCH == posed(own.sum_as, "sum(x)", at={"x": [1, 2]}, const={"dtype": torch.float64})
    assert MATCH == posed(own.sum_as, "sum(x)", at={"x": [1, 2]}, const={"dtype": torch.float64}, dtype="float32")


def test_any_object_may_be_a_constant_from_python() -> None:
    """The function gets the very object."""
    assert MATCH == posed(own.apply_to, "sin(x)", at={"x": [1, 2]}, const={"inner": torch.sin})
    with pytest.raises(CaseError, match="`inner` is a builtin_function_or_method, which no other process"):
        check_function(f"{FILE}:apply_to", "sin(x)", at={"x": [1, 2]}, const={"inner": torch.sin})


@pytest.mark.parametrize("weight", [np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])])
def test_a_tensor_among_the_constants_is_held(weight: object) -> None:
    """It reaches the function as a tensor, and nothing is differentiated by it."""
    at = {"x": [1.0, 2.0], "target": [0.5, 3.0]}
    results = check_function(own.reduced, "mean(weight*(x - target)^2)", at=at, const={"weight": weight}, only=FIRST)
    assert MATCH == statuses(results)
    assert ("weight",) == results[0].case.const


def test_a_held_tensor_needs_no_gradient() -> None:
    """A backward pass that returns None for it is right; without `held` it is not."""

    class Weighted(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(mask)
            return x * mask

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> Any:
            (mask,) = ctx.saved_tensors
            return g * mask, None

    at = {"x": [1.0, 2.0], "mask": [1.0, 0.5]}
    assert MATCH == posed(Weighted, "x*mask", at=at, held=["mask"])
    assert MATCH == posed(Weighted, "x*mask", at=at, const=["mask"])
    assert [Status.MATCH, Status.MISMATCH] == posed(Weighted, "x*mask", at=at)


# --- what does not fit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ({"at": {"x": 2}}, "the function takes `n`, which nobody gave"),
        ({"at": {"x": 2, "n": 3}, "const": {"n": 3}}, "`n` is given twice"),
        ({"at": {"x": 2}, "const": {"n": 3}, "held": ["y"]}, "`y` is held, and is no argument"),
        ({"at": {"x": 2, "y": 1}, "const": {"n": 3}}, "has no argument `y`"),
        ({"at": {"x": 2}, "const": {"n": 3}, "args": ["n", "x", "x"]}, "an argument is named twice"),
        ({"at": {"x": 2}, "const": {3: 3}}, "a constant is called 3"),
        ({"at": {"x": 2}, "const": {"n": 3}, "gradient": {"y": "g"}}, "a gradient by `y` is declared"),
        ({"at": {"x": 2}, "const": {"n": 3}, "linear": False}, "no gradient is declared that could be nonlinear"),
        ({"at": {"x": 2}, "const": {"n": 3}, "linear": 0}, "linear is an int, and should be True or False"),
        ({"at": [{"x": 2}, {"x": 2, "n": 3}]}, "the point gives `n` no value, and another one does"),
    ],
)
def test_what_does_not_fit_is_one_error(rest: dict[str, Any], message: str) -> None:
    """It says what, and what to do."""
    with pytest.raises(DerivcheckError, match=re.escape(message)):
        check_function(own.Power, "x**n", **rest)


# --- modules ----------------------------------------------------------------------------------------------------------


def test_a_formula_names_what_a_module_holds() -> None:
    """Parameters, buffers and attributes that no point gives are the module's own; it stays as it was."""
    module = own.RMSNorm()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    results = check_function(module, own.RMS_NORM, at={"x": [[1, -2, 0.5], [0.25, 1, 3]]}, dtype="float64", only=FIRST)
    assert MATCH == statuses(results)
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert module.weight.dtype is torch.float32


def test_the_numbers_of_a_module_are_exactly_those_that_it_has() -> None:
    """Its float32 0.1 is not 0.1, and a module that is made in float64 has the 0.1 of float64."""
    for function in (own.RMSNorm(), own.RMSNorm):
        result = check_function(function, own.RMS_NORM, at={"x": [1, 2, 3]}, dtype="float64", only=["backward"])[0]
        assert result.values is not None
        (_, _, third) = result.values["weight"].elements
        made = own.RMSNorm if function is own.RMSNorm else None
        assert (0.1 if made else float(torch.tensor(0.1))) == float(third.exact)


def test_a_point_gives_a_modules_parameters_other_numbers() -> None:
    """The call goes to the module with these tensors in the place of its own."""
    at = {"x": [1, -2, 0.5], "weight": [2, 3, 4], "shift": [0, 0, 1]}
    assert MATCH == posed(own.RMSNorm, f"{own.RMS_NORM}*scale", at=at, const={"scale": 1})
    wrong = own.RMS_NORM.replace("weight", "2*weight")
    assert Status.MISMATCH is posed(own.RMSNorm, wrong, at=at)[0]


def test_a_wrong_gradient_of_a_modules_parameter_is_found() -> None:
    """By its name."""
    result = check_function(own.HalfGradient, "x + bias", at={"x": [1, 2]}, only=["backward"])[0]
    assert Status.MISMATCH is result.status
    assert ("bias",) == result.wrt


def test_a_parameter_with_dots_in_its_name_has_underscores() -> None:
    """`layers.0.weight` and the attribute `layers.1.negative_slope`; also where x is a number alone."""
    formula = "leaky_relu(x @ layers_0_weight.T + layers_0_bias, layers_1_negative_slope)"
    assert MATCH == posed(own.Nested, formula, at={"x": [[1, 2], [3, -4]]})
    assert MATCH == posed(torch.nn.PReLU, "where(x > 0, x, weight*x)", at={"x": -2.0})


@pytest.mark.parametrize(("training", "formula"), [(True, "3*x"), (False, "x")])
def test_training_is_a_constant_that_sets_the_mode_of_a_module(*, training: bool, formula: str) -> None:
    """On a copy."""
    module = own.Dropped()
    assert MATCH == posed(module, formula, at={"x": [1.0, 2.0]}, const={"training": training})
    assert module.training


# --- several outputs, integers, declared gradients -----------------------------------------------------------------


def test_a_formula_with_commas_has_several_outputs() -> None:
    """Also where x is a number; and a wrong gradient of the second one is found."""
    for at in ({"x": [1.0, 2.0]}, {"x": 2.0}):
        assert MATCH == posed(own.moments, "mean(x), mean(x^2)", at=at)
    assert Status.MISMATCH is posed(own.wrong_moments, "mean(x), mean(x^2)", at={"x": [1.0, 2.0]})[1]


def test_an_integer_target_is_an_index_in_the_formula() -> None:
    """Rows of a table."""
    at = {"ids": [2, 0, 2], "table": [[1, 2], [3, 4], [5, 6]]}
    assert MATCH == posed(lambda ids, table: table[ids], "table[ids]", at=at)


def test_declared_gradients_domains_and_seeds_reach_the_list() -> None:
    """A clipped gradient is right where it is declared, and wrong where it is not."""
    declared = {"gradient": {"x": "clamp(g, -1, 1)"}, "linear": False}
    assert MATCH == posed(own.Clip, "x", at={"x": [1, 2]}, **declared)
    assert Status.MISMATCH is posed(own.Clip, "x", at={"x": [1, 2]})[1]
    with pytest.raises(CaseError, match="lies outside of the domain"):
        check_function(torch.log, "log(x)", at={"x": -1.0}, domain="x > 0")
    asked = {"at": {"x": "randn(3)"}, "only": ["backward"]}
    points = [check_function(torch.sin, "sin(x)", seed=seed, **asked)[0].values for seed in (0, 1)]  # type: ignore[arg-type]
    assert points[0] != points[1]


def test_assert_derivatives_takes_the_same() -> None:
    """In a test."""
    rest: dict[str, Any] = {"at": {"x": [2, -1.5]}, "const": {"n": 3}, "only": FIRST}
    assert_derivatives(own.Power, "x**n", **rest)
    with pytest.raises(AssertionError, match="with n = 3"):
        assert_derivatives(own.WrongPower, "x**n", **rest)


# --- in expressions ---------------------------------------------------------------------------------------------------


def test_a_function_with_a_constant_is_called_in_an_expression() -> None:
    """The constant is bound where the function is declared."""
    functions: dict[str, Any] = {"cube": {"torch": own.Power, "formula": "x**n", "const": {"n": 3}}}
    assert Status.MATCH is check("2*cube(x) + x", at={"x": 2}, functions=functions).status
    functions["cube"]["torch"] = own.WrongPower
    assert Status.MISMATCH is check("2*cube(x) + x", at={"x": 2}, functions=functions).status


def test_arguments_go_to_the_parameters_of_their_names_in_an_expression() -> None:
    """`scaled(a, b)` is the formula's alpha and x, in its order, and they reach the function by these names."""

    def scaled(x: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
        return alpha * x**2

    functions: Any = {"scaled": {"torch": scaled, "formula": "alpha*x**2"}}
    assert Status.MATCH is check("scaled(a, b)", at={"a": 3, "b": 5}, functions=functions).status


def test_a_modules_parameters_are_arguments_in_an_expression() -> None:
    """Where `args` names them."""
    module = {"torch": own.RMSNorm, "formula": own.RMS_NORM.replace("eps", "1e-6"), "args": ["x", "weight", "shift"]}
    at = {"x": [1, -2, 0.5], "w": [2, 3, 4], "s": [0, 0, 1]}
    assert Status.MATCH is check("sum(rms(x, w, s)^2)", at=at, functions={"rms": module}).status  # type: ignore[dict-item]


def test_several_outputs_are_no_value_of_an_expression() -> None:
    """One error, with what to do."""
    functions: Any = {"two": {"torch": own.moments, "formula": "mean(x), mean(x^2)"}}
    results = check("two(x)", at={"x": [1, 2]}, functions=functions)
    assert Status.ERROR is results.status
    assert "`two` has several outputs, and an expression calls it" in str(results[0].verdict.reason)
