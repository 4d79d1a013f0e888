"""What rounding explains of torch's numbers at one point: each look is taken when it is needed, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.model import Gradient, Range, RangeLoss, Severity, Spread, Tolerance, Truth, Verdict, Wrt
from derivcheck.model.expression import Expression
from derivcheck.numbers import DType
from derivcheck.rounding.exact_spread import MAX_STEPS, exact_spread
from derivcheck.rounding.explanation_of_functions import function_spreads
from derivcheck.rounding.forward_at_a_point import forward_spreads
from derivcheck.rounding.ranges import chain_leaves_range, leaves_range, vanishes
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.rounding.torch_path import leads_to_singularity, steps_of_torch
from derivcheck.truth.runs import ExactPoint
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.judging import judge


class Explanation:
    """What rounding explains of all that is asked for in one mode: measured together, the first time that it matters.

    Of a compiled program it is what rounding explains of the program as it is written: torch's compiler would compile
    the tape along with it.

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
        self.program, self.expression = program, expression
        self.point, self.asked = point, asked
        self.setting = replace(setting, mode=setting.mode.as_written)
        self.reach = dict(zip(asked, reach, strict=True)) if reach else {}
        self.known: dict[Wrt, Spread | None] | None = None
        self.known_forward: dict[Wrt, Spread | None] | None = None
        self.known_to_vanish: bool | None = None

    @cached_property
    def steps(self) -> Program:
        """What torch computes, as a ball program."""
        return compile_balls(self.expression, as_torch=True)

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
            exactly=partial(self.exactly, wrt),
            singular=partial(self.leads_to_singularity, wrt),
            value=value,
            tolerance=tolerance,
        )
        verdict = judged()
        if verdict.status.severity is Severity.FAIL and self.learns_of_float64(wrt):
            return judged()
        return verdict

    def forward_pass(self, wrt: Wrt) -> Spread | None:
        """The spread where the forward pass and the sums of gradients are perturbed; None where that is not known."""
        if self.known_forward is None:
            found = forward_spreads(self.program, self.point, self.asked, self.setting)
            self.known_forward = dict(zip(self.asked, found, strict=True))
        return self.known_forward[wrt]

    def all_roundings(self, wrt: Wrt) -> Spread | None:
        """The spread where every operation is perturbed; None where torch raised."""
        if self.known is None:
            found = self._measured()
            self.known = dict(zip(self.asked, found, strict=True))
        spread = self.known[wrt]
        if spread is not None and self.reach.get(wrt, 0.0) > spread.farthest:
            spread = replace(spread, farthest=self.reach[wrt])
        if spread is None:
            return None
        losses = tuple(filter(None, map(self.weighed, spread.losses)))
        if not any(loss.in_forward for loss in losses) and self.vanishes_within():
            losses = (RangeLoss(Range.UNDERFLOW, "a step of the formula", in_forward=True), *losses)
        return spread.with_losses(losses)

    def _measured(self) -> list[Spread | None]:
        """The spreads of all that is asked for; a function of the user's own may mix the samples of one tape."""
        if not self.program.own:
            return program_spreads(self.program, self.point, self.asked, self.setting)
        inputs = tuple(self.setting.tensor(self.point[name]) for name in self.program.variables)
        function = partial(self.program, literal=self.setting.literal)
        return function_spreads(function, self.program.variables, inputs, self.asked, self.setting)

    def vanishes_within(self) -> bool:
        """Whether a step of the formula is a 0 in every format, where the tape saw nothing but a zero.

        y - tanh(y) is 4e-970 at 5e-324, and the difference of two equal floats is no underflow to the tape.
        """
        if self.known_to_vanish is None:
            self.known_to_vanish = not self.program.own and vanishes(self.steps, self.point, DType.FLOAT64)
        return self.known_to_vanish

    def exactly(self, wrt: Wrt) -> Spread | None:
        """The spread of the exact number where the steps of the formula are moved by any part of an ulp.

        None with a function of the user's own, whose steps no formula knows.
        """
        if self.program.own:
            return None
        program, around = self.steps, self.all_roundings(wrt)
        return exact_spread(
            program,
            self.point,
            wrt,
            self.setting.dtype,
            taken=steps_of_torch(self.program, program, self.point, self.setting),
            beyond=0.0 if around is None else max(CRITERION.spreads * around.absolute, around.farthest),
        )

    def leads_to_singularity(self, wrt: Wrt) -> bool:
        """Whether rounding leads torch to a point at which the formula has no such number: see `torch_path`."""
        program = self.steps
        if self.program.own or len(program.code) > MAX_STEPS:
            return False
        steps = steps_of_torch(self.program, program, self.point, self.setting)
        return leads_to_singularity(program, self.point, wrt, steps, self.setting.dtype)

    def learns_of_float64(self, wrt: Wrt) -> bool:
        """Find out how far rounding can move float64's number, where a narrower format has lost the range; whether so.

        x**99 at 70 leaves float32, and float64 has no digit of its tangent either: as far as rounding leads there, the
        formula is at fault in both.
        """
        spread = None if self.known is None else self.known[wrt]
        if spread is None or not spread.losses or self.setting.dtype is DType.FLOAT64:
            return False
        setting = replace(self.setting, device="cpu", dtype=DType.FLOAT64)
        exact = Explanation(self.program, self.expression, self.point, self.asked, setting).exactly(wrt)
        if exact is None or self.known is None:
            return False
        reach = max(exact.absolute, exact.farthest / CRITERION.spreads)
        self.known[wrt] = spread.with_losses(
            replace(loss, wide_spread=max(loss.wide_spread, reach)) for loss in spread.losses
        )
        return True

    def weighed(self, loss: RangeLoss) -> RangeLoss | None:
        """A loss with what the exact numbers say of it; None of one that is no fault of the formula.

        That is one in a branch that is not taken, and in a narrow format one in the backward pass of a function of the
        user's own, which could be written otherwise, where the chain rule over the formula keeps the range.
        """
        program = self.steps
        if not loss.in_forward and self.program.own and self.setting.dtype is not DType.FLOAT64:
            return loss if chain_leaves_range(program, self.point, self.setting.dtype) else None
        if not loss.in_forward:
            if self.setting.dtype is not DType.FLOAT64 or loss.range is Range.OVERFLOW:
                return loss
            return replace(loss, in_chain=chain_leaves_range(program, self.point, DType.FLOAT64))
        if not leaves_range(program, self.point, self.setting.dtype):
            return None
        return replace(loss, wide=None) if leaves_range(program, self.point, DType.FLOAT64) else loss
