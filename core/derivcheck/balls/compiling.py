"""Compiling: from an Expression to the steps of a ball program, composites written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from flint import arb, fmpq

from derivcheck.balls.ball import Kernel
from derivcheck.balls.kernels.conditions import with_itself
from derivcheck.balls.kernels.lookup import kernel as ball_kernel
from derivcheck.balls.program import ALTERED, Instruction, Program
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import bind
from derivcheck.graph.folding import exact_result
from derivcheck.language import table
from derivcheck.language.parse import definition
from derivcheck.model.expression import LITERAL, Expression, Node, NodeKind


class Given(NamedTuple):
    """What a program is given from elsewhere, as a step without arguments.

    Attributes:
        kernel: gives the number, at the precision of the moment.
        literal: the exact number where it is known.
        passes_infinity: whether a number on the way to it is infinite. The program then has an infinite step before it.
    """

    kernel: Kernel
    literal: Fraction | None = None
    passes_infinity: bool = False


_NOTHING_GIVEN: Mapping[str, Given] = MappingProxyType({})


def compile_balls(
    formula: Expression | Elements,
    *,
    after: Program | None = None,
    given: Mapping[str, Given] = _NOTHING_GIVEN,
    literal_radius: Callable[[str], Fraction] | None = None,
    as_torch: bool = False,
) -> Program:
    """Compile Elements, an Expression being those of one number.

    Args:
        formula: what to compile.
        after: a program whose steps need not be computed again; one that lacks a variable does not help, and none
            does where literals are no longer exact, or the steps torch's.
        given: what is computed elsewhere, by names that are no variables of the program; with `after`, those that
            were given to it.
        literal_radius: how far the number may be from a literal of this text; None: every literal is exact.
        as_torch: whether to write out what torch has no kernel of, sech as 1/cosh, so that the steps are torch's.

    Raises:
        UnsupportedError: for a function without a ball reading.
    """
    elements = Elements.of(formula)
    wanted = elements.addresses if not given else [name for name in elements.addresses if name not in given]
    if after is not None and (literal_radius or as_torch or not set(wanted) <= set(after.variables)):
        after = None
    variables = tuple(wanted) if after is None else after.variables
    compiler = _Compiler(variables, after, literal_radius, as_torch=as_torch)
    names = {name: slot for slot, name in enumerate(variables)}
    outer = compiler.emit(elements, {**names, **compiler.put(given)} if given else names)
    roots = tuple([outer[root] for root in elements.roots])
    return Program(variables, tuple(compiler.code), roots, tuple(outer), compiler.jumps, after, compiler.known)


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
        self.node = 0
        self.code: list[Instruction] = [] if after is None else [*after.code]
        self.jumps = after is not None and after.jumps
        self.known: dict[object, int] = {} if after is None else {**after.known}
        self.depends = [1 << slot for slot in range(self.first)] + [step.depends for step in self.code]

    def step(self, step: Instruction) -> int:
        """Append a step; its slot."""
        self.code.append(step)
        self.depends.append(step.depends)
        return len(self.depends) - 1

    def constant(self, kernel: Kernel, function: str, literal: Fraction | None = None) -> int:
        """Append a step without arguments; its slot."""
        return self.step(Instruction(kernel, (), function, self.node, inner=self.inner, literal=literal))

    def put(self, given: Mapping[str, Given]) -> dict[str, int]:
        """The slots of what is given from elsewhere, whose steps are appended unless they are there."""
        slots: dict[str, int] = {}
        for name, number in given.items():
            slot = self.known.get((name,))
            if slot is None:
                slot = self.known[name,] = self.number(number)
            slots[name] = slot
        return slots

    def number(self, given: Given) -> int:
        """Append the steps of a number from elsewhere; its slot."""
        kernel, literal, passes_infinity = given
        if not passes_infinity:
            return self.constant(kernel, ALTERED if literal is None else LITERAL, literal)
        infinity = self.constant(arb.pos_inf, ALTERED)
        return self.step(Instruction(lambda _: kernel(), (infinity,), ALTERED, self.node))

    def emit(self, formula: Expression | Elements, names: Mapping[str, int], within: int | None = None) -> list[int]:
        """Append the steps of `formula`, its variables bound to slots; the slot of each node.

        Args:
            formula: what to compile.
            names: the slot of each variable.
            within: where it is the definition of a composite, the node of the call; all steps come from there.
        """
        slots: list[int] = []
        known = self.known.get
        call, variable = NodeKind.CALL, NodeKind.VARIABLE
        for position, node in enumerate(formula.nodes):
            if node.kind is variable:
                slots.append(names[node.name])
                continue
            if node.kind is call:
                at = node.args  # mostly two: to list them takes twice as long
                args = (slots[at[0]], slots[at[1]]) if len(at) == 2 else tuple([slots[arg] for arg in at])
                key: object = (node.name, args)
            else:
                args, key = (), node.name
            slot = known(key)
            if slot is None:
                self.node = position if within is None else within
                slot = self.call(node.name, args) if node.kind is call else self.leaf(node)
                if self.shares:
                    self.known[key] = slot
            slots.append(slot)
        return slots

    def leaf(self, node: Node) -> int:
        """Append a literal of the Expression, or a named constant; its slot."""
        if node.value is None:
            return self.constant(_constant(node.name), node.name)
        radius = self.literal_radius(node.name) if self.literal_radius else None
        return self.constant(_widened(node.value, radius), LITERAL) if radius else self.literal(node.value)

    def literal(self, value: Fraction) -> int:
        """Append an exact number, unless it is there under another spelling; its slot."""
        ratio = value.as_integer_ratio()  # the hash of a Fraction takes longer than all the rest
        slot = self.known.get(ratio)
        if slot is None:
            slot = self.constant(literal_step(*ratio), LITERAL, value)
            if self.shares:
                self.known[ratio] = slot
        return slot

    def exact(self, slot: int) -> Fraction | None:
        """The number that a slot holds whatever the point, None where it is not known exactly."""
        return self.code[slot - self.first].literal if slot >= self.first else None

    def folded(self, name: str, args: tuple[int, ...]) -> int | None:
        """Append the exact result of one call on rational numbers; its slot, None where it is not known."""
        result = exact_result(name, [self.exact(arg) for arg in args])
        if isinstance(result, bool):
            return self.constant(_constant(str(result)), str(result))
        return None if result is None else self.literal(result)

    def call(self, name: str, args: tuple[int, ...]) -> int:
        """Append the steps of one call, which depend on what its arguments depend on; the slot of its result."""
        depends = 0
        for arg in args:
            depends |= self.depends[arg]
        if not depends and not self.as_torch:
            folded = self.folded(name, args)
            if folded is not None:
                return folded
        row, kernel, swings = _row(name)
        if row.jumps:
            self.jumps = True
        if self.as_torch and row.torch_steps is not None:
            return self.written_out(definition(row.torch_steps, row.params), dict(zip(row.params, args, strict=True)))
        if kernel is not None and not (self.as_torch and row.torch is None and row.definition is not None):
            if row.ball_of is not None and self.shares and (final := self.exact(args[-1])) is not None:
                kernel = _kernel_of(row.ball_of, *final.as_integer_ratio())
            elif row.of_itself is not None and self.shares and args[0] == args[1]:
                kernel = with_itself(kernel, holds=row.of_itself)
            return self.step(
                Instruction(kernel, args, row.name, self.node, depends, row.branch, self.inner, row.jumps, swings)
            )
        if row.definition is None:
            raise UnsupportedError(f"`{name}` has no ball reading")
        body, names = bind(row, args, self.written_out)
        before = self.as_torch, self.inner
        self.as_torch, self.inner = self.as_torch and row.torch is None, self.inner or row.torch is not None
        slot = self.written_out(body, names)
        self.as_torch, self.inner = before
        last = slot - self.first
        if last >= 0 and not self.inner:  # the result is the kernel's
            self.code[last] = replace(self.code[last], inner=False)
        return slot

    def written_out(self, body: Expression, names: Mapping[str, int]) -> int:
        """Append the steps of an Expression in the place of the call at `self.node`; the slot of its result."""
        return self.emit(body, names, self.node)[-1]


@cache
def _row(name: str) -> tuple[table.Function, Kernel | None, tuple[tuple[int, bool], ...]]:
    """A function's row, its kernel if it has one, and the arguments in which it swings, as a step has them."""
    row = table.function(name)
    assert row is not None, name
    swings = [(row.params.index(param.removeprefix("1/")), param.startswith("1/")) for param in row.swings]
    return row, None if row.ball is None else ball_kernel(row.ball), tuple(swings)


@lru_cache(maxsize=256)
def _kernel_of(maker: str, numerator: int, denominator: int) -> Kernel:
    """The kernel for a last argument that is known beforehand."""
    kernel: Kernel = ball_kernel(maker)(Fraction(numerator, denominator))
    return kernel


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
    row = table.constant(name)
    assert row is not None, name
    return ball_kernel(row.ball)
