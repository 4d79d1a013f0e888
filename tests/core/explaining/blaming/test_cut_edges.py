"""Tests of where nothing flows: detached tensors, hidden writes, backward passes that raise."""

from __future__ import annotations

from hand_made_tapes import HandMadeTape

from derivcheck.explaining.blaming.cut_edges import find_detached, find_hidden_write, find_unsupported
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.model import Refusal, RefusalKind


def test_a_step_sends_zero_back() -> None:
    """`2*round(x)` at 0.3: torch takes the derivative of round for 0, as it is between its jumps."""
    tape = HandMadeTape("2*round(x)")
    x = tape.given("x", 0.3, tape.numbers(0.0, 0))
    step = tape.put("round", [x], tape.numbers(0.0, 0), text="round(x)", returned=[tape.numbers(0.0, 0)])
    tape.put("mul", [step], tape.numbers(0.0, 0), text=tape.text, returned=[tape.numbers(2.0, 2)])
    blame = find_detached(Tape(tape.finished()))
    assert blame is not None
    assert "`round(x)` at column 3 is constant between its jumps: torch sends 0 back through it" == blame.sentence


def test_nothing_is_cut_where_all_flows() -> None:
    """A constant that never depended on an input is no cut."""
    tape = HandMadeTape()
    x = tape.given("x", 0.3)
    held = tape.given("c", 2.0, requires_grad=False)
    tape.put("mul", [x, held], tape.numbers(0.6, 0.6), returned=[tape.numbers(2.0, 2)])
    assert find_detached(Tape(tape.finished())) is None
    assert find_hidden_write(Tape(tape.finished())) is None


def test_a_write_behind_autograds_back() -> None:
    """`y.data.mul_(3)`, then y*y: the backward pass reads the new y, on which nothing depends."""
    tape = HandMadeTape("y.data.mul_(3)")
    y = tape.given("y", 2.0, tape.numbers(12.0, 0))
    data = tape.put("detach", [y], tape.numbers(2.0, 2), requires_grad=False)
    new = tape.put("mul", [data], tape.numbers(6.0, 6), text=tape.text, requires_grad=False)
    tape.put("mul", [y, new], tape.numbers(36.0, 36), adjoint=tape.numbers(1.0, 1), returned=[tape.numbers(12.0, 0)])
    blame = find_hidden_write(Tape(tape.finished()))
    assert blame is not None
    assert new == blame.tensor
    assert "`y.data.mul_(3)` at column 1 changes a tensor without autograd's knowledge" in blame.sentence


def test_a_backward_pass_that_raises_is_no_missing_derivative() -> None:
    """An exception of another kind is told as what it is."""
    tape = HandMadeTape("exp(x)")
    x = tape.given("x", 1.0)
    tape.put("exp", [x], tape.numbers(2.7, 2.7), text=tape.text)
    made = Tape(tape.finished())
    raised = Refusal(RefusalKind.RAISED, "RuntimeError: modified by an inplace operation", "RuntimeError")
    for refusal, sentence in (
        (raised, "Torch's backward pass stops at `exp(x)` at column 1: modified by an inplace operation"),
        (None, "Torch's backward pass stops at `exp(x)` at column 1"),
    ):
        blame = find_unsupported(made, refusal)
        assert blame is not None
        assert sentence == blame.sentence
