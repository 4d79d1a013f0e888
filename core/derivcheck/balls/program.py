"""The ball reading: an Expression as straight-line code in Arb's ball arithmetic.

A ball is a midpoint with a radius and always contains the exact value. Arb is described in F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on Computers 66 (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum, auto
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from derivcheck.balls import ball_kernels
from derivcheck.balls.ball_kernels import OutOfDomain
from derivcheck.errors import UnsupportedError
from derivcheck.language import functions
from derivcheck.language.parse import constant_expression, definition
from derivcheck.language.rationals import arithmetic, compared, step_function
from derivcheck.model import Dyadic, Enclosure
from derivcheck.tree import Expression, Node, NodeKind


@dataclass(frozen=True, slots=True)
class Outside:
    """The result of an expression that has no real value on the whole ball, and why."""

    reason: str


Ball = Any
"""An `arb`, an `Outside`, or, of a condition, True, False or None (undecided)."""

Kernel = Callable[..., Ball]


def precision(bits: int) -> AbstractContextManager[object]:
    """Compute with `bits` bits inside, whatever the precision was outside."""
    local: AbstractContextManager[object] = ctx.workprec(bits)
    return local


class Instruction(NamedTuple):
    """One step of a program.

    Attributes:
        kernel: what is computed.
        args: the slots of its arguments.
        depends: the variables that it depends on, as bits: the i-th variable's is 2**i.
        takes_outside: whether an argument may be an Outside.
        inner: of torch's steps, whether it belongs to a definition for which torch has one kernel, which may go about
            it otherwise.
        literal: the exact number that it gives, whatever its arguments; None of any other step.
        jumps: whether it is a function that is discontinuous somewhere.
    """

    kernel: Kernel
    args: tuple[int, ...]
    depends: int = 0
    takes_outside: bool = False
    inner: bool = False
    literal: Fraction | None = None
    jumps: bool = False


class _Unknown(Enum):
    """The slot of a step that was not run."""

    UNKNOWN = auto()


_UNKNOWN = _Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Program:
    """An Expression compiled to straight-line code, composites written out.

    What occurs in it several times is computed once, unless the steps are torch's, which computes it each time. A
    program that was compiled after another one begins with the steps of that one, some of which it needs.

    Attributes:
        variables: the names whose balls fill the first slots.
        code: the steps; the i-th writes the slot after the variables' and the earlier steps'.
        root: the slot of the result.
        outer: for each node of the Expression, its slot.
        jumps: whether a function that is discontinuous somewhere takes part.
        after: the program with whose steps it begins.
        known: the slots of what later programs may need again, by what is computed there.
    """

    variables: tuple[str, ...]
    code: tuple[Instruction, ...]
    root: int
    outer: tuple[int, ...]
    jumps: bool = False
    after: Program | None = None
    known: Mapping[object, int] = field(default_factory=dict, compare=False, repr=False)

    def run(self, point: Mapping[str, arb]) -> Ball:
        """The result at a point or on a ball, at the current precision."""
        slots = [point[name] for name in self.variables]
        return self.resume(slots)[self.root] if self.after is None else self.result(slots)

    def trace(self, point: Mapping[str, arb]) -> list[Ball]:
        """Every slot at a point or on a ball, at the current precision."""
        return self.resume([point[name] for name in self.variables])

    def resume(self, slots: Sequence[Ball]) -> list[Ball]:
        """Every slot, where the first ones, those of the variables at least, are given."""
        given, count = len(slots), len(self.variables) + len(self.code)
        filled = [*slots, *[_UNKNOWN] * (count - given)]
        self._fill(filled, range(given, count))
        return filled

    def moved(self, slots: Sequence[Ball], place: Mapping[str, arb]) -> list[Ball]:
        """Every slot, given those of another point or ball, from which this one differs in some variables.

        Args:
            slots: what `trace` gave there, at the same precision.
            place: the balls of those variables.
        """
        first, moving = len(self.variables), 0
        filled = [*slots]
        for index, name in enumerate(self.variables):
            if name in place:
                filled[index] = place[name]
                moving |= 1 << index
        steps = [slot for slot, step in enumerate(self.code, first) if step.depends & moving]
        for slot in steps:
            filled[slot] = _UNKNOWN
        self._fill(filled, steps)
        return filled

    def result(self, slots: Sequence[Ball]) -> Ball:
        """The result, where the first slots, those of the variables at least, are given; only what it needs is run."""
        first, given, code = len(self.variables), len(slots), self.code
        needed: set[int] = set()
        pending = [self.root]
        while pending:
            slot = pending.pop()
            if slot >= given and slot not in needed:
                needed.add(slot)
                pending.extend(code[slot - first].args)
        filled = [*slots, *[_UNKNOWN] * (first + len(code) - given)]
        self._fill(filled, sorted(needed))
        return filled[self.root]

    def is_after(self, other: Program) -> bool:
        """Whether it begins with the steps of another program."""
        return self.after is other or (self.after is not None and self.after.is_after(other))

    def _fill(self, slots: list[Ball], steps: Iterable[int]) -> None:
        """Run some steps, in order; the arguments of each are known, or are among them."""
        code, first = self.code, len(self.variables)
        any_outside = Outside in map(type, slots)
        for slot in steps:
            kernel, args, _, takes_outside, _, _, _ = code[slot - first]
            if any_outside and not takes_outside:
                outside = next((slots[arg] for arg in args if isinstance(slots[arg], Outside)), None)
                if outside is not None:
                    slots[slot] = outside
                    continue
            try:
                if len(args) == 2:  # most have two: to list them takes longer than to add them
                    slots[slot] = kernel(slots[args[0]], slots[args[1]])
                else:
                    slots[slot] = kernel(*[slots[arg] for arg in args])
            except OutOfDomain as error:
                slots[slot] = Outside(error.reason)
                any_outside = True


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
    expression: Expression,
    *,
    after: Program | None = None,
    literal_radius: Callable[[str], Fraction] | None = None,
    as_torch: bool = False,
) -> Program:
    """Compile an Expression.

    Args:
        expression: what to compile.
        after: a program whose steps need not be computed again; one that lacks a variable does not help, and none
            does where literals are no longer exact, or the steps torch's.
        literal_radius: how far the number may be from a literal of this text; None: every literal is exact.
        as_torch: whether to write out what torch has no kernel of, sech as 1/cosh, so that the steps are torch's.

    Raises:
        UnsupportedError: for a function without a ball reading.
    """
    if after is not None and (literal_radius or as_torch or not set(expression.variables) <= set(after.variables)):
        after = None
    variables = expression.variables if after is None else after.variables
    compiler = _Compiler(variables, after, literal_radius, as_torch=as_torch)
    outer = compiler.emit(expression, {name: slot for slot, name in enumerate(variables)})
    return Program(variables, tuple(compiler.code), outer[-1], tuple(outer), compiler.jumps, after, compiler.known)


_MAX_BITS = 1000
"""The longest numerator or denominator of a constant that is computed exactly."""

_MOST_ROUNDED = 2**32
"""Whole numbers up to this one are balls of radius 0 at any precision in use: those are made once."""


class _Compiler:
    """Collects the steps of one program."""

    def __init__(
        self,
        variables: tuple[str, ...],
        after: Program | None,
        literal_radius: Callable[[str], Fraction] | None,
        *,
        as_torch: bool,
    ) -> None:
        self.first = len(variables)
        self.literal_radius = literal_radius
        self.as_torch = as_torch
        self.shares = not as_torch
        self.inner = False
        self.code: list[Instruction] = [] if after is None else [*after.code]
        self.jumps = after is not None and after.jumps
        self.known: dict[object, int] = {} if after is None else {**after.known}
        self.depends = [1 << slot for slot in range(self.first)] + [step.depends for step in self.code]

    def step(
        self,
        kernel: Kernel,
        args: tuple[int, ...] = (),
        depends: int = 0,
        literal: Fraction | None = None,
        *,
        takes_outside: bool = False,
        jumps: bool = False,
    ) -> int:
        """Append a step, which depends on what its arguments depend on; its slot."""
        self.code.append(Instruction(kernel, args, depends, takes_outside, self.inner, literal, jumps))
        self.depends.append(depends)
        return len(self.depends) - 1

    def emit(self, expression: Expression, names: Mapping[str, int]) -> list[int]:
        """Append the steps of `expression`, its variables bound to slots; the slot of each node."""
        slots: list[int] = []
        known = self.known.get
        call, variable = NodeKind.CALL, NodeKind.VARIABLE
        for node in expression.nodes:
            if node.kind is variable:
                slots.append(names[node.name])
                continue
            if node.kind is call:
                args = tuple([slots[arg] for arg in node.args])
                key: object = (node.name, args)
            else:
                args, key = (), node.name
            slot = known(key)
            if slot is None:
                slot = self.call(node.name, args) if node.kind is call else self.leaf(node)
                if self.shares:
                    self.known[key] = slot
            slots.append(slot)
        return slots

    def leaf(self, node: Node) -> int:
        """Append a literal of the Expression, or a named constant; its slot."""
        if node.value is None:
            return self.step(_constant(node.name))
        radius = self.literal_radius(node.name) if self.literal_radius else None
        return self.step(_widened(node.value, radius)) if radius else self.literal(node.value)

    def literal(self, value: Fraction) -> int:
        """Append an exact number, unless it is there under another spelling; its slot."""
        ratio = value.as_integer_ratio()  # the hash of a Fraction takes longer than all the rest
        slot = self.known.get(ratio)
        if slot is None:
            slot = self.step(literal_step(*ratio), literal=value)
            if self.shares:
                self.known[ratio] = slot
        return slot

    def exact(self, slot: int) -> Fraction | None:
        """The number that a slot holds whatever the point, None where it is not known exactly."""
        return self.code[slot - self.first].literal if slot >= self.first else None

    def folded(self, name: str, args: tuple[int, ...]) -> int | None:
        """Append the exact result of one call on rational numbers, its slot; None where it is not known.

        No enclosure tells whether 1/3 < 1/3, and none whether floor(2/0.1) is 20 or 19.
        """
        values: list[Fraction] = []
        for arg in args:
            value = self.exact(arg)
            if value is None or not _is_small(value):
                return None
            values.append(value)
        holds = compared(name, values)
        if holds is not None:
            return self.step(_constant(str(holds)))
        if name == "pow" and abs(values[1]) > _MAX_BITS:
            return None
        result = arithmetic(name, values)
        if result is None:
            result = step_function(name, values)
        return None if result is None or not _is_small(result) else self.literal(result)

    def call(self, name: str, args: tuple[int, ...]) -> int:
        """Append the steps of one call; the slot of its result."""
        depends = 0
        for arg in args:
            depends |= self.depends[arg]
        if not depends and not self.as_torch:
            folded = self.folded(name, args)
            if folded is not None:
                return folded
        row, kernel = _row(name)
        if row.jumps:
            self.jumps = True
        if self.as_torch and row.torch_steps is not None:
            return self.emit(definition(row.torch_steps, row.params), dict(zip(row.params, args, strict=True)))[-1]
        if kernel is not None and not (self.as_torch and row.torch is None and row.definition is not None):
            if name == "pow" and self.shares and (exponent := self.exact(args[1])) is not None:
                kernel = ball_kernels.power_to(exponent)
            elif name in _WITH_ITSELF and self.shares and args[0] == args[1]:
                kernel = _WITH_ITSELF[name]
            return self.step(kernel, args, depends, takes_outside=name in _LAZY, jumps=row.jumps)
        if row.definition is None:
            raise UnsupportedError(f"`{name}` has no ball reading")
        for option in row.options[len(args) - len(row.params) :]:
            args = (*args, self.emit(constant_expression(option.default), {})[-1])
        names = [*row.params, *(option.name for option in row.options)]
        before = self.as_torch, self.inner
        self.as_torch, self.inner = self.as_torch and row.torch is None, self.inner or row.torch is not None
        slot = self.emit(definition(row.definition, tuple(names)), dict(zip(names, args, strict=True)))[-1]
        self.as_torch, self.inner = before
        last = slot - self.first
        if last >= 0 and not self.inner:  # the result is the kernel's
            self.code[last] = self.code[last]._replace(inner=False)
        return slot


@cache
def _row(name: str) -> tuple[functions.Function, Kernel | None]:
    """A function's row, and its kernel if it has one."""
    row = functions.function(name)
    assert row is not None, name
    if name in _LAZY:
        return row, _LAZY[name]
    return row, None if row.ball is None else getattr(ball_kernels, row.ball)


def _is_small(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MAX_BITS


@lru_cache(maxsize=1024)
def literal_step(numerator: int, denominator: int) -> Kernel:
    """A step that gives a literal, rounded only to the precision of the moment."""
    exact = fmpq(numerator, denominator)
    if denominator == 1 and abs(numerator) <= _MOST_ROUNDED:
        whole = arb(exact)
        return lambda: whole
    return lambda: arb(exact)


def _widened(value: Fraction, radius: Fraction) -> Kernel:
    """A step that gives a literal, give or take a radius."""
    exact, around = (fmpq(number.numerator, number.denominator) for number in (value, radius))
    return lambda: arb(arb(exact), arb(around))


def _constant(name: str) -> Kernel:
    """A step that gives a named constant."""
    if name in {"True", "False"}:
        return lambda: name == "True"
    if name == "nan":
        return _no_branch
    row = functions.constant(name)
    assert row is not None, name
    kernel: Kernel = getattr(ball_kernels, row.ball)
    return kernel


def _no_branch() -> Ball:
    raise OutOfDomain("no branch holds here")


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


def _with_itself(kernel: Kernel, *, holds: bool) -> Kernel:
    """A comparison of a number with itself, of which no enclosure tells that it is the same one."""
    return lambda x, y: holds if x.is_finite() else kernel(x, y)


_WITH_ITSELF: dict[str, Kernel] = {
    name: _with_itself(getattr(ball_kernels, name), holds=name in {"eq", "le", "ge"})
    for name in ("eq", "ne", "lt", "le", "gt", "ge")
}


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
