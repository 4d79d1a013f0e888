"""The texts of a tape."""

from __future__ import annotations

import math
from dataclasses import replace

from explanations import beside, branch, cancellation, long_chain, polynomial, softmax, wrong_function

from derivcheck.errors import Span
from derivcheck.model.explanation import Blame, BlameKind, Explanation, Place, ReturnedGradient
from derivcheck.reporting.presentation.tape_cells import (
    MARKS,
    MOST_ROWS,
    NumberedTape,
    address,
    backward_rows,
    called,
    came_through,
    exact_text,
    forward_rows,
    index_of,
    numbers,
    source,
    tape_rows,
    what_matters,
    worst_element,
)


def shown(explanation: Explanation) -> tuple[NumberedTape, frozenset[int]]:
    """The tape, and all of its rows."""
    tape = NumberedTape.of(explanation)
    return tape, frozenset(tape.numbers)


def test_each_attribute_is_as_torch_says() -> None:
    """Leaf and result, as a learner prints them."""
    rows = tape_rows(*shown(polynomial()))
    assert ("1", "x", "2.0", "True", "True", "None", "6.0") == rows[0].texts
    assert ("5", "x**2 + 2*x + 1", "9.0", "True", "False", "AddBackward0", "None") == rows[-1].texts


def test_forward_and_backward_go_their_ways() -> None:
    """Forward in the order of execution, backward from the result to the inputs."""
    assert list("12345") == [row.texts[0] for row in forward_rows(*shown(polynomial()))]
    assert list("54321") == [row.texts[0] for row in backward_rows(*shown(polynomial()))]


def test_torchs_number_stands_beside_the_exact_one() -> None:
    """With both errors, in ulps, and the condition number."""
    found = forward_rows(*shown(cancellation()))[-1].texts
    assert ("3", "1 - cos(x)", "", "rsub(#2)", "0.0") == found[:5]
    assert found[5].startswith("5.0000000000000")
    assert ("0", "4.06e+15", "2e+16") == found[6:]
    assert "nan" == backward_rows(*shown(branch()))[-1].texts[4]


def test_an_adjoint_names_the_backward_passes_that_it_came_through() -> None:
    """Those of the operations that use the tensor; many are counted."""
    explanation = polynomial()
    assert "the start" == came_through(NumberedTape.of(explanation), 4)
    assert "PowBackward0 + MulBackward0" == came_through(NumberedTape.of(explanation), 0)
    user = explanation.tape[1]
    many = replace(explanation, tape=(*explanation.tape, user, user, user))
    assert "PowBackward0 + MulBackward0 + 3 more" == came_through(NumberedTape.of(many), 0)


def test_of_a_tensor_the_worst_element_is_shown() -> None:
    """The one with the largest local error, with its index; one that is nan is worse than any."""
    explanation = softmax()
    tensor = explanation.tape[0]
    assert tensor.adjoint is not None
    assert 0 == worst_element(tensor.adjoint)
    assert "[0]" == address(tensor, 0)
    assert "" == address(explanation.tape[2], 0)
    assert (1, 2) == index_of(replace(tensor, shape=(2, 3)), 5)
    with_nan = replace(tensor.adjoint, computed=(0.1, 0.2, float("nan")), local=(9.0, 1.0, None))
    assert 2 == worst_element(with_nan)


def test_many_numbers_give_way_to_the_shape() -> None:
    """A row has room for a few."""
    tensor = softmax().tape[0]
    assert "[1.0, 1.0, 1.0]" == numbers(tensor.value.computed, tensor)
    assert "shape (30,)" == numbers((0.5,) * 30, replace(tensor, shape=(30,)))
    assert "—" == exact_text(None, tensor.dtype)


def test_a_long_source_is_written_with_the_numbers_of_other_rows() -> None:
    """What it repeats stands above; a line of code repeats nothing."""
    explanation = long_chain()
    assert "sin(sin(x))" == source(NumberedTape.of(explanation), 2)
    tape = (*explanation.tape[:9], replace(explanation.tape[9], place=Place("sin(" * 9 + "x" + ")" * 9, Span(0, 46))))
    assert "sin(#9)" == source(NumberedTape.of(replace(explanation, tape=tape)), 9)
    assert "sin(#9)" == source(NumberedTape.of(replace(explanation, tape=(*tape[:9], replace(tape[9], place=None)))), 9)


def test_literals_stand_where_they_are_used() -> None:
    """A learner has not made them; nor the copies that torch keeps, which nobody uses."""
    explanation = polynomial()
    literal = replace(explanation.tape[0], name="", requires_grad=False, adjoint=None, grad=None)
    copy = replace(explanation.tape[1], operation="detach", arguments=(1,), adjoint=None)
    last = replace(explanation.tape[4], arguments=(3, 5))
    tape = (*explanation.tape[:4], copy, literal, last)
    told = replace(explanation, tape=tape)
    assert {0: "1", 1: "2", 2: "3", 3: "4", 6: "5"} == NumberedTape.of(told).numbers
    assert "add(#4, 2)" == called(NumberedTape.of(told), 6)


def test_a_backward_pass_that_returned_nothing_is_not_named() -> None:
    """As that of `where` for what its condition is made of."""
    explanation = branch()
    tape = (*explanation.tape[:2], replace(explanation.tape[2], arguments=(1, 0)))
    told = replace(explanation, tape=tape)
    assert "SqrtBackward0 + WhereBackward0" == came_through(NumberedTape.of(told), 0)
    returned = (ReturnedGradient(0, beside(0.0, 0)),)
    told = replace(told, tape=(*tape[:2], replace(tape[2], returned=returned)))
    assert "SqrtBackward0" == came_through(NumberedTape.of(told), 0)


def test_of_a_long_tape_what_matters_is_shown() -> None:
    """Inputs, results, and the largest errors; of a short one everything."""
    kept = what_matters(long_chain(), range(30))
    assert {0, 10, 29} <= kept
    assert len(kept) <= MOST_ROWS
    assert frozenset(range(MOST_ROWS)) == what_matters(long_chain(MOST_ROWS), range(MOST_ROWS))


def test_every_kind_of_blame_has_a_mark() -> None:
    """The table has a row for each."""
    assert set(BlameKind) == MARKS.keys()


def test_of_several_operations_on_a_line_of_code_the_operation_is_named() -> None:
    """The line alone would not tell them apart; one that stands alone is shown as it is written."""
    explanation = wrong_function()
    alone = replace(explanation.tape[1], place=Place("y = SQ.apply(i)", None, "mine.py", 3))
    assert "y = SQ.apply(i)" == source(NumberedTape.of(replace(explanation, tape=(explanation.tape[0], alone))), 1)
    other = replace(explanation.tape[2], place=alone.place)
    told = NumberedTape.of(replace(explanation, tape=(explanation.tape[0], alone, other)))
    assert ["line 3: SQ", "line 3: mul"] == [source(told, 1), source(told, 2)]


def test_rows_that_are_hidden_cost_nothing() -> None:
    """A tape may have thousands."""
    tape = NumberedTape.of(long_chain())
    for rows in (tape_rows, forward_rows, backward_rows):
        assert [10] == [row.at for row in rows(tape, {10}) if row.texts]


def test_the_element_that_is_to_blame_is_shown() -> None:
    """Whatever its error; an index that does not fit is none."""
    tape, positions = shown(softmax())
    last = next(at for at in reversed(tuple(tape.numbers)) if tape.tensors[at].shape)
    worst = worst_element(tape.tensors[last].value)
    size = len(tape.tensors[last].value.computed)
    for index, expected in (((0,), 0), ((size - 1,), size - 1), ((99,), worst), ((0, 0), worst)):
        rows = forward_rows(tape, positions, Blame(BlameKind.AMPLIFIER, last, "", index=index))
        assert f"[{expected}]" == next(row.texts[2] for row in rows if row.at == last)


def test_nan_is_shown_before_what_is_rounded() -> None:
    """Also where nobody knows the exact number."""
    rounded = beside(1.0, 1, local=0.5)
    assert 1 == worst_element(
        replace(
            rounded,
            computed=(1.0, math.nan),
            exact=(*rounded.exact, None),
            local=(0.5, None),
            inherited=(0.0, None),
        )
    )
