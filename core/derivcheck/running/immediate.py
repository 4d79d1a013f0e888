"""The executor that hands on each Result at once: for the one case of `check`, or the check list of `function`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result
from derivcheck.model.failures import crashed, failed
from derivcheck.running.interface import Item, Piece

Checker = Callable[[Case], Iterable[Result]]


@dataclass(frozen=True, slots=True)
class Immediate:
    """Hands on each Result as soon as it is there.

    Attributes:
        check: what checks a case.
    """

    check: Checker

    def run(self, items: Iterable[Item]) -> Generator[Piece]:
        """Check the items, and yield a piece for each Result."""
        for item in items:
            if isinstance(item, Unreadable):
                yield Piece(item, (item.result(),), last=True)
                continue
            for result in check_guarded(self.check, item):
                yield Piece(item, (result,), last=False)
            yield Piece(item, (), last=True)


def check_guarded(check: Checker, case: Case) -> Iterator[Result]:
    """Yield the Results of a case one by one; what the check raises becomes the last of them."""
    try:
        yield from check(case)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a batch goes on
        yield crashed(case, error)
