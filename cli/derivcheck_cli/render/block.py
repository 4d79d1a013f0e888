"""The block of lines for one point of one case, or for a check list, in colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from rich.text import Text

from derivcheck.model import Result
from derivcheck.reporting.presentation import checklist, layout
from derivcheck.reporting.presentation.why_lines import why_of
from derivcheck_cli.render.coloring import color_line


def block(results: Sequence[Result], *, width: int, verbose: bool = False, whole: bool = True) -> Iterator[Text]:
    """The lines of `derivcheck.reporting.presentation.layout.block`, or of the items of a check list, in colour.

    An explanation follows them; unless `whole`, without its tape.
    """
    explained = why_of(results, width=width, verbose=verbose, whole=whole)
    if results and results[0].item is not None:
        read = checklist.formula_read(results[0].case, verbose=verbose)
        lines = [*read, *checklist.items(results, width=width, verbose=verbose)]
        return map(color_line, chain(lines, explained))
    return map(color_line, chain(layout.block(results, width=width, verbose=verbose), explained))
