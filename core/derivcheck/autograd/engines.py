"""torch's engines of differentiation, one for each Mode, and what they return or raise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout

from torch import Tensor

from derivcheck.autograd.compiled import Compiled, first_compiler_error
from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tracebacks import place_of
from derivcheck.autograd.transforms import Transform, Transforms, by_grad, by_jvp
from derivcheck.model import Mode, Wrt

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
) -> list[Tensor | str]:
    """The value and derivatives as tensors of the inputs' shape, or why there is none."""
    outcomes: list[Tensor | str] = []
    try:
        engine = ENGINES[mode](function, variables, inputs, wrts)
    except Exception as error:  # no compiler for this version of Python
        return [in_one_line(error)] * len(wrts)
    for wrt in wrts:
        try:
            with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
                outcomes.append(engine(wrt))
        except (Exception, SystemExit, GeneratorExit) as error:
            outcomes.append(in_one_line(error))
    return outcomes


def in_one_line(error: BaseException) -> str:
    r"""An exception in one line: its class, the first line of its message with those that complete it, and its place.

    The place is a line of the user's own code, if it went through one.

    Example:
        >>> in_one_line(RuntimeError("backend='inductor' raised:\nNotImplementedError: no kernel\n\nSet TORCH_LOGS"))
        "RuntimeError: backend='inductor' raised: NotImplementedError: no kernel"
    """
    if isinstance(error, SystemExit):
        return f"the function exits the process: SystemExit({error.code})"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ends = next((index for index, line in enumerate(lines) if not line.endswith(":")), len(lines))
    message = ": ".join(filter(None, (" ".join(lines[: ends + 1]), first_compiler_error(error))))
    place = place_of(error)
    told = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return f"{told} ({place})" if place else told
