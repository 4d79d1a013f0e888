"""`derivcheck batch`: files of cases."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.case_files import Names, Unreadable, count_cases, expand, read_cases
from derivcheck.errors import CaseError
from derivcheck.inputs.cases_in_latex import in_latex
from derivcheck.model import Case
from derivcheck.running.interface import FILED, Executor, Wanted
from derivcheck.running.loading import load_all
from derivcheck.running.recording.results_file import Existing
from derivcheck.running.selection import Selected
from derivcheck.running.shards import Sharded
from derivcheck.settings import Command, Layer, Report, Resolved, Settings
from derivcheck_cli.options import takes_settings
from derivcheck_cli.screen import Screen

if TYPE_CHECKING:
    from derivcheck.running.recording.recorder import Recorder
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
    docs/long_runs.md tells how a run is recorded, resumed, and reported.
    """
    settings = resolved.settings
    if not settings.files:
        raise CaseError(
            "FILES are missing", hint='name case files, or list them in pyproject.toml: [tool.derivcheck] files = ["…"]'
        )
    existing = _existing(resolved)
    if settings.device is not None and settings.cluster is None:
        load_all()
        # It loads torch, which a batch with workers does not need in this process.
        from derivcheck.autograd.devices import resolve

        resolve(settings.device)  # an absent device is one error, not one a case
    # Loaded late, so that --help need not wait for it.
    from derivcheck_cli.session import run_cases

    names = list(expand(settings.files))

    kept: list[Recorder] = []

    def executor(wanted: Wanted) -> Executor:
        if settings.output is None:
            return _executor(settings, wanted)
        # Only a batch that keeps its results needs these.
        from derivcheck.running.choice import choose_limits
        from derivcheck.running.recording.recorder import make_recorder

        work = _executor(settings, FILED | wanted)
        limits = choose_limits(jobs=settings.jobs, timeout=settings.case_timeout, memory=settings.case_memory)
        kept.append(
            make_recorder(work, settings.output, existing, names, limits=limits, selection=_selection(settings))
        )
        return kept[0]

    runs_code_here = settings.allow_code and settings.jobs == "0"
    with screen.beside_own_code() if runs_code_here else nullcontext():
        code = run_cases(
            settings,
            screen,
            executor,
            _cases(names, resolved, screen),
            inputs=names,
            stages=_stages(settings),
            count=lambda: _total(names, settings),
            replace=resolved.may_replace,
        )
    for record in kept:
        if dropped := record.file.dropped:
            cases = "1 case" if dropped == 1 else f"{dropped:,} cases"
            screen.message(f"{settings.output}: results of {cases} that this run has not, or has changed, were dropped")
    raise typer.Exit(code)


def _existing(resolved: Resolved) -> Existing:
    """Decide what happens to results that the file of --output already holds."""
    settings = resolved.settings
    has_report = any(getattr(settings, report) is not None for report in Report)
    for flag in ("resume",) if has_report else ("resume", "overwrite"):
        if getattr(settings, flag) and settings.output is None and resolved.layer(flag) is Layer.COMMAND_LINE:
            raise CaseError(f"--{flag} needs the file of the results", hint=f"name it: --{flag} --output results.jsonl")
    return Existing.RESUME if settings.resume else Existing.OVERWRITE if settings.overwrite else Existing.REFUSE


def _executor(settings: Settings, wanted: Wanted) -> Executor:
    """Choose the executor: workers here, a cluster, or this process."""
    # Loaded late, so that --help need not wait for it.
    from derivcheck.running.choice import choose_executor

    return choose_executor(
        jobs=settings.jobs,
        timeout=settings.case_timeout,
        memory=settings.case_memory,
        cluster=settings.cluster,
        device=settings.device,
        wanted=wanted,
    )


def _stages(settings: Settings) -> list[Stage]:
    """The stages that choose among the cases: first the selection, then the shard of what is selected."""
    stages: list[Stage] = []
    if settings.select is not None:
        stages.append(Selected(settings.select))
    if settings.shard is not None:
        stages.append(Sharded(settings.shard))
    return stages


def _selection(settings: Settings) -> str | None:
    """The selection and the shard as text, for the file of results; None where all cases are checked."""
    chosen = [
        *([] if settings.select is None else ["-k", settings.select]),
        *([] if settings.shard is None else ["--shard", str(settings.shard)]),
    ]
    return shlex.join(chosen) or None


_TOLD_NAMES = 3
"""How many names that occur twice are told."""


def _cases(names: Sequence[str], resolved: Resolved, screen: Screen) -> Iterator[Case | Unreadable]:
    """Yield the cases of the files with the values of the settings, and warn about a name that two cases share."""
    told, seen = 0, Names()
    settings, defaults, overrides = resolved.settings, resolved.case_defaults, resolved.case_overrides
    for name in names:
        for item in read_cases(
            name, input_format=settings.input_format, defaults=defaults, allow_code=settings.allow_code
        ):
            if (warning := seen.warn_of(item)) is not None:
                told += 1
                if told <= _TOLD_NAMES:
                    screen.warn(warning)
                elif told == _TOLD_NAMES + 1:
                    screen.warn("more names are given twice")
            if not isinstance(item, Case):
                yield item
                continue
            case = replace(item, **overrides) if overrides else item
            yield in_latex(case) if settings.latex else case


def _total(names: Sequence[str], settings: Settings) -> int | None:
    """Estimate how many cases there are; None with a selection, or if a file cannot be counted."""
    counts = [count_cases(name, input_format=settings.input_format) for name in names]
    if None in counts or settings.select is not None:
        return None
    return sum(count or 0 for count in counts) // (settings.shard.count if settings.shard else 1)
