"""What rounding explains of torch's numbers for a function of tensors: element by element, and where one needs it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property, partial
from types import MappingProxyType
from typing import NoReturn

from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import ShapedProgram
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.graph.inlining import at_point
from derivcheck.model import Gradient, Range, RangeLoss, Refusal, Spread, Tolerance, Truth, Verdict
from derivcheck.model.shaped_values import ShapedPoint, addresses, exact_elements
from derivcheck.numbers import DType
from derivcheck.rounding.exact_slots import MAX_STEPS
from derivcheck.rounding.exact_spread import exact_spread
from derivcheck.rounding.ranges import chain_leaves_range, leaves_range
from derivcheck.rounding.sampled_spreads import Tapes
from derivcheck.rounding.tensor_spreads import Subject, tensor_spreads
from derivcheck.truth.runs import ExactPoint
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.judging import judge

Found = Sequence[float] | Refusal
"""What torch returned for a request."""

MOST_LOOKED_AT = 8
"""So many elements of a request at most are looked at by their formulas, which takes longer than all else together."""


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class Explained:
    """A program at a point in one mode, as far as its roundings are concerned.

    Attributes:
        program: what torch runs.
        elements: the same as formulas of numbers: its roots are the elements of all outputs.
        point: what each variable holds.
        setting: device, format and mode.
        slope: the formulas whose derivatives are due; None: the same.
        forward: what computes the elements, where the program computes something else from it, such as a tangent or a
            gradient, of which no formula is known; None: the program does.
        first: which of the program's numbers is the first of those that are judged.
        factor: those that are judged are so many times the program's, as a gradient is that for twice the upstream
            gradient.
        tapes: what the tape has shown of the program already; the parts of a program share it.
    """

    program: ShapedProgram
    elements: Elements
    point: ShapedPoint
    setting: TorchSetting
    slope: Elements | None = None
    forward: ShapedProgram | None = None
    first: int = 0
    factor: float = 1.0
    tapes: Tapes = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def exact(self) -> ExactPoint:
        """The exact value of each element of each variable, by its address; held, too."""
        return at_point(exact_elements(self.point))

    @cached_property
    def formula(self) -> Callable[[int], Program]:
        """Gives an output element's formula as a ball program."""
        return cache(lambda root: compile_balls(self.elements.expression(root), as_torch=True))

    @cached_property
    def differentiated(self) -> Callable[[int], Program]:
        """Gives the formula whose derivatives are due."""
        slope = self.slope
        if slope is None:
            return self.formula
        return cache(lambda root: compile_balls(slope.expression(root), as_torch=True))

    @cached_property
    def leaves_range(self) -> Callable[[DType], bool]:
        """Tells whether a step of the formulas leaves the range of a format: torch runs them all together."""
        return cache(lambda dtype: leaves_range(compile_balls(self.elements, as_torch=True), self.exact, dtype))

    @cached_property
    def chain_leaves_range(self) -> Callable[[int], bool]:
        """Tells whether a factor of the chain rule over an output element's formula leaves the range of float64."""
        return cache(lambda root: chain_leaves_range(self.differentiated(root), self.exact, DType.FLOAT64))


def judge_elements(
    explained: Explained,
    request: Request,
    truths: Sequence[Truth],
    found: Found,
    *,
    values: Found = (),
    tolerance: Tolerance | None = None,
    only: Sequence[int] | None = None,
) -> list[Verdict]:
    """The verdict on each of torch's numbers for a request, or on some of them.

    The tape runs where a number is off by more than a few ulps, and only for those.

    Args:
        explained: the program, where and how it ran.
        request: what torch was asked for.
        truths: what is true of each element that is judged.
        found: what torch returned, all of it.
        values: what torch returned for the outputs themselves.
        tolerance: a fixed tolerance that replaces the default criterion.
        only: which elements are judged, in order; None: all.
    """
    places = range(len(truths)) if only is None else only
    return _Judging(explained, request, found, values, tolerance).verdicts(dict(zip(places, truths, strict=True)))


class _NeedsLookError(Exception):
    """No verdict without a look at what rounding explains."""


_LARGEST = Fraction(2) ** 1000
"""Larger errors are no plain floats, or nearly none."""


class _Judging:
    """Judges the elements of one request."""

    def __init__(
        self, explained: Explained, request: Request, found: Found, values: Found, tolerance: Tolerance | None
    ) -> None:
        self.explained = explained
        self.request = request
        self.found = found
        self.values = values
        self.tolerance = tolerance
        self.looked_at = 0
        self.needed: set[int] = set()
        self.spreads: dict[int, Spread] = {}
        self.wide: tuple[Found, dict[int, Spread]] | None = None

    def verdicts(self, truths: Mapping[int, Truth]) -> list[Verdict]:
        """The verdict on each element: first without a look at the tape, then again on those that need one."""
        found: dict[int, Verdict] = {}
        for element, truth in truths.items():
            with suppress(_NeedsLookError):
                found[element] = self.verdict(element, truth, self.without_look)
        if self.needed:
            errors = self.errors(truths) if self.explained.setting.dtype is DType.FLOAT64 else {}
            self.spreads = self.measured(self.explained.setting, self.found, errors)
            for element in sorted(self.needed):
                found[element] = self.verdict(element, truths[element], self.spread)
        return [found[element] for element in truths]

    def errors(self, truths: Mapping[int, Truth]) -> dict[int, float]:
        """How far off the elements are that need a look, where both numbers are ordinary; not less than that."""
        if isinstance(self.found, Refusal):
            return {}
        first, factor = self.explained.first, abs(self.explained.factor)
        errors: dict[int, float] = {}
        for element in self.needed if factor == 1 else ():
            value, number = truths[element].value, self.found[element]
            if value is not None and math.isfinite(number) and value.mid.is_moderate:
                apart = abs(value.mid.fraction() - Fraction(number))
                if apart < _LARGEST:
                    errors[first + element] = math.nextafter(float(apart), math.inf)
        return errors

    def measured(
        self, setting: TorchSetting, found: Found, errors: Mapping[int, float] = MappingProxyType({})
    ) -> dict[int, Spread]:
        """How far rounding can move what torch returned for the elements that need a look, as `tensor_spreads` says."""
        if isinstance(found, Refusal):
            return {}
        explained = self.explained
        subject = Subject.at(explained.program, explained.point, self.request, setting, explained.forward)
        first, factor = explained.first, explained.factor
        returned = {first + element: found[element] / factor for element in self.needed}
        spreads = tensor_spreads(subject, returned, explained.tapes, errors)
        return {element - first: spread.times(factor) for element, spread in spreads.items()}

    def without_look(self, element: int) -> NoReturn:
        """Nothing: the element needs a look, which is taken for all such elements together."""
        self.needed.add(element)
        raise _NeedsLookError

    def verdict(self, element: int, truth: Truth, look: Callable[[int], Spread | None]) -> Verdict:
        """The verdict on one element, with a look at what rounding explains."""
        return judge(
            truth,
            self.gradient(element),
            partial(look, element),
            exactly=partial(self.exactly, element),
            value=self.value(element),
            tolerance=self.tolerance,
        )

    def gradient(self, element: int) -> Gradient:
        """What torch returned for one element."""
        mode, device, dtype = self.explained.setting.mode, self.explained.setting.device, self.explained.setting.dtype
        if isinstance(self.found, Refusal):
            return Gradient(mode, device, dtype, refusal=self.found)
        return Gradient(mode, device, dtype, value=self.found[element])

    def value(self, element: int) -> Gradient | None:
        """What torch returned for the output that an element is about; of several the largest."""
        setting = self.explained.setting
        if isinstance(self.values, Refusal):
            return Gradient(setting.mode, setting.device, setting.dtype, refusal=self.values)
        largest = self.largest_value(self.roots(element))
        return None if largest is None else Gradient(setting.mode, setting.device, setting.dtype, value=largest)

    @cached_property
    def largest_value(self) -> Callable[[range], float | None]:
        """Finds the largest of the numbers that torch returned for some outputs, once for all elements about them."""
        assert not isinstance(self.values, Refusal)
        values = self.values
        return cache(
            lambda roots: max(
                values[roots.start : roots.stop],
                key=lambda number: (math.isfinite(number), abs(number)),
                default=None,
            )
        )

    def roots(self, element: int) -> range:
        """The output elements that an element of the request depends on."""
        outputs = len(self.explained.elements.roots)
        if self.request.upstream is not None or self.explained.forward is not None:
            return range(outputs)
        each = 1
        for place, name in enumerate(self.request.wrt):
            is_weighed = place == 0 and self.request.direction is not None and len(self.request.wrt) > 1
            each *= 1 if is_weighed else len(self.explained.point[name].elements)
        return range(element // each, element // each + 1)

    def wrt(self, element: int) -> tuple[str, ...] | None:
        """The addresses by which an element is a derivative of one output; None where it is a weighed sum."""
        if self.request.upstream is not None or self.request.direction is not None:
            return None
        found: list[str] = []
        for name in reversed(self.request.wrt):
            value = self.explained.point[name]
            element, place = divmod(element, len(value.elements))
            found.append(addresses(name, value.shape)[place])
        return tuple(reversed(found))

    def spread(self, element: int) -> Spread | None:
        """How far rounding can move one element, with what its formula says of losses of the range."""
        spread = self.spreads.get(element)
        if spread is None:
            return None
        return spread.with_losses(filter(None, [self.weighed(loss, element) for loss in spread.losses]))

    def weighed(self, loss: RangeLoss, element: int) -> RangeLoss | None:
        """A loss of the range with what the formula says of it; None where the formula keeps the range."""
        dtype = self.explained.setting.dtype
        if loss.in_forward and not self.explained.leaves_range(dtype):
            return None
        if dtype is not DType.FLOAT64:
            if loss.in_forward and self.explained.leaves_range(DType.FLOAT64):
                return replace(loss, wide=None)
            return self.widened(loss, element)
        if loss.in_forward or loss.range is Range.OVERFLOW:
            return loss
        return replace(loss, in_chain=any(map(self.explained.chain_leaves_range, self.roots(element))))

    def widened(self, loss: RangeLoss, element: int) -> RangeLoss:
        """A loss of a narrow format with what float64 gives for the same."""
        if self.wide is None:
            wide = TorchSetting("cpu", DType.FLOAT64, self.explained.setting.mode.as_written)
            (numbers,) = shaped_gradients(self.explained.program, self.explained.point, [self.request], wide)
            if not isinstance(numbers, Refusal):
                first, factor = self.explained.first, self.explained.factor
                numbers = tuple([number * factor for number in numbers[first:]])
            self.wide = numbers, self.measured(wide, numbers)
        found, around = self.wide
        spread = around.get(element)
        number = math.nan if isinstance(found, Refusal) else found[element]
        if spread is not None:
            overflows = any(wide.range is Range.OVERFLOW and not wide.in_forward for wide in spread.losses)
            is_chance = not math.isfinite(number) and spread.finite >= CRITERION.chance
            if overflows or is_chance:
                return replace(loss, wide=None, wide_spread=spread.absolute)
        return replace(loss, wide=number, wide_spread=0.0 if spread is None else spread.absolute)

    def exactly(self, element: int) -> Spread | None:
        """How far an element's formula moves where its steps are off by any part of an ulp."""
        may_look = self.explained.forward is None and self.spreads and self.looked_at < MOST_LOOKED_AT
        wrt = self.wrt(element) if may_look else None
        if wrt is None:
            return None
        self.looked_at += 1
        explained = self.explained
        formula = (explained.differentiated if wrt else explained.formula)(self.roots(element)[0])
        if len(formula.code) > MAX_STEPS or any(address not in formula.variables for address in wrt):
            return None
        return exact_spread(formula, explained.exact, wrt, explained.setting.dtype)
