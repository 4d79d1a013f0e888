"""A case's Results where it has many points: those that are proven to match are made only when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, overload

from derivcheck.checking.many_points.columns import Columns
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Mode, Result, Wrt

if TYPE_CHECKING:  # the command line knows Rows before it loads torch
    from derivcheck.checking.many_points.proven_rows import ProvenPoint
    from derivcheck.checking.prepare import Prepared

LEAST_POINTS = 16
"""From so many points on it pays to write straight-line code."""


def is_plain(case: Case) -> bool:
    """Whether a case has many points and asks for nothing but first derivatives, so that all of them go in one go."""
    if len(case.at) < LEAST_POINTS:
        return False
    asks_more = case.tolerance or case.value is not None or case.derivative or case.functions or case.checklist
    first = case.order == 1 and all(len(wrt) == 1 for wrt in case.wrt) and Mode.COMPILE not in case.modes
    return first and not asks_more


def check_points(case: Case) -> Sequence[Result]:
    """The Results of `check_case`, with torch's numbers from one run over all points.

    Args:
        case: what to check.

    Returns:
        A tuple, or Rows for a case with many points.
    """
    # It loads torch, SymPy and Arb: a process that only passes Rows on, or records them, needs none of these.
    from derivcheck.checking.one_point import check_case
    from derivcheck.checking.prepare import case_readings, prepare
    from derivcheck.inputs.shape_texts import is_shaped_point

    if not is_plain(case):
        return tuple(check_case(case))
    try:
        prepared = prepare(case)
        made = case_readings(prepared.case, prepared.case.at[0])
        has_shapes = made.is_shaped or is_shaped_point(prepared.case.at[0])
        found = None if has_shapes else _columns(prepared, made.expression.variables)
    except DerivcheckError:
        found = None
    return tuple(check_case(case)) if found is None else Rows.of(prepared, case, found)


def _columns(prepared: Prepared, names: tuple[str, ...]) -> Columns | None:
    """The columns of a case all of whose points have the same variables."""
    # Loaded late, as in `check_points`.
    from derivcheck.checking.many_points.proven import matches
    from derivcheck.checking.prepare import asked_for, case_readings

    case = prepared.case
    keys = case.at[0].keys()
    if not case.allow_unused and len(keys) > len(names):
        return None
    if any(point.keys() != keys for point in case.at):
        return None
    made = case_readings(case, keys)
    return matches(case.at, made, asked_for(case, made), case.modes, prepared.device.name, prepared.dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[Result]):
    """The Results of a case with many points, in order.

    Attributes:
        case: the case.
        columns: what is known of its points.
        examined: the Results of the points that did not pass by their columns, by the points' positions.
    """

    case: Case
    columns: Columns
    examined: dict[int, tuple[Result, ...]]

    @classmethod
    def of(cls, prepared: Prepared, case: Case, found: Columns) -> Rows:
        """The Rows of a case: what the columns leave open is examined now."""
        # Loaded late, as in `check_points`.
        from derivcheck.checking.one_point import check_point

        examined = {
            index: tuple(check_point(prepared, texts))
            for index, (texts, passed) in enumerate(zip(prepared.case.at, found.passed, strict=True))
            if not passed
        }
        return cls(case, found, examined)

    @property
    def passing(self) -> int:
        """How many Results there are that match and are not made yet."""
        return (len(self.case.at) - len(self.examined)) * self._height

    @property
    def wrts(self) -> tuple[Wrt, ...]:
        """What the Results of a point are about."""
        return self.columns.wrts

    @property
    def examples(self) -> Iterator[Result]:
        """The Results of the points that were examined, in order."""
        return (result for results in self.examined.values() for result in results)

    def by_position(self) -> Callable[[int], tuple[Result, ...]]:
        """What makes the Results of the point at a position."""
        # Loaded late, as in `check_points`.
        from derivcheck.checking.prepare import prepare

        prepared = prepare(self.case)
        return lambda index: tuple(self._at(prepared, index))

    def proven(self) -> dict[int, ProvenPoint]:
        """The points that passed, by their positions, where what their rows say is known without their Results."""
        # Loaded late, as in `check_points`.
        from derivcheck.checking.many_points.proven_rows import proven_points
        from derivcheck.checking.prepare import case_readings, prepare

        prepared = prepare(self.case)
        return proven_points(prepared, case_readings(prepared.case, self.case.at[0]), self.columns)

    @property
    def _height(self) -> int:
        """How many Results a point has: the value once, the derivatives in each mode."""
        return 1 + (len(self.columns.wrts) - 1) * len(self.columns.modes)

    def __len__(self) -> int:
        return self.passing + sum(map(len, self.examined.values()))

    def __iter__(self) -> Iterator[Result]:
        # Loaded late, as in `check_points`.
        from derivcheck.checking.prepare import prepare

        prepared = prepare(self.case)
        for index in range(len(self.case.at)):
            yield from self._at(prepared, index)

    def _at(self, prepared: Prepared, index: int) -> Iterator[Result]:
        """The Results of a point; those that passed are made as in the ordinary way, from torch's numbers."""
        # Loaded late, as in `check_points`.
        from derivcheck.checking.one_point import check_point
        from derivcheck.checking.point_check import ColumnNumbers

        if index in self.examined:
            yield from self.examined[index]
            return
        recorded = {
            mode: ColumnNumbers(
                [column[index] for column in self.columns.gradients[mode]],
                [column[index] for column in self.columns.reach[mode]],
            )
            for mode in self.columns.modes
        }
        yield from check_point(prepared, prepared.case.at[index], recorded)

    @overload
    def __getitem__(self, index: int) -> Result: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Result, ...]: ...

    def __getitem__(self, index: int | slice) -> Result | tuple[Result, ...]:
        # Loaded late, as in `check_points`.
        from derivcheck.checking.prepare import prepare

        if isinstance(index, slice):
            return tuple(self)[index]
        wanted = range(len(self))[index]
        prepared = prepare(self.case)
        for position in range(len(self.case.at)):
            size = len(self.examined[position]) if position in self.examined else self._height
            if wanted < size:
                return next(islice(self._at(prepared, position), wanted, None))
            wanted -= size
        raise IndexError(index)
