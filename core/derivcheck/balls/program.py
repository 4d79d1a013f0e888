"""The ball reading: an Expression as straight-line code in Arb's ball arithmetic.

A ball is a midpoint with a radius and always contains the exact value. Arb is described in F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on Computers 66 (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from derivcheck.balls import ball_kernels
from derivcheck.balls.ball_kernels import OutOfDomain
from derivcheck.errors import UnsupportedError
from derivcheck.language import functions
from derivcheck.language.parse import constant_expression, definition
from derivcheck.language.rationals import arithmetic, compared, step_function
from derivcheck.model import Dyadic, Enclosure
from derivcheck.tree import Expression, NodeKind


@dataclass(frozen=True, slots=True)
class Outside:
    """The result of an expression that has no real value on the whole ball, and why."""

    reason: str


Ball = Any
"""An `arb`, an `Outside`, or, of a condition, True, False or None (undecided)."""

Kernel = Callable[..., Ball]


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with `bits` bits inside, whatever the precision was outside."""
    with ctx.workprec(bits):
        yield


class Instruction(NamedTuple):
    """One step of a program.

    Attributes:
        kernel: what is computed.
        args: the slots of its arguments.
        takes_outside: whether an argument may be an Outside.
        inner: whether it is a step of a definition for which torch has one kernel, which may go about it otherwise.
        literal: the exact number that it gives, whatever its arguments; None of any other step.
        jumps: whether it is a function that is discontinuous somewhere.
    """

    kernel: Kernel
    args: tuple[int, ...]
    takes_outside: bool = False
    inner: bool = False
    literal: Fraction | None = None
    jumps: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """An Expression compiled to straight-line code, composites written out.

    Attributes:
        variables: the names whose balls fill the first slots.
        code: the steps; the i-th writes the slot after the variables' and the earlier steps'.
        root: the slot of the result.
        outer: for each node of the Expression, its slot.
        jumps: whether a function that is discontinuous somewhere takes part.
    """

    variables: tuple[str, ...]
    code: tuple[Instruction, ...]
    root: int
    outer: tuple[int, ...]
    jumps: bool = False

    def run(self, point: Mapping[str, arb]) -> Ball:
        """The result at a point or on a ball, at the current precision."""
        return self.trace(point)[self.root]

    def trace(self, point: Mapping[str, arb]) -> list[Ball]:
        """Every slot at a point or on a ball, at the current precision."""
        return self.resume([point[name] for name in self.variables])

    def resume(self, slots: list[Ball]) -> list[Ball]:
        """Every slot, where the first ones, those of the variables at least, are given."""
        slots = slots[:]
        any_outside = any(isinstance(value, Outside) for value in slots)
        for step in self.code[len(slots) - len(self.variables) :]:
            kernel, args, takes_outside, _, _, _ = step
            values = [slots[arg] for arg in args]
            if any_outside and not takes_outside:
                outside = next((value for value in values if isinstance(value, Outside)), None)
                if outside is not None:
                    slots.append(outside)
                    continue
            try:
                value = kernel(*values)
            except OutOfDomain as error:
                value = Outside(error.reason)
            slots.append(value)
            any_outside = any_outside or isinstance(value, Outside)
        return slots


def live_slots(program: Program, slots: list[Ball]) -> set[int]:
    """The slots that the result depends on, branches that are not taken left out.

    Args:
        program: the program.
        slots: what `Program.trace` gave.
    """
    first = len(program.variables)
    live: set[int] = set()
    pending = [program.root]
    while pending:
        slot = pending.pop()
        if slot in live:
            continue
        live.add(slot)
        if slot < first:
            continue
        step = program.code[slot - first]
        args = step.args
        if step.kernel is _where and isinstance(slots[args[0]], bool):
            args = (args[0], args[1] if slots[args[0]] else args[2])
        pending.extend(args)
    return live


def compile_balls(
    expression: Expression, *, literal_radius: Callable[[str], Fraction] | None = None, as_torch: bool = False
) -> Program:
    """Compile an Expression.

    Args:
        expression: what to compile.
        literal_radius: how far the number may be from a literal of this text; None: every literal is exact.
        as_torch: whether to write out what torch has no kernel of, sech as 1/cosh, so that the steps are torch's.

    Raises:
        UnsupportedError: for a function without a ball reading.
    """
    compiler = _Compiler(expression.variables, literal_radius, as_torch=as_torch)
    outer = compiler.emit(expression, {name: slot for slot, name in enumerate(expression.variables)})
    return Program(expression.variables, tuple(compiler.code), outer[-1], tuple(outer), compiler.jumps)


_MAX_BITS = 1000
"""The longest numerator or denominator of a constant that is computed exactly."""


class _Compiler:
    """Collects the steps of one program."""

    def __init__(
        self, variables: tuple[str, ...], literal_radius: Callable[[str], Fraction] | None, *, as_torch: bool
    ) -> None:
        self.first = len(variables)
        self.literal_radius = literal_radius
        self.as_torch = as_torch
        self.inner = False
        self.code: list[Instruction] = []
        self.jumps = False
        self.exact: dict[int, Fraction] = {}  # slots of rational constants

    def step(
        self,
        kernel: Kernel,
        args: tuple[int, ...] = (),
        *,
        takes_outside: bool = False,
        literal: Fraction | None = None,
        jumps: bool = False,
    ) -> int:
        self.code.append(Instruction(kernel, args, takes_outside, self.inner, literal, jumps))
        slot = self.first + len(self.code) - 1
        if literal is not None:
            self.exact[slot] = literal
        return slot

    def emit(self, expression: Expression, names: Mapping[str, int]) -> list[int]:
        """Append the steps of `expression`, its variables bound to slots; the slot of each node."""
        slots: list[int] = []
        for node in expression:
            if node.kind is NodeKind.VARIABLE:
                slots.append(names[node.name])
            elif node.kind is NodeKind.NUMBER:
                assert node.value is not None
                radius = self.literal_radius(node.name) if self.literal_radius else Fraction(0)
                slots.append(self.step(_literal(node.value, radius), literal=None if radius else node.value))
            elif node.kind is NodeKind.CONSTANT:
                slots.append(self.step(_constant(node.name)))
            else:
                slots.append(self.call(node.name, [slots[arg] for arg in node.args]))
        return slots

    def constant(self, name: str, args: list[int]) -> int | None:
        """Append the exact result of one call on rational numbers, its slot; None where it is not known.

        No enclosure tells whether 1/3 < 1/3, and none whether floor(2/0.1) is 20 or 19.
        """
        values = [self.exact[arg] for arg in args if arg in self.exact]
        if len(values) < len(args) or not all(map(_is_small, values)):
            return None
        holds = compared(name, values)
        if holds is not None:
            return self.step(_constant(str(holds)))
        if name == "pow" and abs(values[1]) > _MAX_BITS:
            return None
        value = arithmetic(name, values)
        if value is None:
            value = step_function(name, values)
        return None if value is None or not _is_small(value) else self.step(_literal(value, Fraction(0)), literal=value)

    def call(self, name: str, args: list[int]) -> int:
        """Append the steps of one call; the slot of its result."""
        row = functions.function(name)
        assert row is not None, name
        constant = None if self.as_torch else self.constant(name, args)
        if constant is not None:
            return constant
        self.jumps = self.jumps or row.jumps
        if name in _LAZY:
            return self.step(_LAZY[name], tuple(args), takes_outside=True, jumps=row.jumps)
        if self.as_torch and row.torch_steps is not None:
            return self.emit(definition(row.torch_steps, row.params), dict(zip(row.params, args, strict=True)))[-1]
        if row.ball is not None and not (self.as_torch and row.torch is None and row.definition is not None):
            return self.step(getattr(ball_kernels, row.ball), tuple(args), jumps=row.jumps)
        if row.definition is None:
            raise UnsupportedError(f"`{name}` has no ball reading")
        for option in row.options[len(args) - len(row.params) :]:
            args = [*args, self.emit(constant_expression(option.default), {})[-1]]
        names = [*row.params, *(option.name for option in row.options)]
        before = self.as_torch, self.inner
        self.as_torch, self.inner = self.as_torch and row.torch is None, self.inner or row.torch is not None
        slot = self.emit(definition(row.definition, tuple(names)), dict(zip(names, args, strict=True)))[-1]
        self.as_torch, self.inner = before
        last = slot - self.first
        if last >= 0 and not self.inner:  # the result is the kernel's
            self.code[last] = self.code[last]._replace(inner=False)
        return slot


def _is_small(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MAX_BITS


def _literal(value: Fraction, radius: Fraction) -> Kernel:
    """A step that gives a literal, rounded only to the precision of the moment, give or take a radius."""
    exact = fmpq(value.numerator, value.denominator)
    if not radius:
        return lambda: arb(exact)
    around = fmpq(radius.numerator, radius.denominator)
    return lambda: arb(arb(exact), arb(around))


def _constant(name: str) -> Kernel:
    """A step that gives a named constant."""
    if name in {"True", "False"}:
        return lambda: name == "True"
    if name == "nan":
        return lambda: Outside("no branch holds here")
    row = functions.constant(name)
    assert row is not None, name
    kernel: Kernel = getattr(ball_kernels, row.ball)
    return kernel


def _where(condition: Ball, then: Ball, other: Ball) -> Ball:
    """The branch that holds; both, where that is undecided."""
    if isinstance(condition, Outside):
        return condition
    if condition is not None:
        return then if condition else other
    if isinstance(then, Outside) and isinstance(other, Outside):
        return then
    if isinstance(then, Outside) or isinstance(other, Outside):
        return arb.nan()
    return then.union(other)


def _and(left: Ball, right: Ball) -> Ball:
    return _decided_by(left, right, deciding=False)


def _or(left: Ball, right: Ball) -> Ball:
    return _decided_by(left, right, deciding=True)


def _decided_by(left: Ball, right: Ball, *, deciding: bool) -> Ball:
    """Three-valued logic, in which one operand may decide alone."""
    if left is deciding or right is deciding:
        return deciding
    for operand in (left, right):
        if isinstance(operand, Outside):
            return operand
    return None if left is None or right is None else not deciding


_LAZY: dict[str, Kernel] = {"where": _where, "and": _and, "or": _or}


# --- between exact numbers and balls --------------------------------------------------------------------------------


def exact_ball(value: Fraction) -> arb:
    """A dyadic number as a ball of radius 0, whatever the precision.

    Raises:
        ValueError: for a number that is not dyadic.
    """
    denominator = value.denominator
    if denominator & (denominator - 1):
        raise ValueError(f"{value} is not dyadic")
    return arb((value.numerator, -(denominator.bit_length() - 1)))


def enclosure(ball: arb) -> Enclosure:
    """A finite ball as exact numbers; one that contains 0 is centred there."""
    if not ball.is_exact() and ball.contains(0):
        return Enclosure(Dyadic(0, 0), dyadic(arb(ball.abs_upper()).mid()))
    return Enclosure(dyadic(ball.mid()), dyadic(ball.rad()))


def dyadic(exact: arb) -> Dyadic:
    """A finite ball of radius 0 as an exact number."""
    man, exp = exact.man_exp()
    return Dyadic(int(man), int(exp))


def to_ball(bounds: Enclosure) -> arb:
    """An Enclosure as a ball."""
    mid, rad = bounds.mid, bounds.rad
    return arb(arb((mid.man, mid.exp)), arb((rad.man, rad.exp)))
