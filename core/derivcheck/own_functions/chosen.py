"""Which items of the check list are run, and why others are not; torch is not loaded for it."""

from __future__ import annotations

from derivcheck.errors import CaseError
from derivcheck.graph.inlining import detaches
from derivcheck.inputs.case_fields import unknown
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import Case, Checklist
from derivcheck.own_functions.checks.table import BY_NAME, ITEMS, Item


def is_elementwise(case: Case) -> bool:
    """Whether a check list is that of a function of numbers, which works element by element.

    It is one of tensors where a value of a point has a shape, the formula speaks of shapes, a gradient is declared,
    something is detached, an argument is held, or there is no formula but the forward pass.

    Raises:
        ParseError: for a formula that is none.
    """
    (own,) = case.functions
    if own.gradients or case.const or any(map(is_shaped_point, case.at)):
        return False
    if own.formula is None:
        return False
    texts = filter(None, (own.formula, own.surrogate))
    trees = [parse(text, constants=own.constants) for text in texts]
    return not any(first_of_shapes(tree, ()) is not None or detaches(tree) for tree in trees)


def chosen_items(checklist: Checklist, *, elementwise: bool) -> list[Item]:
    """The items to run, in the order of the table.

    Args:
        checklist: what the user asked for.
        elementwise: whether the function works element by element; else it is one of tensors.

    Raises:
        CaseError: for a name that is no item's, and where none is left.
    """
    check_names(checklist)
    items = [
        item
        for item in ITEMS
        if item.is_for(elementwise=elementwise)
        and (not checklist.only or item.name in checklist.only)
        and item.name not in checklist.skip
    ]
    if not items:
        there = ", ".join(item.name for item in ITEMS if item.is_for(elementwise=elementwise))
        kind = "that works element by element" if elementwise else "of tensors"
        raise CaseError("no item of the check list is left to run", hint=f"for a function {kind} there are {there}")
    return items


def check_names(checklist: Checklist) -> None:
    """Raise a CaseError for a name that is no item's."""
    for name in (*checklist.only, *checklist.skip):
        if name not in BY_NAME:
            raise unknown("item", name, BY_NAME)


def cannot_be_run(item: str) -> str:
    """Why an item is skipped where an earlier one found that the function cannot be run."""
    return f"the function cannot be run: see `{item}`"
