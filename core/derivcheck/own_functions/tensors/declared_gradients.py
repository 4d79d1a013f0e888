"""What is true of a declared gradient at one point: its value for an upstream gradient, and its derivatives.

A declared gradient is an expression over the arguments and the upstream gradient. At a point it becomes elements, as a
formula does: the addresses of the upstream gradient, `g[0, 2]`, are among those of the arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import prod

from derivcheck.balls.estimates import Estimates
from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import Lowered, lower
from derivcheck.errors import NOWHERE, ShapeError, Span
from derivcheck.graph.inlining import at_point
from derivcheck.model import Coordinate, Truth
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import Shape, ShapedPoint, ShapedValue, addresses, exact_elements
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.truth.partials_of_elements import ElementTruths


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class DeclaredGradient:
    """A declared gradient at a point.

    Attributes:
        name: the argument that it is the gradient by.
        expression: what is declared: of what is detached in it the variables are held.
        upstreams: the names that it has for the upstream gradient of each output.
        point: what each argument holds.
        outputs: the shape of each output.
    """

    name: str
    expression: Expression
    upstreams: tuple[str, ...]
    point: ShapedPoint
    outputs: tuple[Shape, ...]
    _known: dict[object, ElementTruths] = field(default_factory=dict)

    @cached_property
    def lowered(self) -> Lowered:
        """The elements of the gradient.

        Raises:
            ShapeError: where its shape is not that of the argument.
        """
        place = self._place(Upstream(DENSE[0]).weights(self.outputs))
        lowered = lower(self.expression, place, Estimates(exact_elements(place)))
        shape = self.point[self.name].shape
        if lowered.outputs == (shape,):
            return lowered
        if lowered.outputs == ((),) and _is_zero(lowered.elements):
            roots = lowered.elements.roots * prod(shape)
            return Lowered(Elements(lowered.elements.nodes, roots, lowered.elements.addresses), (shape,))
        raise _of_another_shape(self, lowered.outputs)

    def truths(self, upstream: Upstream) -> list[Truth]:
        """What is true of each element of the gradient, for an upstream gradient."""
        found = self._truths(upstream)
        return [found.value(root) for root in range(len(self.lowered.elements.roots))]

    def derivatives(self, upstream: Upstream, direction: Sequence[Fraction | int], by: Sequence[str]) -> list[Truth]:
        """What is true of the derivatives of the gradient, whose elements are weighed and added up.

        Args:
            upstream: the upstream gradient that it is the gradient for.
            direction: the weight of each of its elements.
            by: the addresses to differentiate by.
        """
        found = self._truths(upstream, tuple(map(Fraction, direction)))
        return [one.truth for one in found.weighted(0, by)]

    def exact(self, upstream: Upstream) -> dict[str, Fraction]:
        """The exact value of each address, those of an upstream gradient among them, and of each that is held."""
        return exact_elements(self._place(upstream.weights(self.outputs)))

    @property
    def exact_arguments(self) -> dict[str, Fraction]:
        """The exact value of each address of the arguments."""
        return exact_elements(self.point)

    @property
    def addresses_of_upstream(self) -> tuple[str, ...]:
        """The addresses of the upstream gradient, those of one output after those of the other."""
        pairs = zip(self.upstreams, self.outputs, strict=True)
        return tuple(chain.from_iterable([addresses(name, shape) for name, shape in pairs]))

    def _truths(self, upstream: Upstream, direction: tuple[Fraction, ...] | None = None) -> ElementTruths:
        if (upstream, direction) not in self._known:
            exact = self.exact(upstream)
            weights = () if direction is None else (direction,)
            self._known[upstream, direction] = ElementTruths(self.lowered.elements, exact, weights)
        return self._known[upstream, direction]

    def _place(self, weights: Sequence[Fraction]) -> ShapedPoint:
        """The point with the upstream gradient of each output, and all of it held as well."""
        return at_point({**self.point, **_values(self.upstreams, self.outputs, weights)})


def _values(names: Sequence[str], shapes: Sequence[Shape], weights: Sequence[Fraction]) -> Mapping[str, ShapedValue]:
    """The upstream gradient of each output as a value."""
    found: dict[str, ShapedValue] = {}
    first = 0
    for name, shape in zip(names, shapes, strict=True):
        last = first + prod(shape)
        elements = tuple([Coordinate("", weight, weight) for weight in weights[first:last]])
        found[name] = ShapedValue(name, shape, elements)
        first = last
    return found


def _is_zero(elements: Elements) -> bool:
    """Whether a number is 0 whatever the point: it stands for a gradient of zeros of any shape."""
    node = elements.nodes[elements.roots[0]]
    return node.value == 0 and not node.args


def _of_another_shape(declared: DeclaredGradient, outputs: Sequence[Shape]) -> ShapeError:
    """The error about a gradient that has not the shape of its argument."""
    name, text = declared.name, declared.expression.source
    shape = declared.point[name].shape
    if len(outputs) > 1:
        found = f"{len(outputs)} values"
        hint = f"it is one expression, the gradient by {name}"
    else:
        found = f"the shape {outputs[0]}"
        larger = len(outputs[0]) > len(shape) or prod(outputs[0]) > prod(shape)
        hint = (
            f"sum it over the dims along which {name} is broadcast: sum(…, dim=0), sum(…, dim=-1, keepdim=True)"
            if larger
            else f"a gradient has a number for each element of {name}: multiply by ones_like({name}), or what it lacks"
        )
    message = f"the gradient that is declared by {name} has {found}, and {name} has the shape {shape}"
    return ShapeError(message, text=text, span=Span(0, len(text)) if text else NOWHERE, hint=hint)
