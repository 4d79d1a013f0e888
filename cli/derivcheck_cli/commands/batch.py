"""`derivcheck batch`: files of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from derivcheck.case_fields import read_dtype, read_modes, unknown
from derivcheck.case_files import FORMATS, Unreadable, count_cases, expand, read_cases
from derivcheck.loading import load_all
from derivcheck.model import Case
from derivcheck.permission import allowed_by_project
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import (
    AtolOption,
    DeviceOption,
    DTypeOption,
    ExitZeroOption,
    Format,
    FormatOption,
    ModeOption,
    NoColorOption,
    QuietOption,
    RtolOption,
    StrictOption,
    VerboseOption,
    make_screen,
    read_tolerance,
)

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml
  derivcheck batch claims.jsonl --dtype float32 --format jsonl
  echo "sin(x)/x @ x=1e-8" | derivcheck batch -
"""


def batch(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help="Case files or patterns; - is standard input.", show_default=False),
    ],
    input_format: Annotated[
        str | None,
        typer.Option(
            "--input-format", metavar="NAME", help=f"One of {', '.join(FORMATS)}.", show_default="by the file's suffix"
        ),
    ] = None,
    mode: ModeOption = None,
    dtype: DTypeOption = None,
    device: DeviceOption = None,
    rtol: RtolOption = None,
    atol: AtolOption = None,
    strict: StrictOption = False,
    exit_zero: ExitZeroOption = False,
    allow_code: Annotated[
        bool | None,
        typer.Option(
            "--allow-code/--no-allow-code",
            help="Run the code that case files declare functions with.",
            show_default="as pyproject.toml says, else no",
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check files of cases: TOML, JSON Lines, CSV or text.

    In a text file each line is a case, `EXPR @ x=2, y=3`; docs/case_files.md shows the others.
    What is given here for mode, dtype, device and tolerance wins over what the files say.
    """
    screen = make_screen(no_color=no_color, quiet=quiet, verbose=verbose)
    with boundary(screen):
        if input_format is not None and input_format not in FORMATS:
            raise unknown("input format", input_format, FORMATS)
        settings: dict[str, Any] = {
            "modes": read_modes(mode) if mode else None,
            "dtype": read_dtype(dtype) if dtype else None,
            "device": device,
            "tolerance": read_tolerance(rtol, atol),
        }
        load_all()
        from derivcheck.devices import resolve
        from derivcheck.running.in_process import InProcess
        from derivcheck_cli.driver import Run
        from derivcheck_cli.render.formats import BATCH_RENDERERS

        if device is not None:
            resolve(device)  # an absent device is one error, not one a case
        run = Run(InProcess(), [BATCH_RENDERERS[output](screen)], screen, strict=strict, exit_zero=exit_zero)
        given = {name: setting for name, setting in settings.items() if setting is not None}
        names = list(expand(files))
        total = _total(names, input_format) if screen.shows_progress else None
        allowed = allowed_by_project(Path.cwd()) if allow_code is None else allow_code
        raise typer.Exit(run.over(_cases(names, input_format, given, allow_code=allowed), total=total))


def _cases(
    names: Sequence[str], input_format: str | None, given: dict[str, Any], *, allow_code: bool
) -> Iterator[Case | Unreadable]:
    for name in names:
        for item in read_cases(name, input_format=input_format, allow_code=allow_code):
            yield replace(item, **given) if given and isinstance(item, Case) else item


def _total(names: Sequence[str], input_format: str | None) -> int | None:
    """About how many cases there are, None where one of the files does not tell."""
    counts = [count_cases(name, input_format=input_format) for name in names]
    return None if None in counts else sum(count or 0 for count in counts)
