"""A user's function beside its formula, in one format: what it returns, what it should return, where it refuses to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo
from derivcheck.autograd.sweeps import accumulated, refuses_grad
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.inputs.coordinates import read_coordinate
from derivcheck.model import Case, Coordinate, Mode, Point, Spread, Truth, Wrt
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.copies import copies_of
from derivcheck.own_functions.checks.domains import Domain, shaped
from derivcheck.own_functions.checks.torch_settings import read_settings
from derivcheck.readings import Readings
from derivcheck.truth.finder import TruthFinder


@dataclass(slots=True)
class Findings:
    """What one item has found out and others need as well."""

    finders: dict[tuple[bool, tuple[Fraction, ...]], TruthFinder] = field(default_factory=dict)
    functions: dict[DType, UserFunction] = field(default_factory=dict)
    spreads: dict[object, Spread | None] = field(default_factory=dict)
    exceptions: dict[tuple[Fraction, ...], BaseException | None] = field(default_factory=dict)

    def for_another_call(self) -> Findings:
        """What is known of the formula alone, which stays true when the function is called in another way."""
        return Findings(self.finders)


@dataclass(frozen=True)
class FunctionInFormat:
    """A user's function in one format.

    Attributes:
        function: what is checked.
        args: its arguments' names, in order.
        value: the readings of its formula.
        slope: those of the formula whose derivatives it should have: a surrogate's, else its own.
        case: what the user stated.
        device: where it runs.
        dtype: the format.
        points: the points given.
        note: a remark that is shown beside the first item: how the function has to be called.
        settings: torch's own settings before the function was called.
        copies: whether it is called with copies of what it is differentiated by, since it writes into its arguments.
        trusts: whether points that derivcheck chose are used without trying first whether the function accepts them.
        domain: where the function is defined, as the user declares it or the formula implies; None: nobody has said.
    """

    function: UserFunction
    args: tuple[str, ...]
    value: Readings
    slope: Readings
    case: Case
    device: DeviceInfo
    dtype: DType
    points: tuple[Point, ...]
    known: Findings = field(default_factory=Findings)
    note: str = ""
    trusts: bool = False
    domain: Domain | None = None
    settings: dict[str, Any] = field(default_factory=read_settings)
    copies: bool = False

    @property
    def setting(self) -> TorchSetting:
        """Device and format, backward."""
        return TorchSetting(self.device.name, self.dtype, Mode.REVERSE)

    @property
    def has_declared_domain(self) -> bool:
        """Whether the user has declared a domain; what a formula implies is none."""
        return self.domain is not None and bool(self.domain.text)

    @property
    def firsts(self) -> list[Wrt]:
        """Each argument once."""
        return [(name,) for name in self.args]

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """The function's result; UserFunctionError where it is not one tensor of the inputs' shape."""
        return self._placed(copies_of(inputs) if self.copies else inputs)

    def raw(self, inputs: Sequence[Tensor]) -> object:
        """Whatever the function returns."""
        return self._placed.run(*inputs)

    @property
    def _placed(self) -> UserFunction:
        """The function in the format and on the device."""
        if self.dtype not in self.known.functions:
            self.known.functions[self.dtype] = self.function.on(TORCH_DTYPES[self.dtype], self.device.name)
        return self.known.functions[self.dtype]

    def gradients(
        self,
        result: Tensor,
        inputs: Sequence[Tensor],
        upstream: Tensor | None = None,
        *,
        retain_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradients of a tensor that was computed from the function's result; None where there is none."""
        if self.refuses_grad:
            return accumulated(result, inputs, upstream, retain_graph=retain_graph)
        return torch.autograd.grad(result, inputs, upstream, retain_graph=retain_graph, allow_unused=True)

    @cached_property
    def refuses_grad(self) -> bool:
        """Whether it can be differentiated by `.backward()` only, as reentrant checkpoints can."""
        return refuses_grad(self, self.inputs(self.points[0]))

    def inputs(self, point: Point) -> tuple[Tensor, ...]:
        """A point as 0-d tensors."""
        return tuple(self.setting.tensor(point[name].exact) for name in self.args)

    def truth(self, point: Point, wrt: Wrt) -> Truth:
        """What the value, for the empty `wrt`, or the derivative should be."""
        exact = {name: point[name].exact for name in self.args}
        key = (bool(wrt), tuple(exact.values()))
        if key not in self.known.finders:
            made = self.slope if wrt else self.value
            self.known.finders[key] = TruthFinder(made.balls, made.formula_program, exact)
        return self.known.finders[key].find(wrt).truth

    def in_format(self, dtype: DType) -> Self:
        """The same at the points as another format holds them."""
        points = tuple(read_point_texts(texts_of(point), dtype) for point in self.points)
        return replace(self, dtype=dtype, points=points, known=Findings())

    def takes(self, point: Point) -> bool:
        """Whether a point that nobody gave lies in the domain, and the function has a value there.

        It may refuse some, as distributions do.
        """
        if self.domain is not None and not self.domain.contains(shaped(point), self.dtype):
            return False
        return self.trusts or self.exception_at(point) is None

    def exception_at(self, point: Point) -> BaseException | None:
        """What the function raises at a point, None where it raises nothing."""
        key = tuple(point[name].exact for name in self.args)
        if key not in self.known.exceptions:
            try:
                self(self.inputs(point))
            except (Exception, SystemExit, GeneratorExit) as error:
                self.known.exceptions[key] = error
            else:
                self.known.exceptions[key] = None
        return self.known.exceptions[key]

    @property
    def first_exception(self) -> tuple[Point, BaseException] | None:
        """The first of the points that nobody gave, and that the function refuses, and what it raises there."""
        for key, error in self.known.exceptions.items():
            if error is not None:
                point = {
                    name: Coordinate(repr(float(exact)), exact, exact)
                    for name, exact in zip(self.args, key, strict=True)
                }
                return point, error
        return None


def texts_of(point: Point) -> dict[str, str]:
    """A point as it is typed."""
    return {name: coordinate.text for name, coordinate in point.items()}


def read_point_texts(texts: dict[str, str], dtype: DType) -> dict[str, Coordinate]:
    """A point from its texts, as a format holds it."""
    return {name: read_coordinate(name, text, dtype) for name, text in texts.items()}
