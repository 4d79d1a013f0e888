"""The Results of cases that could not be run."""

from __future__ import annotations

import traceback

from derivcheck.errors import DerivcheckError, WorkerError
from derivcheck.model import Case, Point, Result, Status, Verdict, What


def failed(case: Case, error: DerivcheckError, *, point: Point | None = None) -> Result:
    """The Result of a case that could not be run."""
    located = error.at(case.location)
    return Result(case, What.VALUE, (), Verdict(Status.ERROR, error.message), point=point, error=located)


def crashed(case: Case, error: Exception, *, point: Point | None = None) -> Result:
    """The Result of a case that met a bug of ours, with the traceback; running out of memory is no bug."""
    if isinstance(error, MemoryError):
        hint = "simplify the expression, or run it where there is more"
        return failed(case, WorkerError("it takes more memory than there is", hint=hint), point=point)
    trace = "".join(traceback.format_exception(error))
    reason = f"internal error: {type(error).__name__}: {error}"
    return Result(case, What.VALUE, (), Verdict(Status.ERROR, reason), point=point, trace=trace)
