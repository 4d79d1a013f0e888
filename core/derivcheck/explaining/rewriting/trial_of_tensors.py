"""A trial of an expression over values with shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain

from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.checking.prepare import Prepared
from derivcheck.checking.tensors.shaped_check import ShapedCheck, ShapedTruths, found_by, pose_shaped
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.rewriting.trial import Place, Rows, Trial
from derivcheck.graph.inlining import at_point, called
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.language.parse import parse
from derivcheck.model import Coordinate, Refusal, Truth
from derivcheck.model.shaped_values import ShapedPoint, addresses


class TensorsTrial(Trial):
    """One case at one point, some of whose variables have shapes.

    Args:
        prepared: the case.
        texts: the point as it was typed.
        setting: where torch runs.
    """

    def __init__(self, prepared: Prepared, texts: Mapping[str, str], setting: TorchSetting) -> None:
        check = pose_shaped(prepared, texts)
        self._prepared, self._texts = prepared, texts
        self._checks: dict[str, ShapedCheck] = {check.readings.written.source: check}
        self._setting = setting
        self._has_shapes = is_shaped_point(texts)
        self.dtype = prepared.dtype
        self.wrts = [request.wrt for request in check.requests]
        self.expression = check.readings.written
        self._first = check
        self.place = check.exact
        numbers = [name for name, value in check.point.items() if not value.is_integer]
        self.moving = list(chain.from_iterable(map(check.addresses_of, numbers)))
        self._named = tuple(dict.fromkeys(chain.from_iterable(check.wrts)))

    def numbers(self, text: str, place: Place | None = None) -> Rows | None:
        """What torch returns, a row for each request."""
        first = self._first
        case = first.case
        try:
            written = parse(text, frozenset(self._texts), case.functions, self._has_shapes, strict=True)
            missing = tuple(name for name in self._named if name not in written.variables)
            program = compile_shaped(
                replace(written, variables=(*written.variables, *missing)), called(written, case.functions)
            )
            point = first.point if place is None else _moved(first.point, place)
            asked = [request.for_torch for request in first.requests]
            found = shaped_gradients(program, point, asked, self._setting)
        except DerivcheckError:
            return None
        sizes = [len(row) for row in self.exact]
        return [[None] * size if isinstance(row, Refusal) else row for row, size in zip(found, sizes, strict=True)]

    def truths(self, text: str, place: Place) -> Sequence[Sequence[Truth]]:
        """What is true of the elements of each row."""
        if text not in self._checks:
            case = replace(self._prepared.case, expr=text, wrt=tuple(self._first.wrts))
            self._checks[text] = pose_shaped(replace(self._prepared, case=case), self._texts)
        check = self._checks[text]
        known = check.truths
        if place is not self.place:
            slope = known.of_slope.at(at_point(place))
            known = ShapedTruths(slope if known.of_slope is known.of_value else known.of_value.at(place), slope)
        return [[found.truth for found in found_by(known, request, check)] for request in check.requests]


def _moved(point: ShapedPoint, place: Mapping[str, Fraction]) -> ShapedPoint:
    """A point whose values hold other numbers; integers stay as they are."""
    return {
        name: value
        if value.is_integer
        else replace(
            value,
            elements=tuple(
                [
                    Coordinate(held.text, place[at], place[at])
                    for at, held in zip(addresses(name, value.shape), value.elements, strict=True)
                ]
            ),
        )
        for name, value in point.items()
    }
