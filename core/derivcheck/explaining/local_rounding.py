"""What rounding explains of one operation: its error is judged as that of a whole program is, by the same criterion.

The operation runs again as a program of its own, on the numbers that torch held, with the adjoints that torch had. A
few ulps are a match; beyond them its own steps, those of its backward pass among them, run on the perturbed tape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_program import ShapedProgram, ShapedStep
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.elements import Elements
from derivcheck.errors import DerivcheckError
from derivcheck.explaining.taped_run import TapedOperation, TapedRun
from derivcheck.graph.inlining import held_name
from derivcheck.model import Kind, Mode, Status, Truth, Verdict
from derivcheck.model.expression import NodeKind
from derivcheck.model.point import Coordinate
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue, addresses
from derivcheck.numbers import DType, Enclosure
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements
from derivcheck.tracing.stored_nodes import shape_of_numbers
from derivcheck.verdict.criterion import CRITERION

Due = Sequence[Enclosure | None]
"""What each number should be; None where that is unknown."""

_HONEST = frozenset({Status.MATCH, Status.UNSTABLE})
"""What is said of an error that rounding explains, or that the range of the format does."""


class LocalRounding:
    """One operation on its own.

    Args:
        run: the tape.
        operation: the operation.
    """

    def __init__(self, run: TapedRun, operation: TapedOperation) -> None:
        self._run = run
        self._operation = operation

    def of_results(self, computed: Sequence[float], due: Due, local: Sequence[float | None]) -> list[float | None]:
        """By how many ulps rounding may move each number of all results, one result after the other.

        Args:
            computed: what torch returned.
            due: the exact numbers.
            local: how many ulps apart they are.

        Returns:
            A number that is as large as the local error where rounding explains that; None where it is unknown.
        """
        return self._judged(Request(), computed, due, local, computed)

    def of_gradient(
        self,
        position: int,
        upstream: Sequence[float],
        computed: Sequence[float],
        due: Due,
        local: Sequence[float | None],
    ) -> list[float | None]:
        """The same of what the backward pass returned for the tensor at a position.

        Args:
            position: the position.
            upstream: the adjoints of the numbers of all results, one result after the other.
            computed: what it returned.
            due: the exact numbers.
            local: how many ulps apart they are.
        """
        if not all(map(math.isfinite, upstream)):
            return [None] * len(computed)
        values = [number for at in self._operation.results for number in self._run.tensors[at].numbers]
        found = self._judged(Request((f"t{position}",), tuple(upstream)), computed, due, local, values)
        if all(map(math.isfinite, values)):
            return found
        # 0 times the inf that the forward pass returned is nan: the backward pass has no part in it
        return [bound if math.isfinite(number) else None for bound, number in zip(found, computed, strict=True)]

    def _judged(
        self,
        request: Request,
        computed: Sequence[float],
        due: Due,
        local: Sequence[float | None],
        values: Sequence[float],
    ) -> list[float | None]:
        found: list[float | None] = [CRITERION.ulps if error is not None else None for error in local]
        if all(error is None or error <= CRITERION.ulps for error in local):
            return found
        verdicts: Sequence[Verdict | None] | None = None
        with suppress(DerivcheckError):
            verdicts = self._verdicts(request, computed, due, values)
        return [
            bound if error is None or error <= CRITERION.ulps or bound is None else _bound(error, verdict)
            for bound, error, verdict in zip(found, local, verdicts or [None] * len(computed), strict=True)
        ]

    def _verdicts(
        self, request: Request, computed: Sequence[float], due: Due, values: Sequence[float]
    ) -> list[Verdict] | None:
        explained = self._explained
        if explained is None or any(name not in explained.point for name in request.wrt):
            return None
        truths = [
            Truth(Kind.UNDECIDED, reason="unknown") if exact is None else Truth(Kind.VALUE, exact) for exact in due
        ]
        return judge_elements(explained, request, truths, computed, values=values)

    @cached_property
    def _explained(self) -> Explained | None:
        """The operation as a program; None where it cannot be run again."""
        operation = self._operation
        nodes = [at for some in operation.nodes for at in some]
        if operation.run is None or min(nodes, default=0) < 0:
            return None
        names = [
            f"c{place}" if position is None else f"t{position}" for place, position in enumerate(operation.positions)
        ]
        formats = [tensor.dtype for tensor in operation.tensors]
        point: ShapedPoint = {}
        for name, tensor in zip(names, operation.tensors, strict=True):
            value = _value(tensor)
            if value is None:
                return None
            point.setdefault(name, value)
        variables = tuple(point)
        slots = tuple([variables.index(name) for name in names])
        run = operation.run

        def call(*tensors: Tensor) -> tuple[Tensor, ...]:
            found = run(*[_as_given(one, dtype) for one, dtype in zip(tensors, formats, strict=True)])
            return tuple([torch.view_as_real(one.resolve_conj()) if one.is_complex() else one for one in found])

        step = ShapedStep(call, operation.name, slots)
        program = ShapedProgram(variables, (step,), (2 * len(variables),), own=True)
        dtype = format_of(self._run.tensors[operation.results[0]].tensor.dtype)
        device = str(self._run.tensors[operation.results[0]].tensor.device)
        slope = None
        if operation.slope is not operation.nodes:
            slope = self._elements([at for some in operation.slope for at in some], point)
        setting = TorchSetting(device, dtype, Mode.REVERSE)
        return Explained(program, self._elements(nodes, point), point, setting, slope=slope)

    def _elements(self, nodes: Sequence[int], point: ShapedPoint) -> Elements:
        names = [at for name, value in point.items() for at in addresses(name, value.shape)]
        taken = Elements.taken(self._run.graph, nodes, names)
        present = {node.name for node in taken.nodes if node.kind is NodeKind.VARIABLE}
        held = [name for name in map(held_name, names) if name in present]
        return replace(taken, addresses=(*names, *held))


def format_of(dtype: torch.dtype) -> DType:
    """The format of a tensor's numbers; float64 of one that derivcheck has no name for."""
    real = dtype.to_real() if dtype.is_complex else dtype
    return next((one for one, known in TORCH_DTYPES.items() if known is real), DType.FLOAT64)


def _bound(error: float, verdict: Verdict | None) -> float | None:
    if verdict is None or verdict.status is Status.UNDECIDED:
        return None
    if verdict.status in _HONEST:
        return error
    return CRITERION.ulps


def _value(tensor: Tensor) -> ShapedValue | None:
    """What a tensor holds; None where that is no number."""
    plain = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
    numbers = plain.resolve_neg().reshape(-1).double().tolist()
    if not all(map(math.isfinite, numbers)):
        return None
    elements = tuple([Coordinate(repr(number), Fraction(number), Fraction(number)) for number in numbers])
    return ShapedValue("", shape_of_numbers(tensor), elements)


def _as_given(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """A tensor in the format in which the operation was given it; a complex one comes as pairs of numbers."""
    if not dtype.is_complex:
        return tensor.to(dtype) if tensor.dtype is not dtype else tensor
    return torch.view_as_complex(tensor.contiguous().to(dtype.to_real()))
