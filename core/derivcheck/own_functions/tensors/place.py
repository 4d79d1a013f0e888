"""A place: a user's function on tensors beside its formula at one point, and what is true there."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from derivcheck.autograd.shaped_program import ShapedProgram, ShapedStep
from derivcheck.balls.estimates import Estimates
from derivcheck.elements.lowering import Lowered
from derivcheck.errors import CaseError
from derivcheck.graph.inlining import at_point
from derivcheck.model import Kind, Truth
from derivcheck.model.shaped_values import Shape, ShapedPoint, addresses, exact_elements
from derivcheck.own_functions.checks.exact_truths import add_up, as_float, scale
from derivcheck.own_functions.tensors.declared_gradients import DeclaredGradient
from derivcheck.own_functions.tensors.shared_elements import lowered_at, recorded_at, truths_at
from derivcheck.own_functions.tensors.subject import TensorSubject, asks_for_gradients
from derivcheck.own_functions.tensors.upstreams import Upstream, fixed_weights
from derivcheck.rounding.explanation_of_tensors import Explained
from derivcheck.tracing.recording import Recorded, record
from derivcheck.truth.partials_of_elements import ElementTruths


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class Place:
    """A function beside its formula at one point.

    Attributes:
        subject: the function.
        point: what each argument holds, in the format.
        how: how the point differs from those that were given, in words: "x of the shape (1, 3)"; empty at those.
        has_negative_zeros: whether the function is given -0.0 in the place of 0.
    """

    subject: TensorSubject
    point: ShapedPoint
    how: str = ""
    has_negative_zeros: bool = False

    @property
    def has_zeros(self) -> bool:
        """Whether an element that is differentiated by is 0."""
        return any(not element.exact for name in self.names for element in self.point[name].elements)

    def with_negative_zeros(self) -> Place:
        """The same place with -0.0 for 0, where the same is true although 1/x is inf for 0, and -inf for -0.0."""
        made = replace(self, how=", ".join(filter(None, [self.how, "-0.0 for 0"])), has_negative_zeros=True)
        made.__dict__.update({key: self.__dict__[key] for key in _OF_THE_FORMULA if key in self.__dict__})
        return made

    # --- the formula ---------------------------------------------------------------------------------------------

    @cached_property
    def value(self) -> Lowered:
        """The elements of the formula.

        Raises:
            ShapeError: where the shapes of the point do not go together.
        """
        formula = self.subject.formulas.value
        if formula is None or self.subject.formulas.is_read:
            return recorded_at(self.subject, lambda: self.recorded.lowered)
        return lowered_at(self.subject, formula, self.point, exact_elements(self.point))

    @cached_property
    def recorded(self) -> Recorded:
        """What the forward pass computes here.

        Raises:
            UnsupportedError: for an operation that cannot be read.
        """
        inputs = self.inputs()
        asking = {name: tensor for name, tensor in zip(self.subject.args, inputs, strict=True) if name in self.names}

        def run(*leaves: Tensor) -> tuple[Tensor, ...]:
            given = dict(zip(asking, leaves, strict=True))
            return self.subject(
                [given.get(name, tensor) for name, tensor in zip(self.subject.args, inputs, strict=True)]
            )

        return record(run, asking, Estimates)

    @cached_property
    def slope(self) -> Lowered:
        """The elements of the formula whose derivatives the function should have."""
        formulas = self.subject.formulas
        if formulas.slope is None or formulas.slope is formulas.value:
            return self.value
        return lowered_at(self.subject, formulas.slope, at_point(self.point), self.exact)

    @cached_property
    def exact(self) -> dict[str, Fraction]:
        """The exact value of each address, and of each that is held."""
        return at_point(exact_elements(self.point))

    @cached_property
    def declared(self) -> dict[str, DeclaredGradient]:
        """The gradients that are declared, by argument; ShapeError where one has not the shape of its argument."""
        formulas = self.subject.formulas
        if not formulas.gradients:
            return {}
        if len(formulas.upstreams) != len(self.outputs):
            raise CaseError(
                f"gradients are declared of a function with {len(self.outputs)} outputs",
                hint="write a formula with an expression for each output, and commas between them",
            )
        found = {
            name: DeclaredGradient(name, expression, formulas.upstreams, self.point, self.outputs)
            for name, expression in formulas.gradients.items()
        }
        for gradient in found.values():
            assert gradient.lowered is not None
        return found

    @property
    def is_linear(self) -> bool:
        """Whether the gradients should be linear in the upstream gradient, as those of a formula are."""
        return self.subject.formulas.is_linear or not self.declared

    @property
    def outputs(self) -> tuple[Shape, ...]:
        """The shape that each output should have."""
        return self.value.outputs

    @cached_property
    def count(self) -> int:
        """The elements of all outputs."""
        return len(self.value.elements.roots)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The arguments that are differentiated by."""
        return self.subject.differentiable(self.point)

    # --- what is true --------------------------------------------------------------------------------------------

    @cached_property
    def _weights(self) -> dict[tuple[int, int | None], list[Fraction]]:
        return fixed_weights(self.outputs, apart=True)

    @property
    def fixed(self) -> list[Upstream]:
        """The upstream gradients that are the same at every place."""
        return [Upstream(number, output=output) for number, output in self._weights]

    @cached_property
    def truths(self) -> ElementTruths:
        """What is true of the slope's formula here."""
        return truths_at(self.subject, self.slope, self.exact, list(self._weights.values()))

    @cached_property
    def value_truths(self) -> list[Truth]:
        """What is true of each element of the outputs."""
        if self.slope is self.value:
            return [self.truths.value(root) for root in range(self.count)]
        found = ElementTruths(self.value.elements, exact_elements(self.point))
        return [found.value(root) for root in range(self.count)]

    @cached_property
    def largest(self) -> Fraction:
        """The size of the largest number that the arguments hold."""
        return max((abs(one.exact) for value in self.point.values() for one in value.elements), default=Fraction(0))

    def sizes(self, factor: Fraction) -> list[float]:
        """The sizes of the outputs times an upstream gradient that is large; none where it is not.

        Where a true gradient is 0, what rounding leaves of it grows with the upstream gradient.
        """
        return [abs(float(factor)) * self._largest] * self.count if abs(factor) > 1 else []

    @cached_property
    def _largest(self) -> float:
        """The size of the largest output, at least 1."""
        sizes = [abs(as_float(truth.value.mid)) for truth in self.value_truths if truth.value is not None]
        return max([1.0, *filter(math.isfinite, sizes)])

    def look_at(self, upstreams: Iterable[Upstream]) -> None:
        """Find what is true of the gradients for several upstream gradients in one sweep."""
        if any(name not in self.declared for name in self.names):
            self.truths.prove([self._index(upstream) for upstream in upstreams])

    def gradient_truths(self, name: str, upstream: Upstream) -> list[Truth]:
        """What is true of each element of the gradient by an argument, for an upstream gradient."""
        if name in self.declared:
            return self.declared[name].truths(upstream)
        key = (name, self._index(upstream))
        if key not in self._gradients:
            found = self.truths.partial(key[1], addresses(name, self.point[name].shape))
            self._gradients[key] = [one.truth for one in found]
        return [scale(truth, upstream.factor) for truth in self._gradients[key]]

    @cached_property
    def _gradients(self) -> dict[tuple[str, int], list[Truth]]:
        """What is known of the gradients by the arguments, of each root."""
        return {}

    def second_truths(
        self, name: str, other: str, upstream: Upstream, direction: Sequence[Fraction | int]
    ) -> list[Truth]:
        """What is true of the second derivatives by two arguments, the first of them along a direction.

        Args:
            name: the argument that the outputs are differentiated by first.
            other: the one by which the gradient by `name` is differentiated then.
            upstream: the upstream gradient that the gradient by `name` was asked for.
            direction: the weight of each element of the gradient by `name`: exact dyadic numbers.

        Returns:
            For each element of `other` the derivative by it of the sum of `direction * gradient by name`.
        """
        if name in self.declared:
            return self.declared[name].derivatives(upstream, direction, addresses(other, self.point[other].shape))
        key = (name, self._index(upstream), tuple(direction))
        if key not in self._products:
            at = addresses(name, self.point[name].shape)
            along = {first: Fraction(length) for first, length in zip(at, direction, strict=True)}
            by = [(one, address) for one in self.names for address in addresses(one, self.point[one].shape)]
            (found,) = self.truths.hessian_along(key[1], [along], [address for _, address in by])
            rows: dict[str, list[Truth]] = {one: [] for one in self.names}
            for (one, _), here in zip(by, found, strict=True):
                rows[one].append(here.truth)
            self._products[key] = rows
        return [scale(truth, upstream.factor) for truth in self._products[key][other]]

    @cached_property
    def _products(self) -> dict[tuple[str, int, tuple[Fraction | int, ...]], dict[str, list[Truth]]]:
        """What is known of the products of a root's Hessian with directions, by all arguments at once."""
        return {}

    def truths_by_upstream(self, name: str, upstream: Upstream, direction: Sequence[Fraction | int]) -> list[Truth]:
        """What is true of the derivatives of a gradient by the upstream gradient.

        Args:
            name: the argument that the gradient is by.
            upstream: the upstream gradient that it was asked for.
            direction: the weight of each of its elements: exact dyadic numbers.

        Returns:
            For each element of the outputs, flattened and joined, the derivative of the sum of
            `direction * gradient by name` by the upstream gradient there.
        """
        if name in self.declared:
            declared = self.declared[name]
            return declared.derivatives(upstream, direction, declared.addresses_of_upstream)
        at = addresses(name, self.point[name].shape)
        rows = self.truths.jacobian(range(self.count), at)
        sums = [
            add_up(scale(one.truth, Fraction(weight)) for one, weight in zip(row, direction, strict=True) if weight)
            for row in rows
        ]
        return [_NOT_SMOOTH if total is None else total for total in sums]

    def _index(self, upstream: Upstream) -> int:
        """The root of the truths that is differentiated: an element of the outputs, or their weighted sum."""
        if upstream.row is not None:
            return upstream.row
        return self.count + list(self._weights).index((upstream.number, upstream.output))

    # --- the function --------------------------------------------------------------------------------------------

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        """A tensor for each argument."""
        found = self.subject.tensors(self.point) if self.subject.leaves is None else self.subject.leaves
        if not self.has_negative_zeros:
            return found
        return tuple(
            torch.where(tensor == 0, -tensor, tensor) if tensor.is_floating_point() and name in self.names else tensor
            for name, tensor in zip(self.subject.args, found, strict=True)
        )

    def inputs(self, asking: Collection[str] | None = None) -> tuple[Tensor, ...]:
        """Fresh leaves, of which some ask for a gradient; None: all that are differentiated by."""
        return self.leaves(self.tensors, asking)

    def leaves(self, tensors: Sequence[Tensor], asking: Collection[str] | None = None) -> tuple[Tensor, ...]:
        """Fresh leaves with the numbers of a tensor for each argument; `asking` as in `inputs`."""
        if self.subject.leaves is not None and asking is None and (tensors is self.tensors or self.reads_leaves):
            return self.subject.leaves
        names = self.names if asking is None else asking
        return asks_for_gradients(tensors, [at for at, name in enumerate(self.subject.args) if name in names])

    @cached_property
    def reads_leaves(self) -> bool:
        """Whether the function reads the caller's own tensors, and not what it is called with: a layer's weight."""
        leaves = self.subject.leaves
        if leaves is None:
            return False
        fresh = tuple([leaf.detach().clone().requires_grad_() for leaf in leaves])
        return any(
            one is None and other is not None
            for one, other in zip(self._pulled_back(fresh), self._pulled_back(leaves), strict=True)
        )

    def _pulled_back(self, leaves: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
        outputs = [output for output in self.subject(leaves) if output.requires_grad]
        ones = [torch.ones_like(output) for output in outputs]
        return torch.autograd.grad(outputs, leaves, ones, allow_unused=True) if outputs else (None,) * len(leaves)

    def run(self, asking: Collection[str] | None = None) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """The inputs, and the outputs that the function returns for them."""
        inputs = self.inputs(asking)
        return inputs, self.subject(inputs)

    def pull_back(self, upstream: Upstream, asking: Collection[str] | None = None) -> dict[str, Tensor | None]:
        """The gradients that the function's backward pass returns, by argument; None where it returns none."""
        inputs, outputs = self.run(asking)
        shapes = [tuple(output.shape) for output in outputs]
        found = self.subject.gradients(outputs, inputs, upstream.tensors(shapes, self.subject.setting))
        return {
            name: gradient
            for name, tensor, gradient in zip(self.subject.args, inputs, found, strict=True)
            if tensor.requires_grad
        }

    @cached_property
    def program(self) -> ShapedProgram:
        """The function as a program of one step, for what rounding explains of it."""
        args = self.subject.args
        call = ShapedStep(lambda *tensors: self.subject(tensors), self.subject.function.name, tuple(range(len(args))))
        return ShapedProgram(args, (call,), (2 * len(args),), own=True)

    @cached_property
    def computations(self) -> dict[Hashable, Explained]:
        """What rounding explains of numbers that are computed from the function, by what is computed."""
        return {}

    @cached_property
    def explained(self) -> Explained:
        """What rounding explains of the function here."""
        slope = self.slope.elements
        return Explained(self.program, self.value.elements, self.point, self.subject.setting, slope=slope)


_NOT_SMOOTH = Truth(Kind.UNDECIDED, reason="the function is not smooth here, and this is a sum of many derivatives")

_OF_THE_FORMULA = ("value", "slope", "exact", "declared", "count", "_weights", "truths", "value_truths")
"""What a Place knows of its formula, which does not depend on the sign of 0."""
