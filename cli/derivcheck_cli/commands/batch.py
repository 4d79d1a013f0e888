"""`derivcheck batch`: files of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.baseline import Baseline, read_baseline, write_baseline
from derivcheck.case_files import Unreadable, count_cases, expand, read_cases
from derivcheck.errors import CaseError
from derivcheck.loading import load_all
from derivcheck.model import Case
from derivcheck.running.interface import Executor
from derivcheck.running.selection import Selected
from derivcheck.running.shards import Sharded
from derivcheck.settings import Command, Format, Report, Resolved, Settings
from derivcheck.statistics import Statistics
from derivcheck.summary import Summary
from derivcheck_cli.boundary import terminable
from derivcheck_cli.options import takes_settings
from derivcheck_cli.render.formats import BATCH_RENDERERS, on_stdout
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.only_failing import OnlyFailing
from derivcheck_cli.render.reports import reports
from derivcheck_cli.render.statistics_text import statistics_lines
from derivcheck_cli.screen import Screen

if TYPE_CHECKING:
    from derivcheck_cli.driver import Stage

EXAMPLES = """\b
Examples:
  derivcheck batch expressions/*.toml
  derivcheck batch claims.jsonl --dtype float32 --format jsonl
  derivcheck batch claims.jsonl --jobs 4 --case-timeout 10 --case-memory 2GB
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
    The work is spread over worker processes; a case that hangs, crashes or takes too much memory is an error, and the
    others go on. The output is the same for any number of workers.
    What is given here for mode, dtype, device and tolerance wins over what the files say.
    docs/reports.md shows the reports, of which any number may be written in one run.
    """
    settings = resolved.settings
    if not settings.files:
        raise CaseError(
            "FILES are missing", hint='name case files, or list them in pyproject.toml: [tool.derivcheck] files = ["…"]'
        )
    baseline = _baseline(settings)
    if settings.device is not None and settings.cluster is None:
        load_all()
        from derivcheck.devices import resolve

        resolve(settings.device)  # an absent device is one error, not one a case
    from derivcheck_cli.driver import Run

    names = list(expand(settings.files))
    total = _total(names, settings) if screen.shows_progress else None
    paths = {report: getattr(settings, report) for report in Report}
    taken = [*names, *([str(settings.baseline)] if settings.baseline else [])]
    shown = _renderers(settings, screen)
    with reports(paths, screen, strict=settings.strict, inputs=taken) as written:
        run = Run(
            _executor(settings, every_row=any(renderer.shows_passes for renderer in (*shown, *written.renderers))),
            [*shown, *written.renderers],
            screen,
            strict=settings.strict,
            exit_zero=settings.exit_zero,
            baseline=baseline,
            max_fail=1 if settings.fail_fast else settings.max_fail,
            stages=_stages(settings),
            summary=Summary(statistics=Statistics() if settings.statistics else None),
        )
        with terminable():
            code = run.over(_cases(names, resolved), total=total)
        written.publish(code)
    if baseline is not None and settings.baseline is not None:
        _tell_of_baseline(baseline, settings.baseline, screen)
    if settings.statistics and Format.JSONL in settings.format and run.summary.statistics is not None:
        for line in statistics_lines(run.summary.statistics):
            screen.message(line)
    raise typer.Exit(code)


def _executor(settings: Settings, *, every_row: bool) -> Executor:
    """What does the work. A worker makes every Result where every one is shown."""
    from derivcheck.running.choice import choose_executor

    return choose_executor(
        jobs=settings.jobs,
        timeout=settings.case_timeout,
        memory=settings.case_memory,
        cluster=settings.cluster,
        device=settings.device,
        every_row=every_row,
    )


def _renderers(settings: Settings, screen: Screen) -> list[Renderer]:
    renderers = on_stdout(settings.format, screen, BATCH_RENDERERS)
    if not settings.only_failing:
        return renderers
    holds = settings.baseline is not None
    return [OnlyFailing(renderer, strict=settings.strict, holds=holds) for renderer in renderers]


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
