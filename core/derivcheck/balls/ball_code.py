"""Straight-line code: several ball programs as one Python function, which computes what they share only once.

`Program.run` takes longer to look up the arguments of a step than Arb takes to compute it. Here each step becomes a
line of Python. The lines are made from a compiled program, never from the user's text: they hold only names that are
made here, and so nothing that a user types is ever run.

Whatever is not proven gives nan: a comparison that the ball leaves open, a function that may jump within the ball, an
argument outside of the domain. So the code serves points where nothing has to be decided; `Program` serves all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from flint import arb, fmpq

from derivcheck.balls.ball import Ball, Kernel, precision
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.balls.program import Program
from derivcheck.graph.folding import exact_result
from derivcheck.graph.reachability import reachable
from derivcheck.language import table

MAX_STEPS = 20_000
"""The longest code that is made; Python takes some 20 µs to compile a line of it."""

_MOST_NESTED = 16
"""What is used once stands where it is used, so that its memory is taken again at once; brackets nest so deep."""

_MOST_FACTORS = 64
"""Integer powers up to this one are multiplied out."""

_NAN = arb.nan()

_DIRECT = {row.name: row.arb for row in table.FUNCTIONS if row.arb is not None}
"""The lines of functions for which Arb has an operation of its own, which then needs no call of a kernel.

Given finite balls these operations return finite balls or nan, and never an infinity. An infinity would be a danger: a
later function could turn it into a finite number, as 1/x does.
"""

_COMMUTE = frozenset([row.name for row in table.FUNCTIONS if row.commutes])


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
            roots = [root for program in programs for root in writer.add(program)]
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

    def add(self, program: Program) -> list[str]:
        """Append a program's steps; the names of its results."""
        names = [self.variables[name] for name in program.variables]
        for step in program.code:
            names.append(self.step(step, tuple(names[arg] for arg in step.args)))
            if len(self.lines) > MAX_STEPS:
                raise OverflowError(f"more than {MAX_STEPS:,} steps")
        return [names[root] for root in program.roots]

    def step(self, step: Instruction, args: tuple[str, ...]) -> str:
        """Append what a step needs; the name of its result."""
        if step.literal is not None:
            return self.literal(step.literal)
        if not args:
            return self.constant(step.operation, _proven(step)())
        if all(arg in self.constants for arg in args):
            return self.folded(step, args)
        return self.simplified(step, args)

    def simplified(self, step: Instruction, args: tuple[str, ...]) -> str:
        """Append a step as cheaper ones where the table has a rule for that: x**2 as x*x."""
        rule = _RULES.get(step.function)
        written = None if rule is None else rule(self, *args)
        return self.line(step, args) if written is None else written

    def logarithm(self, number: str, base: str | None = None) -> str | None:
        """A logarithm to a base, by natural ones."""
        if base is None:
            return None
        above, below = (
            self.folded(_LOG, (arg,)) if arg in self.constants else self.line(_LOG, (arg,)) for arg in (number, base)
        )
        return self.line(_DIV, (above, below))

    # SymPy and the user write the same thing differently, x/3 and (1/3)*x: one form for both is computed once.

    def negated(self, name: str) -> str:
        """-x; of a literal another one."""
        if name in self.literals:
            return self.literal(-self.literals[name])
        if name in self.constants:
            return self.folded(_NEG, (name,))
        inner = self.inside_of_negative(name)
        return self.line(_NEG, (name,)) if inner is None else inner

    def inside_of_negative(self, name: str) -> str | None:
        """x, of -x."""
        line = self.lines.get(name)
        return line[1][0] if line is not None and line[0] == _DIRECT["neg"] else None

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
        return self.line(_MUL, (one, other))

    def quotient(self, one: str, other: str) -> str | None:
        """x/y for a literal y, as a product."""
        divisor = self.literals.get(other)
        return self.product(one, self.literal(1 / divisor)) if divisor else None

    def difference(self, one: str, other: str) -> str:
        """x - y."""
        return self.sum(one, self.negated(other))

    def sum(self, one: str, other: str) -> str:
        """x + y, or a difference where one of them is negative."""
        for term, rest in ((other, one), (one, other)):
            inner = self.inside_of_negative(term)
            if inner is not None:
                return self.line(_SUB, (rest, inner))
        return self.line(_ADD, (one, other))

    def power(self, base: str, other: str) -> str | None:
        """A power as products or a root; None of any other."""
        exponent = self.literals.get(other)
        if exponent is None:
            return None
        if exponent.denominator == 1 and 0 < abs(exponent) <= _MOST_FACTORS:
            return self.integer_power(base, int(exponent))
        if abs(exponent) == Fraction(1, 2):
            root = self.line(_SQRT, (base,))
            return root if exponent > 0 else self.line(_DIV, (self.literal(Fraction(1)), root))
        return None

    def integer_power(self, base: str, exponent: int) -> str:
        """A power as products, which other powers of the same base share."""
        if exponent < 0:
            return self.line(_DIV, (self.literal(Fraction(1)), self.integer_power(base, -exponent)))
        if exponent == 1:
            return base
        half = self.integer_power(base, exponent // 2)
        square = self.line(_MUL, (half, half))
        return square if exponent % 2 == 0 else self.line(_MUL, (square, base))

    def literal(self, value: Fraction) -> str:
        """The name of an exact number, as a ball."""
        name = self.constant(("literal", value), arb(fmpq(value.numerator, value.denominator)))
        self.literals[name] = value
        return name

    def folded(self, step: Instruction, args: tuple[str, ...]) -> str:
        """Compute a step now, since all of its arguments are constants; the constant's name."""
        key = (step.operation, args)
        if key in self.known:
            return self.known[key]
        exact = exact_result(step.function, [self.literals.get(arg) for arg in args])
        if isinstance(exact, Fraction):
            return self.literal(exact)
        return self.constant(key, _proven(step)(*(self.constants[arg] for arg in args)) if exact is None else exact)

    def constant(self, key: object, value: Ball) -> str:
        """The name of a constant; two with one key are one, and what is no number and no condition is nan."""
        if key not in self.known:
            name = self.known[key] = f"c{len(self.constants)}"
            self.constants[name] = value if isinstance(value, arb | bool) else _NAN
        return self.known[key]

    def line(self, step: Instruction, args: tuple[str, ...]) -> str:
        """The name of a value, with a line of its own unless it is there already."""
        if step.function in _COMMUTE:
            args = tuple(sorted(args))
        key = (step.operation, args)
        if key not in self.known:
            template = _DIRECT.get(step.function)
            if template is None:
                called = f"k{len(self.globals)}"
                self.globals[called] = _proven(step)
                template = called + "(" + ", ".join("{%d}" % index for index in range(len(args))) + ")"  # noqa: UP031
            name = self.known[key] = f"v{len(self.lines)}"
            self.lines[name] = (template, args)
        return self.known[key]

    # --- writing -------------------------------------------------------------------------------------------------

    def function(self, roots: Sequence[str]) -> Callable[..., tuple[arb, ...]]:
        """The function of the lines that the results need; sine and cosine of the same argument are taken together."""
        needed = self.needed(roots)
        pairs = self.sines_and_cosines(needed)
        uses = Counter([*roots, *(arg for name in needed for arg in self.lines[name][1])])
        text = [f"def run({', '.join(self.variables.values())}):"]
        done: set[str] = set()
        within: dict[str, tuple[str, int]] = {}
        for name, (template, args) in self.lines.items():
            if name not in needed or name in done:
                continue
            done.add(name)
            depth = max([within[arg][1] for arg in args if arg in within], default=0)
            texts = [within.pop(arg)[0] if arg in within else arg for arg in args]
            pair = pairs.get(name)
            if pair is not None:
                text.append(f"    {pair[0]}, {pair[1]} = {texts[0]}.sin_cos()")
                done.update(pair)
            elif uses[name] == 1 and depth < _MOST_NESTED and name not in roots:
                within[name] = f"({template.format(*texts)})", depth + 1
            else:
                text.append(f"    {name} = {template.format(*texts)}")
        text.append(f"    return ({', '.join(roots)},)")
        scope: dict[str, object] = {**self.globals, **self.constants}
        exec("\n".join(text), scope)  # names that are made above, and nothing else
        function: Callable[..., tuple[arb, ...]] = scope["run"]  # type: ignore[assignment]
        return function

    def needed(self, roots: Sequence[str]) -> set[str]:
        """The lines that the results need."""
        lines = self.lines
        return lines.keys() & reachable(roots, lambda name: lines[name][1] if name in lines else ())

    def sines_and_cosines(self, needed: set[str]) -> Mapping[str, tuple[str, str]]:
        """For each sine or cosine whose counterpart of the same argument is needed too, the names of both."""
        pairs: dict[str, tuple[str, str]] = {}
        for sine in needed:
            template, args = self.lines[sine]
            cosine = self.known.get(("cos", args))
            if template == _DIRECT["sin"] and cosine in needed:
                assert cosine is not None
                pairs[sine] = pairs[cosine] = (sine, cosine)
        return pairs


_WRITERS: Mapping[str, Callable[..., str | None]] = {
    "sum": _Writer.sum,
    "difference": _Writer.difference,
    "product": _Writer.product,
    "quotient": _Writer.quotient,
    "negative": _Writer.negated,
    "power": _Writer.power,
    "logarithm": _Writer.logarithm,
}
"""What the column `line` of the function table names."""

_RULES = {row.name: _WRITERS[row.line] for row in table.FUNCTIONS if row.line is not None}


def _step(name: str) -> Instruction:
    """A step for lines that the rules above make; it belongs to no program."""
    row = table.function(name)
    assert row is not None
    assert row.ball is not None
    return Instruction(kernel(row.ball), (), name)


_ADD, _SUB, _MUL, _DIV, _NEG, _SQRT, _LOG = map(_step, ("add", "sub", "mul", "div", "neg", "sqrt", "log"))


def _proven(step: Instruction) -> Kernel:
    """A step's kernel, with nan where it proves nothing: out of the domain, or where it may jump within the ball."""
    kernel, jumps = step.kernel, step.jumps
    nothing = None if step.function in table.CONDITIONS else _NAN

    def proven(*values: Ball) -> Ball:
        if jumps and values and values[0] is None:  # where, and what it decides by is open
            return _NAN
        lazy = bool(values) and isinstance(values[0], bool)  # the branch that is not taken does not matter
        if not lazy and any(isinstance(value, arb) and not value.is_finite() for value in values):
            return nothing
        try:
            result = kernel(*values)
        except OutOfDomain:
            return _NAN
        if isinstance(result, arb):
            exact = not jumps or lazy or result.is_exact()
            return result if exact and result.is_finite() else _NAN
        return result

    return proven
