"""One call: who answers it, and what is counted."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.exact_suites.answers import Answers
from derivcheck.exact_suites.exchange import Exchanged, exchange
from derivcheck.exact_suites.figures import Figures
from derivcheck.gradchecking import gradcheck as ours
from derivcheck.gradchecking.torchs_checks import TORCHS


class SlightlyWrong(torch.autograd.Function):
    """sin(x) with a derivative that is wrong by 1e-7 of itself: torch's gradcheck passes it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """sin(x)."""
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """g*cos(x)*(1 + 1e-7)."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * x.cos() * (1 + 1e-7)
        return made


X = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)

Make = Callable[..., Answers]


@pytest.fixture
def answering() -> Iterator[Make]:
    """Lets calls of torch's functions be answered."""
    exchanged: list[Exchanged] = []

    def make(**options: Any) -> Answers:
        answers = Answers(Figures(), node="test_a.py::test_b", **options)
        exchanged.extend(exchange(getattr(TORCHS, name), answers.answer) for name in ("gradcheck", "gradgradcheck"))
        return answers

    yield make
    for one in reversed(exchanged):
        one.restore()


def cannot_be_read(*_: Any, **__: Any) -> None:
    """Raises what derivcheck raises for an operation that it does not know."""
    raise UnsupportedError("the operation `mylib::spiral` cannot be read")


def fails(*_: Any, **__: Any) -> None:
    """Raises what a bug raises."""
    raise IndexError("a bug of ours")


def test_a_wrong_gradient_raises_torchs_error_or_returns_false(answering: Make) -> None:
    """And True is the answer for a right one, at first and at second order."""
    figures = answering().figures
    assert torch.autograd.gradcheck(torch.sin, X)
    assert torch.autograd.gradgradcheck(torch.sin, (X,))
    assert torch.autograd.gradcheck(SlightlyWrong.apply, (X,), raise_exception=False) is False
    with pytest.raises(TORCHS.GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"):
        torch.autograd.gradcheck(SlightlyWrong.apply, (X,), eps=1e-3)
    assert {"match": 2, "mismatch": 2} == figures.labels
    assert 2 == figures.failing
    assert {("test_a.py::test_b", "mismatch", True)} == {(r.node, r.label, r.is_failing) for r in figures.remarks}
    assert "backward by input[" in figures.remarks[0].text
    assert figures.ours > 0 == figures.torchs


@pytest.mark.parametrize("is_beside", [False, True])
def test_what_cannot_be_read_is_torchs(answering: Make, monkeypatch: pytest.MonkeyPatch, is_beside: bool) -> None:
    """With the caller's own arguments, so that nothing is lost; gradgradcheck calls gradcheck, which is torch's too."""
    monkeypatch.setattr(ours, "examine", cannot_be_read)
    monkeypatch.setattr(ours, "examine_twice", cannot_be_read)
    figures = answering(is_beside=is_beside).figures
    assert torch.autograd.gradcheck(SlightlyWrong.apply, (X,))
    assert not torch.autograd.gradcheck(SlightlyWrong.apply, (X,), rtol=1e-9, atol=0, raise_exception=False)
    assert torch.autograd.gradgradcheck(torch.sin, (X,))
    assert {"unread": 3} == figures.labels
    assert {"mylib::spiral": 3} == figures.unread
    assert [] == figures.differences
    assert 0 == figures.failing
    assert figures.torchs > 0


def test_what_cannot_be_read_fails_in_a_strict_run(answering: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what could not be read; beside, the outcome is torch's."""
    monkeypatch.setattr(ours, "examine", cannot_be_read)
    figures = answering(is_strict=True).figures
    with pytest.raises(TORCHS.GradcheckError, match="the operation `mylib::spiral` cannot be read"):
        torch.autograd.gradcheck(torch.sin, (X,))
    assert not torch.autograd.gradcheck(torch.sin, (X,), raise_exception=False)
    assert (2, 2) == (figures.failing, figures.labels["unread"])
    assert answering(is_strict=True, is_beside=True)
    assert torch.autograd.gradcheck(torch.sin, (X,))


@pytest.mark.parametrize("is_strict", [False, True])
def test_a_failure_of_ours_breaks_no_suite(answering: Make, monkeypatch: pytest.MonkeyPatch, is_strict: bool) -> None:
    """Torch's own answers, and the traceback is kept once."""
    monkeypatch.setattr(ours, "examine", fails)
    figures = answering(is_strict=is_strict).figures
    assert torch.autograd.gradcheck(torch.sin, (X,))
    assert torch.autograd.gradcheck(torch.sin, (X,))
    assert {"crashed": 2} == figures.labels
    ((trace, count),) = figures.errors.items()
    assert trace.endswith("IndexError: a bug of ours")
    assert "in fails" in trace
    assert 2 == count


def test_what_the_function_raises_is_the_callers(answering: Make) -> None:
    """It is raised as torch's gradcheck raises it, and is no failure of ours; nor is what torch refuses."""

    def refuses(x: Tensor) -> Tensor:
        raise ZeroDivisionError("for a reason")

    figures = answering().figures
    with pytest.raises(ZeroDivisionError, match="for a reason"):
        torch.autograd.gradcheck(refuses, (X,))
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        torch.autograd.gradcheck(torch.sin, (X.detach(),))
    assert {"raised": 2} == figures.labels
    assert not figures.errors
    assert [] == figures.remarks


def test_wrong_arguments_are_pythons_to_refuse(answering: Make) -> None:
    """As if nothing were exchanged."""
    figures = answering().figures
    with pytest.raises(TypeError, match=r"gradcheck\(\) missing 1 required positional argument: 'inputs'"):
        torch.autograd.gradcheck(torch.sin)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"gradcheck\(\) got an unexpected keyword argument 'epsilon'"):
        torch.autograd.gradcheck(torch.sin, (X,), epsilon=1)  # type: ignore[call-arg]
    assert not figures.calls


def test_beside_the_outcome_is_torchs_and_differences_are_kept(
    answering: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where torch's passes what is wrong, and where it refuses what is right: here for a step that is too large."""
    figures = answering(is_beside=True).figures
    assert torch.autograd.gradcheck(torch.sin, (X,))
    assert torch.autograd.gradcheck(SlightlyWrong.apply, (X,))
    with pytest.raises(TORCHS.GradcheckError, match="numerical"):
        torch.autograd.gradcheck(torch.sin, (X,), eps=0.5)
    assert not torch.autograd.gradcheck(torch.sin, (X,), eps=0.5, raise_exception=False)
    missed, refused, false = [remark.text for remark in figures.differences]
    assert missed.startswith("torch's passes; backward by input[")
    assert "torch's raises GradcheckError: Jacobian mismatch for output 0 with respect to input 0" == refused
    assert "torch's returns False" == false
    assert figures.ours > 0 < figures.torchs


def test_the_generators_are_left_as_they_were(answering: Make) -> None:
    """So that what a test draws afterwards does not depend on us."""

    def noisy(x: Tensor) -> Tensor:
        random.random()
        return x * torch.rand(2, dtype=torch.float64).ge(2)

    answering()
    torch.manual_seed(1)
    random.seed(1)
    expected = torch.rand(1), random.random()
    torch.manual_seed(1)
    random.seed(1)
    assert torch.autograd.gradcheck(noisy, (X,))
    assert expected == (torch.rand(1), random.random())


def test_warnings_that_a_suite_makes_errors_are_its_own(answering: Make) -> None:
    """Those of the function stay; a library that is out of date for another one does not fail a test."""

    def old(x: Tensor) -> Tensor:
        warnings.warn("old", UserWarning, stacklevel=1)
        return x.sin()

    answers = answering()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.autograd.gradcheck(torch.sin, X, check_batched_grad=True)
    with pytest.warns(UserWarning, match="old"):
        assert torch.autograd.gradcheck(old, X)
    assert {"match": 2} == answers.figures.labels


def test_a_gradcheck_within_a_gradcheck_is_torchs(answering: Make) -> None:
    """A function under test that checks itself is called by us and by torch, and is counted once."""

    def checking(x: Tensor) -> Tensor:
        assert torch.autograd.gradcheck(torch.sin, (X,))
        return x.sin()

    answers = answering()
    assert torch.autograd.gradcheck(checking, (X,))
    assert 1 == answers.figures.calls
