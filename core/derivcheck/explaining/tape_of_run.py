"""The tape of a run: torch runs a subject forward and backward, and what it did is laid beside the exact numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from fractions import Fraction
from warnings import catch_warnings

import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.estimates import Estimates
from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import UnsupportedError
from derivcheck.explaining.beside_exact import tape_beside_exact
from derivcheck.explaining.exact_numbers import ExactNumbers
from derivcheck.explaining.func_adjoints import FuncAdjoints
from derivcheck.explaining.nodes_of_tape import Formulas
from derivcheck.explaining.taped_run import TapedRun
from derivcheck.explaining.taping import Taping
from derivcheck.explaining.weighing_outputs import Weighing
from derivcheck.model import Mode
from derivcheck.model.explanation import Place, TapeTensor
from derivcheck.system.harmless import one_line
from derivcheck.tracing.custom_functions import listening
from derivcheck.tracing.recording import record
from derivcheck.truth.symbolic_rules import sympys_rules

Literal = Callable[["Fraction | str"], Tensor]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is explained.

    Attributes:
        inputs: its tensors, by name; those of numbers that are not held become leaves.
        exact: the exact numbers of each.
        run: runs it on these tensors, a literal's tensor being made by what it is given.
        setting: device and format.
        place: tells where the operation that runs is written.
        weighing: with what the elements of its outputs are weighed.
        held: the names of inputs that are not differentiated by.
        formulas: the formulas of torch.autograd.Functions that it applies, as far as these are known.
    """

    inputs: Mapping[str, Tensor]
    exact: Mapping[str, tuple[Fraction, ...]]
    run: Callable[[Sequence[Tensor], Literal], tuple[Tensor, ...]]
    setting: TorchSetting
    place: Callable[[], Place | None]
    held: frozenset[str] = frozenset()
    formulas: Formulas = field(default_factory=dict)
    weighing: Weighing = field(default_factory=Weighing)


def tape_of(subject: Subject) -> tuple[tuple[TapeTensor, ...], tuple[str, ...]]:
    """The tape of a subject, and notes about it.

    Raises:
        UnsupportedError: for an operation that cannot be read.
    """
    values: dict[str, Fraction] = {}
    here = Estimates(values)
    taping = Taping(NodeArrays("", here), values, here, subject.place, subject.formulas)
    tensors = [_leaf(tensor, name not in subject.held) for name, tensor in subject.inputs.items()]
    for name, tensor in zip(subject.inputs, tensors, strict=True):
        if tensor.is_floating_point() or tensor.is_complex():
            taping.declare_input(name, tensor, subject.exact[name])

    def literal(value: Fraction | str) -> Tensor:
        made = subject.setting.literal(value)
        taping.declare_literal(made, value)
        return made

    with catch_warnings(action="ignore"), redirect_stdout(sys.stderr):
        with torch.enable_grad(), listening(taping.run), taping:
            try:
                outputs = subject.run(tensors, literal)
            except RuntimeError as error:
                raise UnsupportedError(f"torch refuses to run this: {one_line(str(error))}") from error
        taping.settle()
        if taping.run.unseen is not None:
            _look_again(subject, tensors)
        upstreams, notes = _differentiate(taping, outputs, tensors, subject.weighing)
    taping.run.make.check_infinities([])
    run = taping.taped
    notes = (*notes, *[f"a constant of the run: {one}" for one in taping.run.constants])
    notes = (*notes, *_notes_of_hooks(run))
    adjoints = taping.adjoints
    if subject.setting.mode is Mode.FUNC:
        sent = {at: _as_gradient(given, run.tensors[at].tensor) for at, given in upstreams.items()}
        adjoints = FuncAdjoints(run, sent)
        notes = (*notes, "the adjoints are those of torch.func, operation by operation")
    tape = tape_beside_exact(run, adjoints, ExactNumbers(run, sympys_rules().partial), upstreams)
    return _without_unused(tape), notes


def _look_again(subject: Subject, tensors: Sequence[Tensor]) -> None:
    """Fail where a run computes with numbers that nobody saw, as NumPy's, so that the tape would not tell the truth.

    Raises:
        UnsupportedError: where it does.
    """
    asking = {name: one for name, one in zip(subject.inputs, tensors, strict=True) if one.requires_grad}

    def run(*leaves: Tensor) -> tuple[Tensor, ...]:
        given = dict(zip(asking, leaves, strict=True))
        together = [given.get(name, one) for name, one in zip(subject.inputs, tensors, strict=True)]
        return subject.run(together, subject.setting.literal)

    record(run, asking, Estimates)


def _notes_of_hooks(run: TapedRun) -> Iterator[str]:
    """A note about each tensor whose gradient a hook of the user's may change."""
    for one in run.tensors:
        if one.tensor._backward_hooks:
            name = "a tensor" if one.operation is None else f"the result of `{run.operations[one.operation].name}`"
            yield f"a hook is registered on {name}: what arrives there is what the hook made of it"


def _without_unused(tape: Sequence[TapeTensor]) -> tuple[TapeTensor, ...]:
    """The tape without what no operation uses.

    These are constants that are no tensors to torch, such as the 2 of x**2, the detached copies that autograd makes of
    what it saves for the backward pass, and views through which something was written.
    """
    used = {at for one in tape for at in one.arguments}
    kept = [
        at
        for at, one in enumerate(tape)
        if at in used or one.is_output or not (one.operation in _MADE_ON_THE_WAY or _is_constant(one))
    ]
    places = {at: place for place, at in enumerate(kept)}
    return tuple([replace(tape[at], arguments=tuple([places[arg] for arg in tape[at].arguments])) for at in kept])


_MADE_ON_THE_WAY = frozenset({"as_strided", "detach", "select", "slice"})


def _is_constant(one: TapeTensor) -> bool:
    return one.operation is None and not one.name


def _leaf(tensor: Tensor, asks: bool) -> Tensor:
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return tensor
    return tensor.detach().clone().requires_grad_(asks)


def _differentiate(
    taping: Taping, outputs: Sequence[Tensor], tensors: Sequence[Tensor], weighing: Weighing
) -> tuple[dict[int, tuple[float, ...]], tuple[str, ...]]:
    """Run the backward pass; the upstream gradient of each output, and notes."""
    positions = [taping.position_of(output) for output in outputs]
    taping.taped.outputs += [at for at in positions if at is not None]
    chosen = {
        at: output for at, output in zip(positions, outputs, strict=True) if at is not None and output.requires_grad
    }
    if not chosen:
        return {}, ("the output does not depend on anything that asks for a gradient",)
    counts = [len(taping.taped.tensors[at].numbers) for at in chosen]
    weights = weighing.weights(sum(counts))
    upstreams, start = {}, 0
    for at, count in zip(chosen, counts, strict=True):
        upstreams[at] = weights[start : start + count]
        start += count
    given = [_as_gradient(upstreams[at], output) for at, output in chosen.items()]
    leaves = [tensor for tensor in tensors if tensor.requires_grad]
    try:
        taping.adjoints.run(list(chosen.values()), given, leaves)
    except Exception as error:  # the tape says how far the gradients came; a user's backward pass may raise anything
        return upstreams, (f"torch's backward pass raised {type(error).__name__}: {one_line(str(error))}",)
    return upstreams, weighing.words(sum(counts))


def _as_gradient(numbers: Sequence[float], output: Tensor) -> Tensor:
    flat = torch.tensor(numbers, dtype=torch.float64)
    if output.is_complex():
        return torch.view_as_complex(flat.reshape(*output.shape, 2)).to(output.dtype).to(output.device)
    return flat.reshape(output.shape).to(output.dtype).to(output.device)
