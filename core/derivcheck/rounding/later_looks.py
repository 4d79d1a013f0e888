"""What rounding explains of torch's numbers at one point beyond the first look: the perturbed tape, exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.model import Mode, Range, RangeLoss, Spread, Wrt
from derivcheck.model.expression import Expression
from derivcheck.numbers import DType
from derivcheck.rounding.exact_slots import MAX_STEPS
from derivcheck.rounding.exact_spread import exact_spread
from derivcheck.rounding.explanation_of_functions import function_spreads
from derivcheck.rounding.gradient_sums import error_of_sum
from derivcheck.rounding.ranges import chain_leaves_range, leaves_range, vanishes
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.rounding.torch_path import leads_to_singularity, steps_of_torch
from derivcheck.truth.runs import ExactPoint
from derivcheck.verdict.criterion import CRITERION


class LaterLooks:
    """What the looks after the first one tell of all that is asked for; each is taken when it is needed.

    Args:
        program: what torch runs.
        expression: the same as a formula, the user's own functions written out.
        point: the exact value of each variable.
        asked: the value (the empty wrt), and the derivatives.
        setting: device, format and mode, one in which torch runs the program as it is written.
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
        self._point, self._asked, self._setting = point, asked, setting
        self._reach = dict(zip(asked, reach, strict=True)) if reach else {}
        self._known: dict[Wrt, Spread | None] | None = None
        self._known_to_vanish: bool | None = None

    @cached_property
    def _steps(self) -> Program:
        """What torch computes, as a ball program."""
        return compile_balls(self._expression, as_torch=True)

    def all_roundings(self, wrt: Wrt) -> Spread | None:
        """The spread where every operation is perturbed; None where torch raised."""
        if self._known is None:
            found = self._measured()
            self._known = dict(zip(self._asked, found, strict=True))
        spread = self._known[wrt]
        if spread is not None and self._reach.get(wrt, 0.0) > spread.farthest:
            spread = replace(spread, farthest=self._reach[wrt])
        if spread is None:
            return None
        losses = tuple(filter(None, map(self._weighed, spread.losses)))
        if not any(loss.in_forward for loss in losses) and self._vanishes_within():
            losses = (RangeLoss(Range.UNDERFLOW, "a step of the formula", in_forward=True), *losses)
        return spread.with_losses(losses)

    def _measured(self) -> list[Spread | None]:
        """The spreads of all that is asked for; a function of the user's own may mix the samples of one tape."""
        if not self._program.own:
            return program_spreads(self._program, self._point, self._asked, self._setting)
        inputs = tuple(self._setting.tensor(self._point[name]) for name in self._program.variables)
        function = partial(self._program, literal=self._setting.literal)
        return function_spreads(function, self._program.variables, inputs, self._asked, self._setting)

    def _vanishes_within(self) -> bool:
        """Whether a step of the formula is a 0 in every format, where the tape saw nothing but a zero.

        y - tanh(y) is 4e-970 at 5e-324, and the difference of two equal floats is no underflow to the tape.
        """
        if self._known_to_vanish is None:
            self._known_to_vanish = not self._program.own and vanishes(self._steps, self._point, DType.FLOAT64)
        return self._known_to_vanish

    def exactly(self, wrt: Wrt, returned: float | None = None) -> Spread | None:
        """The spread of the exact number where the steps of the formula are moved by any part of an ulp.

        None with a function of the user's own, whose steps no formula knows.

        Args:
            wrt: which derivative.
            returned: what torch returned for it: the error of the sum that this is, is known exactly.
        """
        if self._program.own:
            return None
        program, around = self._steps, self.all_roundings(wrt)
        beyond = 0.0 if around is None else max(CRITERION.spreads * around.absolute, around.farthest)
        if returned is not None and len(wrt) == 1 and self._setting.mode is Mode.REVERSE:
            beyond += abs(float(error_of_sum(self._program, self._point, wrt[0], self._setting, returned)))
        return exact_spread(
            program,
            self._point,
            wrt,
            self._setting.dtype,
            taken=steps_of_torch(self._program, program, self._point, self._setting),
            beyond=beyond,
        )

    def leads_to_singularity(self, wrt: Wrt) -> bool:
        """Whether rounding leads torch to a point where the formula has no value or no derivative: see `torch_path`."""
        program = self._steps
        if self._program.own or len(program.code) > MAX_STEPS:
            return False
        steps = steps_of_torch(self._program, program, self._point, self._setting)
        return leads_to_singularity(program, self._point, wrt, steps, self._setting.dtype)

    def learns_of_float64(self, wrt: Wrt) -> bool:
        """Find out how far rounding can move float64's number; True where that adds something to a loss of the range.

        x**99 at 70 leaves float32, and of its tangent float64 has no digit either. Where rounding can move float64's
        number as far as it is off, the formula is at fault in both formats.
        """
        spread = None if self._known is None else self._known[wrt]
        if spread is None or not spread.losses or self._setting.dtype is DType.FLOAT64:
            return False
        setting = replace(self._setting, device="cpu", dtype=DType.FLOAT64)
        exact = LaterLooks(self._program, self._expression, self._point, self._asked, setting).exactly(wrt)
        if exact is None or self._known is None:
            return False
        reach = max(exact.absolute, exact.farthest / CRITERION.spreads)
        self._known[wrt] = spread.with_losses(
            replace(loss, wide_spread=max(loss.wide_spread, reach)) for loss in spread.losses
        )
        return True

    def _weighed(self, loss: RangeLoss) -> RangeLoss | None:
        """A loss of the range with what the exact numbers say of it; None where the formula is not at fault.

        It is not at fault for a loss in a branch that is not taken. In a narrow format it is not at fault either where
        the backward pass of a user's own function leaves the range and the chain rule over the formula does not: that
        function could be written otherwise.
        """
        program = self._steps
        if not loss.in_forward and self._program.own and self._setting.dtype is not DType.FLOAT64:
            return loss if chain_leaves_range(program, self._point, self._setting.dtype) else None
        if not loss.in_forward:
            if self._setting.dtype is not DType.FLOAT64 or loss.range is Range.OVERFLOW:
                return loss
            return replace(loss, in_chain=chain_leaves_range(program, self._point, DType.FLOAT64))
        if not leaves_range(program, self._point, self._setting.dtype):
            return None
        return replace(loss, wide=None) if leaves_range(program, self._point, DType.FLOAT64) else loss
