"""Straight-line code: ball programs made into one Python function, which does what they share only once.

The interpreter of `Program` takes longer to find an instruction's arguments than Arb takes to work it out. Here every
instruction becomes a line of Python that is made from our own program, never from the user's text: only names that are
made here, and the numbers of slots, get into it.

What is not proven is nan here, so that the code is for balls that have nothing to decide: a comparison that the ball
leaves open, a function that may jump within it, and what lies outside of a domain are nan, whatever is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from flint import arb, fmpq

from derivcheck.balls import ball_kernels
from derivcheck.balls.ball import Ball, Kernel, precision
from derivcheck.balls.ball_kernels import OutOfDomain
from derivcheck.balls.program import Instruction, Program

MAX_STEPS = 20_000
"""The longest code that is made; Python takes some 20 µs to compile a line of it."""

_MOST_FACTORS = 64
"""Integer powers up to this one are multiplied out."""

_NAN = arb.nan()

_DIRECT: dict[Kernel, str] = {
    ball_kernels.add: "{0} + {1}",
    ball_kernels.sub: "{0} - {1}",
    ball_kernels.mul: "{0} * {1}",
    ball_kernels.div: "{0} / {1}",
    ball_kernels.neg: "-{0}",
    ball_kernels.sqrt: "{0}.sqrt()",
    ball_kernels.exp: "{0}.exp()",
    ball_kernels.log: "{0}.log()",
    ball_kernels.sin: "{0}.sin()",
    ball_kernels.cos: "{0}.cos()",
    ball_kernels.sinh: "{0}.sinh()",
    ball_kernels.cosh: "{0}.cosh()",
    ball_kernels.tanh: "{0}.tanh()",
    ball_kernels.atan: "{0}.atan()",
}
"""Kernels that do the same as Arb's own operation wherever that gives a finite ball; where it does not, Arb gives nan.

Of finite balls these never make an infinite one, which some further function might make a finite one of.
"""

_COMMUTES = frozenset({ball_kernels.add, ball_kernels.mul})


class BallCode:
    """Ball programs of the same variables as one function.

    Args:
        variables: the names of its arguments, in order.
        programs: the programs; each one's variables are among these.
        bits: the precision at which it will run.

    Raises:
        OverflowError: for more than `MAX_STEPS` steps.
    """

    def __init__(self, variables: Sequence[str], programs: Sequence[Program], bits: int) -> None:
        self.bits = bits
        writer = _Writer(variables)
        with precision(bits):
            roots = [writer.add(program) for program in programs]
        self.run = writer.function(roots)

    run: Callable[..., tuple[arb, ...]]
    """The results of the programs for a ball of each variable; to be called at the precision of the code."""


class _Writer:
    """The lines of one function, each value computed once."""

    def __init__(self, variables: Sequence[str]) -> None:
        self.variables = {name: f"x{index}" for index, name in enumerate(variables)}
        self.known: dict[object, str] = {}
        self.lines: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.constants: dict[str, Ball] = {}
        self.literals: dict[str, Fraction] = {}
        self.globals: dict[str, object] = {"__builtins__": {}}

    # --- collecting ----------------------------------------------------------------------------------------------

    def add(self, program: Program) -> str:
        """Append a program's steps; the name of its result."""
        names = [self.variables[name] for name in program.variables]
        for step in program.code:
            names.append(self.step(step, tuple(names[arg] for arg in step.args)))
            if len(self.lines) > MAX_STEPS:
                raise OverflowError(f"more than {MAX_STEPS:,} steps")
        return names[program.root]

    def step(self, step: Instruction, args: tuple[str, ...]) -> str:
        if step.literal is not None:
            return self.literal(step.literal)
        if not args:
            return self.constant(step.kernel, _proven(step.kernel, jumps=step.jumps)())
        if all(arg in self.constants for arg in args):
            return self.folded(step, args)
        return self.simplified(step, args)

    def simplified(self, step: Instruction, args: tuple[str, ...]) -> str:
        """A step by way of cheaper ones, where there are any."""
        kernel = step.kernel
        if ball_kernels.is_power(kernel):
            exponent = self.literals.get(args[1])
            if exponent is not None and exponent.denominator == 1 and 0 < abs(exponent) <= _MOST_FACTORS:
                return self.integer_power(args[0], int(exponent))
            if exponent is not None and abs(exponent) == Fraction(1, 2):
                root = self.line(ball_kernels.sqrt, (args[0],))
                return root if exponent > 0 else self.line(ball_kernels.div, (self.literal(Fraction(1)), root))
        if kernel is ball_kernels.mul:
            return self.product(*args)
        if kernel is ball_kernels.div and self.literals.get(args[1]):
            return self.product(args[0], self.literal(1 / self.literals[args[1]]))
        if kernel is ball_kernels.neg:
            return self.negated(args[0])
        if kernel is ball_kernels.add:
            return self.sum(*args)
        if kernel is ball_kernels.sub:
            return self.sum(args[0], self.negated(args[1]))
        if kernel is ball_kernels.log and len(args) == 2:
            return self.line(ball_kernels.div, tuple(self.unary(ball_kernels.log, arg) for arg in args))
        return self.line(kernel, args, step)

    def unary(self, kernel: Kernel, arg: str) -> str:
        return self.folded(Instruction(kernel, ()), (arg,)) if arg in self.constants else self.line(kernel, (arg,))

    # SymPy and the user write the same thing differently, x/3 and (1/3)*x: one form for both is computed once.

    def negated(self, name: str) -> str:
        """-x; of a literal another one."""
        if name in self.literals:
            return self.literal(-self.literals[name])
        if name in self.constants:
            return self.folded(Instruction(ball_kernels.neg, ()), (name,))
        inner = self.inside_of_negative(name)
        return self.line(ball_kernels.neg, (name,)) if inner is None else inner

    def inside_of_negative(self, name: str) -> str | None:
        """x, of -x."""
        line = self.lines.get(name)
        return line[1][0] if line is not None and line[0] == _DIRECT[ball_kernels.neg] else None

    def product(self, one: str, other: str) -> str:
        """x*y, with the signs in front."""
        for factor, rest in ((one, other), (other, one)):
            literal = self.literals.get(factor)
            if literal == 1:
                return rest
            if literal is not None and literal < 0:
                return self.negated(self.product(self.literal(-literal), rest))
            inner = self.inside_of_negative(factor)
            if inner is not None:
                return self.negated(self.product(inner, rest))
        return self.line(ball_kernels.mul, (one, other))

    def sum(self, one: str, other: str) -> str:
        """x + y, or a difference where one of them is negative."""
        for term, rest in ((other, one), (one, other)):
            inner = self.inside_of_negative(term)
            if inner is not None:
                return self.line(ball_kernels.sub, (rest, inner))
        return self.line(ball_kernels.add, (one, other))

    def integer_power(self, base: str, exponent: int) -> str:
        """A power as products, which other powers of the same base share."""
        if exponent < 0:
            return self.line(ball_kernels.div, (self.literal(Fraction(1)), self.integer_power(base, -exponent)))
        if exponent == 1:
            return base
        half = self.integer_power(base, exponent // 2)
        square = self.line(ball_kernels.mul, (half, half))
        return square if exponent % 2 == 0 else self.line(ball_kernels.mul, (square, base))

    def literal(self, value: Fraction) -> str:
        name = self.constant(("literal", value), arb(fmpq(value.numerator, value.denominator)))
        self.literals[name] = value
        return name

    def folded(self, step: Instruction, args: tuple[str, ...]) -> str:
        """A step on constants, done now."""
        key = (step.kernel, args)
        if key in self.known:
            return self.known[key]
        exact = [self.literals[arg] for arg in args if arg in self.literals]
        if step.kernel is ball_kernels.neg and exact:
            return self.literal(-exact[0])
        if step.kernel is ball_kernels.div and len(exact) == 2 and exact[1]:
            return self.literal(exact[0] / exact[1])
        value = _proven(step.kernel, jumps=step.jumps)(*(self.constants[arg] for arg in args))
        return self.constant(key, value)

    def constant(self, key: object, value: Ball) -> str:
        if key not in self.known:
            name = self.known[key] = f"c{len(self.constants)}"
            self.constants[name] = value if isinstance(value, arb | bool) else _NAN
        return self.known[key]

    def line(self, kernel: Kernel, args: tuple[str, ...], step: Instruction | None = None) -> str:
        """The name of a value, with a line of its own unless it is there already."""
        if kernel in _COMMUTES:
            args = tuple(sorted(args))
        key = (kernel, args)
        if key not in self.known:
            template = _DIRECT.get(kernel) if step is None or not step.jumps else None
            if template is None:
                called = f"k{len(self.globals)}"
                self.globals[called] = _proven(kernel, jumps=step is not None and step.jumps)
                template = called + "(" + ", ".join("{%d}" % index for index in range(len(args))) + ")"  # noqa: UP031
            name = self.known[key] = f"v{len(self.lines)}"
            self.lines[name] = (template, args)
        return self.known[key]

    # --- writing -------------------------------------------------------------------------------------------------

    def function(self, roots: Sequence[str]) -> Callable[..., tuple[arb, ...]]:
        """The function of the lines that the results need; sine and cosine of the same argument are taken together."""
        needed = self.needed(roots)
        pairs = self.sines_and_cosines(needed)
        text = [f"def run({', '.join(self.variables.values())}):"]
        done: set[str] = set()
        for name, (template, args) in self.lines.items():
            if name not in needed or name in done:
                continue
            done.add(name)
            pair = pairs.get(name)
            if pair is None:
                text.append(f"    {name} = {template.format(*args)}")
            else:
                text.append(f"    {pair[0]}, {pair[1]} = {args[0]}.sin_cos()")
                done.update(pair)
        text.append(f"    return ({', '.join(roots)},)")
        scope: dict[str, object] = {**self.globals, **self.constants}
        exec("\n".join(text), scope)  # names that are made above, and nothing else
        function: Callable[..., tuple[arb, ...]] = scope["run"]  # type: ignore[assignment]
        return function

    def needed(self, roots: Sequence[str]) -> set[str]:
        needed: set[str] = set()
        pending = list(roots)
        while pending:
            name = pending.pop()
            if name in self.lines and name not in needed:
                needed.add(name)
                pending.extend(self.lines[name][1])
        return needed

    def sines_and_cosines(self, needed: set[str]) -> Mapping[str, tuple[str, str]]:
        pairs: dict[str, tuple[str, str]] = {}
        for sine in needed:
            template, args = self.lines[sine]
            cosine = self.known.get((ball_kernels.cos, args))
            if template == _DIRECT[ball_kernels.sin] and cosine in needed:
                assert cosine is not None
                pairs[sine] = pairs[cosine] = (sine, cosine)
        return pairs


def _proven(kernel: Kernel, *, jumps: bool) -> Kernel:
    """The kernel, with nan where it proves nothing: out of the domain, or where it may jump within the ball."""

    def proven(*values: Ball) -> Ball:
        if jumps and values and values[0] is None:  # where, and what it decides by is open
            return _NAN
        lazy = bool(values) and isinstance(values[0], bool)  # the branch that is not taken does not matter
        if not lazy and any(isinstance(value, arb) and not value.is_finite() for value in values):
            return _NAN if not _is_condition(kernel) else None
        try:
            result = kernel(*values)
        except OutOfDomain:
            return _NAN
        if isinstance(result, arb):
            exact = not jumps or lazy or result.is_exact()
            return result if exact and result.is_finite() else _NAN
        return result

    return proven


_CONDITIONS = frozenset({
    ball_kernels.lt, ball_kernels.le, ball_kernels.gt, ball_kernels.ge, ball_kernels.eq, ball_kernels.ne
})  # fmt: skip


def _is_condition(kernel: Kernel) -> bool:
    return kernel in _CONDITIONS
