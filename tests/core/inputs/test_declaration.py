"""Functions of somebody's own in expressions: declared, called, and never taken for anything else.

Covers also: graph.inlining.
"""

from __future__ import annotations

import pickle
import re
from typing import Any

import own_functions as own
import pytest
import torch
from torch import Tensor

import derivcheck
from derivcheck import OwnCode
from derivcheck.errors import CaseError, DerivcheckError, ParseError
from derivcheck.graph.inlining import with_held, written_out
from derivcheck.inputs.declaration import declare
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, OwnFunction, Result, Status
from derivcheck.reporting.results import Results

SQ: OwnCode = {"torch": own.SQ, "formula": "i**2"}
MENDED: OwnCode = {"torch": own.Mended, "formula": "i**2"}
ROUND: OwnCode = {"torch": own.StraightThrough, "formula": "round(x)", "surrogate": "x"}
PRODUCT: OwnCode = {"torch": own.Product, "formula": "a*b**2"}
EVERY_MODE = [mode.value for mode in Mode if mode is not Mode.COMPILE]


def check(expr: str, functions: dict[str, OwnCode], **settings: Any) -> Results:
    """The Results at x = 2, unless another point is given."""
    return derivcheck.check(expr, **{"at": {"x": 2}, **settings}, functions=functions)


def by_status(results: Results) -> list[Status]:
    """The statuses in order."""
    return [result.status for result in results]


def test_the_notebooks_function_is_wrong_as_soon_as_anything_comes_after_it() -> None:
    """SQ alone is right, and 3*SQ + 1 gives 4 for 12: torch runs the code, SymPy and Arb read the formula."""
    assert [Status.MATCH, Status.MATCH] == by_status(check("sq(x)", {"sq": SQ}))
    value, derivative = check("3*sq(x) + 1", {"sq": SQ})
    assert (Status.MATCH, Status.MISMATCH) == (value.status, derivative.status)
    assert ("6*x", 4.0) == (str(derivative.formula), derivative.gradient and derivative.gradient.value)


def test_a_right_one_takes_part_in_anything() -> None:
    """Chains, constants, second and mixed derivatives, claims, float32, and arguments by name."""
    functions = {"sq": MENDED, "times": PRODUCT}
    claims = {"x": "6*x", "x,x": 6}
    assert {Status.MATCH} == set(by_status(check("3*sq(x) + sq(2)", functions, derivative=claims)))
    assert {Status.MATCH} == set(by_status(check("sin(sq(x)/3)*sq(x)", functions, order=2)))
    at = {"x": 0.3, "y": -1.7}
    assert {Status.MATCH} == set(by_status(check("times(y, b=sin(x))/x", functions, at=at, order=2, dtype="float32")))
    assert {Status.MATCH} == set(by_status(check("x**2", functions, derivative={"x": "2*sqrt(sq(x))"})))


def test_a_mode_that_it_does_not_take_part_in_is_skipped() -> None:
    """Without jvp and setup_context there is no forward mode and no torch.func; that is no defect."""
    results = check("3*sq(x)", {"sq": MENDED}, mode=EVERY_MODE)
    assert [Status.MATCH, Status.MATCH, *[Status.SKIPPED] * 4] == by_status(results)
    assert all("setup_context" in (result.verdict.reason or "") for result in results[2:])
    once: OwnCode = {"torch": own.Once, "formula": "i**2"}
    assert [Status.MATCH, Status.SKIPPED] == by_status(check("x*once(x)", {"once": once}, wrt="x,x"))


def test_torch_makes_nothing_of_a_right_jvp_in_nested_forward_mode() -> None:
    """The second derivative of 2*x**3 at 2 is 24; differentiated in forward mode, a jvp has the derivative 0."""
    right: OwnCode = {"torch": own.Traced, "formula": "i**3"}
    by_mode = {
        r.gradient.mode.value: r.status
        for r in check("2*f(x)", {"f": right}, wrt="x,x", mode=EVERY_MODE)
        if r.gradient and r.wrt
    }
    assert by_mode.pop("forward") is Status.MISMATCH
    assert set(by_mode.values()) == {Status.MATCH}


def test_rounding_explains_what_it_does_in_the_users_code_too() -> None:
    """A right function whose formula loses digits is unstable, one that is 0.1 % off a mismatch."""
    loses: OwnCode = {"torch": lambda x: (1 - torch.cos(x)) / x**2, "formula": "(1 - cos(x))/x**2"}
    assert [Status.UNSTABLE, Status.UNSTABLE] == by_status(check("2*f(x)", {"f": loses}, at={"x": "1e-5"}))
    off: OwnCode = {"torch": own.Thousandth, "formula": "i**2"}
    assert [Status.MATCH, Status.MISMATCH] == by_status(check("2*f(x)", {"f": off}))


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "formula"),
    [
        ("ste(x)", 0.5, "x", "1"),
        ("ste(3*x)**2*x", 0.3, "x", "6*x*round(3*x) + round(3*x)**2"),
        ("ste(3*x)**2", 0.3, "x,x", "18"),
    ],
)
def test_a_surrogate_has_its_own_slope_in_a_chain(expr: str, at: float, wrt: str, formula: str) -> None:
    """The value is that of the formula, each factor of the chain rule is the surrogate's, at a jump as well."""
    value, derivative = check(expr, {"ste": ROUND}, at={"x": at}, wrt=wrt)
    assert (Status.MATCH, Status.MATCH) == (value.status, derivative.status)
    assert formula == str(derivative.formula)
    doubled: OwnCode = {**ROUND, "surrogate": "2*x"}
    assert Status.MISMATCH is check(expr, {"ste": doubled}, at={"x": at}, wrt=wrt)[1].status


def test_the_trees() -> None:
    """SymPy and Arb read the formula in place of the call; with a surrogate what has its value and its slope."""
    sq, ste = declare("sq", own.SQ, "i**2"), declare("ste", own.StraightThrough, "round(u)", surrogate="u")
    tree = parse("3*sq(x + 1)", ["x"], (sq,))
    assert parse("3*(x + 1)**2", ["x"]) == written_out(tree, [sq])
    assert ("x", "x (held)") == with_held(parse("ste(x)", ["x"], (ste,)), [ste]).variables
    assert 8 == len(with_held(parse("2*ste(x)", ["x"], (ste,)), [ste]))


@pytest.mark.parametrize(
    ("name", "formula", "settings", "told"),
    [
        ("sin", "x", {}, "`sin` is a function or constant"),
        ("pi", "x", {}, "`pi` is a function or constant"),
        ("Piecewise", "x", {}, "`Piecewise` is a function"),
        ("my sq", "x", {}, "is no name"),
        ("lambda", "x", {}, "is no name"),
        ("f", "a*x", {"args": ["x"]}, "leave out a variable"),
        ("f", "a*x", {"args": ["a", "x", "x"]}, "named twice"),
        ("f", "a*x", {"args": ["2a", "x"]}, "is not an argument's name"),
        ("f", "3", {}, "has no variable"),
        ("f", "x +", {}, "an operand is due"),
    ],
)
def test_what_is_no_declaration(name: str, formula: str, settings: dict[str, Any], told: str) -> None:
    """Names that are taken, arguments that do not fit."""
    with pytest.raises((CaseError, ParseError), match=told):
        declare(name, own.SQ, formula, **settings)


def test_wrong_keys_and_objects_are_errors_of_the_call() -> None:
    """check tells at once what is wrong with a declaration."""
    with pytest.raises(CaseError, match="has no formula"):
        check("f(x)", {"f": {"torch": own.SQ}})  # type: ignore[typeddict-item]
    with pytest.raises(CaseError, match="unknown key 'surogate'"):
        check("f(x)", {"f": {**SQ, "surogate": "x"}})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(CaseError, match="declared by its code and its formula"):
        check("f(x)", {"f": own.SQ})  # type: ignore[dict-item]
    with pytest.raises(DerivcheckError, match="is a int, no function"):
        check("f(x)", {"f": {"torch": 3, "formula": "x"}})


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        ("sq(x, 2)", "`sq` takes 1 argument, not 2"),
        ("sqq(x)", "no function is called `sqq`"),
        ("sq(x) + sq", "no value for `sq`"),
    ],
)
def test_a_wrong_call_is_an_error_of_the_expression(expr: str, told: str) -> None:
    """As with any function; the hint knows the name."""
    (result,) = check(expr, {"sq": SQ})
    assert Status.ERROR is result.status
    assert told in (result.verdict.reason or "")


def test_a_variable_and_a_function_of_one_name_are_an_error() -> None:
    """Somebody would be misled."""
    (result,) = check("sq(x)*sq", {"sq": SQ}, at={"x": 2, "sq": 3})
    assert "`sq` is a variable of the point, and a function of your own" == result.verdict.reason


def _raises_backwards(error: BaseException) -> type[torch.autograd.Function]:
    class Raises(own.SQ):
        @staticmethod
        def backward(ctx: Any, grad_output: Tensor) -> Any:  # noqa: ARG004
            raise error

    return Raises


@pytest.mark.parametrize(
    ("function", "reasons"),
    [
        (own.raises, ["ValueError: no sine today"] * 2),
        (own.exits, ["the function exits the process: SystemExit(3)"] * 2),
        (own.as_numpy, ["the function returned a numpy.ndarray, not a tensor"] * 2),
        (own.wrong_shape, ["the function returned the shape (3,) for inputs of the shape ()"] * 2),
        (own.pair, ["the function returned a tuple, not a tensor"] * 2),
        (_raises_backwards(KeyError("lost")), [None, "KeyError: 'lost'"]),
        (_raises_backwards(SystemExit(4)), [None, "the function exits the process: SystemExit(4)"]),
    ],
)
def test_what_the_code_does_wrong_is_a_reason(function: object, reasons: list[str | None]) -> None:
    """Never a traceback; the value stands where only the backward pass fails; the line that raised it is told."""
    results = check("3*f(x)", {"f": {"torch": function, "formula": "x**2"}})
    place = re.compile(r" \(\S+\.py:\d+, in (raises|backward)\)$")
    assert reasons == [result.verdict.reason and place.sub("", result.verdict.reason) for result in results]
    for reason, result in zip(reasons, results, strict=True):
        assert bool(place.search(result.verdict.reason or "")) == ("Error: " in (reason or ""))
    assert [Status.MATCH if reason is None else Status.ERROR for reason in reasons] == by_status(results)


def test_what_the_code_prints_is_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to stderr."""
    check("f(x)", {"f": {"torch": own.prints, "formula": "sin(x)"}})
    captured = capsys.readouterr()
    assert "" == captured.out
    assert "hello from the function" in captured.err


def test_declarations_travel_and_are_told_apart() -> None:
    """A Case with a named function survives pickling; two objects of one name and formula are two functions."""
    mine = declare("sq", "/somewhere/mine.py:SQ", "i**2")
    case = Case("sq(x)", ({"x": "2"},), functions=(mine,))
    assert case == pickle.loads(pickle.dumps(case))
    assert declare("sq", own.SQ, "i**2") != declare("sq", own.Mended, "i**2")
    right: list[Result] = list(check("3*sq(x)", {"sq": MENDED}))
    wrong: list[Result] = list(check("3*sq(x)", {"sq": SQ}))
    assert (Status.MATCH, Status.MISMATCH) == (right[1].status, wrong[1].status)


def test_a_module_has_the_numbers_of_the_format() -> None:
    """What makes it is run where the format is torch's default, so that 0.1 is float64's; an instance is float32."""

    class Tenth(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(0.1))

        def forward(self, x: Tensor) -> Tensor:
            return self.scale * x

    assert {Status.MATCH} == set(by_status(check("tenth(x)", {"tenth": {"torch": Tenth, "formula": "x/10"}})))
    items = {result.item: result for result in derivcheck.check_function(Tenth(), "x/10", at={"x": 2})}
    assert Status.MATCH is items["backward"].status
    assert Status.SKIPPED is items["other-format"].status
    gradient = items["backward"].gradient
    assert gradient is not None
    assert "float32" == gradient.dtype.label


def test_what_a_statement_names_stays_one_node() -> None:
    """A chain of statements does not double with each of them where a function of one's own is written out."""
    chain = "".join(f"h{at + 1} = h{at}*h{at}; " for at in range(1, 30))
    double = OwnFunction("double", ("x",), "2*x", None)
    expression = parse(f"h1 = double(x); {chain}h30", ["x"], (double,))

    assert parse(f"h1 = 2*x; {chain}h30", ["x"]) == written_out(expression, (double,))
