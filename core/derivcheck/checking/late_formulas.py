"""Formulas whose text is written when somebody looks at it; a run's parent process holds them without SymPy."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from derivcheck.errors import DerivcheckError
from derivcheck.model import OwnFunction, Point, Result, Status, Wrt
from derivcheck.model.deferred import Deferred
from derivcheck.numbers import Enclosure

if TYPE_CHECKING:
    from derivcheck.symbolic.derivatives import Symbolic

Recipe = tuple[str, frozenset[str], tuple[str, ...], tuple[OwnFunction, ...]]
"""What `readings` is called with."""


def write_formula(recipe: Recipe, wrt: Wrt, point: Point, symbolic: Enclosure | None) -> str | None:
    """SymPy's derivative by `wrt` as it is shown: `Readings.shown` of the readings that `recipe` gives."""
    from derivcheck.readings import readings  # with them come torch, SymPy and Arb

    return readings(*recipe).shown(wrt, point, symbolic)


def write_plain_formula(recipe: Recipe, wrt: Wrt) -> str | None:
    """The same derivative as SymPy's rules leave it: `Readings.plain` of these readings, at a hundredth of the cost."""
    from derivcheck.readings import readings  # loaded late, as in `write_formula`

    return readings(*recipe).plain(wrt)


def as_plain(formula: Deferred) -> Deferred:
    """The same formula, whose text will be what the rules leave."""
    recipe, wrt, *_ = formula.recipe
    return Deferred(write_plain_formula, recipe, wrt)


def can_be_recalled(result: Result) -> bool:
    """Whether `recall` makes the plain formula of a Result that matches again, from its row in a record alone.

    Where the formula gives a number, there is one; and a row does not hold the functions of the user's own.
    """
    return result.status is Status.MATCH and result.symbolic is not None and not result.case.functions


def recall(expr: str, names: frozenset[str], wrt: Wrt) -> Deferred:
    """A formula that a record leaves out, from what its row holds."""
    return Deferred(write_recalled_formula, expr, names, wrt, left_out=True)


@lru_cache(maxsize=1024)
def write_recalled_formula(expr: str, names: frozenset[str], wrt: Wrt) -> str | None:
    """The text of `write_plain_formula`, without torch and Arb: a report loads SymPy only where it shows one."""
    try:
        return _symbolic(expr, names).derivative(wrt).plain_text
    except DerivcheckError:  # another version wrote the record
        return None


@lru_cache(maxsize=16)
def _symbolic(expr: str, names: frozenset[str]) -> Symbolic:
    # Loaded late: a report whose formulas all stand in its records does without SymPy.
    from derivcheck.language.parse import parse
    from derivcheck.symbolic.derivatives import Symbolic

    return Symbolic(parse(expr, names, strict=True))
