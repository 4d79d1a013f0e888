"""`derivcheck batch`: files of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from derivcheck.case_files import Unreadable, count_cases, expand, read_cases
from derivcheck.errors import CaseError
from derivcheck.model import Case
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import takes_settings
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml
  derivcheck batch claims.jsonl --dtype float32 --format jsonl
  echo "sin(x)/x @ x=1e-8" | derivcheck batch -
"""


@takes_settings(Command.BATCH)
def batch(
    files: Annotated[  # noqa: ARG001 - one of the settings
        list[str] | None,
        typer.Argument(
            metavar="FILES",
            help="Case files or patterns; - is standard input.",
            show_default="`files` of [tool.derivcheck]",
        ),
    ] = None,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Check files of cases: TOML, JSON Lines, CSV or text.

    In a text file each line is a case, `EXPR @ x=2, y=3`; docs/case_files.md shows the others.
    What is given here for mode, dtype, device and tolerance wins over what the files say.
    """
    settings = resolved.settings
    if not settings.files:
        raise CaseError(
            "FILES are missing", hint='name case files, or list them in pyproject.toml: [tool.derivcheck] files = ["…"]'
        )
    from derivcheck.devices import resolve
    from derivcheck.running.in_process import InProcess
    from derivcheck_cli.driver import Run
    from derivcheck_cli.render.formats import BATCH_RENDERERS

    if settings.device is not None:
        resolve(settings.device)  # an absent device is one error, not one a case
    run = Run(
        InProcess(),
        [BATCH_RENDERERS[settings.format](screen)],
        screen,
        strict=settings.strict,
        exit_zero=settings.exit_zero,
    )
    names = list(expand(settings.files))
    total = _total(names, settings.input_format) if screen.shows_progress else None
    raise typer.Exit(run.over(_cases(names, resolved), total=total))


def _cases(names: Sequence[str], resolved: Resolved) -> Iterator[Case | Unreadable]:
    """The cases of the files, with what the settings say of all of them."""
    defaults, overrides = resolved.case_defaults, resolved.case_overrides
    for name in names:
        for item in read_cases(name, input_format=resolved.settings.input_format, defaults=defaults):
            yield replace(item, **overrides) if overrides and isinstance(item, Case) else item


def _total(names: Sequence[str], input_format: str | None) -> int | None:
    """About how many cases there are, None where one of the files does not tell."""
    counts = [count_cases(name, input_format=input_format) for name in names]
    return None if None in counts else sum(count or 0 for count in counts)
