"""Explaining an expression: the tape of torch's run beside the exact numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from derivcheck.checking.one_point import check_case
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case, Mode, OwnFunction
from derivcheck.model.explanation import BlameKind, Explanation
from derivcheck.numbers import DType


def explained(expr: str, dtype: DType | None = None, **point: str) -> Explanation:
    """The explanation of an expression at a point; nothing is judged."""
    return explain_expression(Case(expr, (point,), dtype=dtype), ())


def test_the_tape_is_what_a_learner_prints() -> None:
    """The attributes of each tensor are those that torch gives them in a notebook."""
    x = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    y = x**2 - 2 * x
    y.backward()
    tape = explained("x**2 - 2*x", x="3").tape
    leaf, result = tape[0], tape[-1]
    assert (leaf.name, leaf.is_leaf, leaf.requires_grad, leaf.grad_fn) == ("x", True, True, None)
    assert (leaf.value.computed, leaf.grad) == ((x.item(),), (x.grad.item(),))  # type: ignore[union-attr]
    assert (result.is_leaf, result.requires_grad, result.grad_fn) == (False, True, type(y.grad_fn).__name__)
    assert (result.value.computed, result.grad, result.is_output) == ((y.item(),), None, True)


def test_each_operation_has_its_place_in_the_text() -> None:
    """The span of an operation is that of the call that it computes."""
    tape = explained("sin(x)*exp(x)", x="1").tape
    assert [one.place.text for one in tape if one.place] == ["sin(x)", "exp(x)", "sin(x)*exp(x)"]


def test_local_and_inherited_errors_are_told_apart() -> None:
    """A cosine near 0 is right to the last bit; what is subtracted from it inherits all of the error."""
    tape = explained("1 - cos(x)", x="1e-7").tape
    (difference,) = [one for one in tape if one.operation == "sub"]
    assert difference.value.local == (0.0,)
    assert difference.value.inherited[0] is not None
    assert difference.value.inherited[0] > 1e12
    assert difference.condition == pytest.approx(2e14, rel=0.01)  # |cos x|/(1 - cos x) = 2/x**2


def test_a_literal_is_rounded_and_exact_numbers_are_not_torchs() -> None:
    """0.1 is one tenth on the exact side, and the float beside it on torch's."""
    tape = explained("0.1*x", x="3").tape
    literal = next(one for one in tape if one.operation is None and not one.name)
    assert literal.value.computed == (0.1,)
    assert literal.value.exact[0] is not None
    assert literal.value.exact[0].decimal(25) == "0.1"
    assert 0 < (literal.value.local[0] or 0) <= 0.5


def test_the_numbers_are_those_that_the_format_held() -> None:
    """In bfloat16 a sum with 256 rounds 1 away; the input is what bfloat16 has of it."""
    tape = explained("x + y", DType.BFLOAT16, x="256", y="1.001").tape
    assert tape[1].value.computed == (1.0,)
    assert tape[-1].value.computed == (256.0,)
    assert tape[-1].value.local == (0.5,)
    assert tape[-1].dtype is DType.BFLOAT16


@pytest.mark.parametrize(
    ("expr", "at", "operation"),
    [("relu(x) + x", "0", "relu"), ("abs(x)*2", "0", "abs"), ("floor(x)*x", "2", "floor")],
)
def test_at_a_kink_the_exact_product_is_unknown(expr: str, at: str, operation: str) -> None:
    """Where there is no derivative, there is no exact adjoint before it."""
    tape = explained(expr, x=at).tape
    (kink,) = [one for one in tape if one.operation == operation]
    assert kink.returned[0].numbers.due == (None,)
    assert tape[0].adjoint is not None
    assert tape[0].adjoint.exact == (None,)


def test_near_a_kink_the_derivative_is_known() -> None:
    """The smallest float beside 0 is no kink."""
    tape = explained("relu(x)*abs(x - y)", x="5e-324", y="0.1").tape
    assert None not in [number for one in tape for gradient in one.returned for number in gradient.numbers.due]


def test_adjoints_of_shapes_are_torchs_own_beside_the_exact_ones() -> None:
    """Each number of W has its own exact derivative: of log(sum(exp(W @ x))) it is softmax(W @ x)_i * x_j."""
    tape = explained("logsumexp(W @ x)", W="[[1, 0], [0, 2]]", x="[1, 3]").tape
    weights = tape[0]
    assert weights.adjoint is not None
    assert weights.shape == (2, 2)
    share = 1 / (1 + math.exp(5))
    for number, exact in zip((share, 3 * share, 1 - share, 3 - 3 * share), weights.adjoint.exact, strict=True):
        assert exact is not None
        assert float(exact.decimal(20)) == pytest.approx(number, rel=1e-14)
    assert all(error is not None and error < 8 for error in weights.adjoint.inherited)


def test_what_is_detached_gets_no_adjoint() -> None:
    """A detached factor is a constant on both sides."""
    tape = explained("x*detach(x)", x="3").tape
    assert tape[0].grad == (3.0,)
    assert tape[0].adjoint is not None
    assert tape[0].adjoint.exact[0] is not None
    assert tape[0].adjoint.exact[0].decimal(3) == "3"
    assert [one.requires_grad for one in tape if one.operation == "detach"] == [False]


def test_a_constant_is_not_differentiated_by() -> None:
    """What the case holds is a leaf that asks for no gradient."""
    tape = explain_expression(Case("c*x", ({"c": "2", "x": "3"},), const=("c",)), ()).tape
    assert {one.name: one.requires_grad for one in tape if one.name} == {"c": False, "x": True}
    assert tape[0].adjoint is None


class Halved(torch.autograd.Function):
    """i**2 with half of its gradient."""

    @staticmethod
    def forward(ctx: Any, i: torch.Tensor) -> torch.Tensor:
        """The square."""
        ctx.save_for_backward(i)
        return i * i

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> Any:
        """Half of its derivative."""
        return g * ctx.saved_tensors[0]


def test_a_function_of_ones_own_is_held_against_its_formula() -> None:
    """The operation on the tape is the Function, its exact product that of the formula, and it is to blame."""
    own = OwnFunction("halved", ("i",), "i**2", Halved)
    case = Case("halved(sin(x))*x", ({"x": "2"},), functions=(own,))
    explanation = explain_expression(case, tuple(check_case(case)))
    (mine,) = [one for one in explanation.tape if one.is_own]
    assert (mine.operation, mine.grad_fn) == ("Halved", "HalvedBackward")
    (returned,) = mine.returned
    assert returned.numbers.due[0] is not None
    assert float(returned.numbers.due[0].decimal(20)) == pytest.approx(2 * returned.numbers.computed[0])
    assert explanation.blame is not None
    assert explanation.blame.kind is BlameKind.BACKWARD
    assert explanation.tape[explanation.blame.tensor] is mine


def test_of_several_outputs_a_weighed_sum_is_differentiated() -> None:
    """A note says so."""
    explanation = explained("exp(x)", x="[1, 2]")
    assert any("weighed sum" in note for note in explanation.notes)
    assert explanation.tape[-1].adjoint is not None
    assert explanation.tape[-1].adjoint.local == (0.0, 0.0)


def test_of_a_forward_mode_the_reverse_one_is_explained_and_a_note_says_so() -> None:
    """Tangents have no adjoints."""
    case = Case("(1 - cos(x))/x**2", ({"x": "1e-7"},), modes=(Mode.FORWARD,))
    explanation = explain_expression(case, tuple(check_case(case)))
    assert any("forward" in note and "reverse mode" in note for note in explanation.notes)
    assert explanation.tape[-1].grad_fn == "DivBackward0"


def test_a_number_that_no_ball_tells_is_known_exactly() -> None:
    """sinc(-2) is 0, torch's is 4e-17, and its kernel is to blame."""
    case = Case("sinc(x)", ({"x": "-2"},))
    explanation = explain_expression(case, tuple(check_case(case)))
    (due,) = explanation.tape[-1].value.due
    assert due is not None
    assert due.is_exact_zero
    assert explanation.blame is not None
    assert explanation.blame.kind is BlameKind.FORWARD


def test_numbers_at_the_end_of_the_range_are_added_up() -> None:
    """The sum of two of them is infinite, and no error."""
    case = Case("atan(erfc(logaddexp2(x, x) - x))", ({"x": "1.7976931348623157e+308"},))
    assert explain_expression(case, tuple(check_case(case))).tape


def test_an_exact_adjoint_that_is_left_of_a_cancellation() -> None:
    """exp(x)/(1 + exp(x)) at 800: 1 - 1 leaves 3.7e-348, which takes more than a thousand bits."""
    leaf = explained("exp(x)/(1 + exp(x))", x="800").tape[0]
    assert leaf.adjoint is not None
    assert leaf.adjoint.exact[0] is not None
    assert "3.6678745842e-348" == leaf.adjoint.exact[0].decimal(11)


@pytest.mark.parametrize(
    ("expr", "point", "argument", "words"),
    [
        ("floor(x)*x", {"x": "2"}, 0, "(the function jumps on the left)"),
        ("atan2(y, x)", {"y": "0", "x": "0"}, 0, "(the function jumps on both sides)"),
        ("x**y", {"x": "0", "y": "0"}, 1, "(the function jumps on the right)"),
    ],
)
def test_at_a_jump_no_infinite_slopes_are_told(expr: str, point: dict[str, str], argument: int, words: str) -> None:
    """That it jumps is what there is to say, of the argument that the row is about."""
    case = Case(expr, (point,))
    blame = explain_expression(case, tuple(check_case(case))).blame
    assert blame is not None
    assert argument == blame.argument
    assert blame.sentence.endswith(words)


def test_a_mask_of_minus_infinity_leaves_the_exact_adjoints_known() -> None:
    """What it fills in hands nothing on, and an adjoint that cancels is 0 and no kink."""
    text = "softmax(masked_fill(q @ k.T, [[0, 1], [0, 0]] != 0, -inf), dim=-1)"
    tape = explained(text, q="[[1, 2], [3, 4]]", k="[[0.5, 1], [0.25, 2]]").tape
    for leaf in tape[:2]:
        assert leaf.adjoint is not None
        assert None not in leaf.adjoint.exact


def test_torch_says_nothing_of_slow_operations(capfd: pytest.CaptureFixture[str]) -> None:
    """That vmap has no rule for one is nothing to the user."""
    explained("log_ndtr(x)", x="-3")
    assert "performance drop" not in capfd.readouterr().err
