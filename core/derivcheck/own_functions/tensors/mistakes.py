"""The mistakes that have names, each with what it would make of the gradients of a function of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.altered_formulas import (
    AlteredFormula,
    list_along_other_dims,
    list_altered_formulas,
    pull_without_masks,
)
from derivcheck.own_functions.tensors.altered_steps import alterations_of, change_of
from derivcheck.own_functions.tensors.evidence import Evidence, Row
from derivcheck.own_functions.tensors.scales import name_factor, name_power
from derivcheck.own_functions.tensors.step_at import Alteration, StepAt
from derivcheck.own_functions.tensors.terms import Term, list_terms, name_term
from derivcheck.own_functions.tensors.whole_gradient import (
    Gradients,
    find_factors,
    fits,
    forgets_upstream,
    name_narrow,
    name_of_whole,
    name_zero,
)

_MOST_STEPS = 120
"""The sweep of a longer formula is not altered step by step."""

_MOST_TERMS = 60


def name_mistake(evidence: Evidence, names: Sequence[str]) -> str | None:
    """The name of the first mistake that explains every row; None where none does.

    Args:
        evidence: what is known.
        names: the arguments whose gradients it is to explain, all of them.
    """
    rows = sorted(evidence.rows, key=lambda row: row.is_right(names))
    if not rows or not all(row.is_finite(names) for row in rows) or rows[0].is_right(names):
        return None
    zero = name_zero(rows, names)
    if zero is not None:
        return zero
    name = name_of_whole(evidence, rows, names)
    if name is not None:
        return name
    if not set(names) <= evidence.known:
        return None
    if forgets_upstream(rows, names):
        blind = evidence.without_upstream()
        ordered = sorted(blind.rows, key=lambda row: row.is_right(names))
        name = name_of_whole(blind, ordered, names) or _name_by_sweep(ordered, names)
        return f"ignores grad_output, and {name}" if name else None
    return _name_by_sweep(rows, names) or name_narrow(rows, names)


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
        first = find_factors(rows[:1], names, [term.gradients], [_residual(rows[0], names)])
        if first is None:
            continue
        factors = find_factors(
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
            if which == 0 and not sweep.tape.program.steps[index].is_composite:
                continue
            step = StepAt(sweep, index, at)
            for alteration in alterations_of(step):

                def guess(
                    row: Row, index: int = index, at: int = at, alteration: Alteration = alteration, which: int = which
                ) -> Gradients | None:
                    here = row.sweeps[which]
                    change = change_of(StepAt(here, index, at), alteration)
                    return None if change is None else here.changed(change)

                if fits(rows, names, guess):
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
    for which, formulas in ((1, list_altered_formulas), (0, list_along_other_dims)):
        for altered in formulas(rows[0].sweeps[which].tape.program):
            for stale, words in _FORMULAS:

                def guess(
                    row: Row, altered: AlteredFormula = altered, which: int = which, stale: bool = stale
                ) -> Gradients | None:
                    return altered.gradients(row.sweeps[which], stale=stale)

                if fits(rows, names, guess):
                    return words.format(altered.words)
    return None


_FORMULAS = (
    (False, "the gradient is that of the formula {}"),
    (True, "the backward pass computes with the values of the formula {}"),
)
"""What is told of an altered formula, if all of it is differentiated, or only its values are taken."""


def _name_masks(rows: Sequence[Row], names: Sequence[str], _: Sequence[Term]) -> str | None:
    """Say that the masks of several clamps are missing."""
    if fits(rows, names, lambda row: pull_without_masks(row.sweeps[1])):
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

            if fits(rows, names, guess):
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

            if fits(rows, names, guess):
                return words.format(one.words, other.words)
    return None


_PAIRS = (
    (-1.0, -1.0, "{} and {} are missing"),
    (-2.0, -2.0, "{} and {} have the wrong sign"),
    (1.0, -1.0, "{} stands in the place of {}: as if they were equal"),
    (-1.0, 1.0, "{1} stands in the place of {0}: as if they were equal"),
)
"""By how much two terms are off, and what that is called."""
