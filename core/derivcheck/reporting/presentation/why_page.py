"""An explanation as plain data for a page: the tables, the blame with the piece of source that is meant, what helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivcheck.model.explanation import BesideExact, Blame, Explanation, Place, TapeTensor
from derivcheck.reporting.presentation.cells import MARK_OF, MOST_IN_A_CELL, nested
from derivcheck.reporting.presentation.tape_cells import (
    BACKWARD,
    FORWARD,
    MARKS,
    TAPE,
    NumberedTape,
    Row,
    backward_rows,
    exact_text,
    forward_rows,
    marked_backward,
    marked_forward,
    shape_of,
    tape_rows,
    what_matters,
)
from derivcheck.reporting.presentation.tape_tables import without_empty
from derivcheck.reporting.presentation.why_lines import (
    NO_BLAME,
    NO_BLAME_FOUND,
    ON_BACKWARD,
    ON_BLAME,
    ON_FORWARD,
    ON_HELP,
    ON_NOTHING,
    ON_TAPE,
    digits_text,
    where,
)
from derivcheck.reporting.presentation.widths import printable

MOST_ROWS = 60
"""So many tensors are shown on a page; of a longer tape those that matter."""

_BESIDE = (*TAPE[:3], "exact data", *TAPE[3:], "exact grad")
"""The titles of the tape, where there is room for the exact numbers beside torch's."""


def why_page(explanation: Explanation, *, all_match: bool) -> dict[str, Any]:
    """The texts of an explanation. Whatever the user wrote is plain text in them, without control characters.

    Args:
        explanation: what is explained.
        all_match: whether every number at the point is right.
    """
    blame = explanation.blame
    nothing = not explanation.tape and blame is None
    told = NO_BLAME if all_match else NO_BLAME_FOUND
    return {
        "heading": ON_NOTHING if nothing else ON_BLAME,
        "severity": "" if blame is None else MARKS[blame.kind].value,
        "mark": "" if blame is None else MARK_OF[MARKS[blame.kind]],
        "sentence": "" if nothing else printable(told if blame is None else blame.sentence),
        "excerpt": None if blame is None else _excerpt(explanation, blame),
        "notes": [printable(note) for note in explanation.notes],
        "help": ON_HELP,
        "rewrites": [
            {
                "expression": printable(rewrite.expression),
                "digits": digits_text(rewrite),
                "why": printable(f"{rewrite.why} ({rewrite.rule})"),
                "source": printable(rewrite.source),
            }
            for rewrite in explanation.rewrites
        ],
        "tables": _tables(explanation) if explanation.tape else [],
    }


def _excerpt(explanation: Explanation, blame: Blame) -> dict[str, str] | None:
    """The source in three pieces, of which the middle one is meant, and where it stands."""
    place = blame.place
    if place is None and blame.tensor < len(explanation.tape):
        place = explanation.tape[blame.tensor].place
    if place is None:
        return None
    before, meant, after = _pieces(explanation, place)
    return {
        "file": printable(where(place)) if place.file is not None else "",
        "before": printable(before, keep="\n"),
        "meant": printable(meant, keep="\n"),
        "after": printable(after, keep="\n"),
    }


def _pieces(explanation: Explanation, place: Place) -> tuple[str, str, str]:
    if place.span is None:
        return "", place.text.strip(), ""
    text, span = explanation.subject, place.span
    return text[: span.start], text[span.start : span.end], text[span.end :]


def _tables(explanation: Explanation) -> list[dict[str, Any]]:
    blame = explanation.blame
    tape = NumberedTape.of(explanation)
    is_short = len(tape.numbers) <= MOST_ROWS
    shown = frozenset(tape.numbers) if is_short else what_matters(explanation, tape.numbers)
    tables = (
        (ON_TAPE, _BESIDE, _with_exact(tape, shown), None if blame is None else blame.tensor),
        (ON_FORWARD, FORWARD, forward_rows(tape, shown, blame), marked_forward(blame)),
        (ON_BACKWARD, BACKWARD, backward_rows(tape, shown, blame), marked_backward(tape.tensors, blame)),
    )
    return [_table(heading, titles, rows, shown, marked) for heading, titles, rows, marked in tables if rows]


def _table(
    heading: str, titles: Sequence[str], rows: Sequence[Row], shown: frozenset[int], marked: int | None
) -> dict[str, Any]:
    titles, rows = without_empty(titles, rows, shown)
    kept = [row for row in rows if row.at in shown]
    return {
        "heading": heading,
        "titles": list(titles),
        "rows": [list(map(printable, row.texts)) for row in kept],
        "marked": next((index for index, row in enumerate(kept) if row.at == marked), None),
        "hidden": len(rows) - len(kept),
    }


def _with_exact(tape: NumberedTape, shown: frozenset[int]) -> list[Row]:
    """The rows of the tape, with the exact numbers beside torch's data and gradients."""
    found = []
    for row in tape_rows(tape, shown):
        if not row.texts:
            found.append(row)
            continue
        tensor = tape.tensors[row.at]
        data = _exact_numbers(tensor.value, tensor)
        is_grad = tensor.grad is not None and tensor.adjoint is not None
        grad = _exact_numbers(tensor.adjoint, tensor) if is_grad and tensor.adjoint is not None else ""
        texts = (*row.texts[:3], data, *row.texts[3:], grad)
        found.append(Row(row.at, texts, texts))
    return found


def _exact_numbers(given: BesideExact, tensor: TapeTensor) -> str:
    if not 0 < len(given.exact) <= MOST_IN_A_CELL:
        return shape_of(tensor)
    return nested([exact_text(each, tensor.dtype) for each in given.exact], tensor.shape)
