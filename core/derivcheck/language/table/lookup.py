"""The function table as a whole, and how a row is found: by name, by SymPy class, by what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from derivcheck.language.table import (
    activations,
    arithmetic,
    conditions,
    constants,
    elementary,
    higher_functions,
    layers,
    linear_algebra,
    losses,
    normalizations,
    orderings,
    reductions,
    scattering,
    shape_operations,
    special,
    steps,
)
from derivcheck.language.table.row import Constant, Function, Sort
from derivcheck.model import OwnFunction

CONSTANTS: tuple[Constant, ...] = constants.ROWS

FUNCTIONS: tuple[Function, ...] = (
    *arithmetic.ROWS,
    *conditions.ROWS,
    *steps.ROWS,
    *elementary.ROWS,
    *special.ROWS,
    *higher_functions.ROWS,
    *activations.ROWS,
)
"""All functions of numbers, in the order in which `derivcheck functions` lists them."""

SHAPED_FUNCTIONS: tuple[Function, ...] = (
    *shape_operations.ROWS,
    *reductions.ROWS,
    *orderings.ROWS,
    *scattering.ROWS,
    *normalizations.ROWS,
    *losses.ROWS,
    *linear_algebra.ROWS,
    *layers.ROWS,
)
"""All functions of shapes, likewise."""

CONDITIONS = frozenset([row.name for row in FUNCTIONS if row.result is Sort.BOOL])
"""The functions whose result is a truth value."""

CHOICE = next(row.name for row in FUNCTIONS if row.branch and row.result is Sort.REAL)
"""The function that chooses between two values by a condition: where."""

CONDITIONAL = next(row.name for row in SHAPED_FUNCTIONS if row.sorts == (Sort.BOOL, Sort.REAL, Sort.REAL))
"""The same for values with shapes, which it does not broadcast where there is one condition."""

_OF_NUMBERS = {name: row for row in FUNCTIONS for name in (row.name, *row.aliases)}
_OF_SHAPES = {name: row for row in SHAPED_FUNCTIONS for name in (row.name, *row.aliases)}
_FIRST_NAMES_OF_SHAPES = frozenset([row.name for row in SHAPED_FUNCTIONS])
_BY_NAME = _OF_SHAPES | _OF_NUMBERS
_BY_SYMPY_HEAD = {row.sympy.rpartition(".")[2]: row for row in FUNCTIONS if row.sympy}
_CONSTANT_BY_NAME = {name: row for row in CONSTANTS for name in (row.name, *row.aliases)}

OWN = "your own"
"""The group of the user's own functions, which have a row for one file, or one check, only."""


def function(name: str, own: Iterable[OwnFunction] = ()) -> Function | None:
    """The row of the function that is called `name` or has it as an alias, else None.

    A function of numbers comes first where one of shapes has the same name: see `function_of_shapes`.

    Args:
        name: the name.
        own: the user's own functions that are known besides the table; one may be called as a function of shapes is,
            and then it is the one that is meant.
    """
    mine = next((mine for mine in own if mine.name == name), None) if own else None
    if mine is None:
        return _BY_NAME.get(name)
    return Function(OWN, f"{name}({', '.join(mine.params)})", mine.stated, definition=mine.stated)


def function_of_shapes(name: str) -> Function | None:
    """The row of the function of shapes that is called `name` or has it as an alias, else None.

    It may share an alias with a function of numbers, and the arguments tell which of the two is meant: max(x, y) is
    the larger of two numbers, max(x, dim=1) the largest of many. No two functions share their first names.
    """
    return _OF_SHAPES.get(name)


def speak_of_shapes(names: frozenset[str]) -> bool:
    """Whether one of some canonical names is that of a function of shapes."""
    return not names.isdisjoint(_FIRST_NAMES_OF_SHAPES)


def is_of_shapes(name: str) -> bool:
    """Whether a canonical name is that of a function of shapes."""
    return name in _FIRST_NAMES_OF_SHAPES


def by_sympy_head(class_name: str) -> Function | None:
    """The row that reads back a SymPy expression whose class is called `class_name`, else None.

    SymPy's `sinc` is `sinc_unnormalized` here, and its `frac` (x - floor(x), unlike torch's) is no row at all.
    Sums, products and powers of numbers, `Piecewise` and constants are not functions and not in the table.
    """
    return _BY_SYMPY_HEAD.get(class_name)


def constant(name: str) -> Constant | None:
    """The row of the constant that is called `name` or has it as an alias, else None."""
    return _CONSTANT_BY_NAME.get(name)


def suggest(name: str) -> str | None:
    """The known function whose name is nearest to `name`, swapped letters first, or None where none is near."""
    folded = {known.lower(): known for known in _BY_NAME}
    letters = sorted(name.lower())
    swapped = [known for known in folded if sorted(known) == letters]
    near = swapped or difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None
