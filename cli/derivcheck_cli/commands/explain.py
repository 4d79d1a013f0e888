"""`derivcheck explain`: why a gradient is what it is, of an expression or of torch code of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import typer

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import join_points, merge_assignments, variable_name
from derivcheck.inputs.case_fields import read_declared_gradient, read_wrt
from derivcheck.inputs.cases_in_latex import in_latex
from derivcheck.inputs.named_code import is_code
from derivcheck.inputs.plain_constants import read_typed_constants
from derivcheck.model import Case, Checklist, OwnFunction, Result
from derivcheck.running.loading import load_all
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import (
    ArgsOption,
    AtOption,
    DomainOption,
    FormulaOption,
    GradientOption,
    HeldOption,
    NonlinearOption,
    SubjectArgument,
    SurrogateOption,
    TimeoutOption,
    WrtOption,
    takes_settings,
)
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
    subject: SubjectArgument,
    at: AtOption = None,
    wrt: WrtOption = None,
    const: HeldOption = None,
    formula: FormulaOption = None,
    args: ArgsOption = None,
    surrogate: SurrogateOption = None,
    gradient: GradientOption = None,
    nonlinear: NonlinearOption = False,
    domain: DomainOption = None,
    timeout: TimeoutOption = 60.0,
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
        raise typer.Exit(_run(in_latex(case) if resolved.settings.latex else case, screen, resolved))
    _refuse(["--wrt"] if wrt else [], "an expression", "--const holds an argument")
    if not at:
        raise CaseError("there is no point to explain the function at", hint="write --at x=2")
    if formula and resolved.settings.latex:
        # Only a formula in LaTeX needs it.
        from derivcheck.language.latex.read_latex import as_latex

        formula = as_latex(formula)
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
