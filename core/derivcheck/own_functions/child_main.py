"""The program of the child process in which a user's own code is checked, an item of the check list after another."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial

from derivcheck.errors import DerivcheckError
from derivcheck.model import Result
from derivcheck.model.failures import crashed, failed
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.own_time import OwnTime
from derivcheck.own_functions.patience import Request, patience_with
from derivcheck.system.collector import undisturbed
from derivcheck.workers.serving import Connection, begin_fresh, serve

_connection = begin_fresh() if __name__ == "__main__" else None  # before the imports that take seconds

with undisturbed():
    import derivcheck.symbolic.derivatives  # noqa: F401  # loaded here, and not in the middle of an item
    from derivcheck.autograd.user_functions import load_own
    from derivcheck.own_functions.checking import check_items
    from derivcheck.own_functions.checks import (  # noqa: F401
        first_derivatives,
        mixed_modes,
        other_engines,
        second_derivatives,
        shapes,
        side_effects,
        ways_of_asking,
    )
    from derivcheck.own_functions.preparing import prepare


def _answer(connection: Connection, request: Request) -> Iterator[tuple[str, ...] | Result]:
    """Check a function by the items of its list, or by some of them.

    Once the code is loaded, and known to be a function of numbers or of tensors, the names of its items are sent. An
    error that comes before the first of them has no item's name.
    """
    case, only, timeout = request
    (own,) = case.functions
    assert case.checklist is not None
    watch = OwnTime()

    def begin(item: str) -> None:
        connection.send(item)
        watch.allow(patience_with(item, timeout))

    try:
        watch.allow(patience_with(None, timeout))
        loaded = load_own(own)
        begin("")  # what takes longer from now on is the function itself
        subject = prepare(case, loaded)
        chosen = chosen_items(case.checklist, elementwise=subject.is_elementwise)
        items = [item for item in chosen if only is None or item.name in only]
        yield tuple(item.name for item in items)
        yield from check_items(subject, case.checklist, items, begin=begin)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a bug of ours: the Result keeps the traceback
        yield crashed(case, error)
    finally:
        watch.stop()


if _connection is not None:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    warnings.filterwarnings("ignore", module="derivcheck")  # what torch says of our own code is nothing for the user
    serve(_connection, partial(_answer, _connection))
