"""The first derivatives as evidence: what they should be, what torch returned, how far rounding may have moved it.

Evidence is collected at the points given, at further points, and at points of other sizes, where the formula and the
function allow these: a factor 2 is told from a division by the batch size only where batches have several sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain

import torch
from torch import Tensor

from derivcheck.errors import DerivcheckError
from derivcheck.model import Kind, Truth
from derivcheck.model.shaped_values import Shape, ShapedPoint
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.tensors.formula_steps import FormulaProgram, compile_formula
from derivcheck.own_functions.tensors.formula_sweep import Sweep, Tape
from derivcheck.own_functions.tensors.other_sizes import resized, shapes_of_one_size, shapes_of_other_sizes
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import further_places, given_places
from derivcheck.own_functions.tensors.sizes_in_formulas import may_be_written_for
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import ONES, Upstream

UPSTREAMS = (Upstream(1), Upstream(2).times(Fraction(2)), Upstream(ONES).times(Fraction(-3)))
"""What tells a derivative that forgets its upstream gradient, or uses it twice, from one that is merely wrong."""

_SLACK = 2**12
"""A name fits where it explains the returned numbers up to so many roundings of the largest of them."""

_CLOSE = 1e-4
"""Where a value is off by more than this, the backward pass is not to blame."""

_OTHER_SIZES = 3
"""At how many points of other sizes evidence is collected."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A point as the evidence sees it.

    Attributes:
        point: what each argument holds.
        tapes: the formula there: with composites as they are, and written out.
        is_given: whether the user gave it.
    """

    point: ShapedPoint
    tapes: tuple[Tape, Tape]
    is_given: bool

    @property
    def tape(self) -> Tape:
        """The formula, written out."""
        return self.tapes[1]


@dataclass(frozen=True)
class Row:
    """The first derivatives at one point for one upstream gradient.

    Attributes:
        sight: where.
        upstream: the upstream gradient of each output.
        true, returned: the gradient by each argument, as it should be and as torch returned it.
        slack: how far rounding may have moved each element; inf where nothing is true of it.
        missing: the arguments by which torch returned no gradient at all.
        is_cut_off: whether no output had a graph.
        sweeps: the formula's own sweep over each of the tapes.
        blind: the same for an upstream gradient that is 1 everywhere.
        is_resized: whether the point has other sizes than those given, where the formula's own sweep says what is true.
    """

    sight: Sight
    upstream: tuple[Tensor, ...]
    true: Mapping[str, Tensor]
    returned: Mapping[str, Tensor]
    slack: Mapping[str, Tensor]
    missing: frozenset[str]
    is_cut_off: bool
    sweeps: tuple[Sweep, Sweep]
    blind: tuple[Sweep, Sweep] = field(repr=False)
    is_resized: bool = False

    def fits(self, gradients: Mapping[str, Tensor], names: Sequence[str]) -> bool:
        """Whether torch returned these gradients, up to rounding."""
        return all(bool(((gradients[name] - self.returned[name]).abs() <= self.slack[name]).all()) for name in names)

    def fits_of(self, one: Mapping[str, Tensor], other: Mapping[str, Tensor], names: Sequence[str]) -> bool:
        """Whether two gradients are the same, up to rounding."""
        return all(bool(((one[name] - other[name]).abs() <= self.slack[name]).all()) for name in names)

    def is_right(self, names: Sequence[str]) -> bool:
        """Whether torch returned the true gradients."""
        return self.fits(self.true, names)

    def is_finite(self, names: Sequence[str]) -> bool:
        """Whether torch returned numbers."""
        return all(bool(self.returned[name].isfinite().all()) for name in names)

    def without_upstream(self) -> Row:
        """The same as if the function had been asked with an upstream gradient of 1."""
        true = self.blind[1].gradients
        return Row(
            self.sight,
            tuple(self.blind[1].upstream),
            {name: true[name] for name in self.true},
            self.returned,
            self.slack,
            self.missing,
            self.is_cut_off,
            self.blind,
            self.blind,
            self.is_resized,
        )


@dataclass(frozen=True)
class Evidence:
    """What is known of the first derivatives.

    Attributes:
        rows: the rows, those at the points given first.
        names: the arguments that are differentiated by.
        known: those of which the formula's own sweep gives what is true.
    """

    rows: tuple[Row, ...]
    names: tuple[str, ...]
    known: frozenset[str]

    @property
    def sights(self) -> tuple[Sight, ...]:
        """The points, each once."""
        found: dict[int, Sight] = {id(row.sight): row.sight for row in self.rows}
        return tuple(found.values())

    @property
    def wrong(self) -> tuple[str, ...]:
        """The arguments whose gradient is wrong in the shapes of the points given, or at a point of an item."""
        rows = [row for row in self.rows if not row.is_resized]
        return tuple(name for name in self.names if not all(row.is_right([name]) for row in rows))

    def without_upstream(self) -> Evidence:
        """The same as if the function had been asked with upstream gradients of 1."""
        return Evidence(tuple(row.without_upstream() for row in self.rows), self.names, self.known)

    def joined(self, rows: Sequence[Row]) -> Evidence:
        """The same with more rows."""
        return Evidence((*self.rows, *rows), self.names, self.known)


def programs_of(subject: TensorSubject) -> tuple[FormulaProgram, FormulaProgram]:
    """The formula whose derivatives the function should have, with composites as they are, and written out."""
    formula = subject.formulas.run
    assert formula is not None
    return subject.remember(
        "formula programs",
        lambda: (compile_formula(formula, written_out=False), compile_formula(formula, written_out=True)),
    )


def collect_evidence(subject: TensorSubject) -> Evidence | None:
    """The first derivatives at all points; None where the values are wrong, or the formula has no sweep."""
    return subject.remember("evidence", lambda: _collect(subject))


def _collect(subject: TensorSubject) -> Evidence | None:
    rows: list[Row] = []
    given = given_places(subject)
    if not given:
        return None
    for place in given:
        found = rows_at(place, is_given=True)
        if found is None:
            return None
        rows += found
    for place in further_places(subject):
        rows += rows_at(place) or []
    names = tuple(name for name in given[0].names if all(name in row.true for row in rows))
    known = frozenset(name for name in names if all(_agrees(row, name) for row in rows))
    if known == set(names):
        rows += _rows_of_other_sizes(subject, names)
    return Evidence(tuple(rows), names, known) if names else None


def _agrees(row: Row, name: str) -> bool:
    """Whether the formula's own sweep gives what is true."""
    off = (row.sweeps[1].gradients[name] - row.true[name]).abs() > row.slack[name]
    return not bool(off.any())


def rows_at(place: Place, *, is_given: bool = False) -> list[Row] | None:
    """The rows at a place; None where the function raises or its value is wrong, or the formula has no sweep."""
    try:
        sight = sight_at(place.subject, place.point, is_given=is_given)
        if not _has_right_value(place, sight):
            return None
        true = [{name: _true_gradient(place, name, upstream) for name in place.names} for upstream in UPSTREAMS]
        return _rows(place, sight, true)
    except DerivcheckError:
        return None
    except (Exception, SystemExit, GeneratorExit):  # the user's code raises
        return None


def sight_at(subject: TensorSubject, point: ShapedPoint, *, is_given: bool = False) -> Sight:
    """A point, with the formula there."""
    short, long = programs_of(subject)
    inputs = [_exact_tensor(point, name) for name in short.variables]
    return Sight(point, (Tape(short, inputs), Tape(long, inputs)), is_given)


def _exact_tensor(point: ShapedPoint, name: str) -> Tensor:
    value = point[name]
    if value.is_integer:
        return torch.tensor([int(one.exact) for one in value.elements], dtype=torch.int64).reshape(value.shape)
    return torch.tensor([float(one.exact) for one in value.elements], dtype=torch.float64).reshape(value.shape)


def _has_right_value(place: Place, sight: Sight) -> bool:
    """Whether the function's value is that of its formula up to a ten-thousandth, which allows for rounding."""
    formulas = place.subject.formulas
    if formulas.slope is formulas.value:
        wanted = sight.tape.outputs
    else:
        formula = formulas.value
        assert formula is not None
        program = place.subject.remember("value program", lambda: compile_formula(formula, written_out=False))
        wanted = Tape(program, [_exact_tensor(sight.point, name) for name in program.variables]).outputs
    found = [output.detach().double().cpu() for output in place.run(())[1]]
    return len(found) == len(wanted) and all(
        one.shape == due.shape and bool(((one - due).abs() <= _CLOSE * due.abs().clamp_min(1.0)).all())
        for one, due in zip(found, wanted, strict=True)
    )


def _true_gradient(place: Place, name: str, upstream: Upstream) -> tuple[Tensor, Tensor]:
    """The true gradient, and which of its elements are known."""
    truths = place.gradient_truths(name, upstream)
    shape = place.point[name].shape
    numbers = torch.tensor([_number(truth) for truth in truths], dtype=torch.float64).reshape(shape)
    return numbers.nan_to_num(0.0), numbers.isfinite()


def _number(truth: Truth) -> float:
    return float(as_fraction(truth.value.mid)) if truth.kind is Kind.VALUE and truth.value is not None else float("nan")


def _rows(place: Place, sight: Sight, true: Sequence[Mapping[str, tuple[Tensor, Tensor]]]) -> list[Row]:
    """The rows at a place whose true gradients are known."""
    found: list[Row] = []
    unit = place.subject.dtype.unit_roundoff
    shapes = [tuple(one.shape) for one in sight.tape.outputs]
    weights = [
        [one.double().cpu() for one in upstream.tensors(shapes, place.subject.setting)] for upstream in UPSTREAMS
    ]
    largest = [max((float(one.abs().max()) for one in ones if one.numel()), default=1.0) for ones in weights]
    sizes = {
        name: max(_largest(each[name][0]) / size for each, size in zip(true, largest, strict=True)) or 1.0
        for name in true[0]
    }
    for upstream, ones, each, size in zip(UPSTREAMS, weights, true, largest, strict=True):
        _, outputs = place.run()
        gradients = place.pull_back(upstream)
        returned, slack = {}, {}
        for name, (numbers, is_known) in each.items():
            gradient = gradients[name]
            came = torch.zeros_like(numbers) if gradient is None else gradient.detach().double().cpu()
            returned[name] = came.expand(numbers.shape) if came.shape != numbers.shape else came
            allowed = _SLACK * unit * (sizes[name] * size + _largest(came.nan_to_num(0.0, 0.0, 0.0)))
            slack[name] = torch.where(is_known, allowed, float("inf"))
        found.append(
            Row(
                sight,
                tuple(ones),
                {name: numbers for name, (numbers, _) in each.items()},
                returned,
                slack,
                frozenset(name for name in each if gradients[name] is None),
                not any(output.requires_grad for output in outputs),
                tuple(Sweep(tape, ones) for tape in sight.tapes),  # type: ignore[arg-type]
                tuple(Sweep(tape, [torch.ones_like(one) for one in ones]) for tape in sight.tapes),  # type: ignore[arg-type]
            )
        )
    return found


def _largest(numbers: Tensor) -> float:
    return float(numbers.abs().max()) if numbers.numel() else 0.0


# --- other sizes -----------------------------------------------------------------------------------------------------


def _rows_of_other_sizes(subject: TensorSubject, names: Sequence[str]) -> Iterator[Row]:
    """Rows at points of other sizes, where the formula allows them and the function has its value."""
    seen: list[dict[str, Shape]] = []
    used = 0
    point = subject.points[0]
    given = [value.shape for value in point.values()]
    is_general = not may_be_written_for(subject.formulas.all, given, [value for _, value in subject.constants])
    for shapes in chain(shapes_of_other_sizes(point), shapes_of_one_size(point) if is_general else ()):
        if used == _OTHER_SIZES:
            return
        if shapes in seen:
            continue
        seen.append(shapes)
        found = _rows_of_shapes(subject, shapes, names)
        used += bool(found)
        yield from found


def _rows_of_shapes(subject: TensorSubject, shapes: Mapping[str, Shape], names: Sequence[str]) -> list[Row]:
    """Rows at a point of some shapes, whose true gradients are those of the formula's own sweep."""
    point = resized(subject.points[0], shapes)
    place = Place(subject, point)
    try:
        sight = sight_at(subject, point)
        if not _has_right_value(place, sight):
            return []
        shapes_out = [tuple(one.shape) for one in sight.tape.outputs]
        true = []
        for upstream in UPSTREAMS:
            ones = [one.double().cpu() for one in upstream.tensors(shapes_out, subject.setting)]
            gradients = Sweep(sight.tape, ones).gradients
            true.append({name: (gradients[name], gradients[name].isfinite()) for name in names})
        return [replace(row, is_resized=True) for row in _rows(place, sight, true)]
    except (Exception, SystemExit, GeneratorExit):  # neither the formula nor the function need take other sizes
        return []
