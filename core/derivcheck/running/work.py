"""The work on a chunk: what a worker does, in whatever process it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking import check_case, crashed, failed
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import Piece

Checker = Callable[[Case], Iterable[Result]]


def check_chunk(chunk: Chunk) -> Iterator[Piece]:
    """The pieces of a chunk, in order, each as soon as it is done."""
    for entry in chunk:
        if isinstance(entry.item, Unreadable):
            yield Piece(entry.item, (entry.item.result(),), last=True)
        else:
            yield Piece(entry.item, tuple(guarded(check_case, entry.item)), entry.last)


def guarded(check: Checker, case: Case) -> Iterator[Result]:
    """The case's Results; whatever goes wrong in our own code becomes one that keeps the traceback."""
    try:
        yield from check(case)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a batch goes on
        yield crashed(case, error)
