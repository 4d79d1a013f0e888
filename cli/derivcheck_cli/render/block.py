"""The block of lines for one point of one case, or for a check list, in colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from derivcheck.model import Result
from derivcheck.reporting.presentation import checklist, layout
from derivcheck_cli.render.coloring import color_line


def block(results: Sequence[Result], *, width: int, verbose: bool = False) -> Iterator[Text]:
    """The lines of `derivcheck.reporting.presentation.layout.block`, or of the items of a check list, in colour."""
    if results and results[0].item is not None:
        lines = [*checklist.formula_read(results[0].case), *checklist.items(results, width=width, verbose=verbose)]
        return map(color_line, lines)
    return map(color_line, layout.block(results, width=width, verbose=verbose))
