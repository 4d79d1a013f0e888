"""The mistakes in the values of a function of tensors that have names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.altered_formulas import list_along_other_dims, list_altered_formulas
from derivcheck.own_functions.tensors.evidence import Sight, sight_at
from derivcheck.own_functions.tensors.points import further_places, given_places
from derivcheck.own_functions.tensors.scales import name_factor
from derivcheck.own_functions.tensors.subject import TensorSubject

_SLACK = 2**12
_MOST_PERMUTED = 5


@dataclass(frozen=True, slots=True)
class _Seen:
    """The values at a point.

    Attributes:
        sight: where.
        wanted: the formula's.
        found: the function's.
        slack: how far rounding may have moved these.
    """

    sight: Sight
    wanted: list[Tensor]
    found: list[Tensor]
    slack: float

    def fits(self, values: Sequence[Tensor]) -> bool:
        """Whether the function returned these."""
        return len(values) == len(self.found) and all(
            one.shape == other.shape and bool(((one - other).abs() <= self.slack).all())
            for one, other in zip(values, self.found, strict=True)
        )


def name_mistake_in_values(subject: TensorSubject) -> str | None:
    """The name of the mistake in the values; None where none fits at every point, or they are right."""
    if subject.formulas.slope is not subject.formulas.value:
        return None  # the steps at hand are those of the surrogate
    seen = list(_look(subject))
    if not seen or all(one.fits(one.wanted) for one in seen):
        return None
    for name, guess in _list_guesses(subject, seen):
        if all(_holds(one, guess) for one in seen):
            return name
    return None


def _holds(seen: _Seen, guess: Callable[[_Seen], Sequence[Tensor] | None]) -> bool:
    try:
        values = guess(seen)
    except (RuntimeError, IndexError, ValueError, TypeError):
        return False
    return values is not None and seen.fits(values)


def _look(subject: TensorSubject) -> Iterator[_Seen]:
    """The values at the points given, and at further ones."""
    for place in (*given_places(subject), *further_places(subject)):
        sight = sight_at(subject, place.point)
        found = [one.detach().double().cpu() for one in place.run(())[1]]
        wanted = sight.tape.outputs
        if not all(bool(one.isfinite().all()) for one in (*found, *wanted)):
            continue
        size = max((float(one.abs().max()) for one in (*found, *wanted) if one.numel()), default=1.0)
        yield _Seen(sight, wanted, found, _SLACK * subject.dtype.unit_roundoff * (size or 1.0))


def _list_guesses(
    subject: TensorSubject, seen: Sequence[_Seen]
) -> Iterator[tuple[str, Callable[[_Seen], Sequence[Tensor] | None]]]:
    """The mistakes that have names, the commonest first; each with what the function would return."""
    order = _find_order(subject, seen)
    if order is not None:
        taken, wanted = ", ".join(subject.args), ",".join(order)
        name = f"the values are right with the arguments in another order than {taken}: say args {wanted}"
        yield name, lambda one: one.found
    yield "the value is transposed", lambda one: [value.mT if value.ndim > 1 else value for value in one.wanted]
    for which, formulas in ((1, list_altered_formulas), (0, list_along_other_dims)):
        for altered in formulas(seen[0].sight.tapes[which].program):
            yield (
                f"the value is that of the formula {altered.words}",
                lambda one, altered=altered, which=which: altered.tape(one.sight.tapes[which]).outputs,  # type: ignore[misc]
            )
    factors = [_factor(one) for one in seen]
    told = [(factor, one.sight) for factor, one in zip(factors, seen, strict=True) if factor is not None]
    name_ = name_factor([factor for factor, _ in told], [sight for _, sight in told]) if told else None
    if name_ is not None:
        known = {id(sight): factor for factor, sight in told}
        yield (
            f"the value is wrong: {name_}",
            lambda one: [value * known.get(id(one.sight), 1.0) for value in one.wanted],
        )
    if subject.dtype.unit_roundoff < 1e-12:
        yield "the value is computed in float32", _in_float32


def _factor(seen: _Seen) -> float | None:
    """How many times too large the values are."""
    square = sum(float((value**2).sum()) for value in seen.wanted)
    if not square or [one.shape for one in seen.wanted] != [one.shape for one in seen.found]:
        return None
    return sum(float((one * other).sum()) for one, other in zip(seen.wanted, seen.found, strict=True)) / square


def _in_float32(seen: _Seen) -> list[Tensor] | None:
    """The values found, if they are numbers of float32 that are right to its digits."""
    for one, other in zip(seen.wanted, seen.found, strict=True):
        is_narrow = torch.equal(other.float().double(), other)
        if not is_narrow or bool(((one - other).abs() > 1e-5 * one.abs().max()).any()):
            return None
    return seen.found


def _find_order(subject: TensorSubject, seen: Sequence[_Seen]) -> tuple[str, ...] | None:
    """The order of the arguments in which all values are right."""
    if not 1 < len(subject.args) <= _MOST_PERMUTED:
        return None

    def is_right(order: Sequence[str]) -> bool:
        for one in seen:
            tensors = dict(zip(subject.args, subject.tensors(one.sight.point), strict=True))
            try:
                values = [value.detach().double().cpu() for value in subject([tensors[name] for name in order])]
            except (Exception, SystemExit, GeneratorExit):
                return False
            if len(values) != len(one.wanted) or not all(
                value.shape == due.shape and bool(((value - due).abs() <= one.slack).all())
                for value, due in zip(values, one.wanted, strict=True)
            ):
                return False
        return True

    return next(filter(is_right, list(permutations(subject.args))[1:]), None)
