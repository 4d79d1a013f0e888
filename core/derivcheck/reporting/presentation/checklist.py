"""The check list as lines: one for each item, its reason, and the names of the mistakes at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse
from derivcheck.model import Case, OwnFunction, Result, Severity, Status
from derivcheck.reporting.presentation.layout import brief_value
from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH, Fragment, Line, Tone, plain
from derivcheck.reporting.presentation.widths import printable, wrap

SYMBOLS = {Severity.PASS: "✓", Severity.WARN: "!", Severity.FAIL: "✗", Severity.ERROR: "✗"}
_SKIPPED = "–"
_INDENT = 2
_REASON_INDENT = 6

_MANY = 4
"""From this number on, items that are skipped for the same reason are shown as one line."""


_LONGEST_FORMULA = 300
"""Characters of a formula up to which all of it is shown: one that is read from a loop has many statements."""

_LONGEST_PART = 120
"""Characters that are shown of its beginning, and of its end."""


def headline(results: Sequence[Result], *, verbose: bool = False) -> str:
    """The first line: the function, its formula, the points, and what else it was posed with.

    Args:
        results: the items' Results.
        verbose: whether to show all of a long formula.
    """
    case = results[0].case
    words, formula = against(case, whole=verbose)
    return "   ".join([f"{case.label}{words} {formula}".rstrip(), *facts(results)])


def against(case: Case, *, whole: bool = True) -> tuple[str, str]:
    """What stands between the function and its formula, and the formula, which has no text where it could not be read.

    Args:
        case: the check list.
        whole: whether to give all of a long formula.

    Example:
        >>> from derivcheck.model import OwnFunction
        >>> read = OwnFunction("f", (), "x*sigmoid(x)", "f.py:f", is_read=True)
        >>> against(Case("x*sigmoid(x)", functions=(read,)))
        ('   formula (read from the forward pass):', 'x*sigmoid(x)')
    """
    own = case.functions[0] if case.functions else None
    if own is not None and (own.is_read or own.formula is None):
        if not case.expr:
            return " against its forward pass", ""
        return "   formula (read from the forward pass):", case.expr if whole else brief_formula(case.expr)
    formula = case.expr if whole else brief_formula(case.expr)
    return " against", formula + _as_read(case, own)


def _as_read(case: Case, own: OwnFunction | None) -> str:
    """How a formula that is not plain was read, in words."""
    try:
        names = own.params if own is not None and own.params else None
        written = parse(case.expr, names, constants=own.constants if own is not None else ())
    except DerivcheckError:
        return ""
    return "" if written.as_read is None else f", read as {written.as_read.text}"


def brief_formula(text: str) -> str:
    """The beginning and the end of a formula that is long, and how much is left out.

    Example:
        >>> brief_formula("x*sigmoid(x)")
        'x*sigmoid(x)'
        >>> brief_formula("h = x/2; " + "".join(f"h{n} = h{n - 1}/2; " for n in range(2, 60)) + "h59*x")
        'h = x/2; h2 = h1/2; … 56 more statements …; h59 = h58/2; h59*x'
    """
    if len(text) <= _LONGEST_FORMULA:
        return text
    statements = text.split("; ")
    if len(statements) <= _FIRST + _LAST:
        return _shortened(text)
    first, last = statements[:_FIRST], statements[-_LAST:]
    left_out = f"… {len(statements) - _FIRST - _LAST:,} more statements …"
    return "; ".join(map(_shortened, (*first, left_out, *last)))


_FIRST = _LAST = 2
"""Statements that are shown at the beginning and at the end."""


def _shortened(text: str) -> str:
    """A text with its middle left out, where that is long."""
    middle = len(text) - 2 * _LONGEST_PART
    if middle <= 0:
        return text
    return f"{text[:_LONGEST_PART].rstrip()} … {middle:,} more characters … {text[-_LONGEST_PART:].lstrip()}"


def formula_read(case: Case, *, verbose: bool = False) -> Iterator[Line]:
    """The formula that was read from the forward pass, as a line of its own; nothing of one that the user states.

    Args:
        case: the check list.
        verbose: whether to show all of one that is long.
    """
    if case.expr and case.functions and case.functions[0].is_read:
        text = case.expr if verbose else brief_formula(case.expr)
        yield (Fragment(" " * _INDENT + printable(f"formula (read from the forward pass): {text}"), Tone.ASIDE),)


def facts(results: Sequence[Result]) -> list[str]:
    """What stands behind the formula in the first line: points, constants, declared gradients, domain, format."""
    case = results[0].case
    dtype = next((result.gradient.dtype for result in results if result.gradient), case.dtype)
    points = [", ".join(f"{name} = {brief_value(text)}" for name, text in at.items()) for at in case.at]
    shown = "; ".join(points[:_POINTS]) + (f"; and {len(points) - _POINTS} more" if len(points) > _POINTS else "")
    return list(filter(None, [f"at {shown}", *_posed(case), f"{dtype} · {case.device}" if dtype else ""]))


_POINTS = 3
"""Points that the first line shows."""


def _posed(case: Case) -> Iterator[str]:
    """What a function was posed with, in words."""
    for own in case.functions[:1]:
        if own.constants:
            yield "with " + ", ".join(f"{name} = {brief_value(repr(value))}" for name, value in own.constants)
        if case.const:
            yield f"{', '.join(case.const)} held"
        if own.surrogate is not None:
            yield f"surrogate {own.surrogate}"
        if own.gradients:
            linear = "" if own.is_linear else ", not linear"
            yield f"gradient {', '.join(f'{name}: {text}' for name, text in own.gradients)}{linear}"
        if own.domain is not None:
            yield f"where {own.domain}"


def mark(result: Result) -> str:
    """The item's status with its mark."""
    symbol = _SKIPPED if result.status is Status.SKIPPED else SYMBOLS[result.status.severity]
    return f"{symbol} {result.status}"


def diagnoses(results: Iterable[Result]) -> list[str]:
    """The names of the mistakes, each once."""
    return list(dict.fromkeys(result.diagnosis for result in results if result.diagnosis))


def items(results: Sequence[Result], *, width: int, verbose: bool = False) -> Iterator[Line]:
    """The lines for the items, and one for the name of the mistake.

    Args:
        results: the items' Results.
        width: the columns of a line.
        verbose: whether to show the traceback of what the function raised.
    """
    longest = max((len(result.item or "") for result in results), default=0)
    for result in _join_skipped(results):
        skipped = result.status is Status.SKIPPED
        tone = Tone.ASIDE if skipped else Tone.of(result.status.severity)
        detail = result.verdict.reason if result.status is Status.MATCH else None
        line = f"{result.item or '':<{longest}}    {mark(result)}" + (f"    {detail}" if detail else "")
        yield (Fragment(" " * _INDENT + printable(line), tone),)
        reason = None if result.status is Status.MATCH else result.verdict.reason
        for text in filter(None, (reason, *result.notes)):
            aside = skipped or text is not reason
            for piece in wrap(printable(text), max(width, LEAST_WIDTH) - _REASON_INDENT):
                yield (Fragment(" " * _REASON_INDENT + piece, Tone.ASIDE if aside else Tone.PLAIN),)
        for row in (result.raised or "").splitlines() if verbose else ():
            yield (Fragment(" " * _REASON_INDENT + printable(row), Tone.ASIDE),)
    for name in diagnoses(results):
        yield Fragment("diagnosis: ", Tone.HEADING), Fragment(printable(name))


def _join_skipped(results: Sequence[Result]) -> Iterator[Result]:
    """Yield the Results; many that are skipped for the same reason become one, where the first of them stands."""
    skipped: dict[str, list[Result]] = {}
    for result in results:
        if result.status is Status.SKIPPED and result.verdict.reason:
            skipped.setdefault(result.verdict.reason, []).append(result)
    for result in results:
        alike = skipped.get(result.verdict.reason or "", [result]) if result.status is Status.SKIPPED else [result]
        if len(alike) < _MANY:
            yield result
        elif result is alike[0]:
            yield replace(result, item=f"{len(alike)} others")


def as_text(results: Sequence[Result], *, width: int = 100) -> str:
    """The whole list, with a line `diagnosis: …` at the end where the mistake has a name."""
    return "\n".join([printable(headline(results)), *map(plain, items(results, width=width))])
