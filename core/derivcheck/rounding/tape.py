"""What rounding explains: the same program run again, forward and backward, with every operation's result perturbed.

Monte Carlo arithmetic (D. S. Parker, "Monte Carlo Arithmetic", UCLA CSD-970002, 1997) on torch's own tape: under a
dispatch mode every floating-point operation's result moves by one ulp up or down, each with probability 1/6. (Noise
that is uniform within the unit roundoff has the same size, but rounding it to the format would swallow it just above a
power of two.) A leading axis carries the samples, so that one pass gives all perturbed gradients. Their spread says how
far rounding can move this gradient, whatever code computed it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.gradients import differentiate, gradients
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import Setting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Gradient, Mode, Range, RangeLoss, Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.draws import BITS, DRAWS, SHARED_BLOCKS, drawn, shared_block
from derivcheck.rounding.operations import (
    COMPUTED_AS_THEY_ARE,
    MOVES,
    NEVER_ROUNDS,
    NEVER_ZERO,
    NO_POLE_AT_ZERO,
    ULPS,
    UNDERFLOWS,
    UNFUSED,
    is_exact,
    significant_bits,
)
from derivcheck.rounding.same_operations import occasion
from derivcheck.verdict.criterion import CRITERION, Criterion

SHORT_BITS = 40
"""A float64 of at most so many significant bits is meant exactly; a longer one is a rounded decimal or fraction."""


def spreads(
    program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: Setting
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative; None where torch raised.

    Args:
        program: what to differentiate.
        point: the exact value of each variable.
        wrts: what is asked for.
        setting: device, format and mode.
    """
    tape = PerturbedTape(setting)
    inputs = tuple(setting.tensor(point[name]) for name in program.variables)
    literals = tape.literals(program, setting)
    found = _perturbed(
        tape,
        lambda xs: program.run(xs, lambda place: tape.drawn_literal(literals[place])),
        program.variables,
        inputs,
        wrts,
        setting.mode,
    )
    if setting.dtype is DType.FLOAT64 or not tape.losses:
        return found
    wide = Setting("cpu", DType.FLOAT64, setting.mode)
    numbers = gradients(program, point, wrts, wide)
    return with_wide(found, numbers, spreads(program, point, wrts, wide), in_forward=False)


def function_spreads(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> list[Spread | None]:
    """The same for any elementwise function of 0-d tensors; what it computes without tensors is not perturbed."""
    tape = PerturbedTape(setting)
    found = _perturbed(tape, function, variables, inputs, wrts, setting.mode)
    if setting.dtype is DType.FLOAT64 or not tape.losses:
        return found
    wide = Setting("cpu", DType.FLOAT64, setting.mode)
    widened = tuple(tensor.cpu().double() for tensor in inputs)
    numbers = differentiate(function, variables, widened, wrts, wide)
    return with_wide(found, numbers, function_spreads(function, variables, widened, wrts, wide), in_forward=True)


def _perturbed(
    tape: PerturbedTape,
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    mode: Mode,
) -> list[Spread | None]:
    """Run a function and its derivatives on the tape."""

    def marked(xs: tuple[Tensor, ...]) -> Tensor:
        with tape.forward():
            return function(xs)

    repeated = tuple(tape.samples(tensor) for tensor in inputs)
    with tape:
        if mode.has_tangents:  # f is run once on its own, to tell its operations from those of the tangents
            derivatives(marked, variables, repeated, [()], mode)
            outcomes = derivatives(function, variables, repeated, wrts, mode)
        else:
            outcomes = derivatives(marked, variables, repeated, wrts, mode)
    return [tape.spread(outcome) if isinstance(outcome, Tensor) else None for outcome in outcomes]


def with_wide(
    found: list[Spread | None], numbers: list[Gradient], around: list[Spread | None], *, in_forward: bool
) -> list[Spread | None]:
    """Spreads that know the number as float64 computes it, and how far rounding can move that one.

    An overflow in f itself says nothing where the exact numbers are there to tell a branch that is not taken.
    """
    return [
        None
        if spread is None
        else spread.with_losses(
            replace(
                loss,
                wide=None
                if _overflows(wide, in_forward=in_forward) or _is_chance(number, wide)
                else math.nan
                if number.value is None
                else number.value,
                wide_spread=0.0 if wide is None else wide.absolute,
            )
            for loss in spread.losses
        )
        for spread, number, wide in zip(found, numbers, around, strict=True)
    ]


def _is_chance(number: Gradient, spread: Spread | None) -> bool:
    """Whether float64 has no number either, and rounding decides that: erfinv(1 - x) at a tiny x."""
    none = number.value is None or not math.isfinite(number.value)
    return none and spread is not None and spread.finite >= CRITERION.chance


def _overflows(spread: Spread | None, *, in_forward: bool) -> bool:
    """Whether an operation outside of f, or also within, overflows: then float64 cannot tell either."""
    return spread is not None and any(
        loss.range is Range.OVERFLOW and (in_forward or not loss.in_forward) for loss in spread.losses
    )


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal's samples before they are perturbed.

    Attributes:
        samples: the nearest number of the format, repeated.
        number: that number.
        exact: whether there is nothing to perturb.
        loss: how it leaves the format's range, None where it does not.
        value: what it stands for.
        shared: whether the samples may be handed out as they are: no code of the user's own can overwrite them.
    """

    samples: Tensor
    number: float
    exact: bool
    loss: RangeLoss | None
    value: Fraction | str
    shared: bool


class PerturbedTape(TorchDispatchMode):
    """Perturbs the result of every floating-point operation that is not exact.

    The first sample of the leading axis is left unperturbed: it tells whether an operation was exact on the numbers at
    hand, in which case there is nothing to perturb (`n - 5` with n = 4.0), and where the range was left.
    """

    def __init__(self, setting: Setting, criterion: Criterion = CRITERION) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dtype = TORCH_DTYPES[setting.dtype]
        self.smallest = 2.0**setting.dtype.min_exponent
        self.format = setting.dtype
        self.formats = frozenset(
            TORCH_DTYPES[dtype] for dtype in TORCH_DTYPES if dtype.precision >= setting.dtype.precision
        )
        self.count = criterion.samples + 1
        self.seed = criterion.seed
        self.generator: torch.Generator | None = None
        self.blocks = 0
        self.drawn: list[Tensor] = []
        self.constants: dict[float, Tensor] = {}
        self.known: dict[Hashable, Tensor] = {}
        self.in_forward = False
        self.losses: dict[bool, RangeLoss] = {}
        self.lost_in_forward: set[tuple[str, tuple[float, ...]]] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: otherwise the first dispatch imports all of torch._dynamo, which takes a second."""
        return False

    def samples(self, tensor: Tensor) -> Tensor:
        """A 0-d tensor repeated along the samples' axis."""
        return tensor.expand(self.count).clone()

    def literal(self, value: Fraction | str, nearest: Tensor) -> Tensor:
        """A literal's samples: perturbed unless the format holds the literal exactly."""
        return self.drawn_literal(self.repeated(value, nearest, shared=True))

    def literals(self, program: TorchProgram, setting: Setting) -> list[Literal]:
        """A program's literals, repeated ahead of the run, in which each call of torch's costs a dispatch."""
        shared = not program.own
        return [self.repeated(value, setting.literal(value), shared=shared) for value in program.literals]

    def repeated(self, value: Fraction | str, nearest: Tensor, *, shared: bool) -> Literal:
        """A literal's samples; none of a condition."""
        number, exact, loss = float(nearest), False, None
        if nearest.dtype is torch.bool:
            return Literal(nearest, number, exact=True, loss=None, value=value, shared=shared)
        if isinstance(value, Fraction):
            exact = math.isfinite(number) and Fraction(number) == value
            if not math.isfinite(number):
                loss = RangeLoss(Range.OVERFLOW, "a literal", in_forward=True)
            elif value and not number:
                loss = RangeLoss(Range.UNDERFLOW, "a literal", in_forward=True)
        return Literal(self.samples(nearest), number, exact, loss, value, shared)

    def drawn_literal(self, literal: Literal) -> Tensor:
        """The samples of a literal where it is used: the same ones wherever that is."""
        if literal.loss is not None:
            if literal.loss.range is Range.OVERFLOW:
                self.losses[True] = literal.loss
            self.losses.setdefault(True, literal.loss)
        if literal.exact:
            return literal.samples if literal.shared else literal.samples.clone()
        with torch._C._DisableTorchDispatch():
            return self.moved(literal.samples, self.once(literal.value, self.steps(literal.samples)))

    @contextmanager
    def forward(self) -> Iterator[None]:
        """Mark what runs inside as the forward pass."""
        before, self.in_forward = self.in_forward, True
        try:
            yield
        finally:
            self.in_forward = before

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name, scalar, mutable = _described(func)
        if name in MOVES and not self.is_narrowed(name, args):
            return func(*args, **(kwargs or {}))
        args = tuple(map(self.constant, args))
        if scalar:  # torch crashes where the tangent of a constant meets a plain number here
            args = tuple(map(_with_storage, args))
        if mutable:
            return self.in_place(func, name, args, kwargs or {})
        if name in UNFUSED and self.dtype in COMPUTED_AS_THEY_ARE:
            return self.unfused(name, args, kwargs or {}, func(*args, **(kwargs or {})))
        result = func(*args, **(kwargs or {}))
        if isinstance(result, tuple):  # log_sigmoid_forward and the backward of prelu return two tensors
            return tuple(self.rounded(name, args, part) if self.is_sampled(args, part) else part for part in result)
        if not self.is_sampled(args, result):
            return result
        if result.dtype is not self.dtype:  # float_power computes in float64, and so does what follows
            self.note_wider_overflow(name, args, result)
            return self.rounded(name, args, result)
        return self.rounded(name, args, self.nudge_scalars(func, args, kwargs or {}, result))

    def unfused(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], fused: Tensor) -> Tensor:
        """The samples of a result, each step of its kernel perturbed; what leaves the range inside is the kernel's."""
        losses, lost_in_forward = dict(self.losses), set(self.lost_in_forward)
        with self:
            result: Tensor = UNFUSED[name](*args, **kwargs)
        self.losses, self.lost_in_forward = losses, lost_in_forward
        self.note_range(name, args, _nominal(fused))
        return result

    def is_narrowed(self, name: str, args: tuple[Any, ...]) -> bool:
        """Whether a number of another format is moved into this one, as what float_power computes in float64 is."""
        return (
            name == "_to_copy"
            and isinstance(args[0], Tensor)
            and args[0].is_floating_point()
            and args[0].dtype is not self.dtype
        )

    def in_place(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation that overwrites its first argument, which is perturbed where it lies."""
        before = tuple(arg.clone() if isinstance(arg, Tensor) and not arg.is_meta else arg for arg in args)
        result = func(*args, **kwargs)
        if result is args[0] and self.is_sampled(before, result) and result.dim():
            result.copy_(self.rounded(name.removesuffix("_"), before, result))
        return result

    def is_sampled(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether a result is a number of the format, or its samples, in the format or a wider one."""
        if not isinstance(result, Tensor) or result.dtype not in self.formats or result.is_meta:
            return False
        if result.dim():
            return result.shape[0] == self.count
        return result.dtype is self.dtype and not any(
            isinstance(arg, Tensor) and arg.dim() for arg in args
        )  # else a sum over the samples

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its samples perturbed, unless the operation is exact; where it left the range is noted.

        A zero has no exact sign: of x - x in some samples it is the other one.
        """
        numbers = _numbers(result)
        outcome = _nominal(result) if numbers is None else numbers[0]
        steps = self.steps(result)
        if (not math.isfinite(outcome) or abs(outcome) < self.smallest) and result.dtype is self.dtype:
            self.note_range(name, args, outcome)
        if outcome == 0 and result.dim():
            result = torch.where((result == 0) & (steps > 0), -result, result)
        if name in NEVER_ROUNDS or (
            not any(map(_is_perturbed, args)) and is_exact(name, list(map(_nominal, args)), outcome)
        ):
            return result
        ulps = ULPS.get(name, 1)
        steps = self.again(name, args, steps)
        steps = steps if ulps == 1 else ulps * steps
        # A constant that is computed, 1/3 or log(2), rounds as well: it gets samples of its own.
        return self.moved(result if result.dim() else self.samples(result), steps, plain=_are_plain(numbers))

    def again(self, name: str, args: tuple[Any, ...], steps: Tensor) -> Tensor:
        """The steps of an operation: those that were drawn, or those of an earlier one that gave the same floats."""
        samples = list(map(_samples, args))
        if any(sample is None and arg is not None for sample, arg in zip(samples, args, strict=True)):
            return steps  # what else has an influence is not known
        return self.known.setdefault(occasion(name, samples), steps)

    def once(self, number: Fraction | str | float, steps: Tensor) -> Tensor:
        """The steps of a constant, which is the same wherever it is used."""
        return self.known.setdefault(number, steps)

    def constant(self, value: Any) -> Any:
        """The samples of a 0-d tensor that holds a rounded constant, such as 0.1; anything else as it is."""
        if not isinstance(value, Tensor) or value.dim() or not value.is_floating_point() or value.is_meta:
            return value
        number = float(value)
        if not math.isfinite(number) or significant_bits(number) <= self.format.precision // 2 + 1:
            return value
        if number not in self.constants:  # the same samples wherever it is used
            self.constants[number] = self.perturb(self.samples(value.to(self.dtype)))
        return self.constants[number]

    def perturb(self, tensor: Tensor) -> Tensor:
        """The tensor with samples but the first moved by an ulp up or down."""
        return self.moved(tensor, self.steps(tensor))

    def moved(self, tensor: Tensor, steps: Tensor, *, plain: bool = False) -> Tensor:
        """The tensor with its samples moved by so many ulps; `plain` says that each is finite and not 0.

        Neighbouring numbers have neighbouring bit patterns: an ulp away from 0 is 1 more in the integer of the bits.
        """
        moved = (tensor.contiguous().view(BITS[tensor.dtype]) + steps).view(tensor.dtype)
        if plain or _are_plain(_numbers(tensor)):
            return moved
        return torch.where(torch.isfinite(tensor) & (tensor != 0), moved, tensor)

    def steps(self, like: Tensor) -> Tensor:
        """A step of -1, 0 or 1 for every sample, 0 for the first.

        Every operation draws one, whether it needs it or not, so that the n-th operation has the same at every point.
        """
        if like.dim() and like.shape != (self.count,):
            return self.draw(like.shape).to(like.device)
        if not self.drawn:
            self.drawn = list(reversed(self.block()))
        steps = self.drawn.pop()
        return steps if like.is_cpu else steps.to(like.device)

    def block(self) -> Sequence[Tensor]:
        """The next steps of many operations: the first ones are drawn once for all tapes, whose seed is the same."""
        within_transform = torch._C._functorch.maybe_current_level() is not None  # what is made there dies with it
        if self.generator is None and self.blocks < SHARED_BLOCKS and not within_transform:
            self.blocks += 1
            return shared_block(self.seed, self.count, self.dtype, self.blocks - 1)
        return self.draw((DRAWS, self.count), dim=1).unbind()

    def draw(self, shape: Sequence[int], dim: int = 0) -> Tensor:
        """Steps, 0 for the first sample along a dimension."""
        if self.generator is None:  # what was drawn before came from what other tapes have drawn
            self.generator = torch.Generator().manual_seed(self.seed)
            for _ in range(self.blocks):
                torch.rand((DRAWS, self.count), generator=self.generator)
        return drawn(self.generator, shape, dim, self.dtype)

    def nudge_scalars(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor) -> Tensor:
        """The result with its plain Python numbers moved by an ulp, where they are rounded ones, such as 0.3."""
        if not kwargs and float not in map(type, args):
            return result
        plain: dict[int | str, Any] = dict(enumerate(args))
        plain.update(kwargs)
        rounded = [key for key, arg in plain.items() if isinstance(arg, float) and self.is_rounded(arg)]
        if not rounded or torch.Tag.nondeterministic_seeded in func.tags:
            return result
        for key in rounded:
            ulp = float(self.format.ulp(Fraction(plain[key])))
            down, up = (self.called(func, {**plain, key: plain[key] + step}) for step in (-ulp, ulp))
            steps = self.once(plain[key], self.steps(result))
            result = torch.where(steps > 0, up, torch.where(steps < 0, down, result))
        return result

    @staticmethod
    def called(func: Any, arguments: dict[int | str, Any]) -> Tensor:
        """The result of an operation on arguments by position and by name."""
        positional = [arg for key, arg in arguments.items() if isinstance(key, int)]
        result: Tensor = func(*positional, **{key: arg for key, arg in arguments.items() if isinstance(key, str)})
        return result

    def is_rounded(self, number: float) -> bool:
        """Whether a plain number was rounded on its way into the format: not 0.5, nor a float32 constant in float64."""
        if not math.isfinite(number):
            return False
        if self.dtype is torch.float64:
            return abs(number.as_integer_ratio()[0]).bit_length() > SHORT_BITS
        return self.format.nearest(Fraction(number)) != number

    def note_range(self, name: str, args: tuple[Any, ...], outcome: float) -> None:
        """Remember the first operation, in f and elsewhere, that left the range; an overflow outweighs an underflow."""
        operands = [_nominal(arg) for arg in args if not isinstance(arg, int) or (name == "mul" and arg == 0)]
        numbers = [number for number in operands if isinstance(number, float)]
        if not numbers or not all(map(math.isfinite, numbers)):
            return
        if math.isinf(outcome) and (0.0 not in numbers or name in NO_POLE_AT_ZERO):
            lost = Range.OVERFLOW
        elif name in UNDERFLOWS and abs(outcome) < self.smallest and (0.0 not in numbers or name in NEVER_ZERO):
            lost = Range.UNDERFLOW
        else:
            return
        operation = (name, tuple(numbers))
        if self.in_forward:
            self.lost_in_forward.add(operation)
        in_forward = operation in self.lost_in_forward  # where tangents are computed, f is computed again beside them
        known = self.losses.get(in_forward)
        if known is None or (lost is Range.OVERFLOW and known.range is Range.UNDERFLOW):
            self.losses[in_forward] = RangeLoss(lost, f"`{name}`", in_forward)

    def note_wider_overflow(self, name: str, args: tuple[Any, ...], result: Tensor) -> None:
        """Remember an overflow in a wider format than this one, in which float_power computes."""
        outcome = _nominal(result)
        if outcome is not None and math.isinf(outcome):
            self.note_range(name, args, outcome)

    def spread(self, outcome: Tensor) -> Spread:
        """The spread of a result's samples around the unperturbed one."""
        numbers = _with_storage(outcome.detach()).double().cpu().reshape(-1).tolist()
        losses = tuple(self.losses[in_forward] for in_forward in (True, False) if in_forward in self.losses)
        if len(numbers) != self.count:
            return Spread(0.0, 0.0, float(math.isfinite(numbers[0])), losses)
        nominal, samples = numbers[0], [x for x in numbers[1:] if math.isfinite(x)]
        finite = len(samples) / (self.count - 1)
        centre = nominal if math.isfinite(nominal) or not samples else samples[len(samples) // 2]
        scale = max((abs(x) for x in (centre, *samples) if math.isfinite(x)), default=0.0)
        if scale == 0 or not samples:
            return Spread(0.0, 0.0, finite, losses)
        relative = math.sqrt(sum((x / scale - centre / scale) ** 2 for x in samples) / len(samples))
        farthest = max(abs(x / scale - centre / scale) for x in samples)
        return Spread(relative * scale, relative, finite, losses, farthest * scale)


def _with_storage(value: Any) -> Any:
    """A tensor with storage in the place of one that is known to be zero and has none; anything else as it is."""
    if isinstance(value, Tensor) and torch._is_zerotensor(value):
        return torch.zeros(value.shape, dtype=value.dtype, device=value.device)
    return value


def _nominal(value: Any) -> Any:
    """The unperturbed sample of a tensor argument as a float; plain numbers as floats; anything else as it is."""
    if isinstance(value, Tensor):
        if value.dtype is torch.bool or not value.numel():
            return None
        if torch._is_zerotensor(value):  # the tangent of a constant in forward mode: there is no storage to read
            return 0.0
        if value.dim() == 1 and value.is_cpu:
            return value.tolist()[0]
        return float(value if value.dim() == 0 else value[0] if value.dim() == 1 else value.reshape(-1)[0])
    if isinstance(value, bool) or value is None:
        return None
    return float(value) if isinstance(value, int | float) else None


def _numbers(tensor: Tensor) -> list[float] | None:
    """The samples one by one, which costs less than a kernel or two; None where they are not at hand."""
    if tensor.dim() != 1 or not tensor.is_cpu or torch._is_zerotensor(tensor):
        return None
    numbers: list[float] = tensor.tolist()
    return numbers


_TOLD_APART = 20
"""So many samples tell one number from another: two that were moved independently agree in all by a chance of 1e-6."""


def _samples(value: Any) -> tuple[float, ...] | None:
    """The first samples of an argument, or the number that it is; None of anything else."""
    if isinstance(value, Tensor):
        if value.dtype is torch.bool:
            return None
        numbers = _numbers(value) if value.dim() else [_nominal(value)]
        return None if numbers is None else tuple(numbers[:_TOLD_APART])
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _are_plain(numbers: list[float] | None) -> bool:
    """Whether samples are seen at a glance to be finite and not 0."""
    return numbers is not None and math.isfinite(sum(numbers)) and 0.0 not in numbers


@cache
def _described(func: Any) -> tuple[str, bool, bool]:
    """An operation's name, whether its last argument is a plain number, and whether it overwrites its first."""
    return func.overloadpacket.__name__, func._overloadname == "Scalar", func._schema.is_mutable


def _is_perturbed(value: Any) -> bool:
    """Whether the samples of a tensor argument differ: what is exact on the first need not be on the others."""
    if not isinstance(value, Tensor) or value.numel() < 2 or torch._is_zerotensor(value):
        return False
    numbers = _numbers(value)
    if numbers is not None:
        return numbers.count(numbers[0]) < len(numbers)
    return not bool((value == value.reshape(-1)[0]).all())
