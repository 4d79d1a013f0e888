"""The texts of a table's cells: names of derivatives, numbers, errors and statuses."""

from __future__ import annotations

import decimal
import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from derivcheck.model import ElementResult, ElementResults, Result, Severity, Shape, Side, Status, Truth, What, Wrt
from derivcheck.model.element_results import PRODUCTS
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.presentation.numerals import shortest
from derivcheck.reporting.presentation.widths import printable

NOTHING = "—"
TOO_LONG = "too long to show"

MOST_IN_A_CELL = 8
"""How many elements a row may have whose numbers are shown as a list in a cell."""

MARK_OF = {Severity.PASS: "✓", Severity.WARN: "!", Severity.FAIL: "✗", Severity.ERROR: "✗"}
"""The mark of a severity."""

_FIGURES = 17

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def derivative_name(wrt: Wrt) -> str:
    """Write the name of a derivative: f, df/dx, d²f/dx², d²f/dxdy.

    Example:
        >>> derivative_name(("x", "x", "y"))
        'd³f/dx²dy'
    """
    if not wrt:
        return "f"
    if len(wrt) == 1:
        return f"df/d{wrt[0]}"
    factors = [f"d{name}{_power(times)}" for name, times in Counter(wrt).items()]
    separator = " " if any(len(name) > 1 for name in wrt) else ""
    return f"d{_power(len(wrt))}f/{separator.join(factors)}"


def row_name(result: Result) -> str:
    """The name of a row: that of its derivative, with `claim` before it if it is a claim."""
    name = derivative_name(result.wrt)
    return f"claim {name}" if result.what is What.CLAIM else name


def formula_text(result: Result) -> str:
    """The formula; a remark where it is too long to show, a dash where there is none."""
    return result.formula_text or (NOTHING if result.formula is None else TOO_LONG)


def symbolic_text(result: Result) -> str:
    """The number that the formula gives at the point, in as many digits as autograd's number has.

    Of a few elements it is a list, of many a dash.
    """
    dtype = _dtype(result)
    if result.shape:
        return _list(result, [_symbolic(each.symbolic, each.truth, result.what, dtype) for each in _few(result)])
    return _symbolic(result.symbolic, result.truth, result.what, dtype)


def _symbolic(enclosure: Enclosure | None, truth: Truth | None, what: What, dtype: DType) -> str:
    if enclosure is None and what is What.VALUE and truth:
        enclosure = truth.value
    return in_format(enclosure.mid, dtype) if enclosure else NOTHING


def _dtype(result: Result) -> DType:
    return (result.gradient.dtype if result.gradient else result.case.dtype) or DType.FLOAT64


def elements_of(result: Result) -> ElementResults | None:
    """The elements of a row; None of a number's, which is shown as such, and false if there are none."""
    return result.elements if result.shape else None


def _few(result: Result) -> Sequence[ElementResult]:
    """The elements, where there are so few that their numbers are shown in a cell."""
    elements = elements_of(result) or ()
    return tuple(elements) if len(elements) <= MOST_IN_A_CELL else ()


def _list(result: Result, texts: Sequence[str]) -> str:
    if not texts or all(text == NOTHING for text in texts):
        return NOTHING
    return nested(texts, result.shape)


def nested(texts: Sequence[str], shape: Shape) -> str:
    """Write the texts of elements as nested lists.

    Example:
        >>> nested(("1", "2", "3", "4"), (2, 2))
        '[[1, 2], [3, 4]]'
    """
    if not shape:
        return texts[0]
    size = len(texts) // shape[0] if shape[0] else 0
    return f"[{', '.join(nested(texts[at * size : (at + 1) * size], shape[1:]) for at in range(shape[0]))}]"


def in_format(number: Dyadic, dtype: DType) -> str:
    """Write the number as the format would print it, so that equal numbers look equal.

    A number that the format cannot hold, since it overflows or underflows, is written as it is.
    """
    nearest = dtype.nearest(number.fraction()) if number.is_moderate else None
    if nearest is None or (nearest == 0) != (number.man == 0):
        return number.decimal(_FIGURES)
    return shortest(float(nearest), dtype).removesuffix(".0")


def autograd_text(result: Result) -> str:
    """Torch's number, by the shortest text that reads back as the same number; of a few elements a list."""
    if result.shape:
        return _list(result, [_torch_number(each.gradient, _dtype(result)) for each in _few(result)])
    return _torch_number(result.gradient.value, result.gradient.dtype) if result.gradient else NOTHING


def _torch_number(value: float | None, dtype: DType) -> str:
    return NOTHING if value is None else shortest(value, dtype)


def error_text(ulps: float | None) -> str:
    """The error in units in the last place."""
    return NOTHING if ulps is None or math.isnan(ulps) else f"{ulps:.3g} ulp"


def row_error_text(result: Result) -> str:
    """The error of a row in units in the last place; of the worst of its elements, with the index of that one.

    Where the worst element has none and passes, as at a kink, it is the largest error of the others.
    """
    elements = elements_of(result)
    worst = elements.worst if elements else None
    if elements is None or worst is None:
        return error_text(result.verdict.ulps)
    if worst.verdict.ulps is None and worst.verdict.status.severity is Severity.PASS:
        worst = elements.farthest or worst
    error, where = error_text(worst.verdict.ulps), f"at {list(worst.index)}"
    if error == NOTHING:
        return NOTHING if worst.verdict.status is Status.MATCH else where
    return error if worst.verdict.ulps == 0 else f"{error} {where}"


def row_status_text(result: Result) -> str:
    """The status of a row with its mark; of elements, how many have the worst status."""
    elements = elements_of(result)
    if not elements:
        return status_text(result.status)
    mark = _mark(result.status, result.status.severity)
    return f"{mark} {elements.counts.get(result.status, 0):,} of {len(elements):,} {result.status}"


def other_statuses_text(result: Result) -> str:
    """How many elements have which milder status, where that is no match: the status of the row does not say so."""
    elements = elements_of(result)
    counts = elements.counts if elements else {}
    others = [f"{count:,} {status}" for status, count in counts.items() if status not in {result.status, Status.MATCH}]
    return ", ".join(reversed(others))


def weight_text(result: Result) -> str:
    """What the outputs, or the first derivatives, were weighed with; empty where nothing was weighed."""
    weights = (
        (
            ("weighed with upstream gradient", result.elements.upstream),
            ("multiplied by direction", result.elements.direction),
        )
        if result.elements
        else ()
    )
    return ", ".join(f"{what} {number} of {PRODUCTS}" for what, number in weights if number is not None)


def element_texts(result: Result, element: ElementResult) -> tuple[str, str, str, str, str]:
    """The cells of an element: its name, what is true of it, autograd's number, the error and the status.

    Of a claim, the claimed number stands in the place of autograd's.
    """
    dtype = _dtype(result)
    number = _torch_number(element.gradient, dtype)
    if result.what is What.CLAIM:
        number = _symbolic(element.symbolic, None, result.what, dtype)
    return (
        result.element_name(element.index),
        _true_number(element.truth, dtype),
        number,
        error_text(element.verdict.ulps),
        status_text(element.verdict.status),
    )


def seed_text(result: Result) -> str:
    """The seed of the point's random values, where it is not 0 and there may be any; else nothing."""
    return f"seed {result.case.seed}" if result.values is not None and result.case.seed else ""


def shape_text(result: Result) -> str:
    """The shape of a row; empty for a number."""
    return str(result.shape) if result.shape else ""


def status_text(status: Status) -> str:
    """The status with its mark."""
    return f"{_mark(status, status.severity)} {status}"


def _mark(status: Status, severity: Severity) -> str:
    return "–" if status is Status.SKIPPED and severity is Severity.PASS else MARK_OF[severity]


def outcome_text(outcome: Outcome) -> str:
    """The outcome of a case with its mark: `✗ unexpected match`, `✓ nonfinite, as expected`."""
    aside = ", as expected" if outcome.expected else ", known" if outcome.known else ""
    label = outcome.label if outcome.status is Status.MATCH else f"{outcome.label}{aside}"
    return f"{_mark(outcome.status, outcome.severity)} {label}"


def truth_text(result: Result) -> str:
    """The truth and the error with all their details, on one line; of elements those of the worst one."""
    truth, verdict = result.truth, result.verdict
    facts = [f"truth {_whole(truth)}"] if truth else []
    if truth and truth.evidence:
        facts.append(str(truth.evidence))
    numbers = {"abs": verdict.absolute, "rel": verdict.relative, "sigma": verdict.sigma}
    facts += [f"{name} {value:.3g}" for name, value in numbers.items() if value is not None]
    if verdict.digits is not None:
        facts.append(f"{tenths(verdict.digits)} digits")
    return " · ".join(facts)


def true_text(result: Result) -> str:
    """What is true, with how far off it can be, or the kind and the sides; of a few elements a list of numbers."""
    if result.shape:
        dtype = _dtype(result)
        return _list(result, [_true_number(each.truth, dtype) for each in _few(result)]).replace(NOTHING, "")
    return _whole(result.truth) if result.truth else ""


def _whole(truth: Truth) -> str:
    """The true number with how far off it can be, or the kind and the sides."""
    if truth.value:
        return _enclosed(truth.value)
    sides = [f"{name} {_side(side)}" for name, side in (("left", truth.left), ("right", truth.right)) if side]
    return ", ".join([str(truth.kind), *sides])


@lru_cache(maxsize=16)
def _enclosed(enclosure: Enclosure) -> str:
    """The text of an enclosure, kept for the next rows: the truth of a claim is that of the derivative before it."""
    return f"{enclosure.exact_decimal()} ± {enclosure.radius()}"


def _true_number(truth: Truth, dtype: DType) -> str:
    return in_format(truth.value.mid, dtype) if truth.value else str(truth.kind)


def tenths(digits: float) -> decimal.Decimal:
    """Round a number to one decimal, by way of two.

    JSON holds two decimals: so a number that was recorded and read back gives the same text.
    """
    return decimal.Decimal(str(round(digits, 2))).quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)


def reason_text(result: Result) -> str:
    """The reason of the status; empty for a plain match."""
    reason = result.verdict.reason or (result.error.message if result.error else "")
    elements = elements_of(result)
    worst = elements.worst if elements else None
    where = f"{result.element_name(worst.index)}: " if worst and reason else ""
    return printable(where + reason.replace("\n", " "))


def brief_reason_text(result: Result) -> str:
    """The reason of the status for a line that does not show the status; of elements with how many have it.

    The reason of an item of a check list says all of that itself.
    """
    reason = reason_text(result)
    if not elements_of(result) or result.item is not None:
        return reason
    return f"{row_status_text(result).partition(' ')[2]}; {reason or result.status.meaning}"


def _power(times: int) -> str:
    return str(times).translate(_SUPERSCRIPTS) if times > 1 else ""


def _side(side: Enclosure | Side) -> str:
    return side.decimal() if isinstance(side, Enclosure) else str(side)
