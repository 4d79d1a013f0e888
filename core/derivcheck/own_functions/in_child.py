"""The check of a user's own function from outside: in a child process, which can be killed where the function hangs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from derivcheck.errors import CaseError, ParseError
from derivcheck.model import Case, Result, Status, Verdict, What
from derivcheck.own_functions.checks.table import FORWARD
from derivcheck.own_functions.chosen import cannot_be_run, chosen_items, is_elementwise
from derivcheck.own_functions.formulas import check_formulas
from derivcheck.own_functions.own_time import not_done, took_our_time
from derivcheck.own_functions.patience import DEFAULT_TIMEOUT, patience_with
from derivcheck.workers.allowance import Allowance
from derivcheck.workers.child import Child
from derivcheck.workers.fresh import Fresh
from derivcheck.workers.stop import Cause, Stop

_PROGRAM = "derivcheck.own_functions.child_main"
"""The module that the child runs."""

_DEATHS = 2
"""After so many children that hung or died, the items that are left are skipped."""


def check_in_child(case: Case, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[Result]:
    """Run the check list of a case in a child process.

    Args:
        case: the check list; the code of its function is given as FILE.py:NAME or package.module:NAME.
        timeout: seconds that one item may take; one that takes longer is killed, and the next one gets a new child.

    Yields:
        A Result for each item; what the function does to its process is the reason of one.

    Raises:
        ParseError: for a formula that is none.
        CaseError: for an item that does not exist, and for a timeout that is none.
    """
    if not timeout > 0:
        raise CaseError(f"the timeout {timeout:.15g} is not a number of seconds above 0")
    (own,) = case.functions
    check_formulas(own, frozenset(name for texts in case.at for name in texts))
    left = _expected_items(case)
    known: list[str] | None = None  # the items that are left, once the child has said which there are
    deaths, stopped = 0, ""
    while left:
        if stopped:
            for name in left:
                yield _without_numbers(case, name, Status.SKIPPED, stopped)
            return
        with Child(partial(Fresh, _PROGRAM)) as child:
            child.ask((case, known, timeout))
            current, is_loaded = "", False
            while True:
                patience = patience_with(current if is_loaded else None, timeout)
                message = child.next(Allowance(elapsed=patience))
                if message is None:
                    return
                if isinstance(message, Result):
                    yield message
                    if message.item is None:
                        return
                    left.remove(message.item)
                elif isinstance(message, tuple):
                    known = left = list(message)
                    is_loaded = True
                elif isinstance(message, Stop):
                    reason = f"{_reason(message, patience)}{'' if is_loaded else ' while it was being loaded'}"
                    item = current or left[0]  # while the function is loaded, the first one waits for it
                    yield _without_numbers(case, item, Status.ERROR, reason)
                    deaths += 1
                    if not current or current == FORWARD or deaths >= _DEATHS:
                        stopped = cannot_be_run(item) if not took_our_time(message) else f"not run: see `{item}`"
                    left = [name for name in left if name != item]
                    known = None if known is None else left
                    break
                else:
                    current, is_loaded = message, True


def _expected_items(case: Case) -> list[str]:
    """The items that are probably run: which ones, is known for certain when the function's code has been loaded.

    Raises:
        CaseError: for an item that does not exist, and where none is left.
    """
    assert case.checklist is not None
    try:
        elementwise = is_elementwise(case)
    except ParseError:
        elementwise = False  # it may name an attribute of a module: whoever has loaded it reads the formula
    try:
        found = chosen_items(case.checklist, elementwise=elementwise)
    except CaseError:
        if not elementwise:
            raise
        found = chosen_items(case.checklist, elementwise=False)  # the formula may name a module's tensor
    return [item.name for item in found]


def _reason(stop: Stop, patience: float) -> str:
    """What the function did to its process, in words."""
    if took_our_time(stop):
        return not_done(patience)
    if stop.cause is Cause.TIMEOUT:
        return f"the function hangs: killed after {patience:.15g} s"
    code = stop.code or 0
    return f"the function ends the process, by {f'signal {-code}' if code < 0 else f'exit code {code}'}"


def _without_numbers(case: Case, item: str, status: Status, reason: str) -> Result:
    """The Result of an item that could not be run."""
    return Result(case, What.VALUE, (), Verdict(status, reason), item=item)
