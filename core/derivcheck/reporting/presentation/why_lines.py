"""An explanation as lines: the tape, the two passes beside exact numbers, what is to blame, and what helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.errors import Span
from derivcheck.model import Result, Severity
from derivcheck.model.explanation import Blame, Digits, Explanation, Place, Rewrite
from derivcheck.reporting.presentation.cells import derivative_name, tenths
from derivcheck.reporting.presentation.source_carets import caret_lines
from derivcheck.reporting.presentation.tape_cells import (
    BACKWARD,
    FORWARD,
    MARKS,
    TAPE,
    NumberedTape,
    backward_rows,
    forward_rows,
    marked_backward,
    marked_forward,
    tape_rows,
    what_matters,
)
from derivcheck.reporting.presentation.tape_tables import tape_table
from derivcheck.reporting.presentation.toned_lines import INDENT, LEAST_WIDTH, Fragment, Line, Tone, paragraph
from derivcheck.reporting.presentation.widths import printable, wrap
from derivcheck.reporting.presentation.widths import width as width_of

ON_TAPE = "the tape: what torch keeps of each tensor"
ON_FORWARD = "forward: each number beside the exact one, errors in ulps"
ON_BACKWARD = "backward: the derivative of the result by each tensor, errors in ulps"
ON_BLAME = "to blame"
ON_HELP = "what helps"
ON_NOTHING = "not explained"
"""The headings."""

NO_BLAME = "nothing: each operation returned what it should, up to rounding"
NO_BLAME_FOUND = "not known: no operation alone explains it"


def why_of(results: Sequence[Result], *, width: int, verbose: bool = False, whole: bool = True) -> Iterator[Line]:
    """Yield the lines of the explanation that one of the Results of a point carries; none where no one does.

    Args:
        results: the rows of the point, or the items of a check list.
        width: the columns of a line.
        verbose: whether a long tape is shown whole.
        whole: whether the tape is shown; else what is to blame and what helps alone.
    """
    for row in results:
        if row.explanation is None:
            continue
        right = are_right(results)
        if whole:
            yield from why(row.explanation, width=width, verbose=verbose, all_match=right)
        else:
            yield from brief(row.explanation, width=width, all_match=right)


def are_right(results: Sequence[Result]) -> bool:
    """Whether every row passes."""
    return all(row.status.severity is Severity.PASS for row in results)


def why(explanation: Explanation, *, width: int, verbose: bool = False, all_match: bool = False) -> Iterator[Line]:
    """Yield the lines of a whole explanation.

    Args:
        explanation: what is explained.
        width: the columns of a line; below `LEAST_WIDTH` it counts as `LEAST_WIDTH`.
        verbose: whether a long tape is shown whole.
        all_match: whether every number at the point is right.
    """
    width = max(width, LEAST_WIDTH)
    if explanation.tape:
        tape = NumberedTape.of(explanation)
        shown = frozenset(tape.numbers) if verbose else what_matters(explanation, tape.numbers)
        blame = explanation.blame
        tables = (
            (ON_TAPE, TAPE, tape_rows(tape, shown), None if blame is None else blame.tensor),
            (ON_FORWARD, FORWARD, forward_rows(tape, shown, blame), marked_forward(blame)),
            (ON_BACKWARD, BACKWARD, backward_rows(tape, shown, blame), marked_backward(tape.tensors, blame)),
        )
        for heading, titles, rows, marked in tables:
            if rows:
                yield ()
                yield from _heading(heading, width)
                yield from tape_table(titles, rows, shown, width, blame=blame, at=marked)
    yield from brief(explanation, width=width, all_match=all_match)


def brief(explanation: Explanation, *, width: int, all_match: bool = False) -> Iterator[Line]:
    """Yield the lines of what is to blame and of what helps, without the tape; arguments as for `why`."""
    width = max(width, LEAST_WIDTH)
    if not explanation.tape and explanation.blame is None:
        yield ()
        yield from _heading(ON_NOTHING, width)
        for note in explanation.notes:
            yield from paragraph(note, width, indent=1)
        return
    if explanation.notes:
        yield ()
    for note in explanation.notes:
        yield from paragraph(f"note: {note}", width, tone=Tone.ASIDE, indent=1)
    yield ()
    yield from _heading(ON_BLAME, width)
    if explanation.blame is None:
        yield from paragraph(NO_BLAME if all_match else NO_BLAME_FOUND, width, indent=1)
    else:
        yield from _blame(explanation, explanation.blame, width)
    if explanation.rewrites:
        yield ()
        yield from _heading(ON_HELP, width)
        for rewrite in explanation.rewrites:
            yield from _rewrite(rewrite, width)


def _heading(text: str, width: int) -> Iterator[Line]:
    yield from ((Fragment(line, Tone.HEADING),) for line in wrap(text, width))


def _blame(explanation: Explanation, blame: Blame, width: int) -> Iterator[Line]:
    tone = Tone.of(MARKS[blame.kind])
    yield from paragraph(blame.sentence, width, indent=1)
    place = blame.place
    if place is None and blame.tensor < len(explanation.tape):
        place = explanation.tape[blame.tensor].place
    if place is None:
        return
    if place.span is not None:
        yield from caret_lines(explanation.subject, place.span, width, tone)
        return
    if place.file is not None:
        yield from paragraph(where(place), width, tone=Tone.ASIDE, indent=1)
    text = place.text.strip()
    if text and place.file is not None:
        yield from caret_lines(text, Span(0, len(text)), width, tone)


def where(place: Place) -> str:
    """The file and the line of a place in code."""
    return f"{place.file}, line {place.line}" if place.line is not None else str(place.file)


def _rewrite(rewrite: Rewrite, width: int) -> Iterator[Line]:
    for line in pasteable(rewrite.expression, width - len(INDENT)):
        yield Fragment(INDENT), Fragment(line, Tone.PASS)
    yield from paragraph(digits_text(rewrite), width)
    yield from paragraph(f"{rewrite.why} ({rewrite.rule}; {rewrite.source})", width, tone=Tone.ASIDE)


def pasteable(expression: str, columns: int) -> list[str]:
    """The expression on lines, broken between words alone: so it can be pasted; a longer word stays whole."""
    text = printable(" ".join(expression.split()))
    return [text] if any(width_of(word) > columns for word in text.split()) else wrap(text, columns)


def digits_text(rewrite: Rewrite) -> str:
    """How many digits are right before and after.

    Example:
        >>> digits_text(Rewrite("", "", "", "", Digits(0.0, 15.95), (("x", Digits(7.0, 16.0)),)))
        'digits right: f 0.0 → 16.0, df/dx 7.0 → 16.0'
    """
    sides = [("f", rewrite.value), *((_by(wrt), digits) for wrt, digits in rewrite.gradients)]
    return "digits right: " + ", ".join(f"{name} {_change(digits)}" for name, digits in sides)


def _by(wrt: str) -> str:
    return derivative_name(tuple(name.strip() for name in wrt.split(",")))


def _change(digits: Digits) -> str:
    return f"{tenths(digits.before)} → {tenths(digits.after)}"
