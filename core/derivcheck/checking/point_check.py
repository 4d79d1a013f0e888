"""One case at one point: its readings there, and the truth about whatever is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from derivcheck.autograd.devices import DeviceInfo
from derivcheck.checking.late_formulas import Recipe
from derivcheck.checking.prepare import Prepared, named_variables, note_held, note_unused
from derivcheck.graph.inlining import at_point
from derivcheck.inputs.coordinates import typed_value
from derivcheck.model import Case, Mode, Point, Wrt
from derivcheck.numbers import DType
from derivcheck.readings import Readings
from derivcheck.truth.claimed_value import Known
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.runs import Coordinate, ExactPoint


@dataclass(frozen=True, slots=True)
class ColumnNumbers:
    """What torch returned at one point in one mode, where it ran for many points at once.

    Attributes:
        numbers: its number for the value and for each derivative asked for.
        reach: the largest error of each that rounding was seen to explain, 0 where nobody looked.
    """

    numbers: Sequence[float]
    reach: Sequence[float]


class Truths:
    """The truth about the value, and about the derivatives: of f itself, or of what a surrogate makes of it.

    Args:
        readings: those of the expression.
        exact: the exact value of each variable: a rational number, or the program of a constant.
    """

    def __init__(self, readings: Readings, exact: Mapping[str, Coordinate]) -> None:
        self.of_value = TruthFinder(
            readings.balls, readings.formula_program, exact, lambda: readings.partials, readings.row_of_second
        )
        self.of_slope = self.of_value
        if readings.slope is not None:
            self.of_slope = TruthFinder(readings.slope.balls, readings.slope.formula_program, at_point(exact))

    def find(self, wrt: Wrt) -> Found:
        """The truth about the derivative by `wrt`; the empty `wrt` is the value."""
        return (self.of_slope if wrt else self.of_value).find(wrt)

    def known(self, wrt: Wrt) -> Known | None:
        """What was computed on the way to the truth about the derivative by `wrt`, or about the value.

        None of one that was proven along with many others: a claim about it is a small part of what that took.
        """
        finder = self.of_slope if wrt else self.of_value
        if finder.is_on_box(wrt):
            return None
        return Known((finder.formula(wrt) if wrt else None) or finder.function, finder.runs)


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class PointCheck:
    """One case at one point.

    Attributes:
        case, device, dtype: what is checked, where, and in which format.
        point: the point.
        readings: those of the expression.
        truths: what is true there.
        notes: what every row of the point says beside its status.
        recorded: what torch returned there, where it ran already.
    """

    case: Case
    device: DeviceInfo
    dtype: DType
    point: Point
    readings: Readings
    truths: Truths
    notes: tuple[str, ...]
    recorded: Mapping[Mode, ColumnNumbers] | None = None

    @cached_property
    def exact(self) -> ExactPoint:
        """The exact value of each variable."""
        return exact_values(self.point)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that the point gives."""
        return frozenset(self.point)

    @cached_property
    def as_typed(self) -> tuple[Truths, Mapping[str, Coordinate]] | None:
        """What is true at the point as it was typed, and that point; None where the dtype holds that very point."""
        if not any(coordinate.is_rounded for coordinate in self.point.values()):
            return None
        place = {name: typed_value(coordinate) for name, coordinate in self.point.items()}
        return Truths(self.readings, place), place

    @cached_property
    def recipe(self) -> Recipe:
        """What makes the readings again, for a formula that is written later."""
        return self.case.expr, self.names, named_variables(self.case), self.case.functions


def exact_values(point: Point) -> ExactPoint:
    """The numbers that the tensors hold."""
    return {name: coordinate.exact for name, coordinate in point.items()}


def pose(
    prepared: Prepared, readings: Readings, point: Point, recorded: Mapping[Mode, ColumnNumbers] | None = None
) -> PointCheck:
    """Pose a case at a point, given the readings of its expression there.

    Raises:
        DerivcheckError: for a point with other names than its variables.
    """
    case = prepared.case
    notes = (*prepared.notes, *note_held(case, readings), *note_unused(case, readings, point))
    truths = Truths(readings, exact_values(point))
    return PointCheck(case, prepared.device, prepared.dtype, point, readings, truths, notes, recorded)
