"""The lines below the row of a tensor: the elements that do not pass, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivcheck.model import ElementResult, Result, Severity, Status, What
from derivcheck.reporting.presentation.cells import NOTHING, element_texts, elements_of, other_statuses_text
from derivcheck.reporting.presentation.numerals import shorten
from derivcheck.reporting.presentation.toned_lines import INDENT, Fragment, Line, Tone, paragraph
from derivcheck.reporting.presentation.widths import fit, printable
from derivcheck.reporting.presentation.widths import width as width_of

MOST_FAILING = 5
"""How many elements that do not pass are shown, short of -v."""

_BEFORE = 2 * INDENT
_GAP = "  "
_LEAST_NUMBER = 10
_NAME, _TRUTH, _NUMBER, _ERROR, _STATUS = range(5)


def failing(result: Result) -> list[ElementResult]:
    """The elements that do not pass; the worst statuses come first, and those of one status in their order."""
    found = [each for each in elements_of(result) or () if each.verdict.status.severity is not Severity.PASS]
    return sorted(found, key=lambda each: -each.verdict.status.rank)


def element_titles(result: Result) -> tuple[str, str, str, str, str]:
    """The titles of the columns of `element_texts`."""
    return ("element", "truth", "claim" if result.what is What.CLAIM else "autograd", "error", "status")


def element_lines(result: Result, width: int, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the lines below a row: further statuses, and a line for each element that is shown.

    Args:
        result: the row.
        width: the columns of a line.
        verbose: whether every element is shown, and not just a few of those that do not pass.
    """
    others = other_statuses_text(result)
    if others:
        yield from paragraph(f"also {others}", width, tone=Tone.ASIDE)
    wanted = list(elements_of(result) or ()) if verbose else failing(result)
    shown = wanted if verbose else wanted[:MOST_FAILING]
    if not shown:
        return
    rows = [element_texts(result, element) for element in shown]
    yield from _lines(element_titles(result), rows, [element.verdict.status for element in shown], width)
    if len(shown) < len(wanted):
        yield (Fragment(f"{_BEFORE}… and {len(wanted) - len(shown):,} more", Tone.ASIDE),)


def _lines(
    titles: Sequence[str], rows: Sequence[Sequence[str]], statuses: Sequence[Status], width: int
) -> Iterator[Line]:
    """Lay out the elements as columns; where these are too wide, each on several lines."""
    for least in (None, _LEAST_NUMBER):
        cells = [[printable(_short(text, at, least)) for at, text in enumerate(row)] for row in rows]
        sizes = [max(map(width_of, column)) for column in zip(titles, *cells, strict=True)]
        if len(_BEFORE) + sum(sizes) + len(_GAP) * (len(sizes) - 1) <= width:
            yield (Fragment(_BEFORE + _GAP.join(map(_pad, titles, sizes)).rstrip(), Tone.ASIDE),)
            for shown, status in zip(cells, statuses, strict=True):
                texts = [_pad(text, size) + _GAP for text, size in zip(shown[:_STATUS], sizes, strict=False)]
                tone = Tone.of(status.severity)
                yield (
                    Fragment(_BEFORE),
                    Fragment(texts[0], Tone.NAME),
                    Fragment("".join(texts[1:])),
                    Fragment(shown[_STATUS], tone),
                )
            return
    for row, status in zip(rows, statuses, strict=True):
        yield from _stack(titles, row, Fragment(row[_STATUS], Tone.of(status.severity)), width)


def _stack(titles: Sequence[str], row: Sequence[str], status: Fragment, width: int) -> Iterator[Line]:
    name = Fragment(printable(row[_NAME]), Tone.NAME)
    if len(_BEFORE) + sum(map(width_of, (name.text, _GAP, status.text))) <= width:
        yield Fragment(_BEFORE), name, Fragment(_GAP), status
    else:
        yield Fragment(_BEFORE), name._replace(text=fit(name.text, width - len(_BEFORE)))
        yield Fragment(_BEFORE + INDENT), status
    for at in (_TRUTH, _NUMBER, _ERROR):
        label = f"{_BEFORE}{INDENT}{titles[at]:<{len('autograd')}}{_GAP}"
        room = width - len(label)
        if row[at] != NOTHING:
            yield Fragment(label, Tone.ASIDE), Fragment(fit(shorten(row[at], room), room))


def _short(text: str, column: int, least: int | None) -> str:
    return shorten(text, least) if least is not None and column in {_TRUTH, _NUMBER} else text


def _pad(text: str, columns: int) -> str:
    return fit(text, columns, pad=True)
