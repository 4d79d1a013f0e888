"""Explains what does not match, and lets a Result of each point carry the explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from derivcheck.errors import DerivcheckError
from derivcheck.explaining.explained_code import explain_code
from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.explaining.rewriting.finding import rewrites_of
from derivcheck.model import Case, Result, Status, What
from derivcheck.model.explanation import Explanation
from derivcheck.reporting.presentation.why_lines import are_right

MOST_POINTS = 5
"""So many points of a case are explained; a case may have any number."""

_RIGHT = frozenset({Status.MATCH, Status.SKIPPED})


def explain_results(case: Case, results: Sequence[Result], *, always: bool = False) -> tuple[Result, ...]:
    """Explain the points at which something does not match, and attach each explanation to the first such row.

    What cannot be explained has an explanation without a tape, whose note says why. A wrong claim is no number of
    torch's, and needs none.

    Args:
        case: what was checked.
        results: what came of it, point by point; or the items of a check list.
        always: whether points at which everything matches are explained as well, in their first row.
    """
    found = list(results)
    if case.checklist is not None:
        at = _row_to_explain(found, always=always)
        if at is not None:
            found[at] = replace(
                found[at], explanation=_explained(case.label, partial(explain_code, case, results=tuple(found)))
            )
        return tuple(found)
    first, left = 0, MOST_POINTS
    for _, group in groupby(results, key=lambda row: id(row.place)):
        rows = tuple(group)
        at = _row_to_explain(rows, always=always)
        if at is not None and left:
            left -= 1
            there = replace(rows[at].case, at=(rows[at].typed,))
            explanation = _explained(case.expr, partial(_of_expression, there, rows))
            found[first + at] = replace(rows[at], explanation=explanation)
        first += len(rows)
    return tuple(found)


def not_explained(subject: str, why: str) -> Explanation:
    """An explanation that only says why there is none.

    Example:
        >>> not_explained("x**2", "the function hangs").notes
        ('the function hangs',)
    """
    return Explanation(subject, (), notes=(why,))


def _row_to_explain(rows: Sequence[Result], *, always: bool) -> int | None:
    """The first row that does not match; with `always`, else the first one; None where torch has not run."""
    run = [at for at, row in enumerate(rows) if _has_run(row)]
    wrong = [at for at in run if rows[at].status not in _RIGHT and rows[at].what is not What.CLAIM]
    return next(iter(wrong if wrong or not always else run), None)


def _has_run(row: Result) -> bool:
    if row.error is not None or row.trace is not None:
        return False
    return row.item is not None or row.point is not None or row.values is not None


def _of_expression(case: Case, rows: Sequence[Result]) -> Explanation:
    """The explanation, with what helps where torch's numbers are not what they should be."""
    explanation = explain_expression(case, rows)
    return explanation if are_right(rows) else replace(explanation, rewrites=rewrites_of(case))


def _explained(subject: str, make: Callable[[], Explanation]) -> Explanation:
    """The explanation; what goes wrong in making it is a note of an empty one, and the results stay what they are."""
    try:
        return make()
    except DerivcheckError as error:
        return not_explained(subject, "; ".join(filter(None, (error.message, error.hint))))
    except Exception as error:  # a bug of ours must not take the results away
        told = f"{type(error).__name__}: {error}".rstrip(": ")
        return not_explained(subject, f"derivcheck failed to explain this; please report it with this line: {told}")
