"""The check of a user's own function: a FunctionCase in, a Result for each item of the check list out."""

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
from derivcheck.failures import failed
from derivcheck.inputs.points import read_point
from derivcheck.model import Case, DType, Result, Severity, Status, What
from derivcheck.own_functions.case import FunctionCase
from derivcheck.own_functions.checks.comparison import Comparison, plain, told
from derivcheck.own_functions.checks.subject import Subject, arguments
from derivcheck.own_functions.checks.table import Item
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.diagnosis import diagnose, elsewhere, of_values
from derivcheck.readings import readings


def prepare(request: FunctionCase, function: UserFunction) -> Subject:
    """The function beside its formula, everything that the user wrote read.

    Raises:
        DerivcheckError: for a formula, point, dtype, device or argument that is none.
    """
    case = request.case
    device = resolve(case.device)
    dtype = choose_dtype(device, case.dtype or _format(function))
    case = replace(case, dtype=dtype, device=device.name)
    if not case.at or not all(case.at):
        raise CaseError("there is no point to check the function at", hint="write --at x=2")
    names = frozenset(name for texts in case.at for name in texts)
    formulas = [case.expr, *([] if request.surrogate is None else [request.surrogate])]
    variables = dict.fromkeys(name for text in formulas for name in readings(text, names).expression.variables)
    args = arguments(case, _in_order(tuple(variables), function.parameters), request.args)
    value, slope = (readings(text, names, args) for text in (formulas[0], formulas[-1]))
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
    subject: Subject, request: FunctionCase, items: Sequence[Item], *, begin: Callable[[str], None] | None = None
) -> Iterator[Result]:
    """A Result for each item; where not even the value can be computed, the rest is skipped.

    Args:
        subject: the function beside its formula.
        request: what the user asked for.
        items: the items to run.
        begin: told each item's name before it is run.
    """
    stopped: str | None = None
    named = _Diagnosis(subject)
    for item in items:
        if begin is not None:
            begin(item.name)
        if item.slow and not (request.slow or item.name in request.only):
            yield _result(subject, item, [plain(Status.SKIPPED, f"slow: asked for by --only {item.name} or --all")])
            continue
        if stopped:
            yield _result(subject, item, [plain(Status.SKIPPED, f"the function cannot be run: see `{stopped}`")])
            continue
        comparisons = run_item(item, subject)
        result = _result(subject, item, comparisons)
        if result.status.severity is Severity.FAIL or result.status is Status.INACCURATE:
            result = replace(result, diagnosis=named(result))
        yield result
        if all(comparison.verdict.status is Status.ERROR for comparison in comparisons):
            stopped = item.name


def run_item(item: Item, subject: Subject) -> list[Comparison]:
    """An item's comparisons; what the function raises in it becomes one of them."""
    comparisons: list[Comparison] = []
    try:
        comparisons.extend(item.run(subject))
    except DerivcheckError as error:
        comparisons.append(plain(Status.MISMATCH, error.message))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and whatever else the user's code may raise
        if _is_ours(error):
            raise
        comparisons.append(plain(Status.MISMATCH, told(error)))
    return comparisons or [plain(Status.SKIPPED, "there is nothing to compare")]


def check_declared(case: Case) -> Iterator[Result]:
    """The check list of the function that a case declares, in this very process.

    What goes wrong becomes a Result with the status `error`.
    """
    (own,) = case.functions
    assert case.checklist is not None
    request = FunctionCase(case, own.params, own.surrogate, case.checklist.only, case.checklist.skip)
    try:
        items = chosen_items(request)
        with redirect_stdout(sys.stderr):  # what the user's own code prints is no result
            found = list(check_items(prepare(request, load_own(own)), request, items))
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
        name = self.found(of_values)
        if name is not None or (of_a_value and result.item not in _ENGINES):
            return name
        name = self.found(diagnose)
        first, self.first = self.first, False
        return elsewhere(self.subject, result.item) if name is None and first and result.item else name

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


def _result(subject: Subject, item: Item, comparisons: Sequence[Comparison]) -> Result:
    """The Result of an item: its worst comparison speaks for it."""
    worst = max(comparisons, key=_weight)
    verdict = worst.verdict
    bad = [c for c in comparisons if c.verdict.status.severity is not Severity.PASS]
    reason = verdict.reason
    if verdict.status is not Status.MATCH and reason:
        reason = f"{_where(worst)}{reason}"
        if len(comparisons) > 1 and bad:
            reason += f" ({len(bad)} of {len(comparisons)} comparisons)"
    elif verdict.status is Status.MATCH:
        reason = None if len(comparisons) == 1 else f"{len(comparisons)} comparisons"
    formula = subject.slope.formula(worst.wrt) if worst.wrt else None
    return Result(
        subject.case,
        What.DERIVATIVE if worst.wrt else What.VALUE,
        worst.wrt,
        replace(verdict, reason=reason),
        point=worst.point,
        expression=subject.value.expression,
        formula=formula.text if formula is not None and not isinstance(formula, str) else None,
        truth=worst.truth,
        gradient=worst.gradient,
        item=item.name,
    )


def _weight(comparison: Comparison) -> tuple[int, int, float]:
    verdict = comparison.verdict
    return verdict.status.severity.rank, verdict.status.rank, verdict.ulps or 0.0


def _where(comparison: Comparison) -> str:
    """Where the worst comparison stands, in words."""
    pieces = []
    if comparison.wrt:
        pieces.append("by " + ", ".join(comparison.wrt))
    if comparison.point:
        pieces.append("at " + ", ".join(f"{name} = {value.text}" for name, value in comparison.point.items()))
    if comparison.place:
        pieces.append(comparison.place)
    return f"{', '.join(pieces)}: " if pieces else ""
