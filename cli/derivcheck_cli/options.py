"""The options that commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from derivcheck.case_fields import read_bound, tolerance
from derivcheck.errors import CaseError, Location
from derivcheck.model import DType, Mode, Tolerance
from derivcheck.running.results_file import Existing
from derivcheck_cli.screen import Screen, Verbosity


class Format(StrEnum):
    """An output format."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


_MODES = ", ".join(mode.value for mode in Mode)
_DTYPES = ", ".join(dtype.label for dtype in DType)

DeviceOption = Annotated[
    str | None,
    typer.Option("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps, xpu or auto.", show_default="cpu"),
]
DTypeOption = Annotated[
    str | None, typer.Option("--dtype", metavar="NAME", help=f"One of {_DTYPES}.", show_default="float64")
]
ModeOption = Annotated[
    list[str] | None,
    typer.Option("--mode", metavar="NAME,…", help=f"Any of {_MODES}, or all; repeatable.", show_default="reverse"),
]
RtolOption = Annotated[
    str | None, typer.Option("--rtol", metavar="NUMBER", help="A fixed relative tolerance, instead of rounding's own.")
]
AtolOption = Annotated[
    str | None, typer.Option("--atol", metavar="NUMBER", help="A fixed absolute tolerance, likewise.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 3 where nothing fails but something warns.")]
ExitZeroOption = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 in spite of failures and warnings.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How the results are written to stdout.")]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", metavar="FILE", help="Keep the results in a file, as JSON Lines.", show_default=False),
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Go on with the results that are in that file; check only what is missing.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Drop the results that are in that file.")]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR=1 does the same.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Only the summary.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Every detail.")]


def read_tolerance(rtol: str | None, atol: str | None) -> Tolerance | None:
    """The fixed tolerance, None where neither bound is given; DerivcheckError where one is no number."""
    return tolerance(_bound("--rtol", rtol), _bound("--atol", atol))


def _bound(option: str, text: str | None) -> float | None:
    try:
        return None if text is None else read_bound(text)
    except CaseError as error:
        raise error.at(Location(key=option)) from None


def read_existing(output: str | None, *, resume: bool, overwrite: bool) -> Existing:
    """What becomes of the results that are in the file of --output already."""
    if (resume or overwrite) and output is None:
        name = "--resume" if resume else "--overwrite"
        raise typer.BadParameter(f"{name} needs the file of the results: --output results.jsonl")
    if resume and overwrite:
        raise typer.BadParameter("--resume and --overwrite exclude each other")
    return Existing.RESUME if resume else Existing.OVERWRITE if overwrite else Existing.REFUSE


def make_screen(*, no_color: bool, quiet: bool = False, verbose: bool = False) -> Screen:
    """The screen that the options ask for."""
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose exclude each other")
    verbosity = Verbosity.QUIET if quiet else Verbosity.VERBOSE if verbose else Verbosity.NORMAL
    return Screen(no_color=no_color, verbosity=verbosity)
