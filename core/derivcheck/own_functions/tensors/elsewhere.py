"""What a function returns where nobody asked for it, held against its formula; and when the formula is to blame."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from derivcheck.model import Severity, Status
from derivcheck.model.shaped_values import Shape
from derivcheck.own_functions.checks.comparison import Comparison, conclude, describe_error
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.dims import Shapes, shapes_of
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.resized import Tried, try_shapes
from derivcheck.own_functions.tensors.sizes_in_formulas import may_be_written_for, names_sizes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import ONES, UPSTREAMS

Again = Callable[[], Tried | None]
"""Gives the same place with other numbers; None where there is none."""


@dataclass(frozen=True, slots=True)
class Excused:
    """What was found at a place, and says nothing against the function.

    Attributes:
        kind: what several of them have in common, in words: "refused loudly".
        where: where it was found.
        reason: the whole of it, in words.
    """

    kind: str
    where: str
    reason: str


Outcome = Comparison | Excused


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why the formula may be to blame where it and the function differ, in words; None: it is not.

    Attributes:
        numbers: for numbers of a result that has the right shape.
        shapes: for the shape of a result.
    """

    numbers: str | None = None
    shapes: str | None = None


NO_EXCUSE = Excuse()

REFUSED = "refused loudly"
UNASKED = "silently another gradient, in shapes that stand to each other as at no point given; give such a point to ask"
EMPTY = "nan where nothing is summed"
EMPTY_SHAPE = "another shape where there is nothing"
WRITTEN = "the formula seems to be written for the shapes given"


def compare_in_shapes(
    subject: TensorSubject, shapes: Shapes, how: str, *, broadcasts: bool = False
) -> Iterator[Outcome]:
    """Compare values and gradients in other shapes; nothing where the formula does not have them.

    Args:
        subject: the function.
        shapes: the shape of each argument.
        how: the shapes in words.
        broadcasts: whether an argument is broadcast. A function may do that before it does anything else: the norm of
            a row is another one then, and no formula of shapes is meant to tell.
    """
    found = try_shapes(subject, shapes, how)
    if found is not None:
        excuse = excuse_of_shapes(subject, shapes, broadcasts=broadcasts)
        outcomes = list(compare_elsewhere(found, lambda: try_shapes(subject, shapes, how, draw=1), excuse))
        compared = [one for one in outcomes if isinstance(one, Comparison)]
        if _fails(compared) and _is_unasked(subject, shapes, broadcasts=broadcasts):
            yield Excused(UNASKED, how, f"{how}: the gradient is another one: {UNASKED}")
        else:
            yield from outcomes


def _is_unasked(subject: TensorSubject, shapes: Shapes, *, broadcasts: bool) -> bool:
    """Whether shapes stand to each other as at no point given, and the formula is one of shapes.

    That is so where an argument has more dims, is broadcast, or has another shape than one of its equals. Such a
    function has a contract with its callers: the mean of (x - y)**2 is divided by the size of x, a loss of rows by the
    number of rows, and nobody broadcasts y in it or gives it a stack of matrices. Who does gives such a point. What
    works element by element is called in any shape, a parameter beside a batch.
    """
    if not subject.formulas.of_shapes:
        return False
    given = shapes_of(subject.points[0])
    groups: dict[Shape, set[Shape]] = {}
    for name, shape in given.items():
        groups.setdefault(shape, set()).add(shapes[name])
    has_parted = any(len(found) > 1 for found in groups.values())
    return broadcasts or has_parted or any(len(given[name]) != len(shapes[name]) for name in given)


def compare_elsewhere(
    found: Tried, again: Again, excuse: Excuse = NO_EXCUSE, *, inputs: Sequence[Tensor] | None = None, how: str = ""
) -> Iterator[Outcome]:
    """Compare values and gradients at a place that nobody gave.

    Where the values are the formula's, and the gradients are not, the function is to blame: two functions that agree
    at numbers drawn have the same derivatives there. A surrogate or a declared gradient says nothing of the value.

    Args:
        found: the place.
        again: gives it with other numbers: a value may agree by chance.
        excuse: why the formula may be to blame.
        inputs: the tensors, where they lie otherwise in memory.
        how: how that is, in words.
    """
    place = found.place
    where = ", ".join(filter(None, [place.how, how]))
    if found.error is not None:
        yield Excused(REFUSED, where, f"{where}: {REFUSED}: {describe_error(found.error)}")
        return
    with warnings.catch_warnings(action="ignore"):
        values, gradients, error = _look(place, inputs, how)
    if _fails(values):
        has_shape = all(one.elements is not None for one in values)
        reason = excuse.numbers if has_shape else excuse.shapes
        if not has_shape and _is_empty(place):
            reason = reason or EMPTY_SHAPE
        if reason is None:
            yield from values
        else:
            yield Excused(reason, where, f"{where}: the value is another one: {reason}")
        return
    if error is not None:
        yield Excused(REFUSED, where, f"{where}: {REFUSED}: {describe_error(error)}")
        return
    if excuse.numbers is not None and _fails(gradients) and not _agrees(place.subject, again):
        yield Excused(excuse.numbers, where, f"{where}: the gradient is another one: {excuse.numbers}")
        return
    if _is_empty(place) and any(one.verdict.status is Status.NONFINITE for one in gradients):
        yield Excused(EMPTY, where, f"{where}: {EMPTY}")
        return
    yield from (*values, *gradients)


def _look(
    place: Place, inputs: Sequence[Tensor] | None, how: str
) -> tuple[list[Comparison], list[Comparison], BaseException | None]:
    """The comparisons of the values, those of the gradients, and what the function raised."""
    values: list[Comparison] = []
    gradients: list[Comparison] = []
    try:
        leaves = place.inputs() if inputs is None else _leaves(place, inputs)
        outputs = place.subject(leaves)
        values += compare_values(place, outputs, how=how, lenient=True)
        for upstream in UPSTREAMS if not _fails(values) else ():
            outputs = outputs if upstream is UPSTREAMS[0] else place.subject(leaves)
            shapes = [tuple(output.shape) for output in outputs]
            weights = upstream.tensors(shapes, place.subject.setting)
            if upstream.number == ONES:
                weights = [_as_a_sum_sends_it(weight) for weight in weights]
            found = place.subject.gradients(outputs, leaves, weights)
            named = {
                name: gradient
                for name, tensor, gradient in zip(place.subject.args, leaves, found, strict=True)
                if tensor.requires_grad
            }
            gradients += compare_gradients(place, named, upstream, how=how, lenient=True)
    except (Exception, SystemExit, GeneratorExit) as error:
        return values, gradients, error
    return values, gradients, None


def _is_empty(place: Place) -> bool:
    return any(0 in value.shape for value in place.point.values())


def _leaves(place: Place, inputs: Sequence[Tensor]) -> list[Tensor]:
    names = zip(place.subject.args, inputs, strict=True)
    return [tensor.detach().requires_grad_(name in place.names) for name, tensor in names]


def _as_a_sum_sends_it(ones: Tensor) -> Tensor:
    """The same ones as the backward pass of a sum sends them: one number in memory, expanded."""
    return ones.new_ones(()).expand(ones.shape)


def _agrees(subject: TensorSubject, again: Again) -> bool:
    """Whether it is the value that says that function and formula are one: at other numbers, too."""
    if subject.formulas.slope is not subject.formulas.value or subject.formulas.gradients:
        return False
    other = again()
    if other is None or other.error is not None:
        return False
    values, _, _ = _look(other.place, None, "")
    return not _fails(values)


def _fails(comparisons: Iterable[Comparison]) -> bool:
    return any(comparison.verdict.status.severity is Severity.FAIL for comparison in comparisons)


# --- what the formula may be to blame for -----------------------------------------------------------------------------


def excuse_of_shapes(subject: TensorSubject, shapes: Shapes, *, broadcasts: bool = False) -> Excuse:
    """Whether what is not the formula's in other shapes may be due to the formula.

    It may be written for the shapes given: with their sizes as literals, with an index for each row, or with a dim that
    is counted from the front. And of a size of 1 or 2 nobody can see a division by n, or by n - 1.
    """
    given = shapes_of(subject.points[0])
    if shapes == given:
        return NO_EXCUSE
    if not subject.formulas.of_shapes:
        return Excuse(WRITTEN if excuses_constants(subject) else None)
    if broadcasts or any(len(given[name]) != len(shapes[name]) for name in given):
        return Excuse(WRITTEN, WRITTEN)
    changed = {old for name in given for old, new in zip(given[name], shapes[name], strict=True) if old != new}
    has_numbers = min(changed) <= _NOT_SEEN or excuses_constants(subject)
    return Excuse(WRITTEN if has_numbers else None, WRITTEN if names_sizes(subject.formulas.all) else None)


_NOT_SEEN = 2
"""A size by which a division may be left out."""


def excuses_constants(subject: TensorSubject) -> bool:
    """Whether a number in the formula, or one that the function takes, may be a size of the arguments."""
    shapes = [*shapes_of(subject.points[0]).values(), *given_places(subject)[0].outputs]
    return may_be_written_for(subject.formulas.all, shapes, [value for _, value in subject.constants])


# --- what an item says ------------------------------------------------------------------------------------------------


def told(outcomes: Iterable[Outcome], nothing: str) -> Iterator[Comparison]:
    """The comparisons of an item; what is excused is a remark, or the reason for which the item is skipped.

    Args:
        outcomes: what was found.
        nothing: why there was nothing to compare, where that is so.
    """
    excused: list[Excused] = []
    compared = failures = 0
    for outcome in outcomes:
        if isinstance(outcome, Excused):
            excused.append(outcome)
            continue
        compared += 1
        failures += outcome.verdict.status.severity is Severity.FAIL
        yield outcome
        if failures >= _ENOUGH:
            break
    if compared and excused:
        yield conclude(Status.MATCH, note=_remark(excused))
    elif not compared:
        yield conclude(Status.SKIPPED, excused[0].reason if excused else nothing)


_ENOUGH = 8
"""So many failures tell enough: each of them takes longer than a match, for what rounding explains is measured."""

_SHOWN = 2


def _remark(excused: Sequence[Excused]) -> str:
    """What was excused, in a line: its kinds, and where each was met first."""
    places: dict[str, list[str]] = {}
    for one in excused:
        places.setdefault(one.kind, []).append(one.where)
    return "; ".join(
        f"{kind}: {' | '.join(met[:_SHOWN])}{f' and {len(met) - _SHOWN} more' if len(met) > _SHOWN else ''}"
        for kind, met in places.items()
    )
