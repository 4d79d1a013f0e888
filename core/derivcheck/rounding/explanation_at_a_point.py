"""What rounding explains of torch's numbers at one point: each look is taken when it is needed, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Gradient, Severity, Spread, Tolerance, Truth, Verdict, Wrt
from derivcheck.model.expression import Expression
from derivcheck.rounding.forward_at_a_point import ForwardLook
from derivcheck.truth.runs import ExactPoint
from derivcheck.verdict.judging import judge

if TYPE_CHECKING:
    from derivcheck.rounding.later_looks import LaterLooks


class Explanation:
    """What rounding explains of all that is asked for in one mode.

    A look measures all of it together, and is taken when a verdict first needs it.

    In the mode that compiles, the program is looked at as it is written: torch's compiler would compile the tape along
    with it.

    Args:
        program: what torch runs.
        expression: the same as a formula, the user's own functions written out.
        point: the exact value of each variable.
        asked: the value (the empty wrt), and the derivatives.
        setting: device, format and mode.
        reach: how far samples were seen to reach already, for each of those asked for.
    """

    def __init__(
        self,
        program: TorchProgram,
        expression: Expression,
        point: ExactPoint,
        asked: list[Wrt],
        setting: TorchSetting,
        reach: Sequence[float] = (),
    ) -> None:
        self._program, self._expression = program, expression
        self._point, self._asked = point, asked
        written = setting.mode.as_written
        self._setting = setting if written is setting.mode else replace(setting, mode=written)
        self._reach = reach

    @cached_property
    def _forward_look(self) -> ForwardLook:
        """The first look, which takes a fraction of the time of the others."""
        return ForwardLook(self._program, self._point, self._asked, self._setting)

    @cached_property
    def _later_looks(self) -> LaterLooks:
        """The others."""
        from derivcheck.rounding.later_looks import LaterLooks  # they take time to load, and few claims need them

        return LaterLooks(self._program, self._expression, self._point, self._asked, self._setting, self._reach)

    def judge(
        self,
        wrt: Wrt,
        truth: Truth,
        gradient: Gradient,
        *,
        value: Gradient | None = None,
        tolerance: Tolerance | None = None,
    ) -> Verdict:
        """The verdict on torch's number for the derivative by `wrt`; the arguments are those of `judging.judge`."""
        judged = partial(
            judge,
            truth,
            gradient,
            partial(self.all_roundings, wrt),
            forward=partial(self.forward_pass, wrt),
            exactly=partial(self.exactly, wrt, gradient.value),
            singular=partial(self.leads_to_singularity, wrt),
            value=value,
            tolerance=tolerance,
        )
        verdict = judged()
        if verdict.status.severity is Severity.FAIL and self._later_looks.learns_of_float64(wrt):
            return judged()
        return verdict

    def forward_pass(self, wrt: Wrt) -> Spread | None:
        """The spread where the forward pass and the sums of gradients are perturbed; None where that is not known."""
        return self._forward_look.spread(wrt)

    def all_roundings(self, wrt: Wrt) -> Spread | None:
        """The spread where every operation is perturbed; None where torch raised."""
        return self._later_looks.all_roundings(wrt)

    def exactly(self, wrt: Wrt, returned: float | None = None) -> Spread | None:
        """The spread of the exact number, as `LaterLooks.exactly` says."""
        return self._later_looks.exactly(wrt, returned)

    def leads_to_singularity(self, wrt: Wrt) -> bool:
        """Whether rounding leads torch to a point where the formula has no value or no derivative."""
        return self._later_looks.leads_to_singularity(wrt)
