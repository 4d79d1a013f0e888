"""Finds out at the first wrong derivative whether a forward pass whose formula was read only searches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from derivcheck.errors import UnsupportedError
from derivcheck.model import Result, Status
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.on_tensors import at_failure, on_tensors
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.searching_passes import SEARCHES, refuse_a_search, steps_of
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

REFUSAL = f"the forward pass cannot be read as a formula: {SEARCHES}"
"""What is said of such a function."""

HINT = "say what it computes: --formula EXPR"
"""What to do about it."""

_UPSTREAM = Upstream(DENSE[0])


def searches(subject: Subject | TensorSubject, result: Result) -> bool:
    """Whether a derivative is not that of the formula read because the forward pass searches.

    It is one that `refuse_a_search` tells, at a point that the user gave or at the one where the item failed.

    Args:
        subject: the function beside its formula, whoever stated it.
        result: an item that has failed.
    """
    own = subject.case.functions[0]
    if not result.wrt or not own.is_read or own.surrogate is not None or own.gradients:
        return False  # what is true has not been read from the forward pass
    shaped = on_tensors(subject, result) if isinstance(subject, Subject) else at_failure(subject, result)
    read = replace(shaped, formulas=Formulas(None, None, is_read=True), known={})
    return any(_searches(Place(read, point)) for point in read.points)


def is_refusal(results: Iterable[Result]) -> bool:
    """Whether a check list says that the forward pass searches."""
    return any(one.status is Status.ERROR and (one.verdict.reason or "").startswith(REFUSAL) for one in results)


def _searches(place: Place) -> bool:
    try:
        gradients = [place.pull_back(_UPSTREAM)[name] for name in place.names]
        refuse_a_search(place, gradients, steps_of(place, _UPSTREAM), _UPSTREAM)
    except UnsupportedError as error:
        return SEARCHES in error.message
    except (Exception, SystemExit, GeneratorExit):  # the user's code raises
        return False
    return False
