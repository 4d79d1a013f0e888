"""Cases whose values have shapes, from the text to the rows.

Covers also: shaped_check, shaped_formulas, late_shaped_formulas, shaped_numbers.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Result, Status, What
from derivcheck.model.case import OwnFunction
from derivcheck.model.truth import Evidence


def rows(expr: str, at: dict[str, str], **options: object) -> list[Result]:
    """Return the rows of a case at one point."""
    return list(check_case(Case(expr, (at,), **options)))  # type: ignore[arg-type]  # options of any kind


def statuses(found: list[Result]) -> list[tuple[str, str]]:
    """Return what each row is about, and its status."""
    return [(",".join(row.wrt) or "f", row.status.label) for row in found]


def test_the_gradient_of_a_quadratic_form() -> None:
    """The rows of x'Ax: its value, (A + A')x and xx', each element proven (The Matrix Cookbook, §2.4.2)."""
    value, by_x, by_a = rows("x @ A @ x", {"x": "[1, 2]", "A": "[[2, 1], [0, 3]]"})

    assert value.truth is not None
    assert value.truth.value is not None
    assert "16" == value.truth.value.decimal(5)
    assert by_x.elements is not None
    assert [6.0, 13.0] == [element.gradient for element in by_x.elements.elements]
    assert {Evidence.PROVEN} == {element.truth.evidence for element in by_x.elements.elements}
    assert "(A + A.T) @ x" == by_x.formula_text
    assert by_a.elements is not None
    assert (2, 2) == by_a.elements.shape
    assert "outer(x, x)" == by_a.formula_text


@pytest.mark.parametrize(
    ("expr", "t", "formula"),
    [
        ("x[0]*x[t]", "1", "x[0]*one_hot(t, 2) + x[t]*one_hot(0, 2)"),
        ("x[0]*x[t]", "-1", "at [0]: x[1]"),  # one_hot has no labels below 0
        ("sum(x[t] + sum(x), dim=0)", "1", "at [0]: 1"),
    ],
)
def test_a_formula_that_does_not_go_in_matrix_notation_is_that_of_an_element(expr: str, t: str, formula: str) -> None:
    """An index from the end, and a dim of a number, to which torch gives one."""
    _, by_x = rows(expr, {"x": "[1, 2]", "t": t})
    assert formula == by_x.formula_text


@pytest.mark.parametrize(
    ("expr", "at", "claims"),
    [
        ("sum(x**2)", {"x": "[1, 2, 3]"}, {("x",): "2*x", ("x", "x"): "2*eye(3)"}),
        (
            "softmax(z, dim=-1)",
            {"z": "[1, 2, 3]"},
            {("z",): "s = softmax(z, dim=-1); diag(s) - outer(s, s)"},
        ),
        ("(x @ y, sum(x**2))", {"x": "[1, -2]", "y": "[0.5, 3]"}, {("x",): "[y, 2*x]", ("y",): "[x, [0, 0]]"}),
        ("sum(w*x[i])", {"w": "[1, 2, 4]", "x": "[3, 5]", "i": "[0, 1, 0]"}, {("x",): "[5, 2]"}),
        ("sum(x)**2", {"x": "3"}, {("x",): "2*x"}),
        ("prod(x)", {"x": "[0, 2, 0]"}, {("x",): "0"}),
    ],
)
def test_claims_of_whole_derivatives(expr: str, at: dict[str, str], claims: dict[tuple[str, ...], str]) -> None:
    """A claim has the shape of the output and of the variables; a number stands for every element."""
    found = rows(expr, at, derivative=claims, wrt=tuple(claims))
    assert {Status.MATCH} == {row.status for row in found}
    assert len(claims) == sum(row.what is What.CLAIM for row in found)


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("A @ x*2", "wrong-formula"),
        ("(A + A.T) @ x + 1e-20", "wrong-formula"),
        ("[6, 13]", "match"),
        ("[6, 12]", "wrong-formula"),
        ("[[6], [13]]", "error"),
        ("6", "wrong-formula"),
        ("A @ y", "error"),
    ],
)
def test_wrong_claims_are_found(claim: str, status: str) -> None:
    """One element that is wrong makes the claim wrong; a claim of another shape is an error."""
    at = {"x": "[1, 2]", "A": "[[2, 1], [0, 3]]"}
    found = rows("x @ A @ x", at, derivative={("x",): claim}, wrt=(("x",),))
    assert status == found[-1].status.label


def test_a_claim_of_another_shape_says_both() -> None:
    """The message has the claim's shape and the derivative's."""
    found = rows("sum(x**2)", {"x": "[1, 2]"}, derivative={("x",): "[[1], [2]]"})
    assert found[-1].error is not None
    message = found[-1].error.message
    assert "the claimed derivative by x has the shape (2, 1), and the derivative by x has the shape (2,)" == message


def test_large_outputs_are_weighed() -> None:
    """Of more than 64 outputs there are three rows, each with a dense upstream gradient, of the variable's shape."""
    found = rows("x*sin(x)", {"x": "randn(65)"})
    assert [None, 1, 2, 3] == [row.elements.upstream for row in found if row.elements is not None]
    assert [(65,)] * 4 == [row.elements.shape for row in found if row.elements is not None]


@pytest.mark.parametrize(
    ("expr", "x", "status"),
    [
        ("norm(x)", "[0, 0]", "convention"),
        ("amax(x)", "[1, 1, 0]", "convention"),
        ("sum(relu(x))", "[0, 1, -1]", "convention"),
        ("sum(sqrt(x))", "[-1, 1]", "undefined"),
        ("sum(x)", "zeros(0)", "match"),
        ("x[:, None]*zeros(0)", "[1, 2]", "match"),
        ("topk(x, 2)", "[3, 1, 3, 2, 3]", "convention"),  # the second largest of three equal numbers
        ("median(x)", "[1, 1, 1]", "convention"),
        ("sum(log(1 + exp(-abs(x))) + clamp_min(x, 0))", "[0, 1]", "mismatch"),  # two conventions where f is smooth
    ],
)
def test_kinks_and_ends(expr: str, x: str, status: str) -> None:
    """Where an element has no derivative, the row has the status of that one."""
    *_, row = rows(expr, {"x": x})
    assert status == row.status.label


def test_integers_and_constants_are_not_differentiated_by() -> None:
    """The labels of classes are integers by their use, constants are so by their name."""
    at = {"z": "[1, 2, 3]", "t": "1", "w": "[1, 1, 2]"}
    found = rows("-log_softmax(w*z)[t]", at, const=("w",))
    assert [("f", "match"), ("z", "match")] == statuses(found)


def test_an_array_of_integers_is_noted() -> None:
    """Who hands over np.array([1, 2]) may have meant numbers."""
    (value,) = rows("sum(x**2)", {"x": "tensor([1, 2], dtype=int64)"})
    assert value.notes == ("`x`: an array of integers, by which nothing is differentiated; give floats to do so",)


def test_a_mask_is_not_differentiated_by_unless_asked() -> None:
    """Zeros and ones in a condition are a mask; its derivative is undefined where the value jumps, if one wants it."""
    at = {"x": "[1, 2, 3]", "m": "[1, 0, 1]"}
    found = rows("sum(softmax(masked_fill(x, m == 0, -inf), dim=-1)**2)", at)
    assert [("f", "match"), ("x", "match")] == statuses(found)
    assert ("`m`: a mask, which stands in conditions alone, and by which nothing is differentiated",) == found[0].notes
    *_, asked = rows("sum(where(m == 1, x, 0))", at, wrt=(("m",),))
    assert "undefined" == asked.status.label


@pytest.mark.parametrize(
    ("expr", "at", "options", "message"),
    [
        ("x + y", {"x": "[1, 2]", "y": "[1, 2, 3]"}, {}, "`x + y` cannot broadcast the shapes (2,) and (3,)"),
        (
            "x[t]",
            {"x": "[1, 2]", "t": "1"},
            {"wrt": (("t",),)},
            "`t` holds integers, and nothing can be differentiated",
        ),
        ("sum(x)", {"x": "[1, 2]"}, {"order": 3}, "the derivative by x,x,x is of order 3"),
        ("x", {"x": "randn(70)"}, {"derivative": {("x",): "1"}}, "there is no room for a claim about the derivative"),
    ],
)
def test_errors(expr: str, at: dict[str, str], options: dict[str, object], message: str) -> None:
    """What cannot be checked is an error that says why."""
    *_, row = rows(expr, at, **options)
    assert row.error is not None
    assert message.replace("`x + y`", "`add`") in row.error.message or message in row.error.message


def test_a_backward_pass_of_ones_own_is_held_against_a_formula_of_tensors() -> None:
    """One of softmax that forgets a sum, p*(g - p) for p*(g - sum(p*g)), is wrong; all else matches."""

    class Forgetful(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, z: torch.Tensor) -> torch.Tensor:
            p = torch.softmax(z, -1)
            ctx.save_for_backward(p)
            return p

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            p: torch.Tensor = ctx.saved_tensors[0]
            return p * (g - p)

    wrong = OwnFunction("mine", ("z",), "softmax(z)", Forgetful.apply)
    right = OwnFunction("mine", ("z",), "softmax(z)", lambda z: torch.softmax(z, -1))
    at = {"z": "[1, 2, 3]", "w": "[1, 0, 0]"}
    expected = [("f", "match"), ("w", "match"), ("z", "mismatch")]
    assert expected == statuses(rows("sum(w*mine(z))", at, functions=(wrong,)))
    assert {"match"} == {status for _, status in statuses(rows("sum(w*mine(z))", at, functions=(right,)))}


def test_code_of_ones_own_gets_its_arguments_in_the_shapes_that_they_have() -> None:
    """A matrix and a vector are not broadcast before they are multiplied; what has another shape is an error."""
    product = OwnFunction("mine", ("A", "x"), "A @ x", torch.matmul)
    at = {"A": "[[1, 2], [3, 4]]", "x": "[1, 2]"}
    assert {"match"} == {status for _, status in statuses(rows("mine(A, x)", at, functions=(product,)))}
    total = OwnFunction("mine", ("x",), "softmax(x)", torch.sum)
    found = rows("mine(x)", {"x": "[1, 2]"}, functions=(total,))
    assert {"error"} == {status for _, status in statuses(found)}
    assert "the size 1" in (found[0].verdict.reason or "")


def test_code_of_ones_own_gets_labels_as_integers() -> None:
    """torch's cross_entropy takes class labels as whole numbers, which its formula says they are."""
    own = OwnFunction("mine", ("z", "t"), "cross_entropy(z, t)", torch.nn.functional.cross_entropy)
    found = rows("mine(z, t)", {"z": "[[1, 2, 3], [0, 1, 0]]", "t": "[0, 2]"}, functions=(own,))
    assert [("f", "match"), ("z", "match")] == statuses(found)


def test_code_of_ones_own_that_works_element_by_element_is_broadcast() -> None:
    """Its backward pass returns a gradient of the result's shape for each argument, which torch then sums."""

    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x, s)
            return x * s

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            x, s = ctx.saved_tensors
            return g * s, g * x

    own = OwnFunction("mine", ("x", "s"), "x*s", Scaled.apply)
    assert {"match"} == {
        status for _, status in statuses(rows("sum(mine(x, s))", {"x": "[1, 2]", "s": "3"}, functions=(own,)))
    }
