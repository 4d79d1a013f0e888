"""The recipes for a formula's text, which a run's parent process may hold without the libraries that follow them."""

from __future__ import annotations

from derivcheck.deferred import Deferred
from derivcheck.model import Enclosure, OwnFunction, Point, Wrt

Recipe = tuple[str, frozenset[str], tuple[str, ...], tuple[OwnFunction, ...]]
"""What `readings` is called with."""


def shown_formula(recipe: Recipe, wrt: Wrt, point: Point, symbolic: Enclosure | None) -> str | None:
    """SymPy's derivative by `wrt` as it is shown: `Readings.shown` of the readings that `recipe` gives."""
    from derivcheck.readings import readings  # with them come torch, SymPy and Arb

    return readings(*recipe).shown(wrt, point, symbolic)


def plain_formula(recipe: Recipe, wrt: Wrt) -> str | None:
    """The same derivative as SymPy's rules leave it: `Readings.plain` of these readings, at a hundredth of the cost."""
    from derivcheck.readings import readings

    return readings(*recipe).plain(wrt)


def plainly(formula: Deferred) -> Deferred:
    """A formula's recipe, but for the text as the rules leave it."""
    recipe, wrt, *_ = formula.recipe
    return Deferred(plain_formula, recipe, wrt)
