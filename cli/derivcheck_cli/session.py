"""One run with its settings: which renderers show it, which files it writes, and its exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path

from derivcheck.errors import CaseError
from derivcheck.reporting.baseline import Baseline, check_writable, read_baseline, write_baseline
from derivcheck.reporting.outcomes.statistics import Statistics
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import ROWS, TALLY, Executor, Formulas, Item, Wanted
from derivcheck.settings import Format, Report, Settings
from derivcheck_cli.driver import Run, Stage
from derivcheck_cli.ending import terminable
from derivcheck_cli.render.interface import Renderer
from derivcheck_cli.render.only_failing import OnlyFailing
from derivcheck_cli.render.renderers import BATCH_RENDERERS, on_stdout
from derivcheck_cli.render.reports import reports
from derivcheck_cli.render.statistics_text import statistics_lines
from derivcheck_cli.screen import Screen


def run_cases(
    settings: Settings,
    screen: Screen,
    executor: Callable[[Wanted], Executor],
    items: Iterable[Item] = (),
    *,
    inputs: Sequence[str],
    stages: Sequence[Stage] = (),
    count: Callable[[], int | None] = lambda: None,
    replace: bool = False,
) -> int:
    """Run the cases, and return the exit code.

    Args:
        settings: what is shown and written, and which failures count.
        screen: where the results are shown.
        executor: makes the executor, given what the renderers need of the Results.
        items: the cases.
        inputs: the files that the run reads; no report may replace them.
        stages: the selections and shards that the cases pass through.
        count: counts all cases, for the progress bar and for the message of an interrupted run; it returns None where
            the number is not known.
        replace: whether a report may replace a file that derivcheck did not write.

    Raises:
        DerivcheckError: before anything is run, where a report or the baseline cannot be used.
    """
    baseline = _baseline(settings)
    paths = {report: getattr(settings, report) for report in Report}
    taken = [*inputs, *([str(settings.baseline)] if settings.baseline else [])]
    shown = _renderers(settings, screen)
    with reports(
        paths, screen, strict=settings.strict, inputs=taken, output=settings.output, replace=replace
    ) as written:
        renderers = [*shown, *written.renderers]
        run = Run(
            executor(_wanted(settings, renderers)),
            renderers,
            screen,
            strict=settings.strict,
            exit_zero=settings.exit_zero,
            baseline=baseline,
            max_fail=1 if settings.fail_fast else settings.max_fail,
            stages=stages,
            summary=Summary(statistics=Statistics() if settings.statistics else None),
            count=count,
            advice="" if settings.output is None else "the same command with --resume goes on from there",
        )
        with terminable():
            code = run.over(items, total=count() if screen.shows_progress else None)
        written.publish(code)
    if baseline is not None and settings.baseline is not None:
        _tell_of_baseline(baseline, settings.baseline, screen)
    if settings.statistics and Format.JSONL in settings.format and run.summary.statistics is not None:
        for line in statistics_lines(run.summary.statistics):
            screen.message(line)
    return code


def _wanted(settings: Settings, renderers: Sequence[Renderer]) -> Wanted:
    """Return what the renderers, the statistics and the baseline need of the Results."""
    wanted = reduce(or_, (renderer.wanted for renderer in renderers), ROWS if settings.statistics else TALLY)
    wanted = replace(wanted, explained=settings.explain)
    if settings.baseline is None:
        return wanted
    # A case that the baseline knows is shown where it is mended, and then everything about it passes.
    formulas = Formulas.ALL if wanted.formulas > Formulas.FAILURES else wanted.formulas
    return replace(wanted, rows=True, formulas=formulas)


def _renderers(settings: Settings, screen: Screen) -> list[Renderer]:
    renderers = on_stdout(settings.format, screen, BATCH_RENDERERS)
    if not settings.only_failing:
        return renderers
    holds = settings.baseline is not None
    return [OnlyFailing(renderer, strict=settings.strict, holds=holds) for renderer in renderers]


def _baseline(settings: Settings) -> Baseline | None:
    if settings.baseline is None:
        if settings.write_baseline:
            raise CaseError("--write-baseline needs a file", hint="name it: --baseline baseline.toml")
        return None
    is_new = settings.write_baseline and not settings.baseline.exists()
    known = [] if is_new else read_baseline(settings.baseline)
    if settings.output is not None and Path(settings.output).resolve() == settings.baseline.resolve():
        raise CaseError(
            "--output and --baseline name the same file", hint="the one is for results, the other for debts"
        )
    if settings.write_baseline:
        check_writable(settings.baseline)
    return Baseline.of(known, strict=settings.strict, writing=settings.write_baseline)


def _tell_of_baseline(baseline: Baseline, path: Path, screen: Screen) -> None:
    """Write the baseline if asked to, and say which of its cases did not occur in this run."""
    unmet = sum(1 for _ in baseline.unmet())
    if baseline.writing:
        count = write_baseline(path, baseline.written())
        screen.message(f"{path}: {count:,} known {'failure' if count == 1 else 'failures'}")
    if unmet:
        cases = "case of the baseline was" if unmet == 1 else "cases of the baseline were"
        screen.message(f"{path}: {unmet:,} {cases} not in this run")
