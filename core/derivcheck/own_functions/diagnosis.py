"""The diagnosis: which mistake, by name, turns the true numbers into the returned ones at every point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

from derivcheck.model import Point, Result
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.checks.first_derivatives import FAR_ULPS
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.evidence import Row, collect_evidence, is_about
from derivcheck.own_functions.float32_errors import NARROW, ONE_OF_MANY, list_rounded_constants
from derivcheck.own_functions.mistakes import name_mistake

_MOST_PERMUTED = 5
_LEAST_ROWS = 6


def name_mistake_in_derivatives(subject: Subject) -> str | None:
    """The name of the mistake in the first derivatives; None where none fits at every point, or there is none."""
    rows = list(collect_evidence(subject))
    if not rows:  # where the values are wrong, the backward pass is not to blame
        return None
    if all(row.is_right for row in rows):
        rows += _collect_leniently(subject, subject.far)
    if all(row.is_right for row in rows):
        rows += _collect_leniently(subject, subject.near)
    if all(row.is_right for row in rows):
        return _name_mistake_at_zeros(subject, rows)
    wrong = [row for row in rows if not row.is_right]
    if len(rows) < _LEAST_ROWS or not wrong:
        return None
    names = sorted({row.wrt[0] for row in wrong}, key=subject.args.index)
    rows = [row for row in rows if row.wrt[0] in names]
    name = name_mistake(subject, rows)
    if name is None and len(names) > 1:
        each = {arg: name_mistake(subject, [row for row in rows if row.wrt == (arg,)]) for arg in names}
        told = [f"by {arg}: {found}" for arg, found in each.items() if found]
        return "; ".join(told) or None
    if name is None:
        name = _name_region(subject, rows)
    if name is not None and len(subject.args) > len(names):
        return f"by {', '.join(names)}: {name}"
    return name


def _name_mistake_at_zeros(subject: Subject, right: Sequence[Row]) -> str | None:
    """Say that the derivatives are wrong where an argument is 0, if they are right everywhere else."""
    zeros = [point for point in subject.smooth if any(coordinate.exact == 0 for coordinate in point.values())]
    rows = [row for row in collect_evidence(subject, zeros, zeros=True) if not row.is_right]
    if len(right) < _LEAST_ROWS or not rows:
        return None
    names = [name for name in subject.args if all(row.point[name].exact == 0 for row in rows)]
    if not names:
        return None
    lost = not any(math.isfinite(row.returned) for row in rows)
    what = (
        "it is no number" if lost else f"it returns {rows[0].returned!r}, and not {rows[0].upstream * rows[0].true!r}"
    )
    return f"right elsewhere, wrong where {', '.join(names)} is 0: there {what}"


def _collect_leniently(subject: Subject, points: Sequence[Point]) -> Iterator[Row]:
    """The evidence at points that derivcheck chose: an error that the last bits of the arguments explain is none."""
    for row in collect_evidence(subject, points):
        size = max(1.0, *(abs(float(coordinate.exact)) for coordinate in row.point.values()))
        allowed = FAR_ULPS * float(subject.dtype.ulp(Fraction(size))) * abs(row.upstream)
        yield replace(row, slack=max(row.slack, allowed))


def _name_region(subject: Subject, rows: Sequence[Row]) -> str | None:
    """Where the derivatives are wrong, if they are right on one side of a number, and what they are there."""
    wrong = [row for row in rows if not row.is_right]
    right = [row for row in rows if row.is_right]
    for arg in subject.args:
        if len({row.point[arg].exact for row in right}) < 2:
            continue  # right at one number alone is right by chance
        for shown, measure in ((arg, _itself), (f"|{arg}|", abs)):
            inside, outside = ([measure(float(row.point[arg].exact)) for row in part] for part in (right, wrong))
            limits = ""
            if max(inside) < min(outside):
                limits = (
                    f"right where {shown} is at most {max(inside):.4g}, wrong where it is at least {min(outside):.4g}"
                )
            elif min(inside) > max(outside):
                limits = (
                    f"right where {shown} is at least {min(inside):.4g}, wrong where it is at most {max(outside):.4g}"
                )
            if limits:
                lost = not any(math.isfinite(row.returned) for row in wrong)
                name = "it is no number" if lost else name_mistake(subject, wrong)
                return f"{limits}{f': there {name}' if name else ''}"
    return None


def _itself(number: float) -> float:
    return number


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
    "near": "right elsewhere: look for a guard against a division by 0 (a clamp, an eps that is added), for a "
    "threshold that is not quite at its place, for a series",
    "kinks": "right where the formula is smooth: look at what the backward pass does at the kink itself",
    "forward-mode": "the backward pass is right, jvp is not",
    "mixed-modes": "the first derivatives are right; the gradient of jvp, or the tangent of the backward pass, is not: "
    "one of the two computes with numbers that have no history there (.detach(), .data, intermediate results that "
    "forward saved), or with an operation of torch's that has a wrong formula for it",
    "vmap": "right without torch.vmap: look at the function's own vmap, its in_dims and its out_dims",
    "other-format": "right in one format, wrong in the other: look for a dtype or a constant that is written out",
}
"""What the first item that fails says, where the first derivatives are right."""


def name_mistake_elsewhere(subject: Subject, result: Result) -> str | None:
    """Say where to look if an item fails although the value and the first derivatives are right."""
    item = result.item
    if item == "upstream" and result.gradient is None:  # an exception, or a shape: that of the batch
        item = "shapes"
    if item not in _ELSEWHERE:
        return None
    rows = list(collect_evidence(subject))
    return _ELSEWHERE[item] if rows and all(row.is_right for row in rows) else None


def name_mistake_in_values(subject: Subject) -> str | None:
    """The name of the mistake where the values themselves are wrong."""
    return find_right_order(subject) or _name_float32_values(subject)


def _name_float32_values(subject: Subject) -> str | None:
    """Say that the values are right to float32 only, if they are."""
    if subject.dtype is not DType.FLOAT64:
        return None
    errors = []
    for point in subject.smooth:
        truth = subject.truth(point, ()).value
        due = 0.0 if truth is None else float(as_fraction(truth.mid))
        if due:
            errors.append(abs(float(subject(subject.inputs(point)).detach()) / due - 1))
    if len(errors) < 2 or not NARROW < max(errors) <= 4 * DType.FLOAT32.unit_roundoff:
        return None
    if max(errors) > ONE_OF_MANY or list_rounded_constants(subject):
        return f"value computed in float32, or with a constant rounded to it (relative error up to {max(errors):.0e})"
    return None


def find_right_order(subject: Subject) -> str | None:
    """The order of the arguments in which all values are right, where they are not in the order that was assumed."""
    if not 1 < len(subject.args) <= _MOST_PERMUTED:
        return None
    points = [point for point in subject.smooth if len({point[name].exact for name in subject.args}) > 1]

    def is_right(order: Sequence[str]) -> bool:
        for point in points:
            inputs = dict(zip(subject.args, subject.inputs(point), strict=True))
            value = float(subject([inputs[name] for name in order]).detach())
            if not is_about(value, Fraction(1), subject.truth(point, ())):
                return False
        return bool(points)

    if is_right(subject.args):
        return None
    order = next(filter(is_right, permutations(subject.args)), None)
    if order is None:
        return None
    taken, wanted = ", ".join(subject.args), ",".join(order)
    return f"the values are right with the arguments in another order than {taken}: say args {wanted}"
