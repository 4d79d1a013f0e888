"""What SymPy says about derivatives, handed to those who use it and judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derivcheck.balls.adjoints import Rule, SecondRule
from derivcheck.elements.elements import Elements
from derivcheck.model import Wrt
from derivcheck.model.expression import Expression

Derivatives = Callable[[Elements], Callable[[Wrt], Expression]]
"""The derivatives of the first of some elements; UnsupportedError where there is none."""


@dataclass(frozen=True, slots=True)
class SymbolicRules:
    """What SymPy says.

    Attributes:
        partial: its partial derivative of one call by one argument.
        derivatives: its derivatives of one function, one after the other.
        second: its partial derivative of one call by two arguments.
    """

    partial: Rule
    derivatives: Derivatives
    second: SecondRule


def sympys_rules() -> SymbolicRules:
    """SymPy's own."""
    # SymPy is loaded where a derivative is asked for: values need none.
    from derivcheck.symbolic.forward_derivatives import derivatives_of
    from derivcheck.symbolic.local_partials import local_partial, local_second_partial

    return SymbolicRules(local_partial, derivatives_of, local_second_partial)
