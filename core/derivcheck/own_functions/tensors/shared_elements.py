"""Elements that places with the same shapes have in common, and what was found out about them whatever the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derivcheck.balls.estimates import Estimates
from derivcheck.elements.lowering import Lowered, lower
from derivcheck.errors import DerivcheckError, UnsupportedError, UserFunctionError
from derivcheck.graph.building import Graph
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.comparison import describe_error
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.truth.partials_of_elements import ElementTruths
from derivcheck.truth.runs import ExactPoint


def lowered_at(subject: TensorSubject, expression: Expression, point: ShapedPoint, exact: ExactPoint) -> Lowered:
    """The elements of a formula; where no pivot was chosen for the numbers of one point, those of another point.

    Args:
        subject: the function.
        expression: the formula.
        point: what its variables hold.
        exact: the exact value of each address.

    Raises:
        ShapeError: where the shapes of the point do not go together.
    """
    layout = tuple(
        (name, value.shape, tuple([one.exact for one in value.elements]) if value.is_integer else None)
        for name, value in point.items()
    )
    known: dict[object, Lowered] = subject.remember("lowered", dict)
    key = id(expression), layout
    if key not in known:
        estimates = _Counted(exact)
        made = lower(expression, point, estimates)
        if estimates.count:
            return made
        known[key] = made
    return known[key]


def recorded_at(subject: TensorSubject, record: Callable[[], Lowered]) -> Lowered:
    """What the forward pass computes at a place; the same Lowered as at another place where that is the same graph.

    Raises:
        UnsupportedError: for an operation that cannot be read.
        UserFunctionError: where the function raises.
    """
    try:
        made = record()
    except UnsupportedError as error:
        if not subject.formulas.is_read:
            raise
        words = f"the forward pass cannot be read as a formula: {error.message}"
        raise UnsupportedError(words, hint="say what it computes: --formula EXPR") from error
    except DerivcheckError:
        raise
    except (Exception, SystemExit, GeneratorExit) as error:
        raise UserFunctionError(describe_error(error)) from error
    known: dict[object, Lowered] = subject.remember("recorded", dict)
    elements = made.elements
    return known.setdefault((made.outputs, elements.nodes, elements.roots, elements.addresses), made)


class _Counted:
    """Estimates that know how often they were asked for."""

    def __init__(self, exact: ExactPoint) -> None:
        self.estimates, self.count = Estimates(exact), 0

    def __call__(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        self.count += 1
        return self.estimates(graph, nodes)


def truths_at(
    subject: TensorSubject, lowered: Lowered, exact: ExactPoint, weights: Sequence[Sequence[Fraction]]
) -> ElementTruths:
    """What is true of Elements at a point; what was compiled for another point is taken again."""
    known: dict[int, tuple[Lowered, ElementTruths]] = subject.remember("truths", dict)
    if id(lowered) not in known:
        known[id(lowered)] = lowered, ElementTruths(lowered.elements, exact, weights, lazily=True)
        return known[id(lowered)][1]
    return known[id(lowered)][1].at(exact)
