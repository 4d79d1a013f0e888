"""The check of a user's own function: a Case with a check list in, a Result for each item of it out."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

from derivcheck.autograd.devices import TORCH_DTYPES, choose_dtype, resolve
from derivcheck.autograd.user_functions import UserFunction, load_own
from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.inputs.coordinates import read_point
from derivcheck.model import Case, Checklist, Refusal, RefusalKind, Result, Severity, Status, What
from derivcheck.model.failures import failed
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison, conclude, report_error
from derivcheck.own_functions.checks.subject import Subject, order_arguments
from derivcheck.own_functions.checks.table import FORWARD, Item
from derivcheck.own_functions.chosen import cannot_be_run, chosen_items
from derivcheck.own_functions.diagnosis import (
    name_mistake_elsewhere,
    name_mistake_in_derivatives,
    name_mistake_in_values,
)
from derivcheck.own_functions.first_look import look_at, look_at_backward
from derivcheck.own_functions.reasons import BIND, Reasons
from derivcheck.readings import readings


def prepare(case: Case, function: UserFunction) -> Subject:
    """Read everything that the user wrote about a function.

    Args:
        case: the check list; the function that it declares has the formula and the surrogate.
        function: its code, loaded.

    Returns:
        The function beside its formula.

    Raises:
        DerivcheckError: for a formula, point, dtype, device or argument that is none.
    """
    (own,) = case.functions
    device = resolve(case.device)
    dtype = choose_dtype(device, case.dtype or _format(function))
    # A Result goes to other processes, and into files of whoever pickles it: no object of the user's goes along.
    named = case.functions if isinstance(own.code, str) else ()
    case = replace(case, dtype=dtype, device=device.name, functions=named)
    if not case.at or not all(case.at):
        raise CaseError("there is no point to check the function at", hint="write --at x=2")
    names = frozenset(name for texts in case.at for name in texts)
    formulas = [own.formula, *([] if own.surrogate is None else [own.surrogate])]
    variables = dict.fromkeys(name for text in formulas for name in readings(text, names).expression.variables)
    args = order_arguments(case, _in_order(tuple(variables), function.parameters), own.params)
    value, slope = (readings(text, names, args) for text in (formulas[0], formulas[-1]))
    if value.is_shaped or slope.is_shaped:
        raise CaseError(
            "the formula is one of tensors, and the check list is for functions that work element by element",
            hint="check it in an expression, as sum(w*f(x)) at x=[1, 2, 3], for which [functions.f] of a case file "
            "or functions={'f': …} in Python declares it",
        )
    points = tuple(read_point(texts, dtype) for texts in case.at)
    return Subject(function, args, value, slope, case, device, dtype, points)


def _in_order(variables: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[str, ...]:
    """The formula's variables as the function names its first arguments, where these are the same names."""
    first = parameters[: len(variables)]
    return first if set(first) == set(variables) else variables


def _format(function: UserFunction) -> DType | None:
    """The format of a module's own numbers, which is the one to check it in unless another is asked for."""
    return next((dtype for dtype, found in TORCH_DTYPES.items() if found is function.format), None)


def check_items(
    subject: Subject, checklist: Checklist, items: Sequence[Item], *, begin: Callable[[str], None] | None = None
) -> Iterator[Result]:
    """Run some items, and yield a Result for each; where not even the value can be computed, the rest is skipped.

    Args:
        subject: the function beside its formula.
        checklist: what the user asked for.
        items: the items to run.
        begin: told each item's name before it is run.
    """
    begin = begin or (lambda _: None)
    begin(items[0].name)  # what hangs or ends the process already now, does so in the first item
    subject, stops = look_at(subject)
    stopped: str | None = None
    looked, told_of = False, ""
    named, reasons = _Diagnosis(subject), Reasons(subject)
    for item in items:
        begin(item.name)
        if stopped is not None:
            yield _result(subject, reasons, item, [conclude(Status.SKIPPED, cannot_be_run(stopped))])
            continue
        if item.slow and not (checklist.slow or item.name in checklist.only):
            slow = f"slow: asked for by --only {item.name} or --all"
            yield _result(subject, reasons, item, [conclude(Status.SKIPPED, slow)])
            continue
        if item.name != FORWARD and stops is None and not looked:
            looked, lifted = True, look_at_backward(subject)
            if lifted is not subject:
                subject = lifted
                named, reasons = _Diagnosis(subject), Reasons(subject)
        comparisons = run_item(item, subject) if stops is None else [_stopping(subject, stops)]
        result = _result(subject, reasons, item, comparisons)
        if result.status.severity is Severity.FAIL or result.status is Status.INACCURATE:
            result = replace(result, diagnosis=named(result))
        if subject.note and subject.note != told_of:
            told_of = subject.note
            result = replace(result, notes=(subject.note, *result.notes))
        yield result
        if all(comparison.verdict.status is Status.ERROR for comparison in comparisons):
            stopped = item.name


def _stopping(subject: Subject, error: BaseException) -> Comparison:
    """Why the function cannot be run, and what to do where its arguments are the reason."""
    comparison = report_error(Status.ERROR, error, point=subject.points[0])
    taken = ", ".join(subject.args)
    hints = []
    if comparison.raised is not None and comparison.raised.refusal.kind is RefusalKind.WRONG_CALL:
        hints.append(f"it is called with {taken}, the variables of the formula: --args names those it takes, in order")
    if subject.function.constants:
        constants = ", ".join(subject.function.constants)
        hints.append(f"it takes {constants}, no tensor, which cannot be given yet: {BIND}")
    reason = "; ".join([comparison.verdict.reason or "", *hints])
    return replace(comparison, verdict=replace(comparison.verdict, reason=reason))


def run_item(item: Item, subject: Subject) -> list[Comparison]:
    """An item's comparisons; what the function raises in it becomes one of them."""
    comparisons: list[Comparison] = []
    try:
        comparisons.extend(item.run(subject))
    except DerivcheckError as error:
        comparisons.append(report_error(Status.MISMATCH, error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and whatever else the user's code may raise
        if _is_ours(error):
            raise
        comparisons.append(report_error(Status.MISMATCH, error))
    return comparisons or [conclude(Status.SKIPPED, "there is nothing to compare")]


def check_list(case: Case) -> Iterator[Result]:
    """Run the check list of a case in this very process, and yield its Results.

    What goes wrong becomes a Result with the status `error`.
    """
    (own,) = case.functions
    assert case.checklist is not None
    try:
        items = chosen_items(case.checklist)
        with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
            found = list(check_items(prepare(case, load_own(own)), case.checklist, items))
    except DerivcheckError as error:
        yield failed(case, error)
    else:
        yield from found


_ENGINES = frozenset({"forward-mode", "vmap", "shapes"})
"""The items that compute right values in ways in which they come out wrong."""


class _Diagnosis:
    """The name of the mistake in the values, or in the first derivatives, each looked for once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.known: dict[Callable[[Subject], str | None], str | None] = {}
        self.first = True

    def __call__(self, result: Result) -> str | None:
        of_a_value = result.what is What.VALUE and result.gradient is not None
        name = self.found(name_mistake_in_values)
        if name is not None or (of_a_value and result.item not in _ENGINES):
            self.first = False
            return name
        name = self.found(name_mistake_in_derivatives)
        first, self.first = self.first, False
        if name is not None or not first or result.status is Status.INACCURATE:
            return name  # digits that torch's own kernels lose, polygamma's, say nothing of the function
        return name_mistake_elsewhere(self.subject, result)

    def found(self, look: Callable[[Subject], str | None]) -> str | None:
        if look not in self.known:
            try:
                self.known[look] = look(self.subject)
            except (Exception, SystemExit) as error:
                if _is_ours(error):
                    raise
                self.known[look] = None
        return self.known[look]


def _is_ours(error: BaseException) -> bool:
    """Whether an exception comes from our own code, not from the user's or torch's: the innermost frame tells."""
    frames = traceback.extract_tb(error.__traceback__)
    here = str(Path(__file__).parents[1])
    return bool(frames) and frames[-1].filename.startswith(here) and "user_functions" not in frames[-1].filename


def _result(subject: Subject, reasons: Reasons, item: Item, comparisons: Sequence[Comparison]) -> Result:
    """The Result of an item: its worst comparison speaks for it."""
    worst = max(comparisons, key=_weight)
    verdict = replace(worst.verdict, reason=reasons.reason(item.name, worst, comparisons))
    formula = subject.slope.formula(worst.wrt) if worst.wrt else None
    return Result(
        subject.case,
        What.DERIVATIVE if worst.wrt else What.VALUE,
        worst.wrt,
        verdict,
        point=worst.point,
        expression=subject.value.expression,
        formula=formula.text if formula is not None and not isinstance(formula, Refusal) else None,
        truth=worst.truth,
        gradient=worst.gradient,
        item=item.name,
        notes=tuple(dict.fromkeys(comparison.note for comparison in comparisons if comparison.note)),
        raised=reasons.trace(worst),
    )


def _weight(comparison: Comparison) -> tuple[int, int, float]:
    verdict = comparison.verdict
    return verdict.status.severity.rank, verdict.status.rank, verdict.ulps or 0.0
