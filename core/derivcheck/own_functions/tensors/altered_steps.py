"""What mistakes make of the vector-Jacobian product of one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from torch import Tensor

from derivcheck.language import table
from derivcheck.own_functions.tensors.alterations_of_numbers import ELEMENTWISE, OF_NUMBERS
from derivcheck.own_functions.tensors.alterations_of_shapes import ANY, OF_FUNCTIONS_OF_SHAPES, OF_SHAPES
from derivcheck.own_functions.tensors.formula_sweep import Cotangents
from derivcheck.own_functions.tensors.step_at import Alteration, StepAt


def alterations_of(step: StepAt) -> Iterator[Alteration]:
    """The mistakes that may be made at an argument of a step."""
    made = step.tape.program.steps[step.index]
    for at in (step.at, None):
        if made.mistakes is not None:
            yield from OF_NUMBERS.get((made.mistakes, at), ())
        yield from OF_FUNCTIONS_OF_SHAPES.get((made.function, at), ())
    if made.mistakes == "product":
        yield from _other_factors(step)
    if is_elementwise(made.function):
        yield from ELEMENTWISE
    else:
        yield from OF_SHAPES
    yield from ANY


def _other_factors(step: StepAt) -> Iterator[Alteration]:
    """What a factor is computed from, in its place: x in the place of the normalized x."""
    local, program = step.tape.locals[step.index], step.tape.program
    assert local is not None
    for slot in sorted(program.sources(local.slots[1 - step.at])):
        value = step.tape.values[slot]
        if isinstance(value, Tensor) and value.is_floating_point() and value.shape == step.other.shape:
            yield Alteration(
                f"{program.quote(slot)} stands in the place of the factor {{other}}",
                lambda s, slot=slot: s.spread(s.tape.values[slot]),  # type: ignore[misc]
            )


def change_of(step: StepAt, alteration: Alteration) -> Cotangents | None:
    """What a mistake adds to what arrives at the argument's slot."""
    part = step.sweep.part((step.index, step.at))
    if part is None:
        return None
    with suppress(RuntimeError, IndexError, ValueError, TypeError, AttributeError):
        made = alteration.altered(step)
        if made is not None and made.shape == part.shape:
            return {step.sweep.source((step.index, step.at)): made - part}
    return None


def is_elementwise(function: str) -> bool:
    """Whether a step works element by element."""
    return not table.is_of_shapes(function) and table.function(function) is not None
