"""What rounding explains at many points at once: the perturbed tape with an axis of points behind that of samples.

The steps are those of the tape for a single point: the n-th operation's are the same at every point, so that nothing
depends on which points share a batch. Whether an operation is exact is decided for each point; where that is
expensive to know it counts as exact, and then fewer samples move, and less is explained.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import Setting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Wrt
from derivcheck.rounding.draws import DRAWS
from derivcheck.rounding.operations import NEVER_ROUNDS, ULPS
from derivcheck.rounding.tape import PerturbedTape
from derivcheck.verdict.criterion import CRITERION

FEW_SAMPLES = 8
"""The first samples of each point, which explain most of what all of them do."""


def reaches(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: Setting, *, few: bool
) -> list[Tensor | None]:
    """The largest error that rounding explains, of the value (for the empty wrt) and of each derivative.

    Args:
        program: what to differentiate.
        inputs: the points, a tensor of one axis for each variable.
        wrts: what is asked for.
        setting: device, format and mode.
        few: whether to draw the first few samples only, whose farthest is then all that counts.

    Returns:
        For each of `wrts` a tensor of float64, 0 where there is nothing to go by; None where torch raised.
    """
    tape = BatchTape(setting, FEW_SAMPLES if few else CRITERION.samples)
    repeated = tuple(tensor.expand(tape.count, -1).clone() for tensor in inputs)
    with tape:
        outcomes = derivatives(
            lambda xs: program(xs, lambda value: tape.literal(value, setting.literal(value))),
            program.variables,
            repeated,
            wrts,
            setting.mode,
        )
    points = inputs[0].shape[0]
    found = [distances(outcome, points) if isinstance(outcome, Tensor) else None for outcome in outcomes]
    spreads = 0.0 if few else CRITERION.spreads
    return [None if both is None else torch.maximum(both[0], spreads * both[1]) for both in found]


def distances(outcome: Tensor, points: int) -> tuple[Tensor, Tensor]:
    """The farthest sample from the unperturbed number at each point, and the root mean square of the distances.

    A sample that is not finite is set aside; both are 0 where the unperturbed number is not finite.
    """
    samples = outcome.detach().double().cpu()
    if samples.dim() != 2:
        return torch.zeros(points, dtype=torch.float64), torch.zeros(points, dtype=torch.float64)
    apart = (samples[1:] - samples[0]).abs()
    finite = apart.isfinite()
    apart = torch.where(finite, apart, 0.0)
    farthest = apart.amax(0)
    scale = torch.where(farthest > 0, farthest, 1.0)
    mean = ((apart / scale).square().sum(0) / finite.sum(0).clamp(min=1)).sqrt() * scale
    known = samples[0].isfinite()
    return torch.where(known, farthest, 0.0).expand(points), torch.where(known, mean, 0.0).expand(points)


class BatchTape(PerturbedTape):
    """The perturbed tape whose samples have a second axis: the points, or a single one for what is constant."""

    def __init__(self, setting: Setting, samples: int) -> None:
        super().__init__(setting)
        self.drawn_count = self.count
        self.count = samples + 1

    def samples(self, tensor: Tensor) -> Tensor:
        """A constant, repeated along the axis of samples."""
        return tensor.expand(self.count, 1).clone()

    def is_sampled(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether a result is a number of the format, or its samples, in the format or a wider one."""
        if not isinstance(result, Tensor) or result.dtype not in self.formats or result.is_meta:
            return False
        if result.dim():
            return result.dim() == 2 and result.shape[0] == self.count
        return result.dtype is self.dtype and not any(isinstance(arg, Tensor) and arg.dim() for arg in args)

    def steps(self, like: Tensor) -> Tensor:
        """A step of -1, 0 or 1 for every sample, 0 for the first, the same at every point."""
        if not self.drawn:
            self.drawn = list(self.draw((DRAWS, self.drawn_count), dim=1)[:, : self.count].unbind())[::-1]
        return self.drawn.pop().to(like.device).unsqueeze(1)

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its samples perturbed at those points where the operation is not exact."""
        steps = self.steps(result)
        if not result.dim():
            result = self.samples(result)
        smallest, largest = (bound.item() for bound in torch.aminmax(result.abs()))
        outcome = result[0].double()
        plain = smallest > 0 and largest < math.inf
        if not plain and not outcome.all():
            result = torch.where((result == 0) & (steps > 0) & (outcome == 0), -result, result)
        if name in NEVER_ROUNDS:
            return result
        settled = _settled(args)
        exact = None if settled is None else exact_points(name, args, result)
        if settled is not None and exact is not None:
            steps = torch.where(exact & settled, 0, steps)
        return self.moved(result, ULPS.get(name, 1) * steps, plain=plain)


def _nominal(value: Any) -> Tensor | float | None:
    """The unperturbed sample of an argument at each point; None of what is no number."""
    if isinstance(value, Tensor):
        if value.dtype is torch.bool or not value.numel():
            return None
        if torch._is_zerotensor(value):
            return 0.0
        return (value[0] if value.dim() else value).double()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _settled(args: Sequence[Any]) -> Tensor | None:
    """At which points the samples of every argument agree; None: at none."""
    settled: Tensor | None = torch.ones(1, dtype=torch.bool)
    for arg in args:
        if settled is not None and isinstance(arg, Tensor) and arg.dim() == 2 and not torch._is_zerotensor(arg):
            settled = settled.to(arg.device) & (arg == arg[0]).all(0)
            settled = settled if settled.any() else None
    return settled


# --- which operations are exact ----------------------------------------------------------------------------------


def exact_points(name: str, args: Sequence[Any], result: Tensor) -> Tensor | None:
    """At which points an operation's result is exact on the unperturbed numbers; None: at none."""
    return _is_exact(name, [_nominal(arg) for arg in args], result[0].double())


def _is_exact(name: str, args: list[Tensor | float | None], outcome: Tensor) -> Tensor | None:
    numbers = [torch.as_tensor(arg, dtype=torch.float64, device=outcome.device) for arg in args if arg is not None]
    if not numbers:
        return None
    first = numbers[0]
    if len(args) == 2 and name in _OF_TWO:
        if len(numbers) < 2:
            return None
        exact = _OF_TWO[name](first, numbers[1], outcome)
    elif name in _OF_ONE:
        exact = _OF_ONE[name](first, outcome)
    else:
        exact = _trivial(first, outcome)
    return None if exact is None else exact & outcome.isfinite()


def _trivial(first: Tensor, outcome: Tensor) -> Tensor | None:
    """Whether a function is at one of its exact values: exp(0), log(1), acos(1)."""
    at_zero, at_one = first == 0, (first == 1) & (outcome == 0)
    if not at_zero.any() and not at_one.any():
        return None
    size = outcome.abs()
    return (at_zero & ((size == 0) | (size == 0.5) | (size == 1))) | at_one


def _any_short(*numbers: Tensor) -> bool:
    """Whether some of the numbers have at most 27 bits: a product of 53 bits has such a factor."""
    return any(not (number.view(torch.int64) & _LONG).all() for number in numbers)


_LONG = (1 << 26) - 1
"""The bits of a float64's pattern behind the first 27 of its significand."""


def _sum(x: Tensor, y: Tensor, outcome: Tensor) -> Tensor:
    """Whether the outcome is x + y: D. Knuth's TwoSum gives the rest that a sum leaves."""
    total = x + y
    part = total - x
    rest = (x - (total - part)) + (y - part)
    return (total == outcome) & ~(rest.abs() > 0)


def _product(x: Tensor, y: Tensor, outcome: Tensor) -> Tensor:
    """Whether the outcome is x*y: T. J. Dekker's product gives the rest that a product leaves."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _split(x), _split(y)
    rest = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low
    return (product == outcome) & ~(rest.abs() > 0)


def _split(x: Tensor) -> tuple[Tensor, Tensor]:
    """A number as the sum of two of half as many bits (G. W. Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high


def _power(base: Tensor, exponent: Tensor, outcome: Tensor) -> Tensor:
    """Whether the outcome may be base**exponent: an odd number of b bits has an n-th power of n*(b - 1) + 1 or more."""
    size = exponent.abs()
    whole = (exponent == exponent.round()) & (size <= 64)
    bits = torch.where(exponent < 0, 1.0, (52 / size.clamp(min=1)).floor() + 1)
    mantissa, _ = torch.frexp(base)
    scaled = mantissa * torch.exp2(bits)
    integer = (scaled == scaled.round()) | (exponent == 0)
    trivial = (base == 0) | (base == 1)
    root = (exponent == 0.5) & _product(outcome, outcome, base)
    return root | torch.where(whole, integer | (base == 0), trivial)


def _quotient(x: Tensor, y: Tensor, outcome: Tensor) -> Tensor | None:
    return _product(outcome, y, x) if _any_short(outcome, y) else None


def _root(x: Tensor, outcome: Tensor) -> Tensor | None:
    return _product(outcome, outcome, x) if _any_short(outcome) else None


_OF_TWO: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor | None]] = {
    "add": _sum,
    "sub": lambda x, y, outcome: _sum(x, -y, outcome),
    "rsub": lambda x, y, outcome: _sum(y, -x, outcome),
    "mul": lambda x, y, outcome: _product(x, y, outcome) if _any_short(x, y) else None,
    "div": _quotient,
    "pow": lambda x, y, outcome: _power(x, y, outcome) if _any_short(x) else None,
}
_OF_ONE: dict[str, Callable[[Tensor, Tensor], Tensor | None]] = {
    "reciprocal": lambda x, outcome: _quotient(torch.ones_like(x), x, outcome),
    "sqrt": _root,
    "rsqrt": lambda x, outcome: _quotient(torch.ones_like(x), x, outcome * outcome),
    "square": lambda x, outcome: _product(x, x, outcome) if _any_short(x) else None,
}
"""Whether an operation on one or two numbers is exact; None where it is at no point."""
