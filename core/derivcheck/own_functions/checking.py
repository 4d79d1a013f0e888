"""The check of a user's own function: a Case with a check list in, a Result for each item of it out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace

from derivcheck.autograd.user_functions import load_own
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Checklist, Result, Severity, Status
from derivcheck.model.failures import failed
from derivcheck.own_functions.checks.comparison import Comparison, conclude, is_ours, report_error
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.checks.table import FORWARD, Item
from derivcheck.own_functions.chosen import cannot_be_run, chosen_items
from derivcheck.own_functions.manners import Manner, manner_of
from derivcheck.own_functions.news import News
from derivcheck.own_functions.preparing import prepare
from derivcheck.own_functions.searches import HINT, REFUSAL, searches
from derivcheck.own_functions.telling_apart import tell_apart
from derivcheck.own_functions.tensors.subject import TensorSubject


def check_items(
    subject: Subject | TensorSubject,
    checklist: Checklist,
    items: Sequence[Item],
    *,
    begin: Callable[[str], None] | None = None,
) -> Iterator[Result]:
    """Run some items, and yield a Result for each; where not even the value can be computed, the rest is skipped.

    Args:
        subject: the function beside its formula.
        checklist: what the user asked for.
        items: the items to run.
        begin: told each item's name before it is run.
    """
    begin = begin or (lambda _: None)
    begin(items[0].name)  # what hangs or ends the process already now, does so in the first item
    manner: Manner = manner_of(subject)
    stops = manner.look()
    stopped: str | None = None
    looked, told_of, news, is_first, is_unasked = False, "", News(), True, True
    for item in items:
        begin(item.name)
        if stopped is not None:
            yield manner.result(item, [conclude(Status.SKIPPED, cannot_be_run(stopped))])
            continue
        if item.slow and not (checklist.slow or item.name in checklist.only):
            slow = f"slow: asked for by --only {item.name} or --all"
            yield manner.result(item, [conclude(Status.SKIPPED, slow)])
            continue
        if item.name != FORWARD and stops is None and not looked:
            looked = True
            manner.look_at_backward()
        comparisons = run_item(item, manner.subject) if stops is None else [manner.stopping(stops)]
        if item.name not in checklist.only:
            comparisons = news.of(item, comparisons)
        result = manner.result(item, comparisons)
        if is_unasked and result.wrt and result.status.severity in _MAY_BE_OURS:
            is_unasked = False  # one look is enough: what searches fails in the first item
            if searches(manner.subject, result):
                comparisons = [conclude(Status.ERROR, f"{REFUSAL}; {HINT}")]
                result = manner.result(item, comparisons)
        if result.status.severity is Severity.FAIL or result.status is Status.INACCURATE:
            result = replace(result, diagnosis=manner.diagnose(result))
        if manner.note and manner.note != told_of:
            told_of = manner.note
            result = replace(result, notes=(manner.note, *result.notes))
        if result.status.severity is Severity.FAIL and stops is None and is_first:
            is_first = False
            told = tell_apart(manner.subject, result)
            result = replace(result, notes=(*result.notes, told)) if told else result
        yield result
        if all(comparison.verdict.status is Status.ERROR for comparison in comparisons):
            stopped = item.name


_MAY_BE_OURS = frozenset({Severity.WARN, Severity.FAIL})
"""How bad a derivative is that is held against steps which are no formula."""


def run_item(item: Item, subject: Subject | TensorSubject) -> list[Comparison]:
    """An item's comparisons; what the function raises in it becomes one of them."""
    comparisons: list[Comparison] = []
    try:
        comparisons.extend(item.run(subject))
    except DerivcheckError as error:
        comparisons.append(report_error(Status.MISMATCH, error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and whatever else the user's code may raise
        if is_ours(error):
            raise
        comparisons.append(report_error(Status.MISMATCH, error))
    return comparisons or [conclude(Status.SKIPPED, "there is nothing to compare")]


def check_list(case: Case) -> Iterator[Result]:
    """Run the check list of a case in this very process, and yield its Results.

    What goes wrong becomes a Result with the status `error`.
    """
    (own,) = case.functions
    assert case.checklist is not None
    try:
        with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
            subject = prepare(case, load_own(own))
            items = chosen_items(case.checklist, elementwise=subject.is_elementwise)
            found = list(check_items(subject, case.checklist, items))
    except DerivcheckError as error:
        yield failed(case, error)
    else:
        yield from found
