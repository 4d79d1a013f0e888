"""Cases whose formulas are LaTeX, those without a backslash, too."""

from __future__ import annotations

from dataclasses import replace

from derivcheck.model import Case


def in_latex(case: Case) -> Case:
    """A case whose expression, value and claims are read as LaTeX: each stands in dollars, by which it is known.

    A case that calls a function of the user's own is as it was: its expression is a call.

    Example:
        >>> in_latex(Case("x y", ({"x": "2", "y": "3"},), derivative={("x",): "y"})).expr
        '$x y$'
    """
    if case.functions:
        return case
    # Only a case in LaTeX needs it.
    from derivcheck.language.latex.read_latex import as_latex

    return replace(
        case,
        expr=as_latex(case.expr),
        value=None if case.value is None else as_latex(case.value),
        derivative={wrt: as_latex(claim) for wrt, claim in case.derivative.items()},
    )
