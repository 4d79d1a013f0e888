"""The program of the child process in which a user's own code is checked, an item of the check list after another."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result
from derivcheck.model.failures import crashed, failed
from derivcheck.own_functions.chosen import chosen_items, is_elementwise
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

LOADED = ""
"""Says that the user's code is loaded; any other text is the name of the item that begins."""


def _answer(connection: Connection, request: tuple[Case, list[str]]) -> Iterator[str | Result]:
    """Check a function by some items of the list; an error that comes before the first of them has no item's name."""
    case, only = request
    (own,) = case.functions
    assert case.checklist is not None
    try:
        subject = prepare(case, load_own(own))
        yield LOADED
        items = [item for item in chosen_items(case.checklist, elementwise=is_elementwise(case)) if item.name in only]
        yield from map(_portable, check_items(subject, case.checklist, items, begin=connection.send))
    except DerivcheckError as error:
        yield _portable(failed(case, error))
    except Exception as error:  # a bug of ours: the Result keeps the traceback
        yield crashed(case, error)


def _portable(result: Result) -> Result:
    """The Result with an error that survives the way to another process: a ParseError knows more than it needs."""
    error = result.error
    if error is None:
        return result
    return replace(result, error=DerivcheckError(error.message, hint=error.hint, location=error.location))


if _connection is not None:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    warnings.filterwarnings("ignore", module="derivcheck")  # what torch says of our own code is nothing for the user
    serve(_connection, partial(_answer, _connection))
