"""Lays out the block for one point of one case: a header, notes, and a row for each Result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from derivcheck.model import Result, Status, What
from derivcheck.reporting.presentation.cells import reason_text, seed_text, truth_text, weight_text
from derivcheck.reporting.presentation.element_lines import element_lines
from derivcheck.reporting.presentation.moved_points import rounded_texts
from derivcheck.reporting.presentation.result_table import table
from derivcheck.reporting.presentation.toned_lines import INDENT, LEAST_WIDTH, Fragment, Line, Tone, cut, paragraph
from derivcheck.reporting.presentation.widths import printable
from derivcheck.reporting.presentation.widths import width as width_of

_HEADER_GAP = "   "

_LONGEST_VALUE = 40
"""From this length on, a list of numbers is shortened to its beginning, and to its last number."""

_LONGEST_HEAD = 28


def block(results: Sequence[Result], *, width: int, verbose: bool = False) -> Iterator[Line]:
    """Yield the lines for the Results at one point. None is longer than `width`, and no status is cut.

    Args:
        results: the rows, all of one case and one point.
        width: the columns of a line; below `LEAST_WIDTH` it counts as `LEAST_WIDTH`.
        verbose: whether the truth and the error are spelled out under each row.
    """
    width = max(width, LEAST_WIDTH)
    yield from as_read_lines(results[0], width)
    yield from _header(results, width, verbose=verbose)
    yield from _notes(results, width)
    shown = table(results, width)
    yield from shown.titles
    for result, lines, whole in zip(results, shown.rows, shown.cut, strict=True):
        yield from lines
        if weight := weight_text(result):
            yield from paragraph(weight, width, tone=Tone.ASIDE)
        for title, text in whole.items() if verbose else ():
            yield from paragraph(f"{title} {text}", width, tone=Tone.ASIDE)
        reason = reason_text(result)
        if reason and (verbose or result.status is not Status.MATCH or result.what is What.CLAIM):
            yield from paragraph(reason, width)
        if verbose and (facts := truth_text(result)):
            yield from paragraph(facts, width, tone=Tone.ASIDE)
        if result.shape:
            yield from element_lines(result, width, verbose=verbose)


def at_text(point: Mapping[str, str], *, whole: bool = False) -> str:
    """The point as it was typed, where long lists are shortened.

    Args:
        point: the texts of the variables' values.
        whole: whether long lists are shown whole.
    """
    texts = point if whole else {name: brief_value(text) for name, text in point.items()}
    return "at " + ", ".join(f"{name} = {text}" for name, text in texts.items()) if point else ""


def brief_value(text: str) -> str:
    """Shorten a list of numbers to its beginning and its end; no other value is shortened.

    Example:
        >>> brief_value("[1, 2, 3]")
        '[1, 2, 3]'
        >>> brief_value(str(list(range(100, 200))))
        '[100, 101, 102, 103, 104, …, 199]'
    """
    if "[" not in text or len(text) <= _LONGEST_VALUE:
        return text
    head, tail = text[:_LONGEST_HEAD].rpartition(",")[0], text.rpartition(",")[2].strip()
    if not head:
        return f"{text[:_LONGEST_VALUE]}…"
    return f"{head}, …, {tail}" if len(tail) <= _LONGEST_VALUE - _LONGEST_HEAD else f"{head}, …"


def brief_at_text(point: Mapping[str, str], width: int) -> str:
    """The point on one line of about `width` columns: as many whole coordinates as fit, and the number of the others.

    Example:
        >>> brief_at_text(dict.fromkeys("abcdef", "0.5"), 32)
        'at a = 0.5, b = 0.5, and 4 more'
    """
    whole = at_text(point)
    if width_of(whole) <= width:
        return whole
    names = list(point)
    for shown in range(len(names) - 1, 0, -1):
        text = f"{at_text({name: point[name] for name in names[:shown]})}, and {len(names) - shown} more"
        if width_of(text) <= width or shown == 1:
            return text
    return whole


def as_read_lines(result: Result, width: int) -> Iterator[Line]:
    """How an expression that is not plain was read, before all else: who meant another one need not read on."""
    as_read = result.expression.as_read if result.expression is not None else None
    line = "" if as_read is None else f"read as  {as_read.text}"
    if line and width_of(line) <= width:
        yield (Fragment(printable(line), Tone.PLAIN),)
    elif line:
        yield from paragraph(line, width, indent=0)


def _header(results: Sequence[Result], width: int, *, verbose: bool) -> Iterator[Line]:
    first = results[0]
    names = first.expression.variables if first.expression else tuple(first.typed)
    expr = _last_first(" ".join(first.case.expr.split()))  # a file may write it on several lines
    as_read = first.expression.as_read if first.expression else None
    if as_read is not None and ("=" in expr or as_read.by):
        expr = _last_first(as_read.text)  # without `f(x) =` and `d/dx`, beside which the name of f stands
    formula = f"f({', '.join(names)}) = {expr}" if names else f"f = {expr}"
    gradients = [result.gradient for result in results if result.gradient]
    settings = []
    if gradients:
        modes = dict.fromkeys(gradient.mode.value for gradient in gradients)
        facts = [str(gradients[0].dtype), gradients[0].device, ", ".join(modes), seed_text(first)]
        settings = [" · ".join(filter(None, facts))]
    pieces = [formula, *filter(None, [at_text(first.typed, whole=verbose)]), *settings]
    if width_of(_HEADER_GAP.join(pieces)) <= width:
        yield (Fragment(printable(_HEADER_GAP.join(pieces)), Tone.HEADING),)
        return
    yield (Fragment(cut(formula, width), Tone.HEADING),)
    room = width - len(INDENT)
    rest = _HEADER_GAP.join(pieces[1:])
    if width_of(rest) <= room:
        yield (Fragment(INDENT + printable(rest), Tone.HEADING),)
        return
    if first.typed:
        point = at_text(first.typed, whole=True) if verbose else brief_at_text(first.typed, room)
        yield from paragraph(point, width, tone=Tone.HEADING, indent=1)
    for piece in settings:
        yield from paragraph(piece, width, tone=Tone.HEADING, indent=1)


def _last_first(expr: str) -> str:
    """Write an expression of several statements with the last one, which is the value, before the others."""
    *statements, value = [part.strip() for part in expr.split(";") if part.strip()] or [expr]
    return f"{value} where {'; '.join(statements)}" if statements else expr


def _notes(results: Iterable[Result], width: int) -> Iterator[Line]:
    results = list(results)
    dtype = next((result.gradient.dtype for result in results if result.gradient), results[0].case.dtype)
    moved = list(rounded_texts(results[0]))
    if moved:
        yield from paragraph(", ".join(moved) + (f" ({dtype})" if dtype else ""), width, tone=Tone.ASIDE)
    for note in dict.fromkeys(note for result in results for note in result.notes):
        yield from paragraph(f"note: {note}", width, tone=Tone.ASIDE)
