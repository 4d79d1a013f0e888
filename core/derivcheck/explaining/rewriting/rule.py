"""The columns of the table of rules: what a row says of another way to write something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derivcheck.numbers import DType


@dataclass(frozen=True, slots=True)
class Example:
    """An expression and a point at which a rule fires and helps.

    Attributes:
        expression: the expression.
        point: the point, as `x=1e-10, y=2`; arrays as in the language.
        dtype: the format.
        wrt: the derivatives that are asked for, each as its variables; (): each first one.
    """

    expression: str
    point: str
    dtype: DType = DType.FLOAT64
    wrt: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Another way to write something: a pattern, and what is the same in exact arithmetic.

    Attributes:
        pattern: an expression whose variables stand for any part of another one. A sum or a product may be a part of a
            longer one, or a multiple of it. `dim=d` and `keepdim=k` stand for any dim, and for either choice.
        replacement: what it is written as instead.
        why: why that is better, one sentence.
        source: where the rule comes from.
        example: where it fires and helps.
        holds: a condition over the variables under which both sides are equal; "" where they always are.
        numbers: the variables that stand for plain numbers alone.
        shapes: of a rule about values with shapes, the shape of each variable in a test of the rule.
        given: values of variables in such a test that are no real numbers, such as an index.
        for_range: whether it helps where numbers leave the range of the format, and else by luck at most.
    """

    pattern: str
    replacement: str
    why: str
    source: str
    example: Example
    holds: str = ""
    numbers: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    for_range: bool = False

    @property
    def name(self) -> str:
        """How a report calls it."""
        return f"{self.pattern} → {self.replacement}"

    @property
    def is_shaped(self) -> bool:
        """Whether it is about values with shapes."""
        return bool(self.shapes)
