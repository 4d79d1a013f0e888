"""The tape of a run: what is left of it, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.explaining.tape_of_run import Subject, tape_of
from derivcheck.model import Mode
from derivcheck.model.explanation import TapeTensor
from derivcheck.numbers import DType

SETTING = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)


def taped(function: Callable[[Tensor], Any], *numbers: float) -> tuple[tuple[TapeTensor, ...], tuple[str, ...]]:
    """The tape of a function of one tensor."""
    x = torch.tensor(numbers, dtype=torch.float64)

    def run(given: Any, literal: Any) -> tuple[Tensor, ...]:
        del literal
        found = function(given[0])
        return found if isinstance(found, tuple) else (found,)

    return tape_of(Subject({"x": x}, {"x": tuple(map(Fraction, numbers))}, run, SETTING, lambda: None))


def operations(tape: tuple[TapeTensor, ...]) -> list[str | None]:
    """The operations on a tape."""
    return [one.operation for one in tape if one.operation is not None]


def test_what_autograd_saves_for_itself_is_left_out() -> None:
    """It detaches the result of a softmax, and no user has asked for that."""
    tape, _ = taped(lambda x: x.softmax(0).exp().sum(), 1.0, 2.0)
    assert operations(tape) == ["_softmax", "exp", "sum"]
    tape, _ = taped(lambda x: (x * x.detach()).sum(), 1.0, 2.0)
    assert operations(tape) == ["detach", "mul", "sum"]
    assert tape[2].arguments == (0, 1)


def test_a_write_in_place_keeps_the_adjoints_right() -> None:
    """y[0] *= 2 after y = exp(x) + 1: the gradient by x[0] is twice that of exp."""

    def write(x: Tensor) -> Tensor:
        y = x.exp() + 1
        y[0] *= 2
        return y.sum()

    tape, _ = taped(write, 1.0, 2.0)
    adjoint = tape[0].adjoint
    assert adjoint is not None
    for number, exact, local in zip(adjoint.computed, adjoint.exact, adjoint.local, strict=True):
        assert exact is not None
        assert abs(float(exact.decimal(17)) - number) < 1e-14
        assert local is not None
        assert local < 4


def test_what_is_taken_for_a_constant_is_told() -> None:
    """A number that the code looks at."""
    _, notes = taped(lambda x: (x * x.sum().item()).sum(), 1.0, 2.0)
    assert any("constant of the run" in note for note in notes)


def test_an_output_without_gradients_is_told() -> None:
    """Nothing flows back from it."""
    tape, notes = taped(lambda x: x.detach().exp(), 1.0)
    assert any("does not depend" in note for note in notes)
    assert all(one.adjoint is None for one in tape)


def test_several_outputs_are_weighed_together() -> None:
    """Each of them has an upstream gradient of its own."""
    tape, notes = taped(lambda x: (x.exp(), x.sin()), 1.0, 2.0)
    outputs = [one for one in tape if one.is_output]
    assert [one.operation for one in outputs] == ["exp", "sin"]
    assert len({number for one in outputs if one.adjoint for number in one.adjoint.computed}) > 1
    assert any("weighed sum" in note for note in notes)


def test_a_hook_of_the_users_is_told() -> None:
    """It doubles what arrives, and the tape has what it made of it."""

    def hooked(x: Tensor) -> Tensor:
        y = x.sin()
        y.register_hook(lambda g: 2 * g)
        return (3 * y).sum()

    tape, notes = taped(hooked, 1.0)
    assert any("hook" in note and "`sin`" in note for note in notes)
    assert [one.adjoint.computed for one in tape if one.operation == "sin" and one.adjoint] == [(6.0,)]


def test_what_is_written_while_gradients_are_off_passes_gradients_unchanged() -> None:
    """So torch's cosine_similarity cuts off norms: autograd has the node of what was there before.

    Of a 1 that was cut off at 2 it has the gradient of the 1.
    """

    def cut(x: Tensor) -> Tensor:
        y = x.clone()
        with torch.no_grad():
            y.clamp_min_(2.0)
        return (y * x).sum()

    tape, _ = taped(cut, 1.0, 3.0)
    assert operations(tape) == ["clone", "clamp_min", "mul", "sum"]
    by_name = {one.operation: one for one in tape}
    assert by_name["mul"].value.local == (0.0, 0.0)
    (passed,) = by_name["clamp_min"].returned
    assert passed.numbers.computed == (1.0, 3.0)
    assert [due and due.decimal(3) for due in passed.numbers.due] == ["0", "3"]
    assert passed.numbers.local[0] is not None
    assert passed.numbers.explained[0] is not None
    assert passed.numbers.local[0] > passed.numbers.explained[0]
    assert [gradient.numbers.local for gradient in by_name["mul"].returned] == [(0.0, 0.0), (0.0, 0.0)]
    adjoint = tape[0].adjoint
    assert adjoint is not None
    assert adjoint.computed == (3.0, 6.0)
    assert [exact and exact.decimal(3) for exact in adjoint.exact] == ["2", "6"]
