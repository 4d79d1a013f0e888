"""`derivcheck explain`: why a gradient is what it is, of an expression or of torch code of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated

import typer

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import join_points, merge_assignments, variable_name
from derivcheck.inputs.case_fields import read_declared_gradient, read_wrt
from derivcheck.inputs.named_code import is_code
from derivcheck.inputs.plain_constants import read_typed_constants
from derivcheck.model import Case, Checklist, OwnFunction, Result
from derivcheck.running.loading import load_all
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import takes_settings
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Examples:
  derivcheck explain "1 - cos(x)" --at x=1e-8
  derivcheck explain "where(x > 0, sqrt(x), 0)" --at x=0
  derivcheck explain mine.py:SQ --at i=2
  derivcheck explain mine.py:SQ --formula "i**2" --at i=2 -v
"""


@takes_settings(Command.EXPLAIN)
def explain(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="EXPR",
            help="The expression, quoted; or FILE.py:NAME or package.module:NAME, torch code of your own.",
            show_default=False,
        ),
    ],
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="x=2,y=1/3",
            help="The point: numbers, and arrays such as x=[1,2] or x=randn(3); repeatable.",
            show_default=False,
        ),
    ] = None,
    wrt: Annotated[
        list[str] | None,
        typer.Option(
            "--wrt",
            metavar="x",
            help="Of an expression: what to differentiate by; repeatable.",
            show_default="each variable",
        ),
    ] = None,
    const: Annotated[
        list[str] | None,
        typer.Option(
            "--const",
            metavar="eps,n=3",
            help="What is held and not differentiated by; of code also an argument that is no tensor, with its value.",
            show_default=False,
        ),
    ] = None,
    formula: Annotated[
        str | None,
        typer.Option(
            "--formula",
            metavar="EXPR",
            help="Of code: what it computes.",
            show_default="read from its forward pass",
        ),
    ] = None,
    args: Annotated[
        str | None,
        typer.Option(
            "--args",
            metavar="x,y,n",
            help="Of code: the arguments in the order in which it takes them.",
            show_default="by their names, else as in the formula",
        ),
    ] = None,
    surrogate: Annotated[
        str | None,
        typer.Option(
            "--surrogate",
            metavar="EXPR",
            help="Of code: what the backward pass is meant to differentiate.",
            show_default=False,
        ),
    ] = None,
    gradient: Annotated[
        list[str] | None,
        typer.Option(
            "--gradient",
            metavar="'x: EXPR'",
            help="Of code: what the backward pass is meant to return by an argument, for the upstream gradient g.",
            show_default=False,
        ),
    ] = None,
    nonlinear: Annotated[
        bool, typer.Option("--nonlinear", help="Of code: say that the declared gradients are not linear in g.")
    ] = False,
    domain: Annotated[
        str | None,
        typer.Option(
            "--domain", metavar="'sigma > 0'", help="Of code: where the function is defined.", show_default=False
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Of code: how long one item of the check may take.")
    ] = 60.0,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Explain a gradient: which operation is to blame, and what helps.

    It shows torch's tape, every number of the forward and the backward pass beside the exact one, what is to blame, and
    other ways to write the expression, each of which was tried at the point. Code of your own is run for it.
    """
    constants = read_typed_constants(const or [])
    attributes = {**resolved.case_attributes, "const": constants.held}
    if subject.strip().endswith(".py"):
        raise CaseError(f"'{subject}' is a file", hint=f"name what is to be explained in it: {subject}:NAME")
    if not is_code(subject):
        of_code = {
            "--formula": formula,
            "--args": args,
            "--surrogate": surrogate,
            "--gradient": gradient,
            "--nonlinear": nonlinear,
            "--domain": domain,
        }
        _refuse([name for name, value in of_code.items() if value], "code of your own", "write FILE.py:NAME")
        if constants.constants:
            name, value = constants.constants[0]
            hint = f"a point gives it: --at {name}={value} --const {name}"
            raise CaseError(f"`{name}={value}` is a constant for code of your own", hint=hint)
        wrts = tuple(read_wrt(text) for text in wrt or [])
        case = Case(subject, (merge_assignments(at or []),), wrt=wrts, allow_unused=False, **attributes)
        raise typer.Exit(_run(case, screen, resolved))
    _refuse(["--wrt"] if wrt else [], "an expression", "--const holds an argument")
    if not at:
        raise CaseError("there is no point to explain the function at", hint="write --at x=2")
    own = OwnFunction(
        subject,
        tuple(variable_name(name) for name in args.split(",")) if args else (),
        formula,
        subject,
        surrogate,
        constants.constants,
        tuple(map(read_declared_gradient, gradient or [])),
        not nonlinear,
        domain,
    )
    case = Case(formula or "", join_points(at), subject, functions=(own,), checklist=Checklist(), **attributes)
    raise typer.Exit(_run(case, screen, resolved, timeout))


def _refuse(options: Sequence[str], what: str, hint: str) -> None:
    """Raise a CaseError for the first of some options, which are for something else than what is explained."""
    if options:
        raise CaseError(f"{options[0]} is for {what}", hint=hint)


def _run(case: Case, screen: Screen, resolved: Resolved, timeout: float = 0.0) -> int:
    """Explain the case, and return the exit code."""
    if case.checklist is None:
        load_all()
    # They load torch, SymPy and Arb, for which --help must not wait.
    from derivcheck.running.immediate import Immediate
    from derivcheck_cli.driver import Run
    from derivcheck_cli.render.renderers import CHECK_RENDERERS, FUNCTION_RENDERERS, on_stdout

    settings = resolved.settings
    check = _explain_expression if case.checklist is None else partial(_explain_code, timeout=timeout)
    renderers = CHECK_RENDERERS if case.checklist is None else FUNCTION_RENDERERS
    run = Run(
        Immediate(check),
        on_stdout(settings.format, screen, renderers),
        screen,
        strict=settings.strict,
        exit_zero=settings.exit_zero,
        is_single=True,
    )
    return run.over([case])


def _explain_expression(case: Case) -> Iterable[Result]:
    # They load torch, SymPy and Arb.
    from derivcheck.checking.one_point import check_case
    from derivcheck.explaining.attaching import explain_results

    return explain_results(case, tuple(check_case(case)), always=True)


def _explain_code(case: Case, *, timeout: float) -> Iterable[Result]:
    # It loads what starts a process, which an expression does not need.
    from derivcheck.explaining.explained_in_child import explain_in_child

    return explain_in_child(case, timeout=timeout)
