"""One case at one point whose values have shapes: what it is to torch, and what is true there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain

from derivcheck.autograd.devices import DeviceInfo
from derivcheck.autograd.shaped_program import ShapedProgram, compile_shaped
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.estimates import Estimates
from derivcheck.checking.prepare import Prepared, asked_for, case_readings, note_held, note_unused
from derivcheck.checking.tensors.gradients_beside import points_beside
from derivcheck.checking.tensors.shaped_numbers import typed_elements
from derivcheck.checking.tensors.shaped_requests import ShapedRequest, dense_weights, requests_for
from derivcheck.elements.lowering import Lowered, lower
from derivcheck.errors import CaseError
from derivcheck.graph.inlining import at_point
from derivcheck.inputs.named_files import folder_of
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.language.integer_variables import integer_variables, label_variables, mask_variables
from derivcheck.language.parse import parse
from derivcheck.model import Case, Wrt
from derivcheck.model.element_results import PRODUCTS
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import ShapedPoint, addresses, exact_elements
from derivcheck.numbers import DType, Enclosure
from derivcheck.readings import Readings
from derivcheck.truth.finder import Found
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.verdict.torch_domains import outside_torch


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class ShapedCheck:
    """One case at one point whose values have shapes.

    Attributes:
        case, device, dtype: what is checked, where, and in which format.
        point: what each variable holds.
        readings: the expression as it is written, and with the user's own functions written out.
        lowered: its elements.
        slope: the elements of what its derivatives should be those of; the same, but for what a surrogate declares, and
            what is detached.
        wrts: the derivatives that are asked for.
        notes: what every row says beside its status.
    """

    case: Case
    device: DeviceInfo
    dtype: DType
    point: ShapedPoint
    readings: Readings
    lowered: Lowered
    slope: Lowered
    wrts: list[Wrt]
    notes: tuple[str, ...]

    @cached_property
    def _found(self) -> dict[ShapedRequest, list[Found]]:
        return {}

    @cached_property
    def requests(self) -> list[ShapedRequest]:
        """The rows that are asked for: those of the value, then those of each derivative."""
        shapes = {name: value.shape for name, value in self.point.items()}
        return [
            request
            for wrt in ((), *self.wrts)
            for request in requests_for(wrt, self.lowered.outputs, [shapes[name] for name in wrt])
        ]

    @cached_property
    def program(self) -> ShapedProgram:
        """What torch runs; UnsupportedError where torch lacks a function."""
        return compile_shaped(self.readings.written, self.readings.own)

    @cached_property
    def exact(self) -> Mapping[str, Fraction]:
        """The exact value of each address."""
        return exact_elements(self.point)

    @cached_property
    def truths(self) -> ShapedTruths:
        """What is true at the point."""
        return self._truths_at(self.exact)

    @cached_property
    def typed(self) -> tuple[ShapedTruths, Mapping[str, Fraction]] | None:
        """What is true at the point as it was typed, and that point; None where the format holds that very point."""
        place = typed_elements(self.point)
        return None if place is None else (self._truths_at(place), place)

    def _truths_at(self, exact: Mapping[str, Fraction]) -> ShapedTruths:
        used = {request.upstream for request in self.requests} - {None}
        count = len(self.lowered.elements.roots)
        weights = [dense_weights(count, number) for number in range(1, PRODUCTS + 1)] if used else []
        slope = ElementTruths(self.slope.elements, at_point(exact), [list(map(Fraction, row)) for row in weights])
        return ShapedTruths(slope if self.slope is self.lowered else ElementTruths(self.lowered.elements, exact), slope)

    def found(self, request: ShapedRequest) -> list[Found]:
        """What is found about each element of a row."""
        if request not in self._found:
            self._found[request] = found_by(self.truths, request, self)
        return self._found[request]

    def beside(self, request: ShapedRequest) -> list[list[Enclosure | None]]:
        """For each element of a row, the derivative at points beside the point."""
        if request not in self._beside:
            looks = [found_by(self._truths_at(place), request, self) for place in points_beside(self.exact)]
            self._beside[request] = [[found.truth.value for found in element] for element in zip(*looks, strict=True)]
        return self._beside[request]

    @cached_property
    def _beside(self) -> dict[ShapedRequest, list[list[Enclosure | None]]]:
        return {}

    def outside_torch(self, root: int) -> str | None:
        """Why torch's kernels have no number for an output element, whatever they return; None where they have one."""
        if root not in self._outside:
            formula = self.lowered.elements.expression(root)
            place = {name: self.exact[name] for name in formula.variables}
            self._outside[root] = outside_torch(formula, compile_balls(formula), place)
        return self._outside[root]

    @cached_property
    def _outside(self) -> dict[int, str | None]:
        return {}

    def addresses_of(self, name: str) -> tuple[str, ...]:
        """The addresses of a variable's elements, in order."""
        return addresses(name, self.point[name].shape)


@dataclass(frozen=True, slots=True)
class ShapedTruths:
    """What is true at a point.

    Attributes:
        of_value: of the values.
        of_slope: of the derivatives.
    """

    of_value: ElementTruths
    of_slope: ElementTruths


def found_by(truths: ShapedTruths, request: ShapedRequest, check: ShapedCheck) -> list[Found]:
    """What the truths about a point say about each element of a row."""
    if not request.wrt:
        return [Found(truths.of_value.value(root)) for root in range(request.outputs)]
    roots = range(request.outputs) if request.upstream is None else [request.outputs + request.upstream - 1]
    names = [check.addresses_of(name) for name in request.wrt]
    if len(names) == 1:
        return list(chain.from_iterable(truths.of_slope.jacobian(roots, names[0])))
    first, second = names
    if request.along is None:
        rows = [row for root in roots for row in truths.of_slope.hessian(root, first, second)]
    else:
        direction = dict(zip(first, map(Fraction, request.along), strict=True))
        rows = [row for root in roots for row in truths.of_slope.hessian_along(root, [direction], second)]
    return list(chain.from_iterable(rows))


MOST_DERIVATIVES = 2
"""The order up to which derivatives of values with shapes are taken."""


def pose_shaped(prepared: Prepared, texts: Mapping[str, str]) -> ShapedCheck:
    """Read a case's expression and a point, and lower the one at the other.

    Raises:
        DerivcheckError: for what cannot be read, and for shapes that do not go together.
    """
    case = prepared.case
    has_shapes = is_shaped_point(texts)
    readings = case_readings(case, texts, has_shapes=has_shapes)
    by_use = _variables(integer_variables, case, readings, texts)
    labels = _variables(label_variables, case, readings, texts) - _asked_by_name(case)
    masks = mask_variables(readings.written) - _asked_by_name(case)
    point = read_shaped_point(
        texts,
        prepared.dtype,
        seed=case.seed,
        integers=by_use,
        labels=labels,
        masks=masks,
        folder=folder_of(case.location),
    )
    exact = exact_elements(point)
    lowered = slope = lower(readings.expression, point, Estimates(exact))
    if readings.slope is not None:
        slope = lower(readings.slope.expression, at_point(point), Estimates(at_point(exact)))
    notes = (
        *prepared.notes,
        *note_held(case, readings),
        *note_unused(case, readings, texts),
        *_note_integers(point, by_use | labels, masks),
    )
    wrts = _wanted(case, readings, point)
    return ShapedCheck(case, prepared.device, prepared.dtype, point, readings, lowered, slope, wrts, notes)


def _variables(
    of: Callable[[Expression], frozenset[str]], case: Case, readings: Readings, texts: Mapping[str, str]
) -> frozenset[str]:
    """The variables that the expression, or a claim, uses in some way, such as indices or labels."""
    claims = [*case.derivative.values(), *([] if case.value is None else [case.value])]
    parsed = [parse(text, frozenset(texts), case.functions, has_shapes=True) for text in claims]
    return frozenset(chain.from_iterable(map(of, (readings.expression, *parsed))))


def _note_integers(point: ShapedPoint, by_use: frozenset[str], masks: frozenset[str]) -> Iterator[str]:
    """Notes about the variables that are integers by their values: somebody may have meant numbers."""
    held = [name for name, value in point.items() if value.is_integer and name not in by_use]
    arrays = [f"`{name}`" for name in held if name not in masks]
    if arrays:
        yield f"{', '.join(arrays)}: an array of integers, by which nothing is differentiated; give floats to do so"
    for name in held:
        if name in masks:
            yield f"`{name}`: a mask, which stands in conditions alone, and by which nothing is differentiated"


def _asked_by_name(case: Case) -> set[str]:
    return {name for wrt in (*case.wrt, *case.derivative) for name in wrt}


def _wanted(case: Case, readings: Readings, point: ShapedPoint) -> list[Wrt]:
    """The derivatives to compute; integers are not differentiated by."""
    wanted = asked_for(case, readings)
    high = next((wrt for wrt in wanted if len(wrt) > MOST_DERIVATIVES), None)
    if high is not None:
        raise CaseError(
            f"the derivative by {','.join(high)} is of order {len(high)}: of values with shapes there are two",
            hint="ask for --wrt x or --wrt x,x, or write the elements as variables of their own",
        )
    integers = {name for name, value in point.items() if value.is_integer}
    wrong = sorted(_asked_by_name(case) & integers)
    if wrong:
        raise CaseError(
            f"`{wrong[0]}` holds integers, and nothing can be differentiated by it", hint="differentiate by another"
        )
    return [wrt for wrt in wanted if integers.isdisjoint(wrt)]
