"""The mistakes in steps that work element by element: a factor left out, a mask of the other side."""

from __future__ import annotations

from torch import Tensor

from derivcheck.own_functions.tensors.step_at import Alteration, StepAt


def _at_output(step: StepAt) -> Tensor | None:
    local = step.tape.locals[step.index]
    assert local is not None
    return step.spread(step.slope([step.y.expand(step.y.shape)])) if len(local.leaves) == 1 else None


def _mask(step: StepAt) -> Tensor | None:
    """The derivative where it is a mask."""
    slope = step.slope()
    return slope if bool(((slope == 0) | (slope == 1)).all()) else None


def _other_side(step: StepAt) -> Tensor | None:
    mask = _mask(step)
    return None if mask is None else step.spread(1 - mask)


def _without_mask(step: StepAt) -> Tensor | None:
    return None if _mask(step) is None else step.spread(1.0)


def _mask_of_upstream(step: StepAt) -> Tensor | None:
    return None if _mask(step) is None else step.spread((step.g > 0).double())


def _without_sign(step: StepAt) -> Tensor:
    return step.spread(step.slope().abs())


OF_NUMBERS: dict[tuple[str, int | None], tuple[Alteration, ...]] = {
    ("product", None): (
        Alteration("the factor {x} is there once too often", lambda s: s.spread(s.other * s.x)),
        Alteration("the factor {other} is missing", lambda s: s.spread(1.0)),
        Alteration("the factor {other} is there twice", lambda s: s.spread(s.other**2)),
        Alteration("{x} stands in the place of the factor {other}", lambda s: s.spread(s.x)),
        Alteration("divided by {other} instead of multiplied by it", lambda s: s.spread(1 / s.other)),
    ),
    ("quotient", 0): (
        Alteration("not divided by {other}", lambda s: s.spread(1.0)),
        Alteration("divided by {other} twice", lambda s: s.spread(s.other**-2)),
        Alteration("divided by {other} three times", lambda s: s.spread(s.other**-3)),
        Alteration("multiplied by {other} instead of divided by it", lambda s: s.spread(s.other)),
    ),
    ("quotient", 1): (
        Alteration(
            "the term through the denominator {x} is divided by it once instead of twice",
            lambda s: s.spread(-s.operand(0) / s.x),
        ),
        Alteration(
            "the sum in the term through the denominator {x} runs over all elements",
            lambda s: -((s.g * s.operand(0)).sum() / s.x**2).expand(s.x.shape),
        ),
        Alteration(
            "the term through the denominator {x} is not divided by its square", lambda s: s.spread(-s.operand(0))
        ),
        Alteration(
            "the term through the denominator {x} is divided by it three times instead of twice",
            lambda s: s.spread(-s.operand(0) / s.x**3),
        ),
        Alteration("the term through the denominator {x} lacks the numerator {other}", lambda s: s.spread(-(s.x**-2))),
        Alteration(
            "the term through the denominator {x} has the square of the numerator {other}",
            lambda s: s.spread(-(s.operand(0) ** 2) / s.x**2),
        ),
    ),
    ("power", 0): (
        Alteration("the exponent of {y} is not lowered by 1", lambda s: s.spread(s.slope() * s.x)),
        Alteration("the exponent of {y} is lowered by 2", lambda s: s.spread(s.slope() / s.x)),
        Alteration("of the derivative of {y} the power is missing", lambda s: s.spread(s.slope() * s.x / s.y)),
    ),
    ("square", 0): (
        Alteration("the factor {x} of the square's derivative is missing", lambda s: s.spread(2.0)),
        Alteration("the square stands in the place of its derivative", lambda s: s.spread(2 * s.y)),
    ),
    ("root", 0): (
        Alteration("not divided by the root {y}", lambda s: s.spread(0.5)),
        Alteration("divided by {x} instead of its root", lambda s: s.spread(0.5 / s.x)),
        Alteration("multiplied by the root {y} instead of divided by it", lambda s: s.spread(0.5 * s.y)),
    ),
    ("exponential", 0): (Alteration("the factor {y} is missing", lambda s: s.spread(1.0)),),
    ("logarithm", 0): (
        Alteration("not divided by {x}", lambda s: s.spread(1.0)),
        Alteration("multiplied by {x} instead of divided by it", lambda s: s.spread(s.x)),
        Alteration("divided by {x} twice", lambda s: s.spread(s.x**-2)),
    ),
    ("logistic", 0): (
        Alteration("the factor 1 - {y} is missing", lambda s: s.spread(s.y)),
        Alteration("the factor {y} is missing", lambda s: s.spread(1 - s.y)),
        Alteration("{x} stands in the place of {y}: y*(1 - y) is of the output", lambda s: s.spread(s.x * (1 - s.x))),
    ),
    ("tanh", 0): (
        Alteration("1 - y in the place of 1 - y**2, of y = {y}", lambda s: s.spread(1 - s.y)),
        Alteration(
            "the square of {x} in the place of that of {y}: 1 - y**2 is of the output",
            lambda s: s.spread(1 - s.x**2),
        ),
    ),
}
"""Those of single functions, by what the table calls them in the column `mistakes`, and by argument; None for any."""


def _first_alone(step: StepAt) -> Tensor | None:
    """The first of the gradients that should be summed over the dims in which the argument was expanded."""
    return _one_alone(step, 0)


def _last_alone(step: StepAt) -> Tensor | None:
    return _one_alone(step, -1)


def _one_alone(step: StepAt, at: int) -> Tensor | None:
    each, shape = step.g * step.slope(), step.x.shape
    if each.shape == shape:
        return None
    while each.ndim > len(shape):
        each = each[at]
    for dim, size in enumerate(shape):
        if size != each.shape[dim]:
            each = each.narrow(dim, at % each.shape[dim], 1)
    return each


ELEMENTWISE = (
    Alteration("mask of the other side: it is 1 where the derivative of {y} is 0", _other_side),
    Alteration("the mask of {y} is missing", _without_mask),
    Alteration("the mask of {y} is that of the upstream gradient, not of its argument", _mask_of_upstream),
    Alteration("the derivative of {y} has lost its sign", _without_sign),
    Alteration("the derivative of {y} is missing", lambda s: s.spread(1.0)),
    Alteration("the derivative of {y} is there twice", lambda s: s.spread(s.slope() ** 2)),
    Alteration("the value of {y} stands in the place of its derivative", lambda s: s.spread(s.y)),
    Alteration("the derivative of {y} is taken at the output instead of the input", _at_output),
    Alteration("the factor {y} is missing", lambda s: s.spread(s.slope() / s.y)),
    Alteration("the factor {y} is there once too often", lambda s: s.spread(s.slope() * s.y)),
    Alteration("the factor {x} is missing", lambda s: s.spread(s.slope() / s.x)),
    Alteration("the factor {x} is there once too often", lambda s: s.spread(s.slope() * s.x)),
    Alteration("not summed over the dims in which {x} was expanded: the first gradient alone", _first_alone),
    Alteration("not summed over the dims in which {x} was expanded: the last gradient alone", _last_alone),
)
"""The mistakes that may be made in any of these steps; `OF_NUMBERS` has those of single functions."""
