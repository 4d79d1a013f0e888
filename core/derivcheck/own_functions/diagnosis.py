"""The diagnosis: which mistake, by name, turns the true numbers into the returned ones at every point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import permutations

import torch
from flint import arb

from derivcheck.autograd.gradients import differentiate
from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import DerivcheckError
from derivcheck.language.functions import CONDITIONS
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model import DType, Kind, Point, Truth, Wrt
from derivcheck.own_functions.checks.spreads import scaled_function
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.checks.values import FAR_ULPS
from derivcheck.readings import readings
from derivcheck.rounding.tape import function_spreads
from derivcheck.verdict.criterion import CRITERION

UPSTREAMS = (Fraction(1), Fraction(2), Fraction(-3))
"""What tells a derivative that forgets its upstream gradient, or uses it twice, from one that is merely wrong."""

_ULPS = 64
"""A name fits where it explains the returned number up to so many ulps, or up to what rounding can move it."""

_CLOSE = 1e-4
_MOST_CANDIDATES = 80
_MOST_PERMUTED = 5
_LEAST_ROWS = 6

_NARROW = 1e-10
"""A relative error above which a number is one of float32's, where it is no more than a rounding of these."""

_FACTORS = {Fraction(2): "2× too large", Fraction(1, 2): "half as large as it should be"}


@dataclass(frozen=True, slots=True)
class Row:
    """One first derivative as evidence.

    Attributes:
        point, wrt: where, and by what.
        upstream: the upstream gradient.
        true: the true derivative, for upstream 1.
        returned: what torch returned.
        slack: how far rounding may have moved it.
    """

    point: Point
    wrt: Wrt
    upstream: float
    true: float
    returned: float
    slack: float

    def is_near(self, number: float) -> bool:
        """Whether torch returned this number, up to rounding."""
        return math.isfinite(number) and abs(number - self.returned) <= self.slack


Guess = Callable[[Row], float]
"""What a mistake would make of a derivative; nan where it cannot be said."""


def diagnose(subject: Subject) -> str | None:
    """The name of the mistake in the first derivatives; None where none fits at every point, or there is none."""
    rows = list(evidence(subject))
    if all(map(_is_right, rows)):
        rows += _far_out(subject)
    wrong = [row for row in rows if not _is_right(row)]
    if len(rows) < _LEAST_ROWS or not wrong:
        return None
    names = sorted({row.wrt[0] for row in wrong}, key=subject.args.index)
    rows = [row for row in rows if row.wrt[0] in names]
    name = _name(subject, rows)
    if name is None and len(names) > 1:
        each = {arg: _name(subject, [row for row in rows if row.wrt == (arg,)]) for arg in names}
        told = [f"by {arg}: {found}" for arg, found in each.items() if found]
        return "; ".join(told) or None
    if name is None:
        name = _regional(subject, rows)
    if name is not None and len(subject.args) > len(names):
        return f"by {', '.join(names)}: {name}"
    return name


def _is_right(row: Row) -> bool:
    return row.is_near(row.upstream * row.true)


def _far_out(subject: Subject) -> Iterator[Row]:
    """The evidence far out, where the last bits of the arguments count for nothing."""
    for row in evidence(subject, subject.far):
        size = max(1.0, *(abs(float(coordinate.exact)) for coordinate in row.point.values()))
        allowed = FAR_ULPS * float(subject.dtype.ulp(Fraction(size))) * abs(row.upstream)
        yield replace(row, slack=max(row.slack, allowed))


def _regional(subject: Subject, rows: Sequence[Row]) -> str | None:
    """Where the derivatives are wrong, if they are right on one side of a number, and what they are there."""
    wrong = [row for row in rows if not _is_right(row)]
    right = [row for row in rows if _is_right(row)]
    if not right:
        return None
    for arg in subject.args:
        for shown, measure in ((arg, _itself), (f"|{arg}|", abs), (f"-{arg}", _negative)):
            inside, outside = ([measure(float(row.point[arg].exact)) for row in part] for part in (right, wrong))
            if max(inside) < min(outside):
                limits = (
                    f"right where {shown} is at most {max(inside):.4g}, wrong where it is at least {min(outside):.4g}"
                )
                lost = not any(math.isfinite(row.returned) for row in wrong)
                name = "it is no number" if lost else _name(subject, wrong)
                return f"{limits}{f': there {name}' if name else ''}"
    return None


def _itself(number: float) -> float:
    return number


def _negative(number: float) -> float:
    return -number


_ELSEWHERE = {
    "upstream": "right at single numbers with the upstream gradients 1, 2 and -3, wrong in a batch or with others: "
    "look for clamps, norms, narrower formats, and for what the function keeps of another call",
    "arguments": "right where all arguments ask for a gradient, wrong where only some do: look at what the backward "
    "pass leaves out for ctx.needs_input_grad",
    "broadcast": "right where all arguments have one shape: a gradient must be summed over the dimensions in which its "
    "argument was expanded (sum_to_size)",
    "shapes": "right at single numbers, wrong in a batch or in one of its layouts: look for strides, shapes and sizes "
    "that the function takes for granted",
    "second": "the first derivatives are right, the second ones are not: the backward pass computes with numbers that "
    "autograd does not trace (intermediate results on ctx, a clone made in forward, .detach(), .data), or with a "
    "Function whose own backward pass is wrong; save inputs and outputs by ctx.save_for_backward and compute from "
    "these, or decorate backward with once_differentiable",
    "forward-mode": "the backward pass is right, jvp is not",
    "mixed-modes": "the first derivatives are right; the gradient of jvp, or the tangent of the backward pass, is not: "
    "one of the two computes with numbers that have no history there (.detach(), .data, intermediate results that "
    "forward saved), or with an operation of torch's that has a wrong formula for it",
    "vmap": "right without torch.vmap: look at the function's own vmap, its in_dims and its out_dims",
    "other-format": "right in one format, wrong in the other: look for a dtype or a constant that is written out",
}
"""What the first item that fails says, where the first derivatives are right."""


def elsewhere(subject: Subject, item: str) -> str | None:
    """What is wrong where an item fails although the value and the first derivatives are right."""
    if item not in _ELSEWHERE:
        return None
    rows = list(evidence(subject))
    return _ELSEWHERE[item] if rows and all(map(_is_right, rows)) else None


def of_values(subject: Subject) -> str | None:
    """The name of the mistake where the values themselves are wrong."""
    return another_order(subject) or _narrow_values(subject)


def _narrow_values(subject: Subject) -> str | None:
    """Whether the values are right to float32 only."""
    if subject.dtype is not DType.FLOAT64:
        return None
    errors = []
    for point in subject.smooth:
        truth = subject.truth(point, ()).value
        due = 0.0 if truth is None else float(truth.mid.fraction())
        if due:
            errors.append(abs(float(subject(subject.inputs(point)).detach()) / due - 1))
    if len(errors) > 1 and _NARROW < max(errors) <= 4 * DType.FLOAT32.unit_roundoff:
        return f"value computed in float32, or with a constant rounded to it (relative error up to {max(errors):.0e})"
    return None


def another_order(subject: Subject) -> str | None:
    """The order of the arguments in which all values are right, where they are not in the order that was assumed."""
    if not 1 < len(subject.args) <= _MOST_PERMUTED:
        return None
    points = [point for point in subject.smooth if len({point[name].exact for name in subject.args}) > 1]

    def is_right(order: Sequence[str]) -> bool:
        for point in points:
            inputs = dict(zip(subject.args, subject.inputs(point), strict=True))
            value = float(subject([inputs[name] for name in order]).detach())
            if not _is_about(value, Fraction(1), subject.truth(point, ())):
                return False
        return bool(points)

    if is_right(subject.args):
        return None
    order = next(filter(is_right, permutations(subject.args)), None)
    if order is None:
        return None
    taken, wanted = ", ".join(subject.args), ",".join(order)
    return f"the values are right with the arguments in another order than {taken}: say args {wanted}"


def evidence(subject: Subject, points: Sequence[Point] | None = None) -> Iterator[Row]:
    """The first derivatives at points where the formula is smooth, all of them, for several upstream gradients."""
    setting = subject.setting
    for point in subject.smooth if points is None else points:
        if point not in subject.points and any(coordinate.exact == 0 for coordinate in point.values()):
            continue  # where derivatives are 0, factors that are missing and factors that are there look alike
        for upstream in UPSTREAMS:
            program = scaled_function(subject, subject, upstream)
            inputs = subject.inputs(point)
            value, *found = differentiate(program, subject.args, inputs, [(), *subject.firsts], setting)
            if not _is_about(value.value, upstream, subject.truth(point, ())):
                break  # where the value itself is wrong, the backward pass is not to blame
            spreads = function_spreads(program, subject.args, inputs, subject.firsts, setting)
            for wrt, gradient, spread in zip(subject.firsts, found, spreads, strict=True):
                truth = subject.truth(point, wrt)
                if truth.kind is not Kind.VALUE or truth.value is None or gradient.value is None:
                    continue
                true = float(truth.value.mid.fraction())
                returned = gradient.value
                size = max(abs(returned), abs(true * float(upstream)))
                slack = _ULPS * setting.dtype.unit_roundoff * size
                if spread is not None and math.isfinite(spread.absolute):
                    slack += CRITERION.spreads * spread.absolute
                yield Row(point, wrt, float(upstream), true, returned, min(slack, 1e-3 * size))


def _is_about(value: float | None, upstream: Fraction, truth: Truth) -> bool:
    """Whether a value is the true one, rounding and more allowed for."""
    if value is None or truth.value is None:
        return False
    due = float(truth.value.mid.fraction() * upstream)
    return abs(value - due) <= _CLOSE * max(abs(due), 1.0)


def _name(subject: Subject, rows: Sequence[Row]) -> str | None:
    """The first name of the list that fits at every row."""
    if not all(math.isfinite(row.returned) for row in rows):
        return None
    for name, guess in _mistakes(subject, rows):
        if all(row.is_near(guess(row)) for row in rows):
            return name
    return None


def _mistakes(subject: Subject, rows: Sequence[Row]) -> Iterator[tuple[str, Guess]]:
    """The mistakes there are names for, the commonest first; each with what it would return."""
    if any(row.true for row in rows):
        yield "the gradient is 0: nothing of the backward pass arrives, or it returns zeros", lambda _: 0.0
    yield "ignores grad_output", lambda row: row.true
    yield "sign flipped", lambda row: -row.upstream * row.true
    yield "ignores grad_output, and sign flipped", lambda row: -row.true
    yield "multiplies by grad_output twice", lambda row: row.upstream**2 * row.true
    ratio = _constant_ratio(rows)
    if ratio is not None:
        narrow = subject.setting.dtype is DType.FLOAT64 and 1e-11 < abs(ratio - 1) <= DType.FLOAT32.unit_roundoff
        name = f"constant rounded to float32 (relative error {abs(ratio - 1):.0e})" if narrow else _ratio_name(ratio)
        yield name, lambda row: ratio * row.upstream * row.true
    if subject.setting.dtype is DType.FLOAT64 and _is_float32_sized(rows):
        largest = max(_relative(row) for row in rows if row.true)
        name = f"constant rounded to float32, or computed in float32 (relative error up to {largest:.0e})"
        yield name, lambda row: row.returned
    blind = _constant_ratio([replace(row, upstream=1.0) for row in rows])
    if blind is not None:
        yield f"ignores grad_output, and {_ratio_name(blind)}", lambda row: blind * row.true
    for other in subject.args:
        name = f"derivative of another argument ({other})"
        yield (
            name,
            lambda row, other=other: (  # type: ignore[misc]
                row.upstream * _true(subject, row.point, (other,)) if row.wrt != (other,) else row.upstream * row.true
            ),
        )
    if len(subject.args) == 1:
        yield "derivative taken at the output instead of the input", partial(_at_output, subject)
        yield (
            "derivative taken at the output instead of the input, and ignores grad_output",
            lambda row: _at_output(subject, row) / row.upstream,
        )
    candidates = _candidates(subject)
    known = [(text, _values(subject, text)) for text in candidates]
    for text, values in known:
        yield f"the factor {text} is missing", lambda row, v=values: _quotient(row.upstream * row.true, v(row))  # type: ignore[misc]
        yield f"the factor {text} is there once too often", lambda row, v=values: row.upstream * row.true * v(row)  # type: ignore[misc]
        yield (
            f"the factor {text} is missing, and ignores grad_output",
            lambda row, v=values: _quotient(row.true, v(row)),  # type: ignore[misc]
        )
    yield (
        "returns the value instead of the derivative",
        _times_upstream(_values(subject, subject.slope.expression.source)),
    )
    for text, values in known:
        yield f"the term {text} is missing", lambda row, v=values: row.upstream * (row.true - v(row))  # type: ignore[misc]
        yield f"the term -({text}) is missing", lambda row, v=values: row.upstream * (row.true + v(row))  # type: ignore[misc]
    for text, values in known:
        yield f"returns {text} instead of the derivative", _times_upstream(values)


def _is_float32_sized(rows: Sequence[Row]) -> bool:
    """Whether every error is of the size of one rounding to float32, and some are there."""
    return all(_relative(row) <= 4 * DType.FLOAT32.unit_roundoff for row in rows) and any(
        _relative(row) > _NARROW for row in rows
    )


def _relative(row: Row) -> float:
    due = row.upstream * row.true
    return abs(row.returned / due - 1) if due else (0.0 if row.returned == 0 else math.inf)


def _constant_ratio(rows: Sequence[Row]) -> float | None:
    """The median ratio of returned to true."""
    ratios = sorted(row.returned / (row.upstream * row.true) for row in rows if row.true)
    return ratios[len(ratios) // 2] if ratios else None


def _ratio_name(ratio: float) -> str:
    near = Fraction(ratio).limit_denominator(1000)
    if near == 1 or abs(float(near) - ratio) > 1e-12 * abs(ratio):
        if abs(ratio - 1) < 0.01:
            digits = 12 if abs(ratio - 1) > 1e-11 else 16
            return f"off by the constant factor {ratio:.{digits}g} (relative error {abs(ratio - 1):.1e})"
        return f"off by the constant factor {ratio:.12g}"
    if near in _FACTORS:
        return _FACTORS[near]
    if abs(near) > 1 and near.denominator == 1:
        return f"{abs(near)}× too large{', and sign flipped' if near < 0 else ''}"
    return f"off by the constant factor {near}"


def _true(subject: Subject, point: Point, wrt: Wrt) -> float:
    truth = subject.truth(point, wrt)
    return float(truth.value.mid.fraction()) if truth.value is not None else math.nan


def _times_upstream(values: Guess) -> Guess:
    return lambda row: row.upstream * values(row)


def _quotient(number: float, divisor: float) -> float:
    return number / divisor if divisor and math.isfinite(divisor) else math.nan


def _at_output(subject: Subject, row: Row) -> float:
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


def _candidates(subject: Subject) -> list[str]:
    """The subexpressions of the formula, of its derivatives, and their derivatives, as texts; the simplest first."""
    names = frozenset(subject.args)
    texts: dict[str, None] = {}
    sources = [subject.slope.expression.source]
    for wrt in subject.firsts:
        formula = subject.slope.formula(wrt)
        if not isinstance(formula, str) and formula.text is not None:
            sources.append(formula.text)
    for source in sources:
        texts |= dict.fromkeys(_parts(source, names))
    for text in list(texts)[:_MOST_CANDIDATES]:
        for wrt in subject.firsts:
            try:
                formula = readings(text, names, subject.args).formula(wrt)
            except DerivcheckError:
                continue
            if not isinstance(formula, str) and formula.text is not None:
                texts |= dict.fromkeys(_parts(formula.text, names))
    return sorted(texts, key=len)[:_MOST_CANDIDATES]


def _parts(source: str, names: frozenset[str]) -> Iterable[str]:
    """The subexpressions of a text but for plain numbers."""
    try:
        expression = parse(source, names)
    except DerivcheckError:
        return
    varies = expression.depends_on(names)
    for position, node in enumerate(expression):
        if varies[position] and node.name not in CONDITIONS:
            yield to_text(expression, position)


def _values(subject: Subject, text: str) -> Guess:
    """A subexpression's value at the point of a row, computed once a point."""
    known: dict[tuple[Fraction, ...], float] = {}
    try:
        program = compile_balls(parse(text, frozenset(subject.args)))
    except DerivcheckError:
        return lambda _: math.nan

    def value(row: Row) -> float:
        key = tuple(row.point[name].exact for name in subject.args)
        if key not in known:
            with precision(128):
                found = program.run({name: exact_ball(row.point[name].exact) for name in program.variables})
            known[key] = float(found.mid()) if isinstance(found, arb) and found.is_finite() else math.nan
        return known[key]

    return value
