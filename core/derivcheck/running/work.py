"""The work on a chunk: what a worker does, in whatever process it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking import crashed, failed
from derivcheck.errors import DerivcheckError
from derivcheck.many_points.rows import Rows, check_points
from derivcheck.model import Case, Result, Severity
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import Piece, Wanted

Checker = Callable[[Case], Iterable[Result]]


def check_chunk(chunk: Chunk, *, wanted: Wanted = Wanted.FINDINGS) -> Iterator[Piece]:
    """The pieces of a chunk, in order, each as soon as it is done.

    Args:
        chunk: what to check.
        wanted: what of the Results somebody will look at, so that it had better be made here.
    """
    for entry in chunk:
        if isinstance(entry.item, Unreadable):
            yield Piece(entry.item, (entry.item.result(),), last=True)
        else:
            yield Piece(entry.item, _made(checked(entry.item), entry.item, wanted), entry.last)


def _made(results: Sequence[Result], case: Case, wanted: Wanted) -> Sequence[Result]:
    """The Results, with all that is wanted of them; it is made here, where a hang of SymPy's is looked after."""
    if wanted is not Wanted.FINDINGS or case.expect is not None:  # what was expected is held against every row
        results = tuple(results)
    shown: Iterable[Result]
    if wanted is Wanted.FORMULAS or case.expect is not None:
        shown = results
    else:
        shown = _findings(results.examples if isinstance(results, Rows) else results)
    for result in shown:
        _ = result.formula_text
    return results


def _findings(results: Iterable[Result]) -> Iterator[Result]:
    """The Results of the points at which something does not pass: a report shows such a point whole."""
    for _, rows in groupby(results, key=lambda result: id(result.point)):
        point = tuple(rows)
        if any(row.status.severity is not Severity.PASS for row in point):
            yield from point


def checked(case: Case) -> Sequence[Result]:
    """The case's Results; whatever goes wrong in our own code becomes one that keeps the traceback."""
    try:
        return check_points(case)
    except DerivcheckError as error:
        return (failed(case, error),)
    except Exception as error:  # a batch goes on
        return (crashed(case, error),)


def guarded(check: Checker, case: Case) -> Iterator[Result]:
    """The same for a check of any kind, Result by Result."""
    try:
        yield from check(case)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a batch goes on
        yield crashed(case, error)
