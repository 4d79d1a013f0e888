"""Which items of the check list are run."""

from __future__ import annotations

from derivcheck.errors import CaseError
from derivcheck.inputs.case_fields import unknown
from derivcheck.own_functions.case import FunctionCase
from derivcheck.own_functions.checks.table import BY_NAME, ITEMS, Item


def chosen_items(request: FunctionCase) -> list[Item]:
    """The items to run, in the order of the table.

    Raises:
        CaseError: for a name that is no item's, and where none is left.
    """
    for name in (*request.only, *request.skip):
        if name not in BY_NAME:
            raise unknown("item", name, BY_NAME)
    items = [
        item for item in ITEMS if (not request.only or item.name in request.only) and item.name not in request.skip
    ]
    if not items:
        raise CaseError("no item of the check list is left to run", hint=f"there are {', '.join(BY_NAME)}")
    return items
