"""Explaining an expression at a point: torch runs it once, and each operation is held against the exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from torch import Tensor

from derivcheck.autograd.shaped_gradients import tensor_of
from derivcheck.autograd.shaped_program import ShapedProgram, ShapedStep
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.checking.one_point import check_point
from derivcheck.checking.point_check import pose
from derivcheck.checking.prepare import Prepared, case_readings, prepare
from derivcheck.explaining.blaming.find_blame import accused, find_blame
from derivcheck.explaining.derivative_runs import derivative_of
from derivcheck.explaining.formulas_of_functions import formulas_of_own
from derivcheck.explaining.tape_of_run import Subject, tape_of
from derivcheck.explaining.weighing_outputs import weighing_of
from derivcheck.inputs.coordinates import read_point
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import Case, Mode, Result
from derivcheck.model.explanation import Explanation, Place
from derivcheck.model.expression import Expression


def explain_expression(case: Case, results: Sequence[Result] | None = None) -> Explanation:
    """Explain an expression at the first point of its case, in torch's reverse mode.

    Args:
        case: the expression, the point, and in which format torch computes.
        results: the rows of the check at that point, on which the blame rests; None: it is checked.

    Returns:
        The tape of the worst row: that of a second derivative is the tape of the first one. Of several outputs, or
        one with a shape, the adjoints are those of a weighed sum of all elements, and a note says so.

    Raises:
        DerivcheckError: for what cannot be read at the point, and for an operation that torch or balls do not have.

    Example:
        >>> explanation = explain_expression(Case("log(1 + x)", at=({"x": "0.5"},)))
        >>> [(one.operation, one.grad_fn) for one in explanation.tape if one.arguments]
        [('add', 'AddBackward0'), ('log', 'LogBackward0')]
    """
    prepared = prepare(case)
    texts = prepared.case.at[0]
    if results is None:
        results = tuple(check_point(prepared, texts))
    row = accused(results)
    subject = replace(_subject(prepared, texts), weighing=weighing_of(row))
    if row is not None and row.gradient is not None and row.gradient.mode is Mode.FUNC:
        subject = replace(subject, setting=replace(subject.setting, mode=Mode.FUNC))
    for name in row.wrt[:-1] if row is not None else ():
        subject = derivative_of(subject, name)
    tape, notes = tape_of(subject)
    if row is not None and len(row.wrt) > 1:
        notes = (*notes, f"the tape is that of the derivative by {', '.join(row.wrt[:-1])}, backward pass included")
    if row is not None and row.gradient is not None and row.gradient.mode not in _EXPLAINED:
        notes = (*notes, f"the row is of the mode {row.gradient.mode}; what is explained is torch's reverse mode")
    found = find_blame(tape, results)
    if found.note:
        notes = (*notes, found.note)
    return Explanation(prepared.case.expr, tape, found.blame, notes=notes)


_EXPLAINED = frozenset({Mode.REVERSE, Mode.FUNC})
"""The modes whose own adjoints are shown; what goes forward has none."""


def _subject(prepared: Prepared, texts: dict[str, str]) -> Subject:
    made = None if is_shaped_point(texts) else case_readings(prepared.case, texts)
    if made is None or made.is_shaped:
        return _shaped_subject(prepared, texts)
    check = pose(prepared, made, read_point(texts, prepared.dtype))
    setting = TorchSetting(check.device.name, check.dtype, Mode.REVERSE)
    exact = {name: check.exact[name] for name in check.readings.torch.variables}
    inputs = {name: setting.tensor(number) for name, number in exact.items()}
    places = _Places(check.readings.written)
    program = check.readings.torch

    def run(tensors: Sequence[Tensor], literal: Callable[[Fraction | str], Tensor]) -> tuple[Tensor, ...]:
        return (_placed(program, places, literal)(tensors, literal),)

    if program.own:  # a function of the user's own is looked at before its first call, which is no part of the run
        run([tensor.clone() for tensor in inputs.values()], setting.literal)
    return Subject(
        inputs,
        {name: (number,) for name, number in exact.items()},
        run,
        setting,
        places,
        held=frozenset(prepared.case.const),
        formulas=formulas_of_own(check.readings.own),
    )


def _shaped_subject(prepared: Prepared, texts: dict[str, str]) -> Subject:
    # NumPy comes with it, which no case of numbers needs.
    from derivcheck.checking.tensors.shaped_check import pose_shaped

    check = pose_shaped(prepared, texts)
    setting = TorchSetting(check.device.name, check.dtype, Mode.REVERSE)
    program, places = check.program, _Places(check.readings.written)
    inputs = {name: tensor_of(check.point[name], setting) for name in program.variables}
    exact = {name: tuple([element.exact for element in check.point[name].elements]) for name in program.variables}

    def run(tensors: Sequence[Tensor], literal: Callable[[Fraction | str], Tensor]) -> tuple[Tensor, ...]:
        return _placed_shaped(program, places, literal)(tensors, literal)

    if program.own:
        run([tensor.clone() for tensor in inputs.values()], setting.literal)
    formulas = formulas_of_own(check.readings.own)
    return Subject(inputs, exact, run, setting, places, frozenset(prepared.case.const), formulas)


class _Places:
    """Tells where in an Expression the step stands that runs."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self._node: int | None = None

    def __call__(self) -> Place | None:
        """Where the step stands."""
        if self._node is None:
            return None
        span = self._expression.span(self._node)
        return Place(self._expression.source[span.start : span.end], span)

    def at(self, node: int | None, run: Callable[..., Any]) -> Callable[..., Any]:
        """What runs a step, its place being known meanwhile."""

        def placed(*args: Any, **kwargs: Any) -> Any:
            self._node = node
            return run(*args, **kwargs)

        return placed


def _placed(program: TorchProgram, places: _Places, literal: Callable[[Fraction | str], Tensor]) -> TorchProgram:
    """A program whose steps tell their places."""

    def placed(step: TorchStep) -> TorchStep:
        value = None if step.literal is None else program.literals[step.literal]
        run = step.run if value is None else (lambda: literal(value))
        assert run is not None
        return step._replace(run=places.at(step.node, run))

    return replace(program, steps=tuple(map(placed, program.steps)))


def _placed_shaped(
    program: ShapedProgram, places: _Places, literal: Callable[[Fraction | str], Tensor]
) -> ShapedProgram:
    def placed(step: ShapedStep) -> ShapedStep:
        value = step.literal
        run = step.run if value is None else (lambda: literal(value))
        if step.is_integer or run is None:
            return step
        return step._replace(run=places.at(step.position, run), literal=None)

    return replace(program, steps=tuple(map(placed, program.steps)))
