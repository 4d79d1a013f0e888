"""Rows of a run that nobody has judged: the exact numbers on its tape say which of torch's are wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator

from derivcheck.explaining.blaming.numbers_of_tape import Tape, relative_error
from derivcheck.model import Case, Gradient, Kind, Mode, Refusal, RefusalKind, Result, Status, Truth, Verdict, What, Wrt
from derivcheck.model.explanation import BesideExact, TapeTensor
from derivcheck.numbers import DType


def rows_of_tape(tape: Tape) -> Iterator[Result]:
    """A row for each output whose value is wrong, and for each input whose gradient is.

    A number is wrong where it has lost half of its digits, as one that is `unstable` has.
    """
    inputs = [tensor for tensor in tape.tensors if tensor.is_leaf and tensor.requires_grad]
    has_arrived = any(tensor.adjoint is not None for tensor in inputs)
    for tensor in tape.tensors:
        if tensor.is_output:
            yield from _row(tensor, (), _status(tensor.value, tensor.dtype))
            if tensor.requires_grad and not has_arrived:
                yield from _row(tensor, ("",), Status.NONFINITE, is_refused=True)
        if tensor.operation is None and tensor.adjoint is not None:
            yield from _row(tensor, (tensor.name,), _status(tensor.adjoint, tensor.dtype))


def _status(numbers: BesideExact, dtype: DType) -> Status | None:
    """What is wrong with the worst of some numbers; None where nothing is."""
    found = None
    for computed, exact in zip(numbers.computed, numbers.exact, strict=True):
        error = relative_error(computed, exact)
        if not math.isfinite(computed):
            return Status.UNDEFINED if error is None else Status.NONFINITE
        if exact is None:
            found = found or Status.CONVENTION  # or it is unknown: only a kink that is seen is to blame
        elif error is not None and error > math.sqrt(dtype.unit_roundoff):
            found = Status.UNSTABLE
    return found


def _row(tensor: TapeTensor, wrt: Wrt, status: Status | None, *, is_refused: bool = False) -> Iterator[Result]:
    if status is None:
        return
    yield Result(
        case=Case(""),
        what=What.DERIVATIVE if wrt else What.VALUE,
        wrt=wrt,
        verdict=Verdict(status),
        truth=Truth(Kind.UNDECIDED),
        gradient=Gradient(Mode.REVERSE, "cpu", tensor.dtype, refusal=_REFUSAL if is_refused else None),
    )


_REFUSAL = Refusal(RefusalKind.RAISED, "")
