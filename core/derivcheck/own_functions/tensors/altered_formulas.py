"""Formulas in which one step is another: without an eps, without a root, with the variance of a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.formula_steps import FormulaProgram, Step
from derivcheck.own_functions.tensors.formula_sweep import Sweep, Tape
from derivcheck.own_functions.tensors.written_out import OVER_COUNT


@dataclass(frozen=True, slots=True)
class AlteredFormula:
    """A formula of which one step runs something else.

    Attributes:
        words: how it differs: "without `eps`".
        index: the step.
        run: what it runs on its arguments.
    """

    words: str
    index: int
    run: Callable[..., Any]

    def tape(self, tape: Tape) -> Tape:
        """The altered formula at the point of a tape."""
        count = len(tape.program.variables)
        return Tape(tape.program, tape.values[:count], {self.index: self.run})

    def stale_tape(self, tape: Tape) -> Tape:
        """The formula as it is, whose later steps take the values of the altered one."""
        count, step = len(tape.program.variables), tape.program.steps[self.index]

        def run(*tensors: Tensor) -> Tensor:
            made: Tensor = step.run(*tensors)
            other: Tensor = self.run(*tensors)
            return made + (other - made).detach()

        return Tape(tape.program, tape.values[:count], {self.index: run})

    def gradients(self, sweep: Sweep, *, stale: bool = False) -> dict[str, Tensor] | None:
        """The gradients of the altered formula; None where it has another shape, or no value.

        Args:
            sweep: the sweep over the formula as it is.
            stale: whether only the values are those of the altered formula, and every step is pulled back as it is.
        """
        with suppress(RuntimeError, IndexError, ValueError, TypeError, AttributeError):
            tape = self.stale_tape(sweep.tape) if stale else self.tape(sweep.tape)
            if [one.shape for one in tape.outputs] == [one.shape for one in sweep.tape.outputs]:
                return Sweep(tape, sweep.upstream).gradients
        return None


def pull_without_masks(sweep: Sweep) -> dict[str, Tensor] | None:
    """The gradients if every clamp passes on what arrives; None where the formula has no more than one."""
    program = sweep.tape.program
    clamps = [index for index, step in enumerate(program.steps) if step.row is not None and step.row.selects]
    if len(clamps) < 2:
        return None

    def passing(step: Step) -> Callable[..., Tensor]:
        def run(*tensors: Tensor) -> Tensor:
            made: Tensor = step.run(*tensors).detach()
            for one in tensors:
                if one.is_floating_point():
                    made = made + (one - one.detach())
            return made

        return run

    count = len(program.variables)
    tape = Tape(program, sweep.tape.values[:count], {index: passing(program.steps[index]) for index in clamps})
    return Sweep(tape, sweep.upstream).gradients


_LEFT_OUT = {
    "term": ("the term", (1, 0)),
    "subtrahend": ("the term", (1,)),
    "factor": ("the factor", (1, 0)),
    "divisor": ("the division by", (1,)),
}
"""What is left out where one of two arguments is, and which of them may be, by the column `left_out` of the table."""


def list_altered_formulas(program: FormulaProgram) -> Iterator[AlteredFormula]:
    """The formulas that somebody may have differentiated instead, those without a constant first."""
    found = [one for index, step in enumerate(program.steps) for one in _altered(program, index, step)]
    yield from sorted(found, key=lambda one: one.words.startswith("without the function"))


def _altered(program: FormulaProgram, index: int, step: Step) -> Iterator[AlteredFormula]:
    name, left_out = step.function, step.row.left_out if step.row is not None else None
    if name == OVER_COUNT:
        yield from _other_correction(index, step)
    if step.of:
        if left_out == "term" and len(step.args) == 1:
            yield AlteredFormula(f"without the eps of `{step.text}`", index, _take_first)
        if left_out == "subtrahend" and "mean" in {one.part for one in program.steps if one.of == step.of}:
            yield AlteredFormula(f"without the mean in `{step.text}`", index, _take_first)
        return
    if name == "matmul":
        for at in (0, 1):
            words = f"with {program.quote(step.args[at])} transposed in `{step.text}`"
            yield AlteredFormula(words, index, _product_of_transposed(at))
    if left_out in _LEFT_OUT and len(step.args) == 2:
        what, places = _LEFT_OUT[left_out]
        for at in places:
            words = f"without {what} {program.quote(step.args[at])} in `{step.text}`"
            yield AlteredFormula(words, index, _take_first if at else _take_second)
    elif left_out == "function" and len(step.args) == 1:
        yield AlteredFormula(f"without the function {name} in `{step.text}`", index, _take_first)
    elif name in _ALONG:
        yield from _along_other_dims(index, step)
    if name == "mean":
        yield AlteredFormula(f"with the sum in the place of `{step.text}`", index, _scaled(step, invert=False))
    if name == "sum":
        yield AlteredFormula(f"with the mean in the place of `{step.text}`", index, _scaled(step, invert=True))


_ALONG: dict[str, Callable[..., Tensor]] = {
    "mean": torch.mean,
    "sum": torch.sum,
    "amax": torch.amax,
    "var": torch.var,
    "std": torch.std,
}
"""The reductions that somebody may have taken along another dim."""


def _along_other_dims(index: int, step: Step) -> Iterator[AlteredFormula]:
    """A reduction that keeps its dims, along another one, or along all."""
    given = dict(step.options)
    kernel, dim = _ALONG[step.function], given.get("dim")
    if not given.get("keepdim") or not isinstance(dim, int):
        return
    more = {"correction": given["correction"]} if "correction" in given else {}

    def run(x: Tensor, along: int | None) -> Tensor:
        dims = tuple(range(x.ndim)) if along is None else (along,)
        if along is not None and along in {dim, dim % x.ndim}:
            raise ValueError("that is the dim of the formula")
        return kernel(x, dims, **more, keepdim=True)

    yield AlteredFormula(f"with `{step.text}` along all dims", index, lambda x: run(x, None))
    for along in range(_MOST_DIMS):
        words = f"with `{step.text}` along dim {along}"
        yield AlteredFormula(words, index, lambda x, along=along: run(x, along))


_MOST_DIMS = 4

_KEEP_SHAPE: dict[str, Callable[[Tensor, int], Tensor]] = {
    "softmax": torch.softmax,
    "log_softmax": torch.log_softmax,
    "cumsum": torch.cumsum,
    "cumprod": torch.cumprod,
}
"""The functions along a dim whose result has the shape of the argument."""


def list_along_other_dims(program: FormulaProgram) -> Iterator[AlteredFormula]:
    """The formulas in which softmax, or a running sum, goes along another dim; composites are not written out."""
    for index, step in enumerate(program.steps):
        kernel, dim = _KEEP_SHAPE.get(step.function), dict(step.options).get("dim")
        if kernel is None or not isinstance(dim, int):
            continue
        for along in range(_MOST_DIMS):

            def run(x: Tensor, kernel: Callable[..., Tensor] = kernel, dim: int = dim, along: int = along) -> Tensor:
                if along in {dim, dim % x.ndim}:
                    raise ValueError("that is the dim of the formula")
                return kernel(x, along)

            yield AlteredFormula(f"with `{step.text}` along dim {along}", index, run)


def _take_first(first: Tensor, *_: Tensor) -> Tensor:
    return first.clone()


def _product_of_transposed(at: int) -> Callable[[Tensor, Tensor], Tensor]:
    """A product of matrices of which one is transposed."""

    def run(first: Tensor, second: Tensor) -> Tensor:
        made: Tensor = first.mT @ second if at == 0 else first @ second.mT
        return made

    return run


def _take_second(_: Tensor, second: Tensor) -> Tensor:
    return second.clone()


def _scaled(step: Step, *, invert: bool) -> Callable[[Tensor], Tensor]:
    """A reduction times, or divided by, the number of elements that it reduces to one."""

    def run(x: Tensor) -> Tensor:
        y: Tensor = step.run(x)
        count = x.numel() / max(y.numel(), 1)
        return y / count if invert else y * count

    return run


def _other_correction(index: int, step: Step) -> Iterator[AlteredFormula]:
    """The variance divided by n instead of n - 1, or the other way round."""

    def run(total: Tensor, x: Tensor) -> Tensor:
        made: Tensor = step.run(total, x)
        count = x.numel() / max(total.numel(), 1)
        used = count if bool((made * count - total).abs().max() <= 1e-9 * total.abs().max()) else count - 1
        return made * used / (count - 1 if used == count else count)

    yield AlteredFormula(f"with n and n - 1 exchanged in `{step.text}` (correction)", index, run)
