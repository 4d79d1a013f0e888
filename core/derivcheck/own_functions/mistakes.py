"""The mistakes that have names, each with what it would make of a derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import torch
from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.errors import DerivcheckError
from derivcheck.model import Refusal
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.evidence import Row, find_true_number
from derivcheck.own_functions.float32_errors import (
    is_error_of_a_constant,
    is_float32_sized,
    is_of_a_constant,
    may_be_narrow,
    relative_error,
)
from derivcheck.own_functions.formula_parts import Guess, compile_part, list_parts, source_of
from derivcheck.own_functions.ratios import name_ratio
from derivcheck.own_functions.reasons import Lack, find_lack
from derivcheck.readings import readings

_MOST_CANDIDATES = 80


def name_mistake(subject: Subject, rows: Sequence[Row]) -> str | None:
    """The name of the first mistake that explains every row; None where none does."""
    if not all(math.isfinite(row.returned) for row in rows):
        return None
    for name, guess in _list_mistakes(subject, rows):
        if all(row.is_near(guess(row)) for row in rows):
            return name
    return None


def _list_mistakes(subject: Subject, rows: Sequence[Row]) -> Iterator[tuple[str, Guess]]:
    """The mistakes that have names, the commonest first; each with what the function would return."""
    if any(row.true for row in rows):
        yield _name_zero_gradient(subject, rows), lambda _: 0.0
    yield "ignores grad_output", lambda row: row.true
    yield "sign flipped", lambda row: -row.upstream * row.true
    yield "ignores grad_output, and sign flipped", lambda row: -row.true
    yield "multiplies by grad_output twice", lambda row: row.upstream**2 * row.true
    ratio = _find_constant_ratio(rows)
    if ratio is not None:
        narrow = (
            subject.setting.dtype is DType.FLOAT64
            and 1e-11 < abs(ratio - 1) <= DType.FLOAT32.unit_roundoff
            and is_of_a_constant(subject, ratio)
        )
        name = f"constant rounded to float32 (relative error {abs(ratio - 1):.0e})" if narrow else name_ratio(ratio)
        yield name, lambda row: ratio * row.upstream * row.true
    shift = _find_constant_shift(rows) if is_float32_sized(rows) else None
    if shift is not None:
        narrow = subject.setting.dtype is DType.FLOAT64 and is_error_of_a_constant(subject, shift)
        name = f"constant rounded to float32 (error {abs(shift):.0e})" if narrow else ""
        yield name or f"off by {shift:.3g}, at every point the same", lambda row: row.upstream * (row.true + shift)
    guard = _find_constant_guard(rows) if is_float32_sized(rows) else None
    if guard is not None:
        name = f"as if {guard:.2g} were added to 1/derivative: an eps in its denominator"
        yield name, lambda row: _divide(row.upstream, 1 / row.true + guard) if row.true else math.nan
    if subject.setting.dtype is DType.FLOAT64 and is_float32_sized(rows) and may_be_narrow(subject, rows):
        largest = max(relative_error(row) for row in rows if row.true)
        name = f"constant rounded to float32, or computed in float32 (relative error up to {largest:.0e})"
        yield name, lambda row: row.returned
    blind = _find_constant_ratio([replace(row, upstream=1.0) for row in rows])
    if blind is not None:
        yield f"ignores grad_output, and {name_ratio(blind)}", lambda row: blind * row.true
    for other in subject.args:
        name = f"derivative of another argument ({other})"
        yield (
            name,
            lambda row, other=other: (  # type: ignore[misc]
                row.upstream * find_true_number(subject, row.point, (other,))
                if row.wrt != (other,)
                else row.upstream * row.true
            ),
        )
    if len(subject.args) == 1:
        yield "derivative taken at the output instead of the input", partial(_evaluate_at_output, subject)
        yield (
            "derivative taken at the output instead of the input, and ignores grad_output",
            lambda row: _evaluate_at_output(subject, row) / row.upstream,
        )
    candidates = _list_candidates(subject)
    known = [(text, compile_part(subject, text)) for text in candidates]
    for text, values in known:
        yield f"the factor {text} is missing", lambda row, v=values: _divide(row.upstream * row.true, v(row))  # type: ignore[misc]
        yield f"the factor {text} is there once too often", lambda row, v=values: row.upstream * row.true * v(row)  # type: ignore[misc]
        yield (
            f"the factor {text} is missing, and ignores grad_output",
            lambda row, v=values: _divide(row.true, v(row)),  # type: ignore[misc]
        )
    yield (
        "returns the value instead of the derivative",
        _scale_by_upstream(compile_part(subject, source_of(subject))),
    )
    for text, values in known:
        yield f"the term {text} is missing", lambda row, v=values: row.upstream * (row.true - v(row))  # type: ignore[misc]
        yield f"the term -({text}) is missing", lambda row, v=values: row.upstream * (row.true + v(row))  # type: ignore[misc]
    for text, values in known:
        yield f"returns {text} instead of the derivative", _scale_by_upstream(values)


def _name_zero_gradient(subject: Subject, rows: Sequence[Row]) -> str:
    """The name of a gradient that is 0 everywhere: torch may have none at all."""
    for row in rows:
        lack = find_lack(subject, row.point, row.wrt[0]) if row.returned == 0 else None
        if lack is Lack.GRADIENT:
            name = row.wrt[0]
            return (
                f"the gradient is 0: there is none (None) by {name}; where {name} is no tensor, write --const {name}=…"
            )
        if lack is not None:
            return str(lack)
    return "the gradient is 0: nothing of the backward pass arrives, or it returns zeros"


def _find_constant_shift(rows: Sequence[Row]) -> float | None:
    """The median difference of the returned from the true derivative, for upstream 1."""
    shifts = sorted(row.returned / row.upstream - row.true for row in rows if row.upstream)
    return shifts[len(shifts) // 2] if shifts else None


def _find_constant_guard(rows: Sequence[Row]) -> float | None:
    """The median difference of the returned derivative's reciprocal from that of the true one, for upstream 1."""
    guards = sorted(row.upstream / row.returned - 1 / row.true for row in rows if row.true and row.returned)
    return guards[len(guards) // 2] if guards else None


def _find_constant_ratio(rows: Sequence[Row]) -> float | None:
    """The median ratio of returned to true."""
    ratios = sorted(row.returned / (row.upstream * row.true) for row in rows if row.true)
    return ratios[len(ratios) // 2] if ratios else None


def _scale_by_upstream(values: Guess) -> Guess:
    return lambda row: row.upstream * values(row)


def _divide(number: float, divisor: float) -> float:
    return number / divisor if divisor and math.isfinite(divisor) else math.nan


def _evaluate_at_output(subject: Subject, row: Row) -> float:
    """The derivative's formula at what the function returns."""
    program = subject.slope.formula_program(row.wrt)
    if program is None:
        return math.nan
    with torch.no_grad():
        output = float(subject(subject.inputs(row.point)))
    if not math.isfinite(output):
        return math.nan
    with precision(128):
        value = program.run(dict.fromkeys(program.variables, exact_ball(Fraction(output))))
    return row.upstream * float(value.mid()) if isinstance(value, arb) and value.is_finite() else math.nan


# --- candidates from the formula -------------------------------------------------------------------------------------


def _list_candidates(subject: Subject) -> list[str]:
    """The subexpressions of the formula, of its derivatives, and their derivatives, as texts; the simplest first."""
    names = frozenset(subject.args)
    texts: dict[str, None] = {}
    sources = [source_of(subject)]
    for wrt in subject.firsts:
        formula = subject.slope.formula(wrt)
        if not isinstance(formula, Refusal) and formula.text is not None:
            sources.append(formula.text)
    for source in sources:
        texts |= dict.fromkeys(list_parts(source, names))
    for text in list(texts)[:_MOST_CANDIDATES]:
        for wrt in subject.firsts:
            try:
                formula = readings(text, names, subject.args).formula(wrt)
            except DerivcheckError:
                continue
            if not isinstance(formula, Refusal) and formula.text is not None:
                texts |= dict.fromkeys(list_parts(formula.text, names))
    return sorted(texts, key=len)[:_MOST_CANDIDATES]
