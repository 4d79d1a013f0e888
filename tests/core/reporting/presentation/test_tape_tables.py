"""The tables of a tape, on wide and on narrow screens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explanations import HAND_MADE, branch, cancellation, long_chain, polynomial, wrong_function

from derivcheck.model.explanation import BlameKind, Explanation
from derivcheck.reporting.presentation.tape_cells import (
    FORWARD,
    TAPE,
    NumberedTape,
    Row,
    forward_rows,
    marked_backward,
    marked_forward,
    tape_rows,
    what_matters,
)
from derivcheck.reporting.presentation.tape_tables import tape_table
from derivcheck.reporting.presentation.toned_lines import plain


def table(explanation: Explanation, width: int = 80, *, at: int | None = None) -> list[str]:
    """The table of the tape."""
    tape = NumberedTape.of(explanation)
    shown = what_matters(explanation, tape.numbers)
    lines = tape_table(TAPE, tape_rows(tape, shown), shown, width, blame=explanation.blame, at=at)
    return [plain(line) for line in lines]


def test_the_columns_have_torchs_names() -> None:
    """They are what a learner prints."""
    assert [
        "  #  source          data  requires_grad  is_leaf  grad_fn       grad",
        "  1  x               2.0   True           True     None          6.0",
    ] == table(polynomial())[:2]


def test_what_is_to_blame_is_marked() -> None:
    """With a cross, or an exclamation mark where nothing is wrong but the formula; no colour is needed to see it."""
    assert table(branch(), at=1)[2].startswith("✗ 2  sqrt(x)")
    assert table(cancellation(), at=2)[3].startswith("! 3  1 - cos(x)")


@pytest.mark.parametrize("width", [30, 40, 55, 80, 100])
@pytest.mark.parametrize("name", HAND_MADE)
def test_no_line_is_too_long(name: str, width: int) -> None:
    """On a narrow screen each cell stands on a line of its own."""
    explanation = HAND_MADE[name]
    tape = NumberedTape.of(explanation)
    shown = what_matters(explanation, tape.numbers)
    lines = tape_table(FORWARD, forward_rows(tape, shown), shown, width, blame=explanation.blame, at=0)
    assert all(len(plain(line)) <= width for line in lines)


def test_on_a_narrow_screen_each_cell_has_a_line() -> None:
    """Behind its title, as a screen reader reads it."""
    assert ["  #1  x", "    data           2.0", "    requires_grad  True"] == table(polynomial(), 40)[:3]


def test_a_fold_says_how_many_lines_are_hidden() -> None:
    """In between, and at the end."""
    lines = table(long_chain())
    hidden = [int(line.split()[1]) for line in lines if "more line" in line]
    assert 30 == sum(hidden) + len([line for line in lines if "True" in line])
    one = [Row(at, (str(at), "x"), (str(at), "x")) for at in range(3)]
    told = tape_table(("#", "source"), one, frozenset({0, 2}), 80, blame=None, at=None)
    assert "  … 1 more line (-v: all)" in [plain(line) for line in told]


def marked(explanation: Explanation) -> tuple[int | None, int | None]:
    """The rows to blame, in the forward and in the backward pass."""
    return marked_forward(explanation.blame), marked_backward(explanation.tape, explanation.blame)


def test_the_blamed_backward_pass_is_marked_at_the_argument_that_it_is_about() -> None:
    """Its adjoint is the wrong number."""
    assert (None, 0) == marked(wrong_function())
    assert (2, None) == marked(cancellation())
    assert (None, None) == marked(polynomial())
    blame = branch().blame
    assert blame is not None
    beyond = replace(branch(), blame=replace(blame, argument=5))
    assert (None, 1) == marked(beyond)
    lost = replace(branch(), blame=replace(blame, tensor=99, kind=BlameKind.KINK))
    assert (None, None) == marked(lost)
