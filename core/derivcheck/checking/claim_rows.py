"""The rows of claims: what somebody says the value or a derivative is, beside the truth."""

from __future__ import annotations

from functools import partial

from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.checking.point_check import PointCheck
from derivcheck.checking.said_derivatives import check_claimed, check_plain, note_as_read
from derivcheck.errors import ParseError
from derivcheck.graph.inlining import at_point, written_out
from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import Evidence, Result, Truth, What, Wrt
from derivcheck.model.expression import Expression
from derivcheck.truth.claimed_value import ROUNDED_BITS, Claim, has_rounded_literals
from derivcheck.truth.claims import Alternatives, Typed, judge_claim
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.verdict.support import supported

_WIDENED_BITS = 256
"""Enough where literals of which 50 bits are known decide how narrow a ball gets."""


def claim_row(check: PointCheck, wrt: Wrt, text: str) -> Result:
    """The row of a claim.

    Args:
        check: the case at a point.
        wrt: the derivative that the claim is about; the empty `wrt` is the value.
        text: the claim.

    Raises:
        ParseError: for a claim that cannot be read.
    """
    claim, notes = _read_claim(text, wrt, check)
    truth = check.truths.find(wrt).truth
    meant = Alternatives(partial(_at_typed_point, check, wrt), partial(_with_wide_literals, check, wrt, truth))
    verdict = supported(truth, judge_claim(claim, truth, check.exact, meant, check.truths.known(wrt)))
    return Result(
        check.case,
        What.CLAIM,
        wrt,
        verdict,
        point=check.point,
        expression=check.readings.written,
        formula=text,
        truth=truth,
        notes=(*check.notes, *notes),
    )


def _read_claim(text: str, wrt: Wrt, check: PointCheck) -> tuple[Claim, tuple[str, ...]]:
    """The claim, parsed, and a note where it is not plain; an error says which of the case's formulas it is about."""
    own = check.case.functions
    try:
        written = parse(text, check.names, own)
        check_plain(written, is_strict=check.case.is_strict)
        check_claimed(written, wrt)
        return Claim(text, written_out(_of_numbers(written), own)), note_as_read(written)
    except ParseError as error:
        about = f"derivative by {','.join(wrt)}" if wrt else "value"
        message = f"the claimed {about} cannot be read: {error.message}"
        raise ParseError(message, text=text, span=error.span, hint=error.hint) from None


def _at_typed_point(check: PointCheck, wrt: Wrt) -> Typed | None:
    """What is true at the point as it was typed; None where the dtype holds that very point."""
    if check.as_typed is None:
        return None
    truths, place = check.as_typed
    return Typed(truths.find(wrt).truth, place)


def _with_wide_literals(check: PointCheck, wrt: Wrt, truth: Truth) -> arb | None:
    """The truth if the expression's long literals are the rounded numbers that they look like; None where it has none.

    SymPy's formula gives it where it is proven to be the derivative around the point, and where it is a narrow ball
    although the literals are wide.
    """
    if truth.evidence is not Evidence.PROVEN or not has_rounded_literals(check.readings.expression):
        return None
    program = check.readings.widened_program(wrt)
    if program is None:
        return None
    with precision(_WIDENED_BITS):
        value = program.run(at_point({name: exact_ball(exact) for name, exact in check.exact.items()}))
    return value if isinstance(value, arb) and is_narrow(value, ROUNDED_BITS) else None


def _of_numbers(expression: Expression) -> Expression:
    """The expression, unless it speaks of shapes."""
    at = first_of_shapes(expression)
    if at is None:
        return expression
    hint = "the formula and its point are of numbers; `--at x=[1, 2]` gives an array"
    raise ParseError("it speaks of shapes", text=expression.source, span=expression.span(at), hint=hint)
