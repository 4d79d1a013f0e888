"""The name of the mistake in a gradient that is declared: what of the declaration the backward pass leaves out.

Each part of the declared expression is left out or turned round in its turn: a factor, a condition, a power, the
upstream gradient. What then comes out is compared with what torch returned, at several points and for several upstream
gradients. A name is given only where it fits everywhere, to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.errors import DerivcheckError
from derivcheck.graph.inlining import released
from derivcheck.language.operators import BINARY, NEGATION
from derivcheck.language.printing import to_text
from derivcheck.model import Truth
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.tensors.declared_gradients import DeclaredGradient
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import further_places, given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

_UPSTREAMS = (Upstream(DENSE[0]), Upstream(DENSE[1]).times(Fraction(-2)), Upstream(ONES))

_SLACK = 256
"""So many units of the last place, of the largest element, a right number may be off."""

_MOST_NODES = 200
"""Declarations that are longer are not looked at."""

_NEXT_TO_NOTHING = 1e-4
"""A factor that is no farther from 1 is a lack of digits, and no factor that somebody forgot."""

_PRODUCT, _QUOTIENT, _SUM, _DIFFERENCE, _POWER = (BINARY[text].row.name for text in ("*", "/", "+", "-", "**"))

_NEGATED = {
    BINARY[text].row.name: BINARY[other].row.name
    for one, two in (("<", ">="), ("<=", ">"), ("==", "!="))
    for text, other in ((one, two), (two, one))
}
"""The comparison that holds where another one does not."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What torch returned of one gradient at a place, for an upstream gradient."""

    place: Place
    upstream: Upstream
    returned: tuple[float, ...]


def name_declared_mistake(subject: TensorSubject) -> str | None:
    """The name of the mistake in the first of the declared gradients that is wrong; None where none fits.

    Args:
        subject: a function with declared gradients.
    """
    return subject.remember("declared mistake", lambda: _found(subject))


def _found(subject: TensorSubject) -> str | None:
    places = [*given_places(subject), *further_places(subject)]
    for name, expression in subject.formulas.gradients.items():
        rows = [row for place in places for row in _rows(place, name)]
        if not rows or all(_fits(row, row.place.gradient_truths(name, row.upstream), subject) for row in rows):
            continue
        words = _name(rows, name, expression, subject)
        if words is not None:
            return words if len(subject.args) == 1 else f"by {name}: {words}"
    return None


def _name(rows: Sequence[_Row], name: str, expression: Expression, subject: TensorSubject) -> str | None:
    """The name of the mistake in the gradient by one argument."""
    if not any(map(any, (row.returned for row in rows))):
        return "no gradient comes back (0)"
    if all(_fits(row, row.place.gradient_truths(name, Upstream(ONES)), subject) for row in rows):
        return "ignores grad_output"
    if all(_fits(row, _truths_of_formula(row, name), subject) for row in rows):
        return "the formula's derivative, not what is declared"
    for words, altered in _alterations(expression):
        if all(_gives(row, name, altered, subject) for row in rows):
            return words
    ratio = _ratio(rows, name)
    if ratio is not None and all(
        _fits(row, row.place.gradient_truths(name, row.upstream), subject, ratio) for row in rows
    ):
        return f"off by the constant factor {ratio:.6g}"
    return None


def _ratio(rows: Sequence[_Row], name: str) -> float | None:
    """What the first element that is not 0 is multiplied by; None where that is next to nothing."""
    for row in rows:
        for found, truth in zip(row.returned, row.place.gradient_truths(name, row.upstream), strict=True):
            due = 0.0 if truth.value is None else float(as_fraction(truth.value.mid))
            if due:
                return found / due if abs(found / due - 1) > _NEXT_TO_NOTHING and found else None
    return None


def _rows(place: Place, name: str) -> Iterator[_Row]:
    if name not in place.names:
        return
    for upstream in _UPSTREAMS:
        found = place.pull_back(upstream)[name]
        shape = place.point[name].shape
        if found is None:
            yield _Row(place, upstream, (0.0,) * math.prod(shape))
        elif tuple(found.shape) == shape:
            yield _Row(place, upstream, tuple(numbers_in(found.detach().reshape(-1)).tolist()))


def _truths_of_formula(row: _Row, name: str) -> list[Truth]:
    plain = replace(row.place.subject, formulas=replace(row.place.subject.formulas, gradients={}), known={})
    return Place(plain, row.place.point).gradient_truths(name, row.upstream)


def _gives(row: _Row, name: str, altered: Expression, subject: TensorSubject) -> bool:
    """Whether an altered declaration gives what torch returned."""
    place = row.place
    try:
        gradient = DeclaredGradient(name, altered, subject.formulas.upstreams, place.point, place.outputs)
        return _fits(row, gradient.truths(row.upstream), subject)
    except DerivcheckError:
        return False


def _fits(row: _Row, truths: Sequence[Truth], subject: TensorSubject, factor: float = 1.0) -> bool:
    """Whether torch returned these numbers, times a factor, up to rounding."""
    if any(truth.value is None for truth in truths):
        return False
    exact = [as_fraction(truth.value.mid) for truth in truths if truth.value is not None]
    if any(abs(number) > subject.dtype.largest for number in exact):
        return False
    numbers = [factor * float(number) for number in exact]
    allowed = _SLACK * subject.dtype.unit_roundoff * max(map(abs, numbers), default=0.0)
    return all(abs(found - due) <= allowed for found, due in zip(row.returned, numbers, strict=True))


# --- what may be left out --------------------------------------------------------------------------------------------


def _alterations(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """The declared expression with one part of it left out or turned round, and what that is called."""
    if len(expression.nodes) > _MOST_NODES:
        return
    root = expression.root
    yield "the sign is flipped", _with(expression, [*expression.nodes, Node(NodeKind.CALL, NEGATION, (root,))])
    conditions = [at for at, node in enumerate(expression.nodes) if node.name in _NEGATED]
    if len(conditions) > 1:
        always = Node(NodeKind.CONSTANT, "True")
        nodes = [always if at in conditions else node for at, node in enumerate(expression.nodes)]
        yield "the mask is missing", replace(expression, nodes=tuple(nodes))
    for at, node in enumerate(expression.nodes):
        if node.kind is NodeKind.CALL:
            yield from _of_call(expression, at, node)


def _of_call(expression: Expression, at: int, node: Node) -> Iterator[tuple[str, Expression]]:
    def text(place: int) -> str:
        return _text(expression, place)

    if node.name in _NEGATED:
        for truth_value in ("True", "False"):
            constant = Node(NodeKind.CONSTANT, truth_value)
            yield f"the condition {text(at)} is missing", _replaced(expression, at, constant)
        turned = Node(NodeKind.CALL, _NEGATED[node.name], node.args)
        yield f"the condition {text(at)} is turned round", _replaced(expression, at, turned)
    elif node.name == _PRODUCT:
        left, right = node.args
        yield f"the factor {text(right)} is missing", _skipped(expression, at, left)
        yield f"the factor {text(left)} is missing", _skipped(expression, at, right)
    elif node.name == _QUOTIENT:
        yield f"the division by {text(node.args[1])} is missing", _skipped(expression, at, node.args[0])
    elif node.name in {_SUM, _DIFFERENCE}:
        left, right = node.args
        yield f"the term {text(right)} is missing", _skipped(expression, at, left)
        other = _skipped(expression, at, right)
        if node.name == _DIFFERENCE:
            turned = Node(NodeKind.CALL, NEGATION, (right,))
            other = _replaced(expression, at, turned)
        yield f"the term {text(left)} is missing", other
    elif node.name == _POWER:
        yield f"the power {text(at)} is missing", _skipped(expression, at, node.args[0])
    elif len(node.args) == 1:
        what = "a sign is flipped" if node.name == NEGATION else f"{node.name} is missing in {text(at)}"
        yield what, _skipped(expression, at, node.args[0])


def _text(expression: Expression, at: int) -> str:
    """How a part is written: as the user wrote it, where that is known."""
    if expression.extents:
        start, end = expression.extents[at]
        written = expression.source[start:end]
        if written:
            return written
    part = Expression("", expression.nodes[: at + 1], expression.variables)
    return released(to_text(part))


def _replaced(expression: Expression, at: int, node: Node) -> Expression:
    return replace(expression, nodes=(*expression.nodes[:at], node, *expression.nodes[at + 1 :]))


def _skipped(expression: Expression, at: int, kept: int) -> Expression:
    """The expression with one of a node's arguments in its place."""
    if at == expression.root:
        return _with(expression, expression.nodes[: kept + 1])
    nodes = [
        replace(node, args=tuple([kept if arg == at else arg for arg in node.args])) if at in node.args else node
        for node in expression.nodes
    ]
    return _with(expression, nodes)


def _with(expression: Expression, nodes: Sequence[Node]) -> Expression:
    return replace(expression, nodes=tuple(nodes), extents=())
