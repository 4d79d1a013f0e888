"""The diagnosis of a function of tensors: which mistake, by name, turns the true gradients into the returned ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derivcheck.model import Result, Severity, Status
from derivcheck.model.shaped_values import Shape, ShapedPoint, ShapedValue
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.table import FORWARD
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.evidence import Evidence, collect_evidence, rows_at
from derivcheck.own_functions.tensors.mistakes import name_mistake
from derivcheck.own_functions.tensors.other_constants import pose_others
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.own_functions.tensors.value_mistakes import name_mistake_in_values

_LEAST_ROWS = 3

_WITHOUT_NUMBERS = frozenset({"repeat", "second", "forward-mode", "mixed-modes", "vmap"})
"""The items of which a diagnosis is told even if no numbers were compared."""

_NARROW = 1e-6
"""A format that rounds by more than this has too few digits for a diagnosis."""


def diagnose(subject: TensorSubject, result: Result) -> str | None:
    """The name of the mistake that an item has found; None where no name fits everywhere.

    Args:
        subject: the function.
        result: what the item has found.
    """
    if subject.dtype.unit_roundoff > _NARROW:
        return _name_in_float64(subject)
    in_values = subject.remember("mistake in values", lambda: name_mistake_in_values(subject))
    evidence = collect_evidence(subject)
    if in_values is not None or evidence is None:
        return in_values
    if evidence.wrong:
        return subject.remember("mistake in derivatives", lambda: name_mistake_in_derivatives(evidence))
    if result.item == FORWARD or result.status is Status.INACCURATE:
        return None  # digits that torch's own kernels lose say nothing of the function
    if result.elements is None and result.item not in _WITHOUT_NUMBERS:
        return None  # what was raised, or a shape, speaks for itself
    if result.item == "reductions":
        return subject.remember("mistake with constants", lambda: _name_with_constants(subject))
    return _name_at_own_point(subject, evidence, result) or _ELSEWHERE.get(_place_of(subject, result))


def name_without_a_formula(subject: TensorSubject, result: Result) -> str | None:
    """What an item that fails says where the first derivatives are right, of a function whose formula has no text.

    Mistakes in the first derivatives have no names there: these come from the formula's own steps.
    """
    if result.elements is None and result.item not in _WITHOUT_NUMBERS:
        return None
    is_right = subject.remember("is right at first", lambda: all(map(_is_right, given_places(subject))))
    return _ELSEWHERE.get(_place_of(subject, result)) if is_right else None


def _is_right(place: Place) -> bool:
    """Whether the first derivatives are right for dense upstream gradients."""
    upstreams = [Upstream(number) for number in DENSE]
    place.look_at(upstreams)
    found = [one for upstream in upstreams for one in compare_gradients(place, place.pull_back(upstream), upstream)]
    return all(one.verdict.status.severity is Severity.PASS for one in found)


def _place_of(subject: TensorSubject, result: Result) -> str:
    """The item, or `layouts` where it failed in the shapes given: then it is how they lie in memory."""
    item = result.item or ""
    if item == "shapes" and result.values is not None and _shapes_of(result.values) == _shapes_of(subject.points[0]):
        return "layouts"
    return item


def _name_in_float64(subject: TensorSubject) -> str | None:
    """The name of a mistake that float64 shows as well: the few digits of a narrow format fit too many names."""
    wide: TensorSubject = subject.remember("in float64", lambda: replace(subject, dtype=DType.FLOAT64, known={}))
    evidence = collect_evidence(wide)
    if evidence is None:
        return wide.remember("mistake in values", lambda: name_mistake_in_values(wide))
    return wide.remember("mistake in derivatives", lambda: name_mistake_in_derivatives(evidence))


def _shapes_of(point: ShapedPoint) -> dict[str, Shape]:
    return {name: value.shape for name, value in point.items()}


def _name_with_constants(subject: TensorSubject) -> str | None:
    """The name of a mistake that is made with another constant alone, such as reduction='mean'."""
    right = [f"{name}={value!r}" for name, value in subject.constants]
    for name, value, other in pose_others(subject):
        evidence = collect_evidence(other)
        if evidence is None or not evidence.wrong:
            continue
        found = name_mistake_in_derivatives(evidence)
        if found is not None:
            return f"right with {', '.join(right)}, wrong with {name}={value!r}: {found}"
    return None


def name_mistake_in_derivatives(evidence: Evidence) -> str | None:
    """The name of the mistake in the first derivatives, with the arguments by which they are wrong."""
    if len(evidence.rows) < _LEAST_ROWS:
        return None
    wrong = evidence.wrong
    name = name_mistake(evidence, wrong)
    if name is not None:
        return f"by {', '.join(wrong)}: {name}" if len(evidence.names) > len(wrong) else name
    if len(wrong) == 1:
        return None
    each = {arg: name_mistake(evidence, [arg]) for arg in wrong}
    told = [f"by {arg}: {found}" for arg, found in each.items() if found]
    return "; ".join(told) or None


# --- what only the points of an item show ----------------------------------------------------------------------------


def _name_at_own_point(subject: TensorSubject, evidence: Evidence, result: Result) -> str | None:
    """The name of a mistake that only a point of the item's own shows, such as one with a repeated index."""
    point = result.values
    if point is None or set(point) != set(evidence.rows[0].sight.point):
        return None
    if any(point == sight.point for sight in evidence.sights):
        return None
    rows = rows_at(Place(subject, point))
    if not rows:
        return None
    more = evidence.joined(rows)
    if not more.wrong:
        return None
    where = next(_list_regions(evidence, point), None)
    if not all(row.is_finite(more.wrong) for row in rows):
        return f"right elsewhere, {where}: there the gradient is no number, as a division by 0 gives" if where else None
    name = name_mistake_in_derivatives(more)
    if name is not None:
        return name
    return f"right elsewhere, {where}" if where else None


def _list_regions(evidence: Evidence, point: ShapedPoint) -> Iterator[str]:
    """What tells a point from all those at which the gradients are right, in words."""
    for words, has in _REGIONS:
        names = [name for name, value in point.items() if has(value)]
        if names and not any(has(sight.point[name]) for sight in evidence.sights for name in names):
            yield words.format(" and ".join(f"`{name}`" for name in names))


def _has_size(size: int) -> Callable[[ShapedValue], bool]:
    return lambda value: size in value.shape


def _has_zero(value: ShapedValue) -> bool:
    return not value.is_integer and any(element.exact == 0 for element in value.elements)


def _has_tie(value: ShapedValue) -> bool:
    return not value.is_integer and len({element.exact for element in value.elements}) < len(value.elements)


def _repeats(value: ShapedValue) -> bool:
    return value.is_integer and len({element.exact for element in value.elements}) < len(value.elements)


_REGIONS: tuple[tuple[str, Callable[[ShapedValue], bool]], ...] = (
    ("wrong where {} has no elements", _has_size(0)),
    (
        "wrong where {} has a dim of size 1: look for squeeze() without a dim, and for a dim that is lost or broadcast",
        _has_size(1),
    ),
    ("wrong where an element of {} is 0", _has_zero),
    ("wrong where an index of {} is repeated", _repeats),
    ("wrong where elements of {} are equal", _has_tie),
)


_ELSEWHERE: dict[str, str] = {
    "upstream": "right with some upstream gradients, wrong with others: look for clamps, norms, narrower formats, "
    "views that are taken for granted, and for what the function keeps of another call",
    "arguments": "right where all arguments ask for a gradient, wrong where only some do: look at what the backward "
    "pass leaves out for ctx.needs_input_grad",
    "broadcast": "right where nothing is broadcast: a gradient must be summed over the dims in which its argument was "
    "expanded (sum_to_size)",
    "shapes": "right in the shapes given, wrong in others: look for sizes, dims and squeezes that the function takes "
    "for granted",
    "layouts": "right for contiguous memory alone: look for reshape and view of a tensor that is then written to, "
    "which may be a copy, and for strides that are taken for granted",
    "repeat": "right when it is called once: look for what the function keeps from one call to the next, on ctx or "
    "outside of it, and for in-place operations (mul_, +=) on what was saved",
    "second": "the first derivatives are right, the second ones are not: the backward pass treats something that "
    "depends on an argument as a constant (an intermediate result saved in forward, .detach(), .data), or computes "
    "with a Function whose own backward pass is wrong; save inputs and outputs by "
    "ctx.save_for_backward and compute from these, or decorate backward with once_differentiable",
    "forward-mode": "the backward pass is right, jvp is not",
    "mixed-modes": "the first derivatives are right; the gradient of jvp, or the tangent of the backward pass, is not: "
    "one of the two computes with numbers that have no history there (.detach(), .data, saved intermediate results)",
    "vmap": "right without torch.vmap: look at the function's own vmap, its in_dims and its out_dims",
    "other-format": "right in one format, wrong in the other: look for a dtype or a constant that is written out",
}
"""What an item that fails says where the first derivatives are right at all points that the diagnosis looks at."""
