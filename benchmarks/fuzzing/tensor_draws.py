"""Random expressions of functions of shapes, each with what evaluates it on mpmath's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import mpmath

from fuzzing.tensor_functions import Array, array

Values = Mapping[str, Array]
MOST = 24
"""Elements of anything in an expression."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """An expression.

    Attributes:
        text: in derivcheck's language.
        evaluate: its value for values of the variables.
        value: its value at the point of its row.
    """

    text: str
    evaluate: Callable[[Values], Array]
    value: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.value.shape  # type: ignore[no-any-return]  # an Array has one


class DoesNotFitError(Exception):
    """The function that was drawn does not take arguments of these shapes."""


def fits(condition: bool) -> None:
    """DoesNotFitError unless so."""
    if not condition:
        raise DoesNotFitError


def made(text: str, function: Callable[..., Array], *arguments: Shaped) -> Shaped:
    """A function of expressions, whose text has theirs at {0}, {1}, …."""
    value = array(function(*[one.value for one in arguments]))
    fits(value.size <= MOST and all(mpmath.isfinite(one) for one in value.ravel()))
    return Shaped(
        text.format(*[one.text for one in arguments]),
        lambda values: array(function(*[one.evaluate(values) for one in arguments])),
        value,
    )


class Draws:
    """Draws expressions, the same ones for the same seed.

    Args:
        random: where the draws come from.
        variables: the variables, from which all expressions grow.
        drawn: draws another variable of a shape.
    """

    def __init__(self, random: Random, variables: Sequence[Shaped], drawn: Callable[[tuple[int, ...]], Shaped]) -> None:
        self.random = random
        self.pool = list(variables)
        self.drawn = drawn

    def dim(self, x: Shaped) -> int:
        """One of its dimensions, counted from the front or the end."""
        fits(x.value.ndim > 0)
        return self.random.randrange(-x.value.ndim, x.value.ndim)

    def other(self, *shape: int) -> Shaped:
        """An expression of this shape: one that is there, or another variable."""
        there = [one for one in self.pool if one.shape == shape]
        return self.random.choice(there) if there and self.random.random() < 0.7 else self.drawn(shape)

    def grow(self, families: Sequence[Callable[[Draws, Shaped], Shaped]], steps: int) -> Shaped:
        """An expression after so many functions."""
        for _ in range(steps):
            x = self.random.choice(self.pool[-3:])
            try:
                self.pool.append(self.random.choice(families)(self, x))
            except DoesNotFitError:
                continue
        return self.pool[-1]
