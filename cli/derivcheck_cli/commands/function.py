"""`derivcheck function`: torch code of the user's own, against a formula."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import join_points, variable_name
from derivcheck.inputs.case_fields import read_declared_gradient
from derivcheck.inputs.plain_constants import read_typed_constants
from derivcheck.model import Case, Checklist, OwnFunction
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import (
    ArgsOption,
    DomainOption,
    FormulaOption,
    GradientOption,
    NonlinearOption,
    SurrogateOption,
    TimeoutOption,
    takes_settings,
)
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck function mine.py:SQ --formula "i**2" --at i=2
  derivcheck function mine.py:SQ --at i=2
  derivcheck function package.module:Power --formula "x**n" --const n=3 \\
    --at x=2
  derivcheck function mine.py:RoundSTE --formula "round(x)" --surrogate x \\
    --at x=0.3
  derivcheck function mine.py:Clip --formula x --at "x=[1, 2]" \\
    --gradient "x: clamp(g, -1, 1)" --nonlinear
  derivcheck function layers.py:RMSNorm --at "x=randn(2, 3)" \\
    --formula "x/sqrt(mean(x^2, dim=-1, keepdim=True) + eps)*weight"
"""


@takes_settings(Command.FUNCTION)
def function(
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE.py:NAME",
            help="A torch.autograd.Function, a function of tensors, or an nn.Module; package.module:NAME as well.",
            show_default=False,
        ),
    ],
    formula: FormulaOption = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="x=2,y=1/3", help="The point; several: x=2; x=3.", show_default=False),
    ] = None,
    const: Annotated[
        list[str] | None,
        typer.Option(
            "--const",
            metavar="n=3,…",
            help="An argument that is no tensor; a name alone: a tensor that is held.",
            show_default=False,
        ),
    ] = None,
    args: ArgsOption = None,
    surrogate: SurrogateOption = None,
    gradient: GradientOption = None,
    nonlinear: NonlinearOption = False,
    domain: DomainOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ITEM,…", help="The items of the check list to run.", show_default="all"),
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="ITEM,…", help="The items to leave out.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run the slow item too: torch.compile.")] = False,
    timeout: TimeoutOption = 60.0,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Check a torch function of your own against a formula, item by item of a check list; this runs its code.

    Without a formula its forward pass is one: it is read, shown, and the backward pass is held against it.
    """
    if not at:
        raise CaseError("there is no point to check the function at", hint="write --at x=2")
    checklist = Checklist(_names(only), _names(skip), everything)
    constants = read_typed_constants(const or [])
    if formula and resolved.settings.latex:
        # Only a formula in LaTeX needs it.
        from derivcheck.language.latex.read_latex import as_latex

        formula = as_latex(formula)
    own = OwnFunction(
        target,
        tuple(variable_name(name) for name in args.split(",")) if args else (),
        formula,
        target,
        surrogate,
        constants.constants,
        tuple(map(read_declared_gradient, gradient or [])),
        not nonlinear,
        domain,
    )
    case = Case(
        formula or "",
        join_points(at),
        target,
        functions=(own,),
        checklist=checklist,
        const=constants.held,
        **resolved.case_attributes,
    )
    # Loaded late, so that --help need not wait for them.
    from derivcheck.explaining.explained_in_child import check_and_explain
    from derivcheck.own_functions.chosen import check_names
    from derivcheck.own_functions.in_child import check_in_child
    from derivcheck.running.immediate import Immediate
    from derivcheck_cli.driver import Run
    from derivcheck_cli.render.renderers import FUNCTION_RENDERERS, on_stdout

    check_names(checklist)  # an unknown item is wrong usage, and no result
    settings = resolved.settings
    run = Run(
        Immediate(partial(check_and_explain if settings.explain else check_in_child, timeout=timeout)),
        on_stdout(settings.format, screen, FUNCTION_RENDERERS),
        screen,
        strict=settings.strict,
        exit_zero=settings.exit_zero,
        is_single=True,
    )
    raise typer.Exit(run.over([case]))


def _names(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for text in texts or [] for name in text.split(",") if name.strip())
