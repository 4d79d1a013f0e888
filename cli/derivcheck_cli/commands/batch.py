"""`derivcheck batch`: files of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from derivcheck.case_fields import read_dtype, read_modes, unknown
from derivcheck.case_files import FORMATS, Unreadable, count_cases, expand, read_cases
from derivcheck.model import Case
from derivcheck.running.interface import Executor
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
    OutputOption,
    OverwriteOption,
    QuietOption,
    ResumeOption,
    RtolOption,
    StrictOption,
    VerboseOption,
    make_screen,
    read_existing,
    read_tolerance,
)

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml
  derivcheck batch claims.jsonl --dtype float32 --format jsonl
  derivcheck batch claims.jsonl --output results.jsonl --resume
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
    show: FormatOption = Format.TEXT,
    output: OutputOption = None,
    resume: ResumeOption = False,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check files of cases: TOML, JSON Lines, CSV or text.

    In a text file each line is a case, `EXPR @ x=2, y=3`; docs/case_files.md shows the others.
    What is given here for mode, dtype, device and tolerance wins over what the files say.
    docs/long_runs.md tells how a run is recorded, resumed, and reported.
    """
    screen = make_screen(no_color=no_color, quiet=quiet, verbose=verbose)
    existing = read_existing(output, resume=resume, overwrite=overwrite)
    with boundary(screen):
        if input_format is not None and input_format not in FORMATS:
            raise unknown("input format", input_format, FORMATS)
        settings: dict[str, Any] = {
            "modes": read_modes(mode) if mode else None,
            "dtype": read_dtype(dtype) if dtype else None,
            "device": device,
            "tolerance": read_tolerance(rtol, atol),
        }
        from derivcheck.devices import resolve
        from derivcheck.running.in_process import InProcess
        from derivcheck.running.recorded import recorded
        from derivcheck_cli.driver import Run
        from derivcheck_cli.render.formats import BATCH_RENDERERS

        if device is not None:
            resolve(device)  # an absent device is one error, not one a case
        given = {name: setting for name, setting in settings.items() if setting is not None}
        names = list(expand(files))
        executor: Executor = InProcess()
        if output is not None:
            executor = recorded(executor, output, existing, names)
        run = Run(executor, [BATCH_RENDERERS[show](screen)], screen, strict=strict, exit_zero=exit_zero)
        total = _total(names, input_format) if screen.shows_progress else None
        raise typer.Exit(run.over(_cases(names, input_format, given), total=total))


def _cases(names: Sequence[str], input_format: str | None, given: dict[str, Any]) -> Iterator[Case | Unreadable]:
    for name in names:
        for item in read_cases(name, input_format=input_format):
            yield replace(item, **given) if given and isinstance(item, Case) else item


def _total(names: Sequence[str], input_format: str | None) -> int | None:
    """About how many cases there are, None where one of the files does not tell."""
    counts = [count_cases(name, input_format=input_format) for name in names]
    return None if None in counts else sum(count or 0 for count in counts)
