"""Compiling: from an Expression to the steps of a ball program, composites written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from flint import arb, fmpq

from derivcheck.balls.ball import Kernel
from derivcheck.balls.instructions import ALTERED, Code, Traits
from derivcheck.balls.kernels.conditions import with_itself
from derivcheck.balls.kernels.lookup import kernel as ball_kernel
from derivcheck.balls.kernels.quick import quick
from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Grown
from derivcheck.graph.expansion import bind
from derivcheck.graph.folding import exact_result
from derivcheck.language import table
from derivcheck.language.parse import definition
from derivcheck.model.expression import CALL, LITERAL, VARIABLE, Expression, Node


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
    if isinstance(formula, Elements):
        roots, addresses = formula.roots, formula.addresses
    else:
        roots, addresses = (formula.root,), formula.variables
    wanted = [name for name in addresses if name not in given] if given else addresses
    if after is not None and (literal_radius or as_torch or not set(wanted) <= set(after.variables)):
        after = None
    variables = tuple(wanted) if after is None else after.variables
    compiler = _Compiler(variables, after, literal_radius, as_torch=as_torch)
    names = {**compiler.variables, **compiler.put(given)} if given else compiler.variables
    outer = compiler.emit(formula.nodes, names)
    places = tuple([outer[root] for root in roots])
    return Program(variables, compiler.code, places, tuple(outer), compiler.jumps, after, compiler.known)


def compile_grown(grown: Grown, after: Program) -> Program:
    """Compile what has grown in a graph beside an Expression.

    To take it out of the graph, and to find what it shares with the Expression again, would take twice as long. The
    steps are the same.

    Args:
        grown: what to compile; its variables are those of the Expression.
        after: the program of the Expression.

    Returns:
        A program whose nodes are the places of the graph; its `outer` is empty.

    Raises:
        UnsupportedError: for a function without a ball reading.
    """
    compiler = _Compiler(after.variables, after, None, as_torch=False)
    root = compiler.emit_grown(grown, after.outer)
    return Program(after.variables, compiler.code, (root,), (), compiler.jumps, after, compiler.known)


_MOST_ROUNDED = 2**32
"""Whole numbers up to this one are balls of radius 0 at any precision in use: those are made once."""

_PLAIN: dict[str, tuple[Kernel, Traits]] = {}
"""The functions of which every call that depends on a variable is one step of the same kernel; found as they occur."""


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
        self.variables = {name: slot for slot, name in enumerate(variables)}
        self.literal_radius = literal_radius
        self.as_torch = as_torch
        self.shares = not as_torch
        self.inner = False
        self.node = 0
        self.code = Code(len(variables)) if after is None else after.code.continued()
        self.jumps = after is not None and after.jumps
        self.known: dict[object, int] = {} if after is None else {**after.known}

    def constant(self, kernel: Kernel, function: str) -> int:
        """Append a step without arguments; its slot."""
        return self.code.append(kernel, (), Traits(function), self.node, 0, is_inner=self.inner)

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
        if passes_infinity:
            infinity = self.constant(arb.pos_inf, ALTERED)
            return self.code.append(lambda _: kernel(), (infinity,), Traits(ALTERED), self.node, 0)
        slot = self.constant(kernel, ALTERED if literal is None else LITERAL)
        if literal is not None:
            self.code.literals[slot] = literal
        return slot

    def emit(self, nodes: Sequence[Node], names: Mapping[str, int], within: int | None = None) -> list[int]:
        """Append the steps of some nodes, each after its arguments, variables bound to slots; the slot of each node.

        Args:
            nodes: what to compile.
            names: the slot of each variable.
            within: where it is the definition of a composite, the node of the call; all steps come from there.
        """
        slots: list[int] = []
        known, shares, put = self.known, self.shares, slots.append
        find, depends = known.get, self.code.depends
        work, traits, origins = self.code.work, self.code.traits, self.code.nodes
        for position, node in enumerate(nodes):
            name, at = node.name, node.args
            if len(at) == 2:  # as most have: their steps are appended here, since a call takes as long as the rest
                one, two = slots[at[0]], slots[at[1]]
                key: object = (name, one, two)
                slot = find(key)
                if slot is None:
                    self.node = position if within is None else within
                    plain = _PLAIN.get(name) if shares else None
                    if plain is not None and (moved := depends[one] | depends[two]):
                        slot = len(depends)
                        work.append((slot, plain[0], one, two))
                        traits.append(plain[1])
                        origins.append(self.node)
                        depends.append(moved)
                    else:
                        slot = self.call(name, (one, two))
                    if shares:
                        known[key] = slot
            elif at or node.kind is CALL:
                args = tuple([slots[arg] for arg in at])
                key = (name, args)
                slot = find(key)
                if slot is None:
                    self.node = position if within is None else within
                    slot = self.call(name, args)
                    if shares:
                        known[key] = slot
            elif node.kind is VARIABLE:
                slot = names[name]
            else:
                slot = find(name)
                if slot is None:
                    self.node = position if within is None else within
                    slot = self.leaf(node)
                    if shares:
                        known[name] = slot
            put(slot)
        return slots

    def emit_grown(self, grown: Grown, outer: Sequence[int]) -> int:
        """Append the steps of what has grown beside an Expression, given the slot of each of its nodes; its slot."""
        graph, places, root = grown
        calls, slots = graph.calls, dict(zip(places, outer, strict=True))
        further = range(max(places) + 1, root + 1)  # the formula was put in first
        needed = bytearray(len(calls))
        needed[root] = True
        for at in reversed(further):  # `reachable`, in half of its time where most of the nodes are needed
            if needed[at]:
                for arg in calls[at][1]:
                    needed[arg] = True
        known, depends = self.known, self.code.depends
        work, traits, origins = self.code.work, self.code.traits, self.code.nodes
        for at in further:
            if not needed[at]:
                continue
            name, args = calls[at]
            if len(args) == 2:  # as in `emit`
                one, two = slots[args[0]], slots[args[1]]
                key: object = (name, one, two)
                slot = known.get(key)
                if slot is None:
                    plain = _PLAIN.get(name)
                    if plain is not None and (moved := depends[one] | depends[two]):
                        slot = len(depends)
                        work.append((slot, plain[0], one, two))
                        traits.append(plain[1])
                        origins.append(at)
                        depends.append(moved)
                    else:
                        self.node = at
                        slot = self.call(name, (one, two))
                    known[key] = slot
            elif args:
                self.node = at
                taken = tuple([slots[arg] for arg in args])
                key = (name, taken)
                slot = known.get(key)
                if slot is None:
                    slot = known[key] = self.call(name, taken)
            else:
                self.node = at
                slot = self.leaf_of_graph(graph.leaves[at])
            slots[at] = slot
        return slots[root]

    def leaf_of_graph(self, node: Node) -> int:
        """The slot of a leaf that does not occur in the Expression, of a variable or a constant."""
        if node.kind is VARIABLE:
            return self.variables[node.name]
        slot = self.known.get(node.name)
        if slot is None:
            slot = self.known[node.name] = self.leaf(node)
        return slot

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
            slot = self.code.append_literal(value, *_literal(*ratio), self.node)
            if self.inner:
                self.code.make_inner(slot)
            if self.shares:
                self.known[ratio] = slot
        return slot

    def folded(self, name: str, args: tuple[int, ...]) -> int | None:
        """Append the exact result of one call on rational numbers; its slot, None where it is not known."""
        exact = self.code.literals.get
        result = exact_result(name, [exact(arg) for arg in args])
        if isinstance(result, bool):
            return self.constant(_constant(str(result)), str(result))
        return None if result is None else self.literal(result)

    def call(self, name: str, args: tuple[int, ...]) -> int:
        """Append the steps of one call, which depend on what its arguments depend on; the slot of its result."""
        of_slot, depends = self.code.depends, 0
        for arg in args:
            depends |= of_slot[arg]
        if depends and self.shares and (plain := _PLAIN.get(name)) is not None:
            return self.code.append(plain[0], args, plain[1], self.node, depends, is_inner=self.inner)
        if not depends and not self.as_torch:
            folded = self.folded(name, args)
            if folded is not None:
                return folded
        row, kernel, traits = _row(name)
        if row.jumps:
            self.jumps = True
        if self.as_torch and row.torch_steps is not None:
            return self.written_out(definition(row.torch_steps, row.params), dict(zip(row.params, args, strict=True)))
        if kernel is not None and not (self.as_torch and row.torch is None and row.definition is not None):
            if row.ball_of is not None and self.shares and (final := self.code.literals.get(args[-1])) is not None:
                kernel = _kernel_of(row.ball_of, *final.as_integer_ratio())
            elif row.of_itself is not None:
                kernel = with_itself(kernel, holds=row.of_itself) if self.shares and args[0] == args[1] else kernel
            elif row.ball_of is None and not row.jumps:
                _PLAIN[name] = kernel, traits
            return self.code.append(kernel, args, traits, self.node, depends, is_inner=self.inner)
        if row.definition is None:
            raise UnsupportedError(f"`{name}` has no ball reading")
        body, names = bind(row, args, self.written_out)
        before = self.as_torch, self.inner
        self.as_torch, self.inner = self.as_torch and row.torch is None, self.inner or row.torch is not None
        slot = self.written_out(body, names)
        self.as_torch, self.inner = before
        if not self.inner:
            self.code.make_outer(slot)  # the result is the kernel's
        return slot

    def written_out(self, body: Expression, names: Mapping[str, int]) -> int:
        """Append the steps of an Expression in the place of the call at `self.node`; the slot of its result."""
        return self.emit(body.nodes, names, self.node)[-1]


@cache
def _row(name: str) -> tuple[table.Function, Kernel | None, Traits]:
    """A function's row, its kernel if it has one, and what its steps have in common."""
    row = table.function(name)
    assert row is not None, name
    swings = [(row.params.index(param.removeprefix("1/")), param.startswith("1/")) for param in row.swings]
    kernel = None if row.ball is None else quick(ball_kernel(row.ball))
    return row, kernel, Traits(row.name, row.branch, row.jumps, tuple(swings))


@lru_cache(maxsize=256)
def _kernel_of(maker: str, numerator: int, denominator: int) -> Kernel:
    """The kernel for a last argument that is known beforehand."""
    kernel: Kernel = ball_kernel(maker)(Fraction(numerator, denominator))
    return kernel


def literal_step(numerator: int, denominator: int) -> Kernel:
    """A step that gives a literal, rounded only to the precision of the moment."""
    return _literal(numerator, denominator)[0]


@lru_cache(maxsize=1024)
def _literal(numerator: int, denominator: int) -> tuple[Kernel, arb | None]:
    """The same, and the ball that it gives at every precision, if there is one."""
    exact = fmpq(numerator, denominator)
    if denominator == 1 and abs(numerator) <= _MOST_ROUNDED:
        whole = arb(exact)
        return lambda: whole, whole
    return lambda: arb(exact), None


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
