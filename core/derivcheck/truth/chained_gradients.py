"""Functions with declared gradients in an expression: which of them the chain rule has a place for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from derivcheck.balls.linearity import is_linear, is_refuted
from derivcheck.elements.elements import Elements
from derivcheck.errors import CaseError
from derivcheck.graph.inlining import released, with_held
from derivcheck.language.parse import definition
from derivcheck.language.shapes_used import first_of_shapes
from derivcheck.model import OwnFunction
from derivcheck.model.upstream_names import upstream_names

_ALONE = "its own check list can: give it points, or run `derivcheck function`"

_DRAWN = 4


def check_chained(own: OwnFunction) -> None:
    """Check that the gradients that are declared of a function that an expression calls can be chained.

    The chain rule multiplies the gradient for the upstream gradient 1 by what comes from above. That is right of
    gradients that are linear in it, and work element by element.

    Raises:
        CaseError: for gradients that do not.
        ParseError: for one that cannot be read.
    """
    if not own.is_linear:
        raise CaseError(
            f"`{own.name}` has a gradient that is not linear in the upstream one, which no chain rule has", hint=_ALONE
        )
    names = upstream_names(1, {*own.params, *dict(own.constants)})[0]
    texts = dict(own.gradients)
    trees = {name: definition(text, (*own.params, *names), own.constants) for name, text in texts.items()}
    formula = definition(own.stated, own.params, own.constants)
    if any(first_of_shapes(tree) is not None for tree in (formula, *trees.values())):
        raise CaseError(
            f"`{own.name}` has a declared gradient and works on whole tensors: an expression cannot call it",
            hint=_ALONE,
        )
    for name, tree in trees.items():
        elements = Elements.of(with_held(tree))
        if not is_linear(elements, names) and is_refuted(elements, names, _points(elements)):
            raise CaseError(
                f"the gradient of `{own.name}` by {name} is not linear in the upstream gradient",
                hint="declare it so, and check it by its own check list: an expression cannot call it",
            )


def _points(elements: Elements) -> Iterator[dict[str, Fraction]]:
    draw = random.Random(4)
    for _ in range(_DRAWN):
        yield {
            name: Fraction(draw.choice([*range(-47, 0, 2), *range(1, 48, 2)]), 16)
            for name in map(released, elements.addresses)
        }
