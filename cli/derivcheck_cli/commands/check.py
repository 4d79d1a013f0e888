"""`derivcheck check`: one expression, at one point."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated

import typer

from derivcheck.errors import CaseError, DerivcheckError, ParseError
from derivcheck.inputs.assignments import join_points, merge_assignments, split_outside_brackets
from derivcheck.inputs.case_fields import read_wrt
from derivcheck.inputs.cases_in_latex import in_latex
from derivcheck.model import Case, Result, Wrt
from derivcheck.running.loading import load_all
from derivcheck.settings import Command, Resolved
from derivcheck_cli.options import AtOption, OrderOption, WrtOption, takes_settings
from derivcheck_cli.screen import Screen

# The names before the sign of `x,y=2*x` or `x,y: 2*x`; the sign of a comparison is a double one.
_CLAIM = re.compile(r"\s*(?P<wrt>[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*(?P<sign>=(?!=)|:(?!=))(?P<formula>.*)", re.DOTALL)

EXAMPLES = """\b
Examples:
  derivcheck "x**2 + 2*x + 1" --at x=2
  derivcheck "u*v + u**2" --at u=1,v=2 --wrt u,v --mode all
  derivcheck "-x**2" --at x=1/3 --claim "-2*x" --dtype float32
"""


@takes_settings(Command.CHECK)
def check(
    expr: Annotated[str, typer.Argument(metavar="EXPR", help="The expression, quoted.", show_default=False)],
    at: AtOption = None,
    wrt: WrtOption = None,
    order: OrderOption = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claim",
            metavar="FORMULA",
            help="A derivative to be checked: 2*x+2 for the first one asked for, or x,y=1 or x: 2*x; repeatable.",
            show_default=False,
        ),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="FORMULA", help="A value to be checked.", show_default=False)
    ] = None,
    *,
    resolved: Resolved,
    screen: Screen,
) -> None:
    """Check one expression at one point (the default command).

    Its value and its derivatives are found, with proven error bounds, and torch's held against them.
    """
    if resolved.settings.latex:
        # Only a formula in LaTeX needs it.
        from derivcheck.language.latex.read_latex import as_latex

        expr = as_latex(expr)
    points = _read_points(at or [], expr)
    point = points[0]
    wrts = tuple(read_wrt(text) for text in wrt or [])
    if wrts and order is not None:
        second = ",".join([wrts[0][0]] * 2)
        raise CaseError("--wrt and --order exclude each other", hint=f"--wrt {second} is a second derivative")
    order = order or 1
    case = Case(
        expr=expr,
        at=points,
        wrt=wrts,
        order=order,
        value=value,
        derivative=_read_claims(claim or [], expr, point, wrts, order, resolved.settings.const or ()),
        allow_unused=False,
        **resolved.case_attributes,
    )
    if resolved.settings.latex:
        case = in_latex(case)
    load_all()
    # They load torch, SymPy and Arb, for which --help must not wait.
    from derivcheck.checking.one_point import check_case
    from derivcheck.running.immediate import Immediate
    from derivcheck_cli.driver import Run
    from derivcheck_cli.render.renderers import CHECK_RENDERERS, on_stdout

    settings = resolved.settings

    def check_and_explain(case: Case) -> Iterable[Result]:
        # Only --explain needs it, which has much to import.
        from derivcheck.explaining.attaching import explain_results

        return explain_results(case, tuple(check_case(case)))

    run = Run(
        Immediate(check_and_explain if settings.explain else check_case),
        on_stdout(settings.format, screen, CHECK_RENDERERS),
        screen,
        strict=settings.strict,
        exit_zero=settings.exit_zero,
        is_single=True,
    )
    raise typer.Exit(run.over([case]))


def _read_points(texts: Sequence[str], expr: str) -> tuple[dict[str, str], ...]:
    """Return the points: several where `;` stands between them, and `2` as the value of the only variable.

    Raises:
        PointError: for what is no point.
        ParseError: where the expression has to be read for its variable, and cannot be.
    """
    if len(texts) == 1 and "=" not in texts[0] and len(split_outside_brackets(texts[0], ",")) == 1 and texts[0].strip():
        # Only a value without a name needs them.
        from derivcheck.language import table
        from derivcheck.language.parse import parse

        value = texts[0].strip()
        is_number = any(char.isdigit() for char in value) or table.constant(value.lstrip("+-")) is not None
        variables = parse(expr).variables if is_number else ()
        if len(variables) > 1:  # Sin[x] is an element of a tensor Sin where nobody says which names have a value
            variables = tuple(name for name in variables[:_MOST_NAMES] if _reads_with(expr, name))
        if len(variables) == 1:
            return ({variables[0]: value},)
    if any(";" in text for text in texts):
        return join_points(texts)
    return (merge_assignments(texts),)


_MOST_NAMES = 20
"""Names that are tried, of an expression with many."""


def _reads_with(expr: str, name: str) -> bool:
    """Whether an expression can be read where one name alone has a value."""
    # Only a value without a name needs it.
    from derivcheck.language.parse import parse

    try:
        parse(expr, [name])
    except DerivcheckError:
        return False
    return True


def _read_claims(
    claims: Sequence[str],
    expr: str,
    point: Mapping[str, str],
    wrts: tuple[Wrt, ...],
    order: int,
    const: Collection[str],
) -> dict[Wrt, str]:
    """Return the claims by derivative. A claim that names no derivative is about the first one asked for.

    Raises:
        CaseError: for a second claim about the same derivative, and where there is none to claim anything about.
        ParseError: where the expression has to be read for its first variable, and cannot be.
    """
    derivatives: dict[Wrt, str] = {}
    for claim in claims:
        found = _CLAIM.fullmatch(claim)
        if found and _is_statement(found, point):
            found = None
        said = None if found else _said_derivative(claim, point)
        wrt = said or (read_wrt(found["wrt"]) if found else _first_derivative(expr, point, wrts, order, const))
        if wrt in derivatives:
            raise CaseError(f"there are two claims about {','.join(wrt)}", hint='name the derivative: --claim "y=…"')
        derivatives[wrt] = found["formula"].strip() if found else claim
    return derivatives


def _said_derivative(claim: str, point: Mapping[str, str]) -> Wrt | None:
    """The derivative that a claim says it is, as `∂f/∂y = 2x` does; None where it says nothing, or cannot be read."""
    if "=" not in claim:
        return None
    # Only a claim with an equal sign needs it.
    from derivcheck.language.parse import parse

    with suppress(ParseError):
        as_read = parse(claim, point.keys()).as_read
        return as_read.states or None if as_read is not None else None
    return None


def _is_statement(found: re.Match[str], point: Mapping[str, str]) -> bool:
    """Whether `p = softmax(z); p - y` is a formula that names a part of itself: no variable is called so."""
    return found["sign"] == "=" and ";" in found["formula"] and found["wrt"].strip() not in point


def _first_derivative(
    expr: str, point: Mapping[str, str], wrts: tuple[Wrt, ...], order: int, const: Collection[str]
) -> Wrt:
    if wrts:
        return wrts[0]
    # Only a claim that names no derivative needs it.
    from derivcheck.language.parse import parse

    variables = tuple(name for name in parse(expr, point.keys()).variables if name not in const)
    if not variables:
        raise CaseError("the expression has no variable, and so no derivative to claim")
    return variables[:1] * order
