"""Which items of the check list are run, and why others are not."""

from __future__ import annotations

from derivcheck.errors import CaseError
from derivcheck.inputs.case_fields import unknown
from derivcheck.model import Checklist
from derivcheck.own_functions.checks.table import BY_NAME, ITEMS, Item


def chosen_items(checklist: Checklist) -> list[Item]:
    """The items to run, in the order of the table.

    Raises:
        CaseError: for a name that is no item's, and where none is left.
    """
    for name in (*checklist.only, *checklist.skip):
        if name not in BY_NAME:
            raise unknown("item", name, BY_NAME)
    items = [
        item
        for item in ITEMS
        if (not checklist.only or item.name in checklist.only) and item.name not in checklist.skip
    ]
    if not items:
        raise CaseError("no item of the check list is left to run", hint=f"there are {', '.join(BY_NAME)}")
    return items


def cannot_be_run(item: str) -> str:
    """Why an item is skipped where an earlier one found that the function cannot be run."""
    return f"the function cannot be run: see `{item}`"
