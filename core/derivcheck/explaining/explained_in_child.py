"""Explains a user's own function from outside: in a child process, which can be killed where the function hangs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from derivcheck.errors import CaseError
from derivcheck.model import Case, Checklist, Result, Status
from derivcheck.model.explanation import Explanation
from derivcheck.own_functions.checks.table import ITEMS as ALL_ITEMS
from derivcheck.own_functions.formulas import check_formulas
from derivcheck.own_functions.in_child import check_in_child
from derivcheck.own_functions.own_time import not_done, took_our_time
from derivcheck.own_functions.patience import DEFAULT_TIMEOUT, patience_with
from derivcheck.reporting.presentation.why_lines import are_right
from derivcheck.workers.allowance import Allowance
from derivcheck.workers.child import Child
from derivcheck.workers.fresh import Fresh
from derivcheck.workers.stop import Cause, Stop

_PROGRAM = "derivcheck.explaining.child_program"
"""The module that the child runs."""

ITEMS = ("forward", "backward", "upstream", "arguments", "outputs")
"""The items of the check list that say whether there is something to explain at the point given."""

FIRST_ITEMS = Checklist(skip=tuple(item.name for item in ALL_ITEMS if item.name not in ITEMS))
"""The check list that is run to say whether there is something to explain."""


def check_and_explain(case: Case, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[Result]:
    """Run the check list of a case in a child process, and explain what does not match.

    Args:
        case: the check list, as `check_in_child` takes it.
        timeout: seconds that one item may take, and the explanation.

    Yields:
        The Results, the first one that does not match with the explanation; where all match, nothing is explained.
    """
    results = list(check_in_child(case, timeout=timeout))
    if are_right(results) or results[-1].item is None:
        yield from results
        return
    found = _ask(case, results, timeout)
    yield from _with_note(case, results, found) if isinstance(found, str) else found


def explain_in_child(case: Case, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[Result]:
    """Run the first items of the check list of a case in a child process, and explain what its function does.

    Args:
        case: the check list, as `check_in_child` takes it; of its items, `ITEMS` are run.
        timeout: seconds that one item may take, and the explanation.

    Yields:
        The Results, one of them with the explanation.
    """
    if not timeout > 0:
        raise CaseError(f"the timeout {timeout:.15g} is not a number of seconds above 0")
    (own,) = case.functions
    check_formulas(own, frozenset(name for texts in case.at for name in texts))
    case = replace(case, checklist=FIRST_ITEMS)
    found = _ask(case, None, timeout)
    if isinstance(found, str):  # the list by itself says which item hangs or ends the process
        yield from _with_note(case, list(check_in_child(case, timeout=timeout)), found)
    else:
        yield from found


def _ask(case: Case, results: Sequence[Result] | None, timeout: float) -> list[Result] | str:
    """The answer of a child; what became of it where it has not answered."""
    found: list[Result] = []
    with Child(partial(Fresh, _PROGRAM)) as child:
        child.ask((case, results, timeout))
        patience = patience_with(None, timeout)
        while True:
            message = child.next(Allowance(elapsed=patience))
            if message is None:
                return found
            if isinstance(message, Stop):
                return _reason(message, patience)
            patience = timeout
            if isinstance(message, Result):
                found.append(message)


def _reason(stop: Stop, patience: float) -> str:
    if took_our_time(stop):
        return not_done(patience)
    if stop.cause is Cause.TIMEOUT:
        return f"the function hangs while it is explained: killed after {patience:.15g} s"
    code = stop.code or 0
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"the function ends the process while it is explained, by {how}"


def _with_note(case: Case, results: list[Result], why: str) -> Iterator[Result]:
    """The Results, the first one that does not match with an explanation that says why there is none."""
    wrong = [at for at, row in enumerate(results) if row.status not in {Status.MATCH, Status.SKIPPED}]
    at = next(iter(wrong), 0)
    for index, row in enumerate(results):
        yield replace(row, explanation=Explanation(case.label, (), notes=(why,))) if index == at else row
