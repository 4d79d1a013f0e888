"""A point, and what to differentiate by there."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.model.light_records import record


@record
class Coordinate:
    """One variable's value: as typed, exactly as typed, and exactly as the dtype holds it."""

    text: str
    typed: Fraction | None
    exact: Fraction

    @property
    def is_rounded(self) -> bool:
        """Whether the dtype could not hold the number as it was typed."""
        return self.typed != self.exact


Point = dict[str, Coordinate]
"""A point: a Coordinate for each variable, in the order given."""


Wrt = tuple[str, ...]
"""What to differentiate by, one name an order: ("x", "y") is the mixed second partial."""
