"""The subject of the check list: a user's function beside its formula, at some points, in one format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo
from derivcheck.autograd.gradients import Setting
from derivcheck.autograd.sweeps import accumulated, refuses_grad
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.inputs.points import read_coordinate
from derivcheck.model import Case, Coordinate, DType, Kind, Mode, Point, Spread, Truth, Wrt
from derivcheck.readings import Readings
from derivcheck.truth.finder import TruthFinder

_VALUES = ("0.7", "-0.7", "1.9", "-1.3", "0.3", "-0.45", "3.1", "-2.6", "0.06", "5.3")
"""Where else to look: both signs, small and large, nothing special."""

_SOMEWHERE_ELSE = 6
"""How many points besides the given ones, and 0."""

_FAR = ("2.4", "-2.4", "3.3", "-3.3", "5.6", "-5.6", "6.5", "-6.5", "12.5", "-12.5", "21", "-21", "45", "-45")
"""Where the pieces of hand-written kernels begin: hardswish's at 3, relu6's at 6, softplus's at 20."""

_MODERATE = 100
"""A power of two beyond which, up or down, a number is not worth a look at the further points."""


@dataclass(slots=True)
class _Known:
    """What is found out once and shared by the items."""

    finders: dict[tuple[bool, tuple[Fraction, ...]], TruthFinder] = field(default_factory=dict)
    functions: dict[DType, UserFunction] = field(default_factory=dict)
    spreads: dict[object, Spread | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
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
    """

    function: UserFunction
    args: tuple[str, ...]
    value: Readings
    slope: Readings
    case: Case
    device: DeviceInfo
    dtype: DType
    points: tuple[Point, ...]
    known: _Known = field(default_factory=_Known)

    @property
    def setting(self) -> Setting:
        """Device and format, backward."""
        return Setting(self.device.name, self.dtype, Mode.REVERSE)

    @property
    def firsts(self) -> list[Wrt]:
        """Each argument once."""
        return [(name,) for name in self.args]

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """The function's result; UserFunctionError where it is not one tensor of the inputs' shape."""
        if self.dtype not in self.known.functions:
            self.known.functions[self.dtype] = self.function.on(TORCH_DTYPES[self.dtype], self.device.name)
        return self.known.functions[self.dtype](inputs)

    def gradients(
        self,
        result: Tensor,
        inputs: Sequence[Tensor],
        upstream: Tensor | None = None,
        *,
        retain_graph: bool = False,
    ) -> tuple[Tensor | None, ...]:
        """The gradients of what was made of the function's result; None where there is none."""
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

    def in_format(self, dtype: DType) -> Subject:
        """The same at the points as another format holds them."""
        points = tuple(_read(_texts(point), dtype) for point in self.points)
        return replace(self, dtype=dtype, points=points, known=_Known())

    @cached_property
    def further(self) -> tuple[Point, ...]:
        """Points besides the given ones, of both signs, where the formula is smooth."""
        found: list[Point] = []
        given = [tuple(point[name].exact for name in self.args) for point in self.points]
        for texts in self._candidates():
            try:
                point = _read(texts, self.dtype)
            except DerivcheckError:
                continue
            exact = tuple(point[name].exact for name in self.args)
            if exact not in given and self._is_smooth(point):
                given.append(exact)
                found.append(point)
            if len(found) == _SOMEWHERE_ELSE:
                break
        zero = self._smooth_at(dict.fromkeys(self.args, "0"))  # what most tensors are padded with
        return tuple(found) if zero is None or zero in self.points else (*found, zero)

    @cached_property
    def far(self) -> tuple[Point, ...]:
        """Points at which one argument is far out, where the formula is smooth."""
        texts = [
            {name: far if name == moved else _VALUES[index + 1] for index, name in enumerate(self.args)}
            for far in _FAR
            for moved in self.args
        ]
        return tuple(point for point in map(self._smooth_at, texts) if point is not None)

    def _smooth_at(self, texts: dict[str, str]) -> Point | None:
        """A point where the formula is smooth; None where it is not."""
        try:
            point = _read(texts, self.dtype)
        except DerivcheckError:
            return None
        return point if self._is_smooth(point) and not self._jumps(point) else None

    def _jumps(self, point: Point) -> bool:
        """Whether the value's own formula has no derivative where a surrogate's has: a step at 0."""
        if self.slope is self.value:
            return False
        exact = {name: point[name].exact for name in self.args}
        finder = TruthFinder(self.value.balls, self.value.formula_program, exact)
        return any(finder.find(wrt).truth.kind is not Kind.VALUE for wrt in self.firsts)

    @property
    def everywhere(self) -> tuple[Point, ...]:
        """The points given, and the further ones."""
        return (*self.points, *self.further)

    @property
    def smooth(self) -> tuple[Point, ...]:
        """Those of all points where the formula has a value and all first derivatives: a batch is made of them."""
        return tuple(point for point in self.everywhere if self._is_smooth(point))

    def _candidates(self) -> Iterator[dict[str, str]]:
        """Points as texts: values of both signs, then the neighbourhood of the given ones."""
        count = len(_VALUES)
        for shift in range(4):
            yield {name: _VALUES[(shift + 3 * index) % count] for index, name in enumerate(self.args)}
        for point in self.points[:1]:
            for factor in (Fraction(5, 4), Fraction(13, 16)):
                yield {name: f"{float((point[name].exact or Fraction(1, 8)) * factor):.6g}" for name in self.args}
        for shift in range(4, count):
            yield {name: _VALUES[(shift + 3 * index) % count] for index, name in enumerate(self.args)}
        for shift in range(count):
            yield {name: _VALUES[(shift + 2 * index) % count].lstrip("-") for index, name in enumerate(self.args)}

    def _is_smooth(self, point: Point) -> bool:
        for wrt in [(), *self.firsts]:
            truth = self.truth(point, wrt)
            if truth.kind is not Kind.VALUE or truth.value is None:
                return False
            if truth.value.mid.man and abs(truth.value.mid.magnitude) > _MODERATE:
                return False
        return True


def _texts(point: Point) -> dict[str, str]:
    return {name: coordinate.text for name, coordinate in point.items()}


def _read(texts: dict[str, str], dtype: DType) -> dict[str, Coordinate]:
    return {name: read_coordinate(name, text, dtype) for name, text in texts.items()}


def arguments(case: Case, variables: Sequence[str], args: tuple[str, ...]) -> tuple[str, ...]:
    """The function's arguments in order: as given, else as the formula has them.

    Raises:
        CaseError: where they leave out a variable, name one twice, or have no value.
    """
    if not args:
        args = tuple(variables)
    if len(set(args)) < len(args):
        raise CaseError(f"an argument is named twice: {', '.join(args)}")
    missing = [name for name in variables if name not in args]
    if missing:
        raise CaseError(f"the arguments leave out `{missing[0]}`", hint=f"write --args {','.join([*args, *missing])}")
    for texts in case.at:
        lacking = [name for name in args if name not in texts]
        unused = [name for name in texts if name not in args]
        if lacking:
            raise CaseError(f"the point gives `{lacking[0]}` no value", hint=f"write --at {lacking[0]}=2")
        if unused:
            hint = f"the function's arguments are {', '.join(args) or 'none'}; --args names them in their order"
            raise CaseError(f"the function has no argument `{unused[0]}`", hint=hint)
    if not args:
        raise CaseError("the formula has no variable", hint="write --args x for a function that does not use it")
    return args
