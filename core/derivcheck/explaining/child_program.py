"""The program of the child process in which a user's own code is checked and explained."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result
from derivcheck.model.failures import crashed, failed
from derivcheck.system.collector import undisturbed
from derivcheck.workers.serving import Connection, begin_fresh, serve

_connection = begin_fresh() if __name__ == "__main__" else None  # before the imports that take seconds

with undisturbed():
    import derivcheck.symbolic.derivatives  # noqa: F401  # loaded here, and not in the middle of an item
    from derivcheck.autograd.user_functions import load_own
    from derivcheck.explaining.attaching import explain_results
    from derivcheck.own_functions.checking import check_items
    from derivcheck.own_functions.chosen import chosen_items
    from derivcheck.own_functions.own_time import OwnTime
    from derivcheck.own_functions.patience import patience_with
    from derivcheck.own_functions.preparing import prepare

Begin = Callable[[str], None]
"""Told what is begun: the name of an item, or that the explanation is."""


def answer(begin: Begin, request: tuple[Case, Sequence[Result] | None]) -> Iterator[Result]:
    """Explain the Results of a check list; without any, run the list first, and explain it in any case.

    Args:
        begin: told of each step, so that whoever waits knows that it goes on.
        request: the check list, and its Results where there are any.
    """
    case, given = request
    try:
        results = _run_list(begin, case) if given is None else given
        begin("the explanation")
        yield from explain_results(case, results, always=given is None)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a bug of ours: the Result keeps the traceback
        yield crashed(case, error)


def _run_list(begin: Begin, case: Case) -> tuple[Result, ...]:
    (own,) = case.functions
    assert case.checklist is not None
    loaded = load_own(own)
    begin("the formula")
    subject = prepare(case, loaded)
    items = chosen_items(case.checklist, elementwise=subject.is_elementwise)
    return tuple(check_items(subject, case.checklist, items, begin=begin))


def _watched(connection: Connection, request: tuple[Case, Sequence[Result] | None, float]) -> Iterator[Result]:
    """Answer; where derivcheck's own code takes longer than the seconds of the request, this process ends."""
    case, results, timeout = request
    watch = OwnTime()

    def begin(step: str) -> None:
        connection.send(step)
        watch.allow(timeout)

    try:
        watch.allow(patience_with(None, timeout))
        yield from answer(begin, (case, results))
    finally:
        watch.stop()


if _connection is not None:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    warnings.filterwarnings("ignore", module="derivcheck")  # what torch says of our own code is nothing for the user
    serve(_connection, partial(_watched, _connection))
