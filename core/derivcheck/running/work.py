"""The work on a chunk: what a worker does, in whatever process it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking import crashed, failed
from derivcheck.errors import DerivcheckError
from derivcheck.many_points import check_points
from derivcheck.model import Case, Result
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import Piece

Checker = Callable[[Case], Iterable[Result]]


def check_chunk(chunk: Chunk, *, every_row: bool = False) -> Iterator[Piece]:
    """The pieces of a chunk, in order, each as soon as it is done.

    Args:
        chunk: what to check.
        every_row: whether somebody will look at every Result, so that a worker had better make them all here.
    """
    for entry in chunk:
        if isinstance(entry.item, Unreadable):
            yield Piece(entry.item, (entry.item.result(),), last=True)
        else:
            results = checked(entry.item)
            yield Piece(entry.item, tuple(results) if every_row else results, entry.last)


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
