"""`derivcheck batch`: files of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from derivcheck.baseline import Baseline, read_baseline, write_baseline
from derivcheck.case_files import Unreadable, count_cases, expand, read_cases
from derivcheck.errors import CaseError
from derivcheck.loading import load_all
from derivcheck.model import Case
from derivcheck.running.interface import Executor
from derivcheck.running.recorded import recorded
from derivcheck.running.results_file import Existing
from derivcheck.running.selection import Selected
from derivcheck.running.shards import Sharded
from derivcheck.settings import Command, Format, Resolved, Settings
from derivcheck.statistics import Statistics
from derivcheck.summary import Summary
from derivcheck_cli.driver import Run, Stage
from derivcheck_cli.options import takes_settings
from derivcheck_cli.render.formats import BATCH_RENDERERS
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.only_failing import OnlyFailing
from derivcheck_cli.render.statistics_text import statistics_lines
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
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Keep the results in a file, as JSON Lines.", show_default=False),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the results in that file; check only what is missing.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Drop the results in that file.")] = False,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Check files of cases: TOML, JSON Lines, CSV or text.

    In a text file each line is a case, `EXPR @ x=2, y=3`; docs/case_files.md shows the others.
    What is given here for mode, dtype, device and tolerance wins over what the files say.
    docs/long_runs.md tells how a run is recorded, resumed, and reported.
    """
    settings = resolved.settings
    if not settings.files:
        raise CaseError(
            "FILES are missing", hint='name case files, or list them in pyproject.toml: [tool.derivcheck] files = ["…"]'
        )
    existing = _existing(output, resume=resume, overwrite=overwrite)
    baseline = _baseline(settings)
    load_all()
    from derivcheck.devices import resolve
    from derivcheck.running.in_process import InProcess

    names = list(expand(settings.files))
    executor: Executor = InProcess()
    if output is not None:
        executor = recorded(executor, output, existing, names)
    if settings.device is not None:
        resolve(settings.device)  # an absent device is one error, not one a case
    run = Run(
        executor,
        [_renderer(settings, screen)],
        screen,
        strict=settings.strict,
        exit_zero=settings.exit_zero,
        baseline=baseline,
        max_fail=1 if settings.fail_fast else settings.max_fail,
        stages=_stages(settings),
        summary=Summary(statistics=Statistics() if settings.statistics else None),
    )
    total = _total(names, settings) if screen.shows_progress else None
    code = run.over(_cases(names, resolved), total=total)
    if baseline is not None and settings.baseline is not None:
        _tell_of_baseline(baseline, settings.baseline, screen)
    if settings.statistics and settings.format is Format.JSONL and run.summary.statistics is not None:
        for line in statistics_lines(run.summary.statistics):
            screen.message(line)
    raise typer.Exit(code)


def _existing(output: str | None, *, resume: bool, overwrite: bool) -> Existing:
    """What becomes of the results that are in the file of --output already."""
    if (resume or overwrite) and output is None:
        name = "--resume" if resume else "--overwrite"
        raise typer.BadParameter(f"{name} needs the file of the results: --output results.jsonl")
    if resume and overwrite:
        raise typer.BadParameter("--resume and --overwrite exclude each other")
    return Existing.RESUME if resume else Existing.OVERWRITE if overwrite else Existing.REFUSE


def _renderer(settings: Settings, screen: Screen) -> Renderer:
    renderer = BATCH_RENDERERS[settings.format](screen)
    if not settings.only_failing:
        return renderer
    return OnlyFailing(renderer, strict=settings.strict, holds=settings.baseline is not None)


def _stages(settings: Settings) -> list[Stage]:
    """What chooses among the cases: the shards share what is selected."""
    stages: list[Stage] = []
    if settings.select is not None:
        stages.append(Selected(settings.select))
    if settings.shard is not None:
        stages.append(Sharded(settings.shard))
    return stages


def _baseline(settings: Settings) -> Baseline | None:
    if settings.baseline is None:
        if settings.write_baseline:
            raise CaseError("--write-baseline needs a file", hint="name it: --baseline baseline.toml")
        return None
    is_new = settings.write_baseline and not settings.baseline.exists()
    known = [] if is_new else read_baseline(settings.baseline)
    return Baseline.of(known, strict=settings.strict, writing=settings.write_baseline)


def _tell_of_baseline(baseline: Baseline, path: Path, screen: Screen) -> None:
    """Write the baseline if asked to, and say what of it this run has not met."""
    unmet = sum(1 for _ in baseline.unmet())
    if baseline.writing:
        count = write_baseline(path, baseline.written())
        screen.message(f"{path}: {count:,} known {'failure' if count == 1 else 'failures'}")
    if unmet:
        cases = "case of the baseline was" if unmet == 1 else "cases of the baseline were"
        screen.message(f"{path}: {unmet:,} {cases} not in this run")


def _cases(names: Sequence[str], resolved: Resolved) -> Iterator[Case | Unreadable]:
    """The cases of the files, with what the settings say of all of them."""
    settings, defaults, overrides = resolved.settings, resolved.case_defaults, resolved.case_overrides
    for name in names:
        for item in read_cases(
            name, input_format=settings.input_format, defaults=defaults, allow_code=settings.allow_code
        ):
            yield replace(item, **overrides) if overrides and isinstance(item, Case) else item


def _total(names: Sequence[str], settings: Settings) -> int | None:
    """About how many cases there are, None where a selection or one of the files does not tell."""
    counts = [count_cases(name, input_format=settings.input_format) for name in names]
    if None in counts or settings.select is not None:
        return None
    return sum(count or 0 for count in counts) // (settings.shard.count if settings.shard else 1)
