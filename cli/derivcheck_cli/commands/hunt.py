"""`derivcheck hunt`: the worst inputs in a range, of an expression or of torch code of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import merge_assignments, variable_name
from derivcheck.inputs.case_fields import read_declared_gradient, read_wrt
from derivcheck.inputs.cases_in_latex import in_latex
from derivcheck.inputs.named_code import is_code
from derivcheck.inputs.plain_constants import read_typed_constants
from derivcheck.inputs.search_ranges import check_search, read_budget, split_ranges
from derivcheck.model import Case, Result, Search, SearchRange
from derivcheck.model.hunt_map import Ended
from derivcheck.model.search_range import default_budget
from derivcheck.running.loading import load_all
from derivcheck.settings import Command, Report, Resolved
from derivcheck_cli.ending import last_interrupt_code, terminable
from derivcheck_cli.options import (
    ArgsOption,
    GradientOption,
    HeldOption,
    NonlinearOption,
    OrderOption,
    SubjectArgument,
    SurrogateOption,
    WrtOption,
    takes_settings,
)
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck hunt "softplus(x)" --in x=-100..100 --wrt x,x
  derivcheck hunt "x**y" --in x=0..2 --in y=-3..3 --budget 30s
  derivcheck hunt "tanh(x)" --in x=-inf..inf --dtype float16 --exhaustive
  derivcheck hunt layers.py:MyGelu --formula "x*ndtr(x)" --in x=-50..50 \\
    --dtype float32 --output cases.toml --plot error.svg
"""


@takes_settings(Command.HUNT)
def hunt(
    subject: SubjectArgument,
    ranges: Annotated[
        list[str] | None,
        typer.Option(
            "--in",
            metavar="x=-10..10",
            help="The range of a variable, or of an element, W[0,2]=-1..1; repeatable.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="y=2",
            help="The variables that are held, and the tensors whose elements are searched.",
            show_default=False,
        ),
    ] = None,
    wrt: WrtOption = None,
    order: OrderOption = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="TIME",
            help="How long it may take: 30s, 500ms, 2min.",
            show_default="10s, with --exhaustive 2min",
        ),
    ] = None,
    exhaustive: Annotated[
        bool,
        typer.Option("--exhaustive", help="Look at every number of float16 or bfloat16: a proof by enumeration."),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="FILE.toml",
            help="Write the points that are found as cases for `derivcheck batch`.",
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        list[str] | None,
        typer.Option(
            "--plot",
            metavar="FILE.svg|FILE.png",
            help="Draw the error against the input; repeatable.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="FILE",
            help="Keep in a file what was looked at; go on from there if it exists.",
            show_default=False,
        ),
    ] = None,
    const: HeldOption = None,
    formula: Annotated[
        str | None,
        typer.Option(
            "--formula", metavar="EXPR", help="What the code computes, on the whole range.", show_default=False
        ),
    ] = None,
    args: ArgsOption = None,
    surrogate: SurrogateOption = None,
    gradient: GradientOption = None,
    nonlinear: NonlinearOption = False,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Hunt for the worst input in a range: where a gradient is wrong or loses digits, and by how much.

    It shows the range as stretches of one status, a plot of the error, and the worst points. Code of your own is run
    for it, in this process.
    """
    if subject.strip().endswith(".py"):
        raise CaseError(f"'{subject}' is a file", hint=f"name what is to be searched in it: {subject}:NAME")
    seconds = default_budget(exhaustive=exhaustive) if budget is None else read_budget(budget)
    search = Search(_ranges(ranges or [], at or []), seconds, exhaustive)
    held = merge_assignments(at or [])
    check_search(search, (held,))
    if plot and len(search.ranges) > 1:
        hint = "hold the others with --at, and draw one at a time"
        raise CaseError("a picture shows the error against one variable, and several are searched", hint=hint)
    wrts = tuple(read_wrt(text) for text in wrt or [])
    if wrts and order is not None:
        raise CaseError("--wrt and --order exclude each other", hint=f"--wrt {wrts[0][0]},{wrts[0][0]} is a second one")
    constants = read_typed_constants(const or [])
    case = Case(
        subject,
        (held,),
        wrt=wrts,
        order=order or 1,
        allow_unused=False,
        search=search,
        **{**resolved.case_attributes, "const": constants.held},
    )
    of_code = {
        "--formula": formula,
        "--args": args,
        "--surrogate": surrogate,
        "--gradient": gradient,
        "--nonlinear": nonlinear,
    }
    if resolved.settings.latex:
        # Only a formula in LaTeX needs it.
        from derivcheck.language.latex.read_latex import as_latex

        formula = as_latex(formula) if formula else formula
        case = case if is_code(subject) else in_latex(case)
    if is_code(subject):
        # An expression needs no declarations, and these load the table of functions.
        from derivcheck.inputs.calls_of_code import call_of_code

        own, call = call_of_code(
            subject,
            subject,
            formula,
            args=[variable_name(name) for name in args.split(",")] if args else (),
            surrogate=surrogate,
            constants=constants.constants,
            gradients=tuple(map(read_declared_gradient, gradient or [])),
            is_linear=not nonlinear,
        )
        case = replace(case, expr=call, name=subject, functions=(own,))
    elif given := [name for name, value in of_code.items() if value]:
        raise CaseError(f"{given[0]} is for code of your own", hint="write FILE.py:NAME")
    elif constants.constants:
        name, value = constants.constants[0]
        raise CaseError(f"`{name}={value}` is a constant for code of your own", hint=f"write --at {name}={value}")
    raise typer.Exit(_run(case, resolved, screen, Wishes(output, tuple(plot or ()), resume)))


@dataclass(frozen=True, slots=True)
class Wishes:
    """The files of a hunt: of the cases, of the pictures, and of what was looked at."""

    output: str | None
    plots: tuple[str, ...]
    resume: str | None


def _ranges(texts: Sequence[str], at: Sequence[str]) -> tuple[SearchRange, ...]:
    """Read the ranges; CaseError where there is none."""
    found = split_ranges(texts)
    if not found:
        meant = next((text for text in at if ".." in text), None)
        raise CaseError("there is no range to search", hint=f"write --in {meant or 'x=-10..10'}")
    return found


def _run(case: Case, resolved: Resolved, screen: Screen, wishes: Wishes) -> int:
    """Hunt, show what was found, write the files, and return the exit code."""
    # Loaded late, so that --help need not wait for them.
    from derivcheck.reporting.outcomes.summary import Summary
    from derivcheck.running.immediate import Immediate
    from derivcheck_cli.driver import Run
    from derivcheck_cli.render.found_files import found_files
    from derivcheck_cli.render.renderers import HUNT_RENDERERS, on_stdout
    from derivcheck_cli.render.reports import reports

    settings = resolved.settings
    html = {Report.HTML: settings.html}
    with (
        found_files(wishes.output, wishes.plots, replace=resolved.may_replace) as files,
        reports(html, screen, strict=settings.strict, output=wishes.output, replace=resolved.may_replace) as written,
    ):
        load_all()
        hunting = Hunting(case, screen, None if wishes.resume is None else Path(wishes.resume))
        run = Run(
            Immediate(hunting.rows),
            [*on_stdout(settings.format, screen, HUNT_RENDERERS), *written.renderers],
            screen,
            strict=settings.strict,
            exit_zero=settings.exit_zero,
            summary=Summary(),
            is_single=True,
            cut=hunting.cut,
            advice="" if wishes.resume is None else "the same command goes on from there",
        )
        with terminable(), screen.beside_own_code() if case.functions else nullcontext():
            code = run.over([case])
        if hunting.found:
            for told in files.write(hunting.found):
                screen.message(told)
        written.publish(code)
    return code


class Hunting:
    """The hunt of a case as an executor runs it, with a progress bar.

    Args:
        case: the case.
        screen: where the bar is shown.
        resume: the file that keeps what was looked at.
    """

    def __init__(self, case: Case, screen: Screen, resume: Path | None) -> None:
        self._screen = screen
        self._resume = resume
        self._budget = case.search.budget if case.search is not None else 0.0
        self._seconds: float | None = None
        self.found: tuple[Result, ...] = ()

    def rows(self, case: Case) -> tuple[Result, ...]:
        """Hunt, and return the rows."""
        # It loads torch, SymPy and Arb.
        from derivcheck.running.hunted_rows import check_hunt

        with self._screen.hunting(self._budget) as watch:
            self.found = check_hunt(case, progress=watch, resume=self._resume)
        found = self.found[0].hunt_map if self.found else None
        coverage = found.coverage if found is not None else None
        if found is None or (coverage is not None and coverage.ended is Ended.INTERRUPTED):
            self._seconds = 0.0 if coverage is None else coverage.seconds
        return self.found

    def cut(self) -> tuple[int, str] | None:
        """The exit code of a hunt that was interrupted, and after how long; None of any other."""
        return None if self._seconds is None else (last_interrupt_code(), f"{self._seconds:.1f} s")
