"""A ball program and derivatives that were compiled after it as one Python function, which takes their very steps.

`BallCode` computes what several programs share in one form. Here each step is computed as `Program` does, so that its
ball is that of the program to the last bit of the radius: on the point itself, and on a ball in each variable that is
differentiated by. What does not depend on that variable is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb

from derivcheck.balls.ball import Kernel, precision
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.balls.program import Program
from derivcheck.errors import UnsupportedError
from derivcheck.graph.reachability import reachable
from derivcheck.language import table

MAX_STEPS = 5000
"""The longest code that is made; Python takes some 20 µs to compile a line of it."""

_DIRECT = {row.name: (kernel(row.ball), row.arb) for row in table.FUNCTIONS if row.arb and row.ball}
"""The lines of functions whose kernel is an operation of Arb's own, but for what it says where there is no number."""


class StepCode:
    """The steps of a program, on the point and on balls.

    Args:
        function: the program.
        derivatives: those by some of its variables, compiled after it.
        moved: for each derivative the position of that variable.
        bits: the precision at which it will run.

    Raises:
        UnsupportedError: for programs with jumps and choices, and for those that do not begin with the same steps.
        OverflowError: for more than `MAX_STEPS` steps.
    """

    def __init__(self, function: Program, derivatives: Sequence[Program], moved: Sequence[int], bits: int) -> None:
        if function.jumps or any(program.jumps or program.after is not function for program in derivatives):
            raise UnsupportedError("each step has to be a number on the whole ball")
        count = len(function.variables)
        writer = _Writer(count, count + len(function.code))
        with precision(bits):
            roots = [writer.result(function, None)]
            for program, ball in zip(derivatives, moved, strict=True):
                roots += [writer.result(function, ball), writer.result(program, ball)]
        self.run = writer.function([*[f"x{index}" for index in range(count)], *[f"b{ball}" for ball in moved]], roots)

    run: Callable[..., tuple[arb, ...]]
    """The value at the point, and for each derivative the value and that derivative where its variable is a ball.

    Its arguments are the numbers, and then the balls; to be called at the precision of the code. It raises OutOfDomain
    where a kernel gives no finite number; a nan of Arb's own goes on to the results.
    """


class _Writer:
    """The lines of one function.

    Args:
        variables: how many variables there are.
        shared: the slots of the program with which all others begin.
    """

    def __init__(self, variables: int, shared: int) -> None:
        self._variables, self._shared = variables, shared
        self._lines: list[str] = []
        self._names: dict[tuple[object, ...], str] = {}
        self._scope: dict[str, object] = {"__builtins__": {}}

    def result(self, program: Program, ball: int | None) -> str:
        """Write the lines of a program's result where one variable is a ball, or none; the result's name."""
        first, code = self._variables, program.code
        needed = reachable([program.root], lambda slot: code[slot - first].args if slot >= first else ())
        names: dict[int, str] = {}
        for slot in sorted(needed):
            if slot < first:
                names[slot] = f"b{slot}" if slot == ball else f"x{slot}"
                continue
            step = code[slot - first]
            at = ball if ball is not None and step.depends >> ball & 1 else None
            key = (at, slot) if slot < self._shared else (at, slot, id(program))
            if key not in self._names:
                self._names[key] = self._line(step, [names[arg] for arg in step.args])
            names[slot] = self._names[key]
        return names[program.root]

    def _line(self, step: Instruction, args: Sequence[str]) -> str:
        """Write a step; the name of what it gives."""
        if step.takes_outside:
            raise UnsupportedError("a choice is left to the program itself")
        if len(self._names) >= MAX_STEPS:
            raise OverflowError(f"more than {MAX_STEPS:,} steps")
        if not args:
            return self._known(step.kernel())
        own, template = _DIRECT.get(step.function, (None, ""))
        if step.kernel is not own:
            template = f"{self._known(_finite(step.kernel))}({', '.join(f'{{{index}}}' for index in range(len(args)))})"
        name = f"v{len(self._lines)}"
        self._lines.append(f"    {name} = {template.format(*args)}")
        return name

    def _known(self, value: object) -> str:
        """The name of a constant or a kernel."""
        name = f"c{len(self._scope)}"
        self._scope[name] = value
        return name

    def function(self, given: Sequence[str], roots: Sequence[str]) -> Callable[..., tuple[arb, ...]]:
        """The function of the lines."""
        text = [f"def run({', '.join(given)}):", *self._lines, f"    return ({', '.join(roots)},)"]
        exec("\n".join(text), self._scope)  # names that are made above, and nothing else
        found: Callable[..., tuple[arb, ...]] = self._scope["run"]  # type: ignore[assignment]
        return found


def _finite(kernel: Kernel) -> Kernel:
    """A kernel that raises OutOfDomain where it would give an infinity: 1/(1/x) has no value at 0."""

    def finite(*balls: arb) -> arb:
        ball = kernel(*balls)
        if not ball.is_finite():
            raise OutOfDomain("no finite number")
        return ball

    return finite
