"""Keywords: the names of a function's arguments, NumPy's beside torch's."""

from __future__ import annotations

import difflib

from derivcheck.language.table import Function

_MEANS: dict[str, tuple[str, ...]] = {
    "axis": ("dim", "dims"),
    "axes": ("dims", "dim"),
    "dims": ("dim",),
    "keepdims": ("keepdim",),
    "ddof": ("correction",),
    "unbiased": ("correction",),
}
"""What a name means that the signature has not: the first of these that it has."""

UNBIASED = "unbiased"
"""The name of an argument that says True for a correction of 1, and False for none."""

_FIRST = frozenset({"input", "a", "self"})
"""Names of the first argument."""

_MEANT = {
    "dtype": "the format is chosen by --dtype",
    "device": "the device is chosen by --device",
    "out": "an expression writes into no memory: leave it out",
    "inplace": "an expression writes into no memory: leave it out",
    "requires_grad": "--wrt says by what is differentiated",
}
"""What arguments that no function has are for elsewhere."""


def names_of(row: Function) -> list[str]:
    """The names of a function's arguments, in order."""
    return [*row.params, *(option.name for option in row.options)]


def canonical(row: Function, keyword: str) -> str | None:
    """The name in a function's signature that a keyword stands for; None where it stands for none.

    Example:
        >>> canonical(Function("", "sum(x, dim=None, keepdim=False)", ""), "axis")
        'dim'
    """
    names = names_of(row)
    if keyword in names:
        return keyword
    if keyword in _FIRST and row.params:
        return row.params[0]
    return next((name for name in _MEANS.get(keyword, ()) if name in names), None)


def instead_of_keyword(row: Function, keyword: str) -> str:
    """What to write instead of a keyword that a function does not have."""
    near = difflib.get_close_matches(keyword, names_of(row), n=1)
    return _MEANT.get(keyword) or (f"did you mean `{near[0]}`? {row.signature}" if near else row.signature)
