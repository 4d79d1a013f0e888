"""The tape beside the exact numbers: each tensor with its value, its adjoint, and what its operation's backward did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import torch
from flint import arb
from torch import Tensor

from derivcheck.balls.ball import nearest_ball, precision
from derivcheck.explaining.exact_numbers import SUM_BITS, ExactNumbers, Numbers
from derivcheck.explaining.local_rounding import LocalRounding, format_of
from derivcheck.explaining.taped_run import Edge, TapedOperation, TapedRun, TapedTensor
from derivcheck.explaining.torchs_adjoints import TorchsAdjoints
from derivcheck.explaining.ulps_apart import Enclosing, Enclosures, ulps_of_enclosures, ulps_of_floats
from derivcheck.model.explanation import BesideExact, ReturnedGradient, TapeTensor
from derivcheck.numbers import DType
from derivcheck.tracing.stored_nodes import shape_of_numbers

Floats = tuple[float, ...]

_MOST_CONDITIONS = 256
"""Of so many numbers of a result at most the condition number is looked for: each takes a sweep of its own."""

_MOST_STEPS = 20_000
"""Of an operation with a large graph it is looked for so few of them that the sweeps take so many steps."""

_ZERO = arb(0)


def tape_beside_exact(
    run: TapedRun, adjoints: TorchsAdjoints, numbers: ExactNumbers, upstreams: Mapping[int, Floats]
) -> tuple[TapeTensor, ...]:
    """The tensors of a run beside the exact numbers.

    Args:
        run: the run.
        adjoints: what flowed through autograd's graph in its backward pass.
        numbers: its exact numbers.
        upstreams: for each output that was differentiated, by its position, the upstream gradient.
    """
    return _Looking(run, adjoints, numbers, upstreams).tape()


class _Looking:
    """One look at one run."""

    def __init__(
        self, run: TapedRun, adjoints: TorchsAdjoints, numbers: ExactNumbers, upstreams: Mapping[int, Floats]
    ) -> None:
        self.run, self.adjoints, self.numbers, self.upstreams = run, adjoints, numbers, upstreams
        self.by_edge: dict[Edge, int] = {edge: one.position for one in run.tensors if (edge := one.edge) is not None}
        self.arrived = {one.position: self.arriving(one) for one in run.tensors}
        self.due = {at: _balls(upstream) for at, upstream in upstreams.items()}
        self.exact = {at: _balls(upstream) for at, upstream in upstreams.items()}
        self.returned: dict[int, list[ReturnedGradient]] = {}
        self.enclosing = Enclosing()

    def tape(self) -> tuple[TapeTensor, ...]:
        for operation in reversed(self.run.operations):
            self.look_back(operation)
        if self.is_open() and self.numbers.sharpen():
            return _Looking(self.run, self.adjoints, self.numbers, self.upstreams).tape()
        values = [self.value(one) for one in self.run.tensors if one.operation is None]
        for operation in self.run.operations:
            values += self.values(operation)
        found = dict(zip([one.position for one in self.in_order()], values, strict=True))
        return tuple([self.tensor(one, found[one.position]) for one in self.run.tensors])

    def is_open(self) -> bool:
        """Whether the exact adjoint of an input may be 0, and may be something else, as where terms cancel."""
        inputs = [self.exact.get(one.position, ()) for one in self.run.tensors if one.operation is None]
        return any(
            ball is not None and ball.is_finite() and ball.contains(0) and not ball.is_zero()
            for balls in inputs
            for ball in balls
        )

    def in_order(self) -> list[TapedTensor]:
        inputs = [one for one in self.run.tensors if one.operation is None]
        return inputs + [self.run.tensors[at] for operation in self.run.operations for at in operation.results]

    # --- adjoints ------------------------------------------------------------------------------------------------

    def arriving(self, one: TapedTensor) -> Floats | None:
        """The adjoint of a tensor as torch computed it; None where none arrived."""
        if one.node is None:
            return None
        if one.is_leaf:
            return _floats(self.adjoints.of_leaf(one.tensor))
        given = self.adjoints.given(one.node)
        return None if given is None else _floats(given[one.output])

    def look_back(self, operation: TapedOperation) -> None:
        """Look at the backward pass of one operation."""
        results = [self.run.tensors[at] for at in operation.results]
        node = next((one.node for one in results if one.node is not None and not one.is_rewritten), None)
        upstreams = [self.arrived[at] for at in operation.results]
        due: dict[int, Numbers] | None = {}
        has_run = any(one is not None for one in upstreams)
        if has_run:
            held = [_zeros(self.run.tensors[at]) if up is None else _balls(up) for at, up in self.pairs(operation)]
            due = self.numbers.held.product(operation, held)
        exact = self.numbers.exact.product(operation, [self.exact.get(at) for at in operation.results])
        is_seen = node is not None and self.is_aligned(operation, node, due, exact)
        for at in operation.arguments:
            if not self.run.tensors[at].requires_grad:
                continue
            if node is not None and has_run:
                self.add(self.due, at, due.get(at) if due is not None and is_seen else None)
            self.add(self.exact, at, None if exact is None else exact.get(at))
        returned = self.adjoints.returned(node) if node is not None else None
        found = self.by_argument(node, returned) if returned is not None and is_seen else {}
        if node is None and has_run:
            found = self.passed_by(operation)
            for at in found:
                self.add(self.due, at, None if due is None else due.get(at))
        self.returned[operation.results[0]] = [
            self.gradient(operation, at, numbers, due, exact)
            for at, numbers in found.items()
            if at in operation.arguments
        ]

    def passed_by(self, operation: TapedOperation) -> dict[int, list[Floats]]:
        """What autograd hands on past an operation that it did not see: what arrives goes to the tensor before it."""
        found: dict[int, list[Floats]] = {}
        for position in operation.results:
            one, arrived = self.run.tensors[position], self.arrived[position]
            before = next((at for at in operation.arguments if self.run.tensors[at].edge == one.edge), None)
            if one.is_rewritten and before is not None and arrived is not None:
                found[before] = [arrived]
        return found

    def pairs(self, operation: TapedOperation) -> list[tuple[int, Floats | None]]:
        return [(at, self.arrived[at]) for at in operation.results]

    def is_aligned(self, operation: TapedOperation, node: Any, *products: Mapping[int, Numbers] | None) -> bool:
        """Whether autograd sends the adjoints of an operation where its graph does."""
        reached = {self.by_edge.get((id(to), output)) for to, output in node.next_functions if to is not None}
        known = [product for product in products if product is not None]
        return all(
            at in reached
            for at in operation.arguments
            if self.run.tensors[at].requires_grad
            and (not known or any(ball is None or not ball.is_zero() for one in known for ball in one.get(at, ())))
        )

    def add(self, sums: dict[int, Numbers], at: int, numbers: Numbers | None) -> None:
        """Add to the adjoint of a tensor what an operation gives; None where that is unknown."""
        count = len(self.run.tensors[at].numbers)
        before = sums.get(at)
        given: Numbers = [None] * count if numbers is None else numbers
        with precision(SUM_BITS):
            sums[at] = given if before is None else [_plus(x, y) for x, y in zip(before, given, strict=True)]

    def by_argument(self, node: Any, returned: Sequence[Tensor | None]) -> dict[int, list[Floats]]:
        """What a node returned, by the position of the tensor to which it flows."""
        found: dict[int, list[Floats]] = {}
        for (to, output), gradient in zip(node.next_functions, returned, strict=False):
            at = None if to is None else self.by_edge.get((id(to), output))
            if at is not None:
                numbers = _floats(gradient)
                found.setdefault(at, []).append((0.0,) * self.count(at) if numbers is None else numbers)
        return found

    def gradient(
        self,
        operation: TapedOperation,
        at: int,
        found: list[Floats],
        due: Mapping[int, Numbers] | None,
        exact: Mapping[int, Numbers] | None,
    ) -> ReturnedGradient:
        """What the backward pass of an operation returned for one of its arguments."""
        one = self.run.tensors[at]
        computed = tuple(map(_total, zip(*found, strict=True)))
        wanted = self.of_variables(one, None if due is None else due.get(at))
        true = self.of_variables(one, None if exact is None else exact.get(at))
        dtype = format_of(one.tensor.dtype)
        due_numbers = self.enclosing(wanted)
        local = ulps_of_floats(computed, due_numbers, dtype)
        upstream = [number for position, up in self.pairs(operation) for number in up or (0.0,) * self.count(position)]
        explained = LocalRounding(self.run, operation).of_gradient(at, upstream, computed, due_numbers, local)
        numbers = self.beside(computed, true, due_numbers, dtype, local, explained)
        return ReturnedGradient(operation.arguments.index(at), numbers)

    def count(self, at: int) -> int:
        return len(self.run.tensors[at].numbers)

    def of_variables(self, one: TapedTensor, numbers: Numbers | None) -> Numbers:
        """The derivatives by the numbers of a tensor; unknown by those that are the same whatever the point."""
        if numbers is None:
            return [None] * len(one.numbers)
        depends = self.run.graph.depends
        return [number if at >= 0 and depends[at] else None for at, number in zip(one.leaves, numbers, strict=True)]

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, one: TapedTensor) -> BesideExact:
        """The numbers of an input, which are exact."""
        exact = tuple(self.enclosing(_balls(one.exact)))
        zeros = (0.0,) * len(exact)
        return BesideExact(one.numbers, exact, zeros, zeros, exact, zeros)

    def values(self, operation: TapedOperation) -> list[BesideExact]:
        """The numbers of the results of an operation."""
        held = [self.enclosing(self.numbers.held.results(operation, at)) for at in range(len(operation.results))]
        tensors = [self.run.tensors[at] for at in operation.results]
        formats = [format_of(one.tensor.dtype) for one in tensors]
        local = [
            ulps_of_floats(one.numbers, due, dtype) for one, due, dtype in zip(tensors, held, formats, strict=True)
        ]
        together = [number for one in tensors for number in one.numbers]
        explained = LocalRounding(self.run, operation).of_results(
            together, [one for due in held for one in due], [error for errors in local for error in errors]
        )
        found, start = [], 0
        for index, one in enumerate(tensors):
            stop = start + len(one.numbers)
            exact = self.numbers.exact.results(operation, index)
            found.append(
                self.beside(one.numbers, exact, held[index], formats[index], local[index], explained[start:stop])
            )
            start = stop
        return found

    def condition(self, one: TapedTensor) -> float | None:
        """The largest condition number of the operation that made a tensor; None of one that only moves numbers."""
        operation = None if one.operation is None else self.run.operations[one.operation]
        if operation is None or not operation.arguments:
            return None
        index = operation.results.index(one.position)
        calls = self.run.graph.calls
        places = [place for place, at in enumerate(operation.nodes[index]) if at >= 0 and calls[at][1]]
        held = self.numbers.held
        size = len(self.run.graph.below(*[operation.nodes[index][place] for place in places]))
        most = min(_MOST_CONDITIONS, 1 + _MOST_STEPS // max(1, size))
        found = [
            max(conditions.values(), default=0.0)
            for place in places[:most]
            if (conditions := held.conditions(operation, index, place))
        ]
        return max(found, default=None)

    def beside(
        self,
        computed: Floats,
        exact: Numbers,
        due: Enclosures,
        dtype: DType,
        local: Sequence[float | None],
        explained: Sequence[float | None],
    ) -> BesideExact:
        """Computed numbers beside the exact ones."""
        true = self.enclosing(exact)
        inherited = ulps_of_enclosures(due, true, dtype)
        return BesideExact(computed, tuple(true), tuple(local), tuple(inherited), tuple(due), tuple(explained))

    # --- together ------------------------------------------------------------------------------------------------

    def tensor(self, one: TapedTensor, value: BesideExact) -> TapeTensor:
        operation = None if one.operation is None else self.run.operations[one.operation]
        dtype = format_of(one.tensor.dtype)
        arrived = self.arrived[one.position]
        adjoint = None
        if arrived is not None:
            due = self.enclosing(self.of_variables(one, self.due.get(one.position)))
            exact = self.of_variables(one, self.exact.get(one.position))
            adjoint = self.beside(arrived, exact, due, dtype, ulps_of_floats(arrived, due, dtype), ())
        is_input = operation is None and one.requires_grad
        return TapeTensor(
            operation=operation.name or None if operation is not None else None,
            arguments=operation.arguments if operation is not None else (),
            place=operation.place if operation is not None else None,
            name=one.name,
            shape=one.shape,
            dtype=dtype,
            requires_grad=one.requires_grad,
            is_leaf=one.is_leaf,
            grad_fn=None if one.is_leaf or one.node is None else _name_of(one.node),
            value=value,
            adjoint=adjoint,
            grad=arrived if is_input else None,
            condition=self.condition(one),
            is_output=one.position in self.run.outputs,
            returned=tuple(self.returned.get(one.position, ())),
            is_own=operation is not None and operation.is_own,
        )


def _name_of(node: Any) -> str:
    """The name of a node as Python shows it: `SubBackward0`."""
    return type(node).__name__


def _zeros(one: TapedTensor) -> Numbers:
    return [_ZERO] * len(one.numbers)


def _plus(x: arb | None, y: arb | None) -> arb | None:
    return None if x is None or y is None else x + y


def _total(numbers: Sequence[float]) -> float:
    """The sum, rounded once; nan and inf as they come."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):  # beyond the largest float on the way, or inf - inf
        return sum(numbers)


def _floats(tensor: Tensor | None) -> Floats | None:
    if tensor is None:
        return None
    if tensor._is_zerotensor():  # it has no memory
        return (0.0,) * math.prod(shape_of_numbers(tensor))
    plain = (tensor if tensor.layout is torch.strided else tensor.to_dense()).resolve_conj().resolve_neg()
    flat = torch.view_as_real(plain) if plain.is_complex() else plain
    return tuple(flat.reshape(-1).double().tolist())


def _balls(numbers: Sequence[float | Fraction]) -> Numbers:
    return [_ball(number) for number in numbers]


def _ball(number: float | Fraction) -> arb | None:
    if isinstance(number, Fraction):
        return nearest_ball(number)
    return arb(number) if math.isfinite(number) else None
