"""Whether the gradients that a user declares can be held against a function: their shapes, and that they are linear."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from derivcheck.balls.linearity import is_linear, is_refuted
from derivcheck.errors import CaseError, ParseError, Span
from derivcheck.own_functions.tensors.declared_gradients import DeclaredGradient
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject

_DRAWN = 3
"""So many points beside the one given are looked at: at x = -1 nothing shows of `where(x > 0, clamp(g, -1, 1), g)`."""


def check_declarations(subject: TensorSubject) -> Iterator[str]:
    """Look at the gradients that are declared, at each point given.

    Yields:
        Notes about what is declared and is not needed.

    Raises:
        CaseError: for a gradient by what is not differentiated by.
        ShapeError: for a gradient of another shape than its argument.
        ParseError: for one that is not linear in the upstream gradient, and is not declared not to be.
    """
    formulas = subject.formulas
    if not formulas.gradients:
        return
    for place in given_places(subject):
        held = next((name for name in formulas.gradients if name not in place.names), None)
        if held is not None:
            raise CaseError(
                f"a gradient by `{held}` is declared, by which nothing is differentiated",
                hint="it holds integers, or is held constant: leave its gradient out",
            )
    every = [gradient for place in given_places(subject) for gradient in place.declared.values()]
    linear = [is_linear(gradient.lowered.elements, formulas.upstreams) for gradient in every]
    if formulas.is_linear:
        for gradient, is_known in zip(every, linear, strict=True):
            if not is_known and is_refuted(gradient.lowered.elements, formulas.upstreams, _points(gradient)):
                raise _not_linear(gradient)
    elif all(linear):
        yield f"the declared gradient is linear in {', '.join(formulas.upstreams)}: it need not be declared not to be"


def _points(gradient: DeclaredGradient) -> Iterator[dict[str, Fraction]]:
    """The point given, and others beside it: the numbers of all arguments."""
    exact = gradient.exact_arguments
    yield exact
    draw = random.Random(2)
    for _ in range(_DRAWN):
        yield {name: Fraction(draw.choice([*range(-47, 0, 2), *range(1, 48, 2)]), 16) for name in exact}
    yield {name: abs(value) + Fraction(1, 8) for name, value in exact.items()}


def _not_linear(gradient: DeclaredGradient) -> ParseError:
    text, names = gradient.expression.source, ", ".join(gradient.upstreams)
    return ParseError(
        f"the gradient that is declared by {gradient.name} is not linear in {names}, as a vector-Jacobian product is",
        text=text,
        span=Span(0, len(text)),
        hint="where that is meant, declare it: --nonlinear; in Python linear=False, in a file linear = false",
    )
