"""The mistakes that have names, each with what it would make of the gradients of a function of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.altered_formulas import list_altered_formulas, pull_without_masks
from derivcheck.own_functions.tensors.altered_steps import alterations_of, change_of
from derivcheck.own_functions.tensors.evidence import Evidence, Row
from derivcheck.own_functions.tensors.scales import name_factor, name_power
from derivcheck.own_functions.tensors.step_at import Alteration, StepAt
from derivcheck.own_functions.tensors.terms import Term, list_terms, name_term
from derivcheck.own_functions.tensors.written_out import WRITTEN_OUT

Gradients = Mapping[str, Tensor]
Guess = Callable[[Row], "Gradients | None"]
"""What a mistake would make of the gradients in a row; None where it cannot be said."""

_MOST_STEPS = 120
"""The sweep of a longer formula is not altered step by step."""

_MOST_TERMS = 60

_PERMUTED = 4


def name_mistake(evidence: Evidence, names: Sequence[str]) -> str | None:
    """The name of the first mistake that explains every row; None where none does.

    Args:
        evidence: what is known.
        names: the arguments whose gradients it is to explain, all of them.
    """
    rows = sorted(evidence.rows, key=lambda row: row.is_right(names))
    if not rows or not all(row.is_finite(names) for row in rows) or rows[0].is_right(names):
        return None
    zero = _name_zero(rows, names)
    if zero is not None:
        return zero
    name = _name_of_whole(evidence, rows, names)
    if name is not None:
        return name
    if not set(names) <= evidence.known:
        return None
    if _forgets_upstream(rows, names):
        blind = evidence.without_upstream()
        ordered = sorted(blind.rows, key=lambda row: row.is_right(names))
        name = _name_of_whole(blind, ordered, names) or _name_by_sweep(ordered, names)
        return f"ignores grad_output, and {name}" if name else None
    return _name_by_sweep(rows, names) or _name_narrow(rows, names)


def _fits(rows: Sequence[Row], names: Sequence[str], guess: Guess) -> bool:
    """Whether a guess explains all rows."""
    for row in rows:
        found = guess(row)
        if found is None or not row.fits(found, names):
            return False
    return True


def _name_zero(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """The name of a gradient that is 0 everywhere: torch may have none at all."""
    if any(bool((row.returned[name] != 0).any()) for row in rows for name in names):
        return None
    listed = ", ".join(f"`{name}`" for name in names)
    if all(row.is_cut_off for row in rows):
        return "the result is cut off from the graph (.detach(), .data, NumPy or no_grad): it has no gradient"
    if all(name in row.missing for row in rows for name in names):
        return f"None is returned for {listed}, or nothing leads there: there is no gradient"
    return f"the gradient by {listed} is 0: the backward pass returns zeros"


# --- the whole gradient ----------------------------------------------------------------------------------------------


def _name_of_whole(evidence: Evidence, rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """The name of a mistake in the upstream gradient, in a factor of the whole, or in which gradient is whose."""
    swept = set(names) <= evidence.known
    for words, change in (*_UPSTREAMS, *_of_one_output(rows[0])) if swept else ():
        if _fits(rows, names, lambda row, change=change: _swept(row, change)):  # type: ignore[misc]
            return words
    factors = _find_factors(rows, names, [row.true for row in rows], [row.returned for row in rows])
    if factors is not None:
        sights = [sight for sight in evidence.sights if id(sight) in factors]
        name = name_factor([factors[id(sight)] for sight in sights], sights)
        if name is not None:
            return name
    return _name_exchange(evidence, rows, names) or _name_turned(rows, names) or _name_clip(rows, names)


def _name_clip(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradient is clipped element by element, if it is, and many elements have the same limit."""
    limit = max(float(row.returned[name].abs().max()) for row in rows for name in names if row.returned[name].numel())
    cut = sum(int((row.returned[name].abs() == limit).sum()) for row in rows for name in names)
    if cut < _LEAST_CUT or not _fits(
        rows, names, lambda row: {name: row.true[name].clamp(-limit, limit) for name in names}
    ):
        return None
    return f"the gradient is clipped: no element of it is beyond {limit:.6g}"


_LEAST_CUT = 3
"""So many elements at least are at the limit of a gradient that is clipped."""


def _ones(upstream: Sequence[Tensor]) -> list[Tensor]:
    return [torch.ones_like(g) for g in upstream]


_UPSTREAMS: tuple[tuple[str, Callable[[Sequence[Tensor]], list[Tensor]]], ...] = (
    ("ignores grad_output", _ones),
    ("ignores grad_output, and sign flipped", lambda upstream: [-torch.ones_like(g) for g in upstream]),
    ("multiplies by grad_output twice", lambda upstream: [g * g for g in upstream]),
    ("takes the sum of grad_output", lambda upstream: [g.sum().expand(g.shape) for g in upstream]),
    ("takes the mean of grad_output", lambda upstream: [g.mean().expand(g.shape) for g in upstream]),
    ("takes the absolute value of grad_output", lambda upstream: [g.abs() for g in upstream]),
    ("takes the sign of grad_output", lambda upstream: [g.sign() for g in upstream]),
    ("takes the first element of grad_output", lambda upstream: [_first(g).expand(g.shape) for g in upstream]),
    ("grad_output is transposed", lambda upstream: [g.mT if _is_square(g) else g for g in upstream]),
)
"""What mistakes make of the upstream gradient."""


def _of_one_output(row: Row) -> Iterator[tuple[str, Callable[[Sequence[Tensor]], list[Tensor]]]]:
    """What mistakes make of the upstream gradient of one of several outputs."""
    for at in range(len(row.upstream) if len(row.upstream) > 1 else 0):
        for words, make in (("ignored: the term is missing", torch.zeros_like), ("taken as 1", torch.ones_like)):

            def change(upstream: Sequence[Tensor], at: int = at, make=make) -> list[Tensor]:  # type: ignore[no-untyped-def]
                return [make(g) if at == place else g for place, g in enumerate(upstream)]

            yield f"the upstream gradient of output {at} is {words}", change


def _first(g: Tensor) -> Tensor:
    return g.reshape(-1)[0] if g.numel() else g.sum()


def _is_square(g: Tensor) -> bool:
    return g.ndim > 1 and g.shape[-1] == g.shape[-2]


def _swept(row: Row, change: Callable[[Sequence[Tensor]], list[Tensor]]) -> Gradients:
    sweep = row.sweeps[1]
    return sweep.tape.pull(sweep.started(change(row.upstream)))


def _forgets_upstream(rows: Sequence[Row], names: Sequence[str]) -> bool:
    """Whether the gradients are the same for all upstream gradients at a point."""
    first: dict[int, Row] = {}
    for row in rows:
        known = first.setdefault(id(row.sight), row)
        if not known.fits(row.returned, names):
            return False
    return len(first) < len(rows)


def _find_factors(
    rows: Sequence[Row], names: Sequence[str], parts: Sequence[Gradients], wanted: Sequence[Gradients]
) -> dict[int, float] | None:
    """The factor of a part at each point that makes it what is wanted, in all rows; None where there is none."""
    found: dict[int, float] = {}
    for row, part, goal in zip(rows, parts, wanted, strict=True):
        square = sum(float((part[name] ** 2).sum()) for name in names)
        factor = sum(float((part[name] * goal[name]).sum()) for name in names) / square if square else 0.0
        if not all(bool(((factor * part[name] - goal[name]).abs() <= row.slack[name]).all()) for name in names):
            return None
        if all(bool((part[name].abs() <= row.slack[name]).all()) for name in names):
            continue  # nothing is told of a factor of 0
        known = found.setdefault(id(row.sight), factor)
        if abs(known - factor) > 1e-7 * max(abs(known), abs(factor)):
            return None
    return found or None


def _name_exchange(evidence: Evidence, rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradients of some arguments are exchanged, or that one is that of another argument."""
    everyone = evidence.names
    if 1 < len(names) <= _PERMUTED:
        for order in permutations(names):
            if all(a != b for a, b in zip(names, order, strict=True)) and _fits(
                rows,
                names,
                lambda row, order=order: _taken(row, dict(zip(names, order, strict=True))),  # type: ignore[misc]
            ):
                listed = " and ".join(f"`{name}`" for name in names)
                return f"the gradients of {listed} are exchanged"
    if len(names) == 1:
        for other in everyone:
            if other != names[0] and _fits(rows, names, lambda row, other=other: _taken(row, {names[0]: other})):  # type: ignore[misc]
                return f"the gradient of `{other}` is returned for `{names[0]}`"
    return None


def _taken(row: Row, whose: Mapping[str, str]) -> Gradients | None:
    """The gradients of other arguments, where they have the right shapes."""
    if any(row.true[name].shape != row.true[other].shape for name, other in whose.items()):
        return None
    return {name: row.true[other] for name, other in whose.items()}


def _name_turned(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that a gradient is transposed, or turned around along a dim."""
    if all(_is_square(row.true[name]) for row in rows[:1] for name in names) and _fits(
        rows, names, lambda row: {name: row.true[name].mT for name in names} if _all_square(row, names) else None
    ):
        return "transposed"
    for at in range(max(row.true[name].ndim for row in rows[:1] for name in names)):
        if _fits(
            rows,
            names,
            lambda row, at=at: (
                {name: row.true[name].flip(at) for name in names if row.true[name].ndim > at}  # type: ignore[misc]
                if all(row.true[name].ndim > at for name in names)
                else None
            ),
        ):
            return f"turned around along dim {at}"
    return None


def _all_square(row: Row, names: Sequence[str]) -> bool:
    return all(_is_square(row.true[name]) for name in names)


# --- the formula's own sweep -----------------------------------------------------------------------------------------


def _name_by_sweep(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """The name of a mistake in one term, one step, or one part of the formula."""
    if len(rows[0].sweeps[1].tape.program.steps) > _MOST_STEPS:
        return None
    terms = list_terms(rows[0], names)[:_MOST_TERMS]
    for make in (_name_term, _name_step, _name_pair, _name_formula, _name_masks, _name_factor_of_gradient):
        name = make(rows, names, terms)
        if name is not None:
            return name
    return None


def _residual(row: Row, names: Sequence[str]) -> dict[str, Tensor]:
    return {name: row.returned[name] - row.true[name] for name in names}


def _name_term(rows: Sequence[Row], names: Sequence[str], terms: Sequence[Term]) -> str | None:
    """Say that one term is missing, or off by a factor that has a name."""
    sights = list({id(row.sight): row.sight for row in rows}.values())
    found: list[tuple[int, str]] = []
    for term in terms:
        first = _find_factors(rows[:1], names, [term.gradients], [_residual(rows[0], names)])
        if first is None:
            continue
        factors = _find_factors(
            rows, names, [term.at(row, names) for row in rows], [_residual(row, names) for row in rows]
        )
        if factors is None:
            continue
        told = [sight for sight in sights if id(sight) in factors]
        scales = [1 + factors[id(sight)] for sight in told]
        if all(abs(scale) < 1e-7 for scale in scales):
            found.append((0, f"{term.words} is missing"))
            continue
        name = _name_scale(scales, told, term)
        if name is not None:
            found.append((1, name))
    return min(found, default=(0, None), key=lambda one: one[0])[1]


def _name_scale(scales: Sequence[float], sights: Sequence, term: Term) -> str | None:  # type: ignore[type-arg]
    if all(abs(scale + 1) < 1e-7 for scale in scales):
        return f"{term.words} has the wrong sign"
    if all(abs(scale - 2) < 1e-7 for scale in scales):
        return f"{term.words} is doubled"
    if all(abs(scale - 0.5) < 1e-7 for scale in scales):
        return f"{term.words} is halved"
    name = name_factor(scales, sights)
    return None if name is None else f"{term.words} is wrong: {name}"


def _name_step(rows: Sequence[Row], names: Sequence[str], _: Sequence[Term]) -> str | None:
    """Say what is wrong with the vector-Jacobian product of one step, of the composites first."""
    for which in (0, 1):
        sweep = rows[0].sweeps[which]
        for index, at in list(sweep.edges()):
            if which == 0 and sweep.tape.program.steps[index].function not in WRITTEN_OUT:
                continue
            step = StepAt(sweep, index, at)
            for alteration in alterations_of(step):

                def guess(
                    row: Row, index: int = index, at: int = at, alteration: Alteration = alteration, which: int = which
                ) -> Gradients | None:
                    here = row.sweeps[which]
                    change = change_of(StepAt(here, index, at), alteration)
                    return None if change is None else here.changed(change)

                if _fits(rows, names, guess):
                    return _describe_alteration(step, alteration, rows[0], names)
    return None


def _describe_alteration(step: StepAt, alteration: Alteration, row: Row, names: Sequence[str]) -> str:
    """The name of a mistake in a step, with the term that it is in where there are others."""
    sweep, edge = step.sweep, (step.index, step.at)
    program, local = sweep.tape.program, sweep.tape.locals[step.index]
    assert local is not None
    other = step.text(1 - step.at) if len(local.leaves) == 2 else ""
    words = alteration.words.format(x=step.text(step.at), other=other, y=program.quote(program.slot(step.index)))
    part = sweep.part(edge)
    assert part is not None
    term = sweep.tape.pull({sweep.source(edge): part})
    if "the term through" in words or row.fits_of(term, sweep.gradients, names):
        return words
    return f"{words}, in {name_term(program, edge, sweep.source(edge))}"


def _name_formula(rows: Sequence[Row], names: Sequence[str], _: Sequence[Term]) -> str | None:
    """Say of which other formula these are the gradients."""
    for altered in list_altered_formulas(rows[0].sweeps[1].tape.program):
        if _fits(rows, names, lambda row, altered=altered: altered.gradients(row.sweeps[1])):  # type: ignore[misc]
            return f"the gradient is that of the formula {altered.words}"
        if _fits(rows, names, lambda row, altered=altered: altered.gradients(row.sweeps[1], stale=True)):  # type: ignore[misc]
            return f"the backward pass computes with the values of the formula {altered.words}"
    return None


def _name_masks(rows: Sequence[Row], names: Sequence[str], _: Sequence[Term]) -> str | None:
    """Say that the masks of several clamps are missing."""
    if _fits(rows, names, lambda row: pull_without_masks(row.sweeps[1])):
        return "the masks of the clamps are missing: the gradient arrives where they are flat, too"
    return None


def _name_factor_of_gradient(rows: Sequence[Row], names: Sequence[str], _: Sequence[Term]) -> str | None:
    """Say which value of the formula is a factor of the whole gradient, element by element."""
    tape = rows[0].sweeps[1].tape
    for slot in range(tape.program.slot(len(tape.program.steps))):
        for power in (-1, 1, -2, 2):

            def guess(row: Row, slot: int = slot, power: int = power) -> Gradients | None:
                value = row.sweeps[1].tape.values[slot]
                if not isinstance(value, Tensor) or not value.is_floating_point():
                    return None
                try:
                    if any(
                        torch.broadcast_shapes(value.shape, row.true[name].shape) != row.true[name].shape
                        for name in names
                    ):
                        return None
                except RuntimeError:
                    return None
                return {name: row.true[name] * value**power for name in names}

            if _fits(rows, names, guess):
                return name_power(tape.program, slot, power)
    return None


def _name_pair(rows: Sequence[Row], names: Sequence[str], terms: Sequence[Term]) -> str | None:
    """Say that two terms are missing, or have the wrong sign."""
    residual = _residual(rows[0], names)
    for a, b, words in _PAIRS:
        for one, other in combinations(terms, 2):
            if not all(
                bool(
                    (
                        (residual[name] - a * one.gradients[name] - b * other.gradients[name]).abs()
                        <= rows[0].slack[name]
                    ).all()
                )
                for name in names
            ):
                continue

            def guess(row: Row, one: Term = one, other: Term = other, a: float = a, b: float = b) -> Gradients:
                first, second = one.at(row, names), other.at(row, names)
                return {name: row.true[name] + a * first[name] + b * second[name] for name in names}

            if _fits(rows, names, guess):
                return words.format(one.words, other.words)
    return None


_PAIRS = (
    (-1.0, -1.0, "{} and {} are missing"),
    (-2.0, -2.0, "{} and {} have the wrong sign"),
    (1.0, -1.0, "{} stands in the place of {}: as if they were equal"),
    (-1.0, 1.0, "{1} stands in the place of {0}: as if they were equal"),
)
"""By how much two terms are off, and what that is called."""


# --- float32 ---------------------------------------------------------------------------------------------------------


def _name_narrow(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradients were computed in float32, if they are numbers of float32 that are right to its digits."""
    largest = 0.0
    for row in rows:
        for name in names:
            size = float(row.true[name].abs().max())
            off = float((row.returned[name] - row.true[name]).abs().max())
            if off > 1e-5 * size:
                return None
            largest = max(largest, off / size if size else 0.0)
    if largest < 1e-10:
        return None
    if all(
        bool((row.returned[name].float().double() == row.returned[name]).all()) for row in rows[:1] for name in names
    ):
        return f"computed in float32 (relative error up to {largest:.0e})"
    return None
