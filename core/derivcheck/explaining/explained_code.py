"""Explaining a user's code at a point: a torch.autograd.Function, a function of tensors or an nn.Module."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.user_functions import UserFunction, load_own
from derivcheck.errors import DerivcheckError, UnsupportedError, UserFunctionError
from derivcheck.explaining.blaming.find_blame import accused, find_blame
from derivcheck.explaining.code_places import place_in_code, place_of
from derivcheck.explaining.formulas_of_functions import FormulaOfFunction
from derivcheck.explaining.local_rounding import format_of
from derivcheck.explaining.tape_of_run import Literal, Subject, tape_of
from derivcheck.explaining.weighing_outputs import weighing_of
from derivcheck.graph.inlining import with_held
from derivcheck.model import Case, Checklist, Mode, Result
from derivcheck.model.explanation import BlameKind, Explanation, TapeTensor
from derivcheck.model.expression import Expression
from derivcheck.own_functions.checking import check_items
from derivcheck.own_functions.checks import subject as of_numbers
from derivcheck.own_functions.checks.comparison import describe_error
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.manners import manner_of
from derivcheck.own_functions.preparing import prepare
from derivcheck.own_functions.searches import HINT, REFUSAL, is_refusal
from derivcheck.own_functions.tensors.subject import Formulas, TensorSubject

_ITEMS = Checklist(only=("forward", "backward"))
"""The items of the check list on which the blame rests."""


def explain_code(
    case: Case, function: UserFunction | None = None, results: Sequence[Result] | None = None
) -> Explanation:
    """Explain a user's code at the first point of its check list.

    Where a formula of a torch.autograd.Function is given, this is what it is held against; other code is read
    operation by operation. The code runs in this very process.

    Args:
        case: the check list: its only function is what is explained.
        function: its code, loaded; None: it is loaded.
        results: the rows of the check list, on which the blame rests; None: the items `forward` and `backward` run.

    Raises:
        DerivcheckError: for a function, a formula, a point or an argument that is none, and for code that cannot be
            read and has no formula.

    Example:
        >>> import torch
        >>> from derivcheck.model import Case, Checklist, OwnFunction
        >>> class Square(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         return g * ctx.saved_tensors[0]
        >>> own = OwnFunction("Square", (), "x**2", Square)
        >>> found = explain_code(Case("x**2", ({"x": "3"},), functions=(own,), checklist=Checklist()))
        >>> found.tape[-1].returned[0].numbers.computed, found.blame.kind.name
        ((3.0,), 'BACKWARD')
    """
    (own,) = case.functions
    with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
        code = load_own(own) if function is None else function
        prepared = prepare(case, code)
        manner = manner_of(prepared)
        stops = manner.look()
        if stops is not None:
            raise _as_ours(stops)
        subject = manner.subject
        if results is None:
            items = chosen_items(_ITEMS, elementwise=subject.is_elementwise)
            results = tuple(check_items(subject, _ITEMS, items))
        if is_refusal(results):
            raise UnsupportedError(REFUSAL, hint=HINT)
        posed = _tensor_subject(subject) if isinstance(subject, TensorSubject) else _subject(subject)
        tape, notes = tape_of(replace(posed, weighing=weighing_of(accused(results))))
    return _at_backward(_explained(subject.function.name, tape, notes, results), code)


def explain_call(function: Callable[..., Any], inputs: Sequence[Any], results: Sequence[Result] = ()) -> Explanation:
    """Explain a call of a function of tensors, read operation by operation, at the tensors that it is given.

    Args:
        function: takes `inputs` by position and returns a tensor, or several.
        inputs: tensors and whatever else it takes; it is differentiated by those that ask for a gradient.
        results: the rows of a check, on which the blame rests.

    Raises:
        UnsupportedError: for an operation that cannot be read.
        UserFunctionError: for what the function raises.

    Example:
        >>> import torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> explanation = explain_call(lambda x: (x * x).sum(), [x])
        >>> [one.operation for one in explanation.tape], explanation.tape[0].grad
        ([None, 'mul', 'sum'], (2.0, 4.0))
    """
    places = [at for at, one in enumerate(inputs) if isinstance(one, Tensor) and one.requires_grad]
    names = _names(function, len(inputs))
    asking = {names[at]: inputs[at].detach() for at in places}
    first = next(iter(asking.values()), None)
    if first is None:
        raise UserFunctionError("no input asks for a gradient", hint="torch.tensor(…, requires_grad=True)")

    def run(tensors: Sequence[Tensor], literal: Literal) -> tuple[Tensor, ...]:
        del literal
        given = list(inputs)
        for at, tensor in zip(places, tensors, strict=True):
            given[at] = tensor
        return _tensors_in(_called(function, given))

    setting = TorchSetting(str(first.device), format_of(first.dtype), Mode.REVERSE)
    tape, notes = tape_of(
        Subject(asking, {name: _exact(one) for name, one in asking.items()}, run, setting, place_in_code)
    )
    return _explained(getattr(function, "__name__", type(function).__name__), tape, notes, results)


# --- subjects --------------------------------------------------------------------------------------------------------


def _tensor_subject(subject: TensorSubject) -> Subject:
    point = subject.points[0]
    inputs = dict(zip(subject.args, subject.tensors(point), strict=True))
    exact = {name: tuple([element.exact for element in point[name].elements]) for name in subject.args}
    formulas = subject.formulas
    made: dict[Any, FormulaOfFunction] = {}
    if formulas.value is not None and not formulas.is_read:
        slope = formulas.value if formulas.slope is None else formulas.slope
        made = _formula_of(subject.function, formulas.value, slope, formulas)

    def run(tensors: Sequence[Tensor], literal: Literal) -> tuple[Tensor, ...]:
        del literal
        return _tensors_in(_called(lambda *given: subject(given), tensors))

    return Subject(inputs, exact, run, subject.setting, place_in_code, subject.held, made)


def _subject(subject: of_numbers.Subject) -> Subject:
    point = subject.points[0]
    inputs = dict(zip(subject.args, subject.inputs(point), strict=True))
    exact = {name: (point[name].exact,) for name in subject.args}
    slope = subject.slope.expression
    made = _formula_of(subject.function, subject.value.expression, with_held(slope))

    def run(tensors: Sequence[Tensor], literal: Literal) -> tuple[Tensor, ...]:
        del literal
        return _tensors_in(_called(lambda *given: subject(given), tensors))

    setting = TorchSetting(subject.device.name, subject.dtype, Mode.REVERSE)
    return Subject(inputs, exact, run, setting, place_in_code, formulas=made)


def _formula_of(
    function: UserFunction, value: Expression, slope: Expression, declared: Formulas | None = None
) -> dict[Any, FormulaOfFunction]:
    """The formula by the Function that it is one of; none of other code, which is read."""
    if function.written is None or function.binding is None:
        return {}
    more = () if declared is None else (declared.gradients, declared.upstreams)
    return {function.written: FormulaOfFunction(value, slope, function.binding, *more)}


# --- calls -----------------------------------------------------------------------------------------------------------


def _called(function: Callable[..., Any], given: Sequence[Any]) -> Any:
    """What a function returns; what it raises becomes an error of ours."""
    try:
        return function(*given)
    except DerivcheckError:
        raise
    except (Exception, SystemExit, GeneratorExit) as error:
        raise UserFunctionError(describe_error(error)) from error


def _as_ours(error: BaseException) -> DerivcheckError:
    return error if isinstance(error, DerivcheckError) else UserFunctionError(describe_error(error))


def _tensors_in(result: Any) -> tuple[Tensor, ...]:
    found = tuple([one for one in tree_leaves(result) if isinstance(one, Tensor)])
    if not found:
        raise UserFunctionError("the function returned no tensor", hint="return a tensor, or a tuple of tensors")
    return found


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """What the inputs are called: as the function's author calls them where all have a name there."""
    try:
        found = [one.name for one in inspect.signature(function).parameters.values() if one.kind in _BY_PLACE]
    except (TypeError, ValueError):
        found = []
    return found[:count] if len(found) >= count else [f"input{at}" for at in range(count)]


_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _exact(tensor: Tensor) -> tuple[Fraction, ...]:
    """The numbers that a tensor holds."""
    if tensor.layout is not torch.strided:
        raise UnsupportedError(f"an input is a tensor of the layout {str(tensor.layout).removeprefix('torch.')}")
    flat = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
    numbers = flat.reshape(-1).double().tolist()
    if not all(map(math.isfinite, numbers)):
        raise UserFunctionError("an input holds inf or nan, at which nothing has a derivative")
    return tuple(map(Fraction, numbers))


def _at_backward(explanation: Explanation, code: UserFunction) -> Explanation:
    """The explanation, where the backward pass of the function itself is to blame with the place of that pass."""
    blame = explanation.blame
    if blame is None or blame.kind is not BlameKind.BACKWARD or code.written is None or blame.place is not None:
        return explanation
    return replace(explanation, blame=replace(blame, place=place_of(code.written.backward)))


def _explained(
    name: str, tape: tuple[TapeTensor, ...], notes: tuple[str, ...], results: Sequence[Result]
) -> Explanation:
    found = find_blame(tape, results)
    return Explanation(name, tape, found.blame, notes=(*notes, found.note) if found.note else notes)
