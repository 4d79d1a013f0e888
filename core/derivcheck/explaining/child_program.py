"""The program of the child process in which a user's own code is checked and explained."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result
from derivcheck.model.failures import crashed, failed
from derivcheck.system.collector import undisturbed
from derivcheck.workers.serving import begin_fresh, serve

_connection = begin_fresh() if __name__ == "__main__" else None  # before the imports that take seconds

with undisturbed():
    import derivcheck.symbolic.derivatives  # noqa: F401  # loaded here, and not in the middle of an item
    from derivcheck.explaining.attaching import explain_results
    from derivcheck.own_functions.checking import check_list


def answer(request: tuple[Case, Sequence[Result] | None]) -> Iterator[Result]:
    """Explain the Results of a check list; without any, run the list first, and explain it in any case."""
    case, given = request
    try:
        results = tuple(check_list(case)) if given is None else given
        yield from explain_results(case, results, always=given is None)
    except DerivcheckError as error:
        yield failed(case, error)
    except Exception as error:  # a bug of ours: the Result keeps the traceback
        yield crashed(case, error)


if _connection is not None:
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    warnings.filterwarnings("ignore", module="derivcheck")  # what torch says of our own code is nothing for the user
    serve(_connection, answer)
