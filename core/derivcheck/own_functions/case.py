"""What is to be checked about a user's own function, as the user stated it."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.model import Case


@dataclass(frozen=True, slots=True)
class FunctionCase:
    """One function against one formula.

    Attributes:
        case: the formula as `expr`, the points, dtype and device; its name is the function's.
        args: the variables in the order of the function's arguments; empty means the order in which the function has
            these names, else that of the formula.
        surrogate: the formula whose derivative the backward pass is meant to have; None: the function's own.
        only: the items of the check list to run; empty means all that are not slow.
        skip: the items to leave out.
        slow: whether to run the slow items too.
    """

    case: Case
    args: tuple[str, ...] = ()
    surrogate: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    slow: bool = False
