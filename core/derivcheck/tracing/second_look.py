"""A second look at what was recorded: does it tell the numbers that the code returned, here and a little way off?

What runs outside of torch's operations, such as NumPy or a kernel of somebody's own, cannot be seen. Where that may
have happened, the code runs again a little way off, and what was recorded has to foretell what it returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.graph.inlining import at_point
from derivcheck.model.shaped_values import addresses
from derivcheck.tracing.custom_functions import listening
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.spectrum import Precise
from derivcheck.tracing.stored_nodes import shape_of_numbers
from derivcheck.tracing.traits import tells_numbers


class EstimateAt(Precise, Protocol):
    """About what nodes are at one point; `derivcheck.balls.estimates.Estimates` is one."""

    def __call__(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        """About what some nodes are, nan of those that are no number or not known."""

    def radii(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        """How far rounding may move each at so many bits; nan, or inf, where that is not known."""


Estimates = Callable[[dict[str, Fraction], int], EstimateAt]
"""Gives for the exact value of each variable, and a number of bits, about what nodes are there."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A run, and what was recorded of it.

    Attributes:
        function: the code.
        inputs: its inputs, by name.
        outputs: the tensors that it returned.
        nodes: for each of them the nodes of its numbers, in order.
        run: the run.
        estimates: as in `record`.
        state: the state of torch's random numbers before it.
    """

    function: Callable[..., Any]
    inputs: Mapping[str, Tensor]
    outputs: Sequence[Tensor]
    nodes: Sequence[list[int]]
    run: NodesOfRun
    estimates: Estimates
    state: Tensor


def exact_values(inputs: Mapping[str, Tensor]) -> dict[str, Fraction]:
    """The exact value of each address, and of each that is held."""
    found: dict[str, Fraction] = {}
    for name, tensor in inputs.items():
        at = addresses(name, shape_of_numbers(tensor))
        found |= {key: Fraction(number) for key, number in zip(at, _numbers(tensor), strict=True)}
    return at_point(found)


_GROSS = 0.25
"""The share of a format's digits that the outputs must have right; else rounding has to explain it."""


def check(checked: Checked) -> None:
    """Fail where what was recorded is not what the code computes.

    Raises:
        UnsupportedError: where it is not.
    """
    make = checked.run.make
    coarsest = _coarsest(checked)
    here = [make.estimate(np.array(nodes, dtype=np.int64)).tolist() for nodes in checked.nodes]
    for output, nodes, numbers in zip(checked.outputs, checked.nodes, here, strict=True):
        found, bits = _numbers(output), min(coarsest, _bits(output))
        allowed = _scale(numbers) * 2 ** (-_GROSS * bits)
        if _are_near(found, numbers, allowed):
            continue
        spread = checked.estimates(exact_values(checked.inputs), bits - _FEWER_BITS).radii(make.graph, nodes)
        for at, (number, exact, radius) in enumerate(zip(found, numbers, spread, strict=True)):
            # of what is nan, a number that is none or a bound that is not known, nothing is larger
            if math.isfinite(number) and abs(number - exact) - 2 * radius > allowed:
                words = f"the code returned {number!r}, and its operations compute {exact!r} (element {at})"
                raise UnsupportedError(words, hint="an operation is read wrongly, or torch computes it wrongly")
    if checked.run.unseen is not None and not any(_foretells(checked, here, sign) for sign in (1, -1)):
        words = f"the code computes with numbers that cannot be seen: {checked.run.unseen}"
        raise UnsupportedError(words, hint="numbers that `.item()` or `.numpy()` takes out of tensors are such numbers")


_FEWER_BITS = 6
"""So many bits fewer than the format's a generous bound of rounding errors is computed with."""


def _foretells(checked: Checked, here: Sequence[Sequence[float]], sign: int) -> bool:
    """Whether what was recorded foretells what the code returns a little way off."""
    coarsest = _coarsest(checked)
    moved = {name: _moved(tensor, sign * 2.0 ** (-_AWAY * coarsest)) for name, tensor in checked.inputs.items()}
    after = torch.get_rng_state()
    try:
        with _holding(checked.inputs, moved):
            torch.set_rng_state(checked.state)
            returned = _run_again(checked)
    except DerivcheckError:
        raise
    except Exception:  # the code may refuse numbers that it was not asked about
        return False
    finally:
        torch.set_rng_state(after)
    if [tuple(one.shape) for one in returned] != [tuple(one.shape) for one in checked.outputs]:
        return False
    foretell = checked.estimates(exact_values(moved), BITS)
    for output, before, nodes, numbers in zip(returned, checked.outputs, checked.nodes, here, strict=True):
        found, foretold = _numbers(output), foretell(checked.run.make.graph, nodes)
        known = [abs(x - y) for x, y in zip(_numbers(before), numbers, strict=True) if math.isfinite(x - y)]
        allowed = 8 * max(known, default=0.0) + _scale([*numbers, *foretold]) * 2 ** (-_CLOSE * coarsest)
        if not _are_near(found, foretold, allowed):
            spread = checked.estimates(exact_values(moved), coarsest - _FEWER_BITS)
            radii = spread.radii(checked.run.make.graph, nodes)
            if any(abs(x - y) - 2 * radius > allowed for x, y, radius in zip(found, foretold, radii, strict=True)):
                return False
    return True


BITS = 128
"""With so many bits numbers are estimated."""

_AWAY, _CLOSE = 0.4, 0.75
"""Shares of a format's digits: how far off the code runs again, and how near what is foretold it must come."""


def _coarsest(checked: Checked) -> int:
    """The digits of the coarsest format that the run computed in, in bits."""
    return min([_bits(torch.empty(0, dtype=one)) for one in checked.run.nodes.formats], default=53)


def _moved(tensor: Tensor, step: float) -> Tensor:
    """The numbers of an input a little way off, each by another share."""
    with torch.no_grad():
        if tensor.is_complex():
            return torch.view_as_complex(_moved(torch.view_as_real(tensor.resolve_conj()), step))
        ways = torch.arange(tensor.numel(), dtype=torch.float64, device=tensor.device).reshape(tensor.shape) % 7
        ways = (step * (1 + ways / 7)).to(tensor.dtype)
        return torch.where(tensor == 0, ways, tensor * (1 + ways)).detach()


@contextmanager
def _holding(inputs: Mapping[str, Tensor], numbers: Mapping[str, Tensor]) -> Iterator[None]:
    """Let the inputs hold other numbers for a while: the code may know them by other ways than its arguments."""
    before = {name: tensor.data for name, tensor in inputs.items()}
    try:
        for name, tensor in inputs.items():
            tensor.data = numbers[name]
        yield
    finally:
        for name, tensor in inputs.items():
            tensor.data = before[name]


def _run_again(checked: Checked) -> list[Tensor]:
    """What the code returns now, where it sees the same numbers outside of its torch.autograd.Functions as before."""
    again = _Repeating(checked.run.taken_out)
    with torch.enable_grad(), listening(again), again:
        found = checked.function(*checked.inputs.values())
    return [one for one in tree_leaves(found) if isinstance(one, Tensor)]


class _Repeating(TorchDispatchMode):
    """Lets the code see the numbers that it saw before, so that it takes the same branches.

    Args:
        seen: those numbers, in order.
    """

    def __init__(self, seen: Sequence[Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._seen = iter(seen)
        self._depth = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    @contextmanager
    def function(self, arguments: Sequence[object], function: Any) -> Iterator[None]:
        """While a forward pass runs, whose numbers are its own."""
        del arguments, function
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def applied(self, function: Any, arguments: Sequence[Any], result: Any) -> None:
        """What a Function returned is what it returns now."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        del types
        found = func(*args, **(kwargs or {}))
        if self._depth or not tells_numbers(func):
            return found
        return next(self._seen, found)


# --- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(output: Tensor) -> list[float]:
    plain = output.detach().resolve_conj().resolve_neg()
    flat = torch.view_as_real(plain) if plain.is_complex() else plain
    found: list[float] = flat.reshape(-1).double().tolist()
    return found


def _bits(tensor: Tensor) -> int:
    """The digits of a format, in bits; of integers none are lost."""
    real = tensor.dtype.to_real() if tensor.dtype.is_complex else tensor.dtype
    return 1 - round(math.log2(torch.finfo(real).eps)) if real.is_floating_point else 53


def _scale(numbers: Sequence[float]) -> float:
    return max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)


def _are_near(found: Sequence[float], numbers: Sequence[float], allowed: float) -> bool:
    """Whether numbers agree but for so much, those left out that are nan or infinite."""
    return not any(abs(x - y) > allowed for x, y in zip(found, numbers, strict=True) if math.isfinite(x - y))
