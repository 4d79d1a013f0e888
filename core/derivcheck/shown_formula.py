"""The recipe for a formula's text, which a run's parent process may hold without the libraries that follow it."""

from __future__ import annotations

from derivcheck.model import Enclosure, OwnFunction, Point, Wrt

Recipe = tuple[str, frozenset[str], tuple[str, ...], tuple[OwnFunction, ...]]
"""What `readings` is called with."""


def shown_formula(recipe: Recipe, wrt: Wrt, point: Point, symbolic: Enclosure | None) -> str | None:
    """SymPy's derivative by `wrt` as it is shown: `Readings.shown` of the readings that `recipe` gives."""
    from derivcheck.readings import readings  # with them come torch, SymPy and Arb

    return readings(*recipe).shown(wrt, point, symbolic)
