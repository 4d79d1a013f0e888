"""What is to blame for the rows of one point: the suspects in their order, each with what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from derivcheck.explaining.blaming.amplification import Number, blame_growth, find_growth, grow_to
from derivcheck.explaining.blaming.cut_edges import find_detached, find_hidden_write, find_unsupported
from derivcheck.explaining.blaming.failed_items import find_failed_item, find_missing_function, find_own_derivative
from derivcheck.explaining.blaming.first_infinity import blame_origin, find_origin
from derivcheck.explaining.blaming.missing_derivatives import find_kink, find_own_kink
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.outside_domain import find_outside
from derivcheck.explaining.blaming.rows_of_tape import rows_of_tape
from derivcheck.explaining.blaming.wrong_passes import find_wrong_backward, find_wrong_forward
from derivcheck.model import Kind, Mode, Result, Status, What
from derivcheck.model.explanation import Blame, TapeTensor
from derivcheck.own_functions.checks.table import FORWARD

ACCUSED = frozenset(
    {Status.UNSTABLE, Status.INACCURATE, Status.NONFINITE, Status.MISMATCH, Status.CONVENTION, Status.UNDEFINED}
)
"""The statuses for which something on the tape can be to blame."""

UNKNOWN = "which operation is to blame is not known: each is right up to rounding, and none makes rounding large"

ELSEWHERE = "which operation is to blame is not known: the row is about {}, which this run does not show"

Suspect = Callable[[Tape, Result], Blame | None]
"""What may be to blame for a row: the blame, or None where nothing speaks against it."""

AT_THE_POINT = frozenset({"", FORWARD, "backward"})
"""The items of a check list that run the function as the tape does; others take other points, shapes or modes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        blame: what is to blame; None where nothing is, and where nobody knows.
        note: why there is none, where there should be one; "" elsewhere.
    """

    blame: Blame | None
    note: str = ""


def accused(results: Sequence[Result]) -> Result | None:
    """The row for which something is to blame: the gravest, of equal ones that of the lowest order.

    A row about numbers comes before one of a check list that has none, such as what an undefined gradient gives.
    """
    rows = [result for result in results if result.status in ACCUSED]
    return max(rows, key=lambda row: (row.truth is not None, row.status.rank, -len(row.wrt)), default=None)


def find_blame(tape: Sequence[TapeTensor], results: Sequence[Result]) -> Finding:
    """What is to blame for the rows of one point.

    The first suspect against whom something speaks is to blame: an operation whose own result is wrong, forward before
    backward; the operation that made nan or inf of numbers; the one that makes honest rounding large, or leaves the
    range of its format; one that has no derivative there; what is detached. Nobody is blamed on a guess.

    Args:
        tape: the tensors of the run.
        results: the rows that were judged there: the value, and derivatives. Without any, the exact numbers on the
            tape judge.
    """
    found = Tape(tuple(tape))
    row = accused(results or tuple(rows_of_tape(found)))
    if row is None or not tape:
        return Finding(None)
    for suspect in _suspects(row):
        blame = suspect(found, row)
        if blame is not None:
            return Finding(_with_diagnosis(blame, found, results))
    is_proven = bool(results) or row.status not in {Status.CONVENTION, Status.UNDEFINED}
    return Finding(None, _why_unknown(row) if is_proven else "")


def _suspects(row: Result) -> Sequence[Suspect]:
    if (row.item or "") not in AT_THE_POINT:
        return SUSPECTS_ELSEWHERE
    return SUSPECTS_AT_KINKS if row.status in {Status.CONVENTION, Status.UNDEFINED} else SUSPECTS


def _why_unknown(row: Result) -> str:
    if (row.item or "") not in AT_THE_POINT:
        return ELSEWHERE.format(f"the item `{row.item}`")
    if row.gradient is not None and row.gradient.mode not in {Mode.REVERSE, Mode.FUNC}:
        return ELSEWHERE.format(f"the mode {row.gradient.mode}")
    return UNKNOWN


def _of_torch(tape: Tape, row: Result) -> Blame | None:
    """An operation of which torch has no derivative."""
    refusal = None if row.gradient is None else row.gradient.refusal
    return None if refusal is None else find_unsupported(tape, refusal)


def _wrong_pass(tape: Tape, row: Result) -> Blame | None:
    """An operation whose own forward or backward pass is wrong."""
    if row.what is not What.VALUE and (hidden := find_hidden_write(tape)) is not None:
        return hidden
    for strictly in (False, True) if row.status in {Status.INACCURATE, Status.MISMATCH} else (False,):
        wrong = find_wrong_forward(tape, strictly=strictly)
        if wrong is None and row.what is not What.VALUE:
            wrong = find_wrong_backward(tape, strictly=strictly)
        if wrong is not None:
            return wrong
    return None


def _no_number(tape: Tape, row: Result) -> Blame | None:
    """The operation that made nan or inf of numbers, or what spoilt its argument before."""
    is_outside = row.status is Status.UNDEFINED
    origin = find_origin(tape, in_values=row.what is What.VALUE, outside=is_outside)
    if origin is None:
        return None
    if origin.wrong_argument is not None and not is_outside:
        argument = tape[origin.wrong_argument].value
        growths = (
            grow_to(tape, Number(origin.wrong_argument, place, "value")) for place in range(len(argument.computed))
        )
        growth = max((one for one in growths if one is not None), key=lambda one: one.times, default=None)
        if growth is not None:
            return blame_growth(tape, growth)
    return blame_origin(tape, origin)


def _growth(tape: Tape, row: Result) -> Blame | None:
    """The operation that makes honest rounding large, or leaves the range of its format."""
    inputs = None if row.what is What.VALUE else frozenset(row.wrt[-1:])
    growth = find_growth(tape, inputs=inputs, judged=row.verdict.relative or 0.0)
    return None if growth is None else blame_growth(tape, growth)


def _kink(tape: Tape, row: Result) -> Blame | None:
    """An operation that has no derivative there."""
    if row.what is What.VALUE or row.truth is None:
        return None
    if row.truth.kind is not Kind.VALUE:
        return find_kink(tape, row)
    return find_own_kink(tape) if row.status in {Status.MISMATCH, Status.NONFINITE} else None


def _detached(tape: Tape, row: Result) -> Blame | None:
    """What is detached."""
    return find_detached(tape) if row.status is Status.MISMATCH and row.what is not What.VALUE else None


def _outside(tape: Tape, row: Result) -> Blame | None:
    """An operation that has no value at the exact numbers."""
    return find_outside(tape) if row.status is Status.UNDEFINED else None


SUSPECTS: tuple[Suspect, ...] = (
    _of_torch,
    _wrong_pass,
    _no_number,
    _growth,
    _kink,
    _detached,
    find_failed_item,
    find_own_derivative,
    find_missing_function,
)
"""Who may be to blame, in the order in which they are asked."""

SUSPECTS_AT_KINKS: tuple[Suspect, ...] = (_of_torch, _outside, _no_number, _kink)
"""The same where there is no derivative to compare with: what is lost of digits says nothing of that."""

SUSPECTS_ELSEWHERE: tuple[Suspect, ...] = (_wrong_pass, find_failed_item)
"""The same for an item that runs the function elsewhere: what the tape shows of roundings says nothing of it."""


def _with_diagnosis(blame: Blame, tape: Tape, results: Sequence[Result]) -> Blame:
    """The blame on a user's Function with the name of its mistake, where one is known."""
    names = {result.diagnosis: None for result in results if result.diagnosis}
    if not tape[blame.tensor].is_own or not names:
        return blame
    return replace(blame, sentence=f"{blame.sentence}: {'; '.join(names)}")
