"""torch's engines of differentiation, one for each Mode."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout

from torch import Tensor

from derivcheck.autograd.compiled import Compiled
from derivcheck.autograd.exceptions import refusal_of
from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.transforms import Transform, Transforms, by_grad, by_jvp
from derivcheck.model import Mode, Refusal, Wrt

Engine = Callable[[Wrt], Tensor]


def _transforms(last: Transform, before: Transform) -> Callable[..., Engine]:
    """An engine of transforms; nothing is shared between the derivatives that are asked for."""

    def engine(
        function: TensorFunction, variables: Sequence[str], inputs: tuple[Tensor, ...], asked: Sequence[Wrt]
    ) -> Engine:
        del asked
        return Transforms(function, variables, inputs, last=last, before=before)

    return engine


ENGINES: dict[Mode, Callable[[TensorFunction, Sequence[str], tuple[Tensor, ...], Sequence[Wrt]], Engine]] = {
    Mode.REVERSE: Reverse,
    Mode.FORWARD: _transforms(by_jvp, by_jvp),
    Mode.FUNC: _transforms(by_grad, by_grad),
    Mode.FORWARD_OVER_REVERSE: _transforms(by_jvp, by_grad),
    Mode.REVERSE_OVER_FORWARD: _transforms(by_grad, by_jvp),
    Mode.COMPILE: Compiled,
}
"""Makes the engine of a mode: from a function, the names of its inputs, where, and what will be asked for."""


def derivatives(
    function: TensorFunction, variables: Sequence[str], inputs: tuple[Tensor, ...], wrts: Sequence[Wrt], mode: Mode
) -> list[Tensor | Refusal]:
    """The value and derivatives as tensors of the inputs' shape, or why there is none."""
    try:
        engine = ENGINES[mode](function, variables, inputs, wrts)
    except Exception as error:  # no compiler for this version of Python
        return [refusal_of(error)] * len(wrts)
    with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
        return [_outcome(engine, wrt) for wrt in wrts]


def outcome_of(engine: Engine, wrt: Wrt) -> Tensor | Refusal:
    """One derivative, or the value for the empty wrt; or why there is none."""
    with redirect_stdout(sys.stderr):
        return _outcome(engine, wrt)


def _outcome(engine: Engine, wrt: Wrt) -> Tensor | Refusal:
    try:
        return engine(wrt)
    except (Exception, SystemExit, GeneratorExit) as error:
        return refusal_of(error)
