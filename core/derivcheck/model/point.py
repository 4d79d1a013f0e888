"""A point, and the variables to differentiate by."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.model.light_records import record


@record
class Coordinate:
    """One variable's value.

    Attributes:
        text: the value as it was typed: `0.1`, `pi/4`.
        typed: the exact number that was typed; None where it is irrational.
        exact: the exact number that a tensor of the dtype holds.
    """

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
"""The variables to differentiate by, one for each order: ("x", "y") means the mixed second partial."""
