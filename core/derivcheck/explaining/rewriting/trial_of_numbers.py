"""A trial of an expression over numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.checking.point_check import Truths, exact_values
from derivcheck.checking.prepare import Prepared, asked_for, case_readings
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.rewriting.trial import Place, Rows, Trial
from derivcheck.explaining.rewriting.trial_of_tensors import TensorsTrial
from derivcheck.graph.inlining import called
from derivcheck.language.parse import parse
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import Point, Truth
from derivcheck.readings import Readings, readings


class NumbersTrial(Trial):
    """One case at one point, whose variables are numbers.

    Args:
        prepared: the case.
        point: the point.
        setting: where torch runs.
    """

    def __init__(self, prepared: Prepared, point: Point, setting: TorchSetting) -> None:
        self._prepared = prepared
        self._case = prepared.case
        self._shaped: dict[str, TensorsTrial] = {}
        made = case_readings(self._case, point)
        self._setting = setting
        self._readings: dict[str, Readings] = {made.written.source: made}
        self.dtype = prepared.dtype
        self.wrts = [(), *asked_for(self._case, made)]
        self.expression = made.written
        self.place = exact_values(point)
        self.moving = [name for name in made.written.variables if name in self.place]
        self._names = frozenset(point)
        self._extra = tuple(dict.fromkeys(chain.from_iterable(self.wrts)))

    def numbers(self, text: str, place: Place | None = None) -> Rows | None:
        """What torch returns, a row a number."""
        try:
            written = parse(text, self._names, self._case.functions, strict=True)
            if first_of_shapes(written, ()) is not None:
                return self._as_tensors(text).numbers(text, place)
            missing = tuple(name for name in self._extra if name not in written.variables)
            program = compile_torch(
                replace(written, variables=(*written.variables, *missing)), called(written, self._case.functions)
            )
            found = gradients(program, self.place if place is None else place, self.wrts, self._setting)
        except DerivcheckError:
            return None
        return [[gradient.value] for gradient in found]

    def truths(self, text: str, place: Place) -> Sequence[Sequence[Truth]]:
        """What is true of each row, which is one number."""
        if first_of_shapes(parse(text, self._names, self._case.functions, strict=True), ()) is not None:
            return self._as_tensors(text).truths(text, place)
        if text not in self._readings:
            self._readings[text] = readings(text, self._names, self._extra, self._case.functions)
        found = Truths(self._readings[text], place)
        return [[found.find(wrt).truth] for wrt in self.wrts]

    def _as_tensors(self, text: str) -> TensorsTrial:
        """The trial of a way of writing that speaks of shapes, such as norm([x, y]) for hypot(x, y)."""
        if text not in self._shaped:
            case = replace(self._case, expr=text, wrt=tuple([wrt for wrt in self.wrts if wrt]))
            prepared = replace(self._prepared, case=case)
            self._shaped[text] = TensorsTrial(prepared, self._case.at[0], self._setting)
        return self._shaped[text]
