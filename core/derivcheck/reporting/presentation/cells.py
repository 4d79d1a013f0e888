"""The texts of a table's cells: names of derivatives, numbers, errors and statuses."""

from __future__ import annotations

import decimal
import math
from collections import Counter

from derivcheck.model import Gradient, Result, Severity, Side, Status, What, Wrt
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.reporting.outcomes.expect import Outcome
from derivcheck.reporting.presentation.numerals import shortest
from derivcheck.reporting.presentation.widths import printable

NOTHING = "—"
TOO_LONG = "too long to show"

_MARKS = {Severity.PASS: "✓", Severity.WARN: "!", Severity.FAIL: "✗", Severity.ERROR: "✗"}
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
    """The number that the formula gives at the point, in as many digits as autograd's number has."""
    enclosure = result.symbolic
    if enclosure is None and result.what is What.VALUE and result.truth:
        enclosure = result.truth.value
    dtype = (result.gradient.dtype if result.gradient else result.case.dtype) or DType.FLOAT64
    return _in_format(enclosure.mid, dtype) if enclosure else NOTHING


def _in_format(number: Dyadic, dtype: DType) -> str:
    """Write the number as the format would print it, so that equal numbers look equal.

    A number that the format cannot hold, since it overflows or underflows, is written as it is.
    """
    nearest = dtype.nearest(number.fraction()) if number.is_moderate else None
    if nearest is None or (nearest == 0) != (number.man == 0):
        return number.decimal(_FIGURES)
    return shortest(float(nearest), dtype).removesuffix(".0")


def autograd_text(gradient: Gradient | None) -> str:
    """Torch's number, by the shortest text that reads back as the same number."""
    return shortest(gradient.value, gradient.dtype) if gradient and gradient.value is not None else NOTHING


def error_text(ulps: float | None) -> str:
    """The error in units in the last place."""
    return NOTHING if ulps is None or math.isnan(ulps) else f"{ulps:.3g} ulp"


def status_text(status: Status) -> str:
    """The status with its mark."""
    return f"{_mark(status, status.severity)} {status}"


def _mark(status: Status, severity: Severity) -> str:
    return "–" if status is Status.SKIPPED and severity is Severity.PASS else _MARKS[severity]


def outcome_text(outcome: Outcome) -> str:
    """The outcome of a case with its mark: `✗ unexpected match`, `✓ nonfinite, as expected`."""
    aside = ", as expected" if outcome.expected else ", known" if outcome.known else ""
    label = outcome.label if outcome.status is Status.MATCH else f"{outcome.label}{aside}"
    return f"{_mark(outcome.status, outcome.severity)} {label}"


def truth_text(result: Result) -> str:
    """The truth and the error with all their details, on one line."""
    truth, verdict = result.truth, result.verdict
    facts = []
    if truth and truth.value:
        facts.append(f"truth {truth.value.exact_decimal()} ± {truth.value.radius()}")
    elif truth:
        sides = [f"{name} {_side(side)}" for name, side in (("left", truth.left), ("right", truth.right)) if side]
        facts.append(", ".join([f"truth {truth.kind}", *sides]))
    if truth and truth.evidence:
        facts.append(str(truth.evidence))
    numbers = {"abs": verdict.absolute, "rel": verdict.relative, "sigma": verdict.sigma}
    facts += [f"{name} {value:.3g}" for name, value in numbers.items() if value is not None]
    if verdict.digits is not None:
        facts.append(f"{tenths(verdict.digits)} digits")
    return " · ".join(facts)


def tenths(digits: float) -> decimal.Decimal:
    """Round a number to one decimal, by way of two.

    JSON holds two decimals: so a number that was recorded and read back gives the same text.
    """
    return decimal.Decimal(str(round(digits, 2))).quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)


def reason_text(result: Result) -> str:
    """The reason of the status; empty for a plain match."""
    reason = result.verdict.reason or (result.error.message if result.error else "")
    return printable(reason.replace("\n", " "))


def _power(times: int) -> str:
    return str(times).translate(_SUPERSCRIPTS) if times > 1 else ""


def _side(side: Enclosure | Side) -> str:
    return side.decimal() if isinstance(side, Enclosure) else str(side)
