"""What was proven lately: it serves the same graph alone, at the same numbers, or compiled at others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from derivcheck.elements.elements import Elements
from derivcheck.gradchecking import lately_proven
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.lately_proven import Asked, forget, keep, take
from derivcheck.language.parse import parse
from derivcheck.model import Status

ONE = Fraction(1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def asked(text: str = "x*y", x: int = 3, weight: Fraction = ONE) -> Asked:
    """A question about a formula of two numbers, the second of which is 5."""
    return Asked(Elements.of(parse(text, ["x", "y"])), [[weight]], {"x": Fraction(x), "y": Fraction(5)})


def test_the_same_truths_serve_the_same_graph_at_the_same_numbers_once() -> None:
    """While one call has them, another one has its own."""
    truths = take(asked())
    keep(asked(), truths)
    assert take(asked()) is truths
    assert take(asked()) is not truths  # somebody has them


@pytest.mark.parametrize("other", [asked("x*y + 1"), asked("x/y"), asked(weight=Fraction(1, 2))])
def test_another_graph_and_other_weights_have_truths_of_their_own(other: Asked) -> None:
    """They give what new ones give."""
    truths = take(asked())
    truths.floats(0, ("x", "y"))
    keep(asked(), truths)
    assert take(other).floats(1, ("x", "y")) == type(truths)(other.elements, other.exact, other.weights).floats(
        1, ("x", "y")
    )


def test_at_other_numbers_nothing_that_was_proven_stays() -> None:
    """What was compiled serves again, and gives the derivatives there."""
    truths = take(asked())
    assert truths.floats(0, ("x", "y")) == [5.0, 3.0]
    keep(asked(), truths)
    moved = take(asked(x=7))
    assert moved.floats(0, ("x", "y")) == [5.0, 7.0]
    assert moved.value_floats((0,)) == [35.0]
    keep(asked(x=7), moved)
    assert take(asked(x=7)).floats(0, ("x", "y")) == [5.0, 7.0]


def test_few_graphs_are_kept_and_no_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    for number in range(2 * lately_proven.MOST_KEPT):
        one = asked(f"x*y + {number}")
        keep(one, take(one))
    assert len(lately_proven._KEPT.found) == lately_proven.MOST_KEPT
    forget()
    monkeypatch.setattr(lately_proven, "MOST_NODES", 2)
    keep(asked(), take(asked()))
    assert not lately_proven._KEPT.found


def test_a_wrong_backward_pass_is_found_after_the_right_one_was_checked() -> None:
    """The truth is kept, never what torch returned."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: torch.autograd.function.FunctionCtx, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
            result: torch.Tensor = gradients[0] * x.exp() * 1.001
            return result

    x = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
    for look in (examine, examine_twice):
        first = look(torch.exp, x)
        assert first.status is Status.MATCH
        assert [replace(one, values=None) for one in look(torch.exp, x).results] == [
            replace(one, values=None) for one in first.results
        ]
        assert look(Wrong.apply, x).is_wrong
        assert look(torch.exp, x).status is Status.MATCH
        assert look(torch.exp, x.detach().mul(3).requires_grad_()).status is Status.MATCH
