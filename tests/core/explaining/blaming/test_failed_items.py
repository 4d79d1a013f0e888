"""Tests of a user's Function that an item of its check list found wrong."""

from __future__ import annotations

from dataclasses import replace

from hand_made_tapes import HandMadeTape
from results import SQUARE, row

from derivcheck.explaining.blaming.failed_items import find_failed_item, find_missing_function, find_own_derivative
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.model import Case, OwnFunction, Status, Verdict
from derivcheck.model.explanation import BlameKind


def tape(*, is_own: bool = True) -> Tape:
    """One call of a function, right in what it does there."""
    made = HandMadeTape()
    x = made.given("x", 2.0, made.numbers(4.0, 4))
    made.put(
        "Square",
        [x],
        made.numbers(4.0, 4),
        adjoint=made.numbers(1.0, 1),
        returned=[made.numbers(4.0, 4)],
        grad_fn="SquareBackward",
        is_own=is_own,
    )
    return Tape(made.finished())


def test_the_numbers_of_the_item_are_told() -> None:
    """Its second derivative is lost: torch's number of the row is 6, like its truth, so that both are shown."""
    blame = find_failed_item(tape(), replace(row(Status.MISMATCH, ("x", "x")), item="second"))
    assert blame is not None
    assert (BlameKind.BACKWARD, 1, 6.0) == (blame.kind, blame.tensor, blame.returned)
    assert "`SquareBackward` does not pass the item `second`: it returned 6, exact is 6" == blame.sentence


def test_an_item_without_numbers_is_told_by_its_reason() -> None:
    """What writes to its upstream gradient returns no wrong number itself."""
    bare = replace(row(), item="in-place", truth=None, verdict=Verdict(Status.MISMATCH, "it writes to its gradient"))
    blame = find_failed_item(tape(), bare)
    assert blame is not None
    assert "`SquareBackward` does not pass the item `in-place`: it writes to its gradient" == blame.sentence


def test_nobody_is_blamed_for_an_item_that_passes_or_without_a_function() -> None:
    """Nor where the code has no torch.autograd.Function."""
    assert find_failed_item(tape(), replace(row(), item="second")) is None
    assert find_failed_item(tape(), row(Status.MISMATCH)) is None
    assert find_failed_item(tape(is_own=False), replace(row(Status.MISMATCH), item="second")) is None


def test_a_backward_pass_that_is_never_called() -> None:
    """A gradient reversal as the method of a module (hash2430/pitchtron#3): torch differentiates the forward pass."""
    own = OwnFunction("reversal", ("x",), "x", "layers.py:Reversal", surrogate="-x")
    result = replace(row(Status.MISMATCH), item="backward", case=Case("x", functions=(own,)))
    blame = find_missing_function(tape(is_own=False), result)
    assert blame is not None
    assert "`reversal` runs no torch.autograd.Function" in blame.sentence
    assert find_missing_function(tape(), result) is None
    assert find_missing_function(tape(is_own=False), replace(result, case=SQUARE)) is None


def test_a_second_derivative_of_what_a_backward_pass_computes() -> None:
    """Of a linear function it is 0, unless the backward pass divides by what it saved (pytorch/pytorch#76185)."""
    blame = find_own_derivative(tape(), row(Status.MISMATCH, ("x", "x")))
    assert blame is not None
    assert blame.sentence.startswith("What `SquareBackward` computes has another derivative than it should: by x, x ")
    assert find_own_derivative(tape(), row(Status.MISMATCH)) is None
    assert find_own_derivative(tape(is_own=False), row(Status.MISMATCH, ("x", "x"))) is None
