"""One question of the fuzz: a tree, a point and what to differentiate by."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from fuzzing.trees import Tree


@dataclass(frozen=True, slots=True)
class Row:
    """One question: a tree, a point and what to differentiate by.

    Attributes:
        tree: the expression.
        point: each variable's value.
        wrts: the derivatives asked for, besides the value.
    """

    tree: Tree
    point: dict[str, float]
    wrts: tuple[tuple[str, ...], ...]

    @property
    def texts(self) -> dict[str, str]:
        """The point as it is typed: the shortest decimals that are exactly these floats in float64."""
        return {name: repr(x) for name, x in self.point.items()}

    @property
    def exact(self) -> dict[str, Fraction]:
        """The point exactly."""
        return {name: Fraction(x) for name, x in self.point.items()}

    @property
    def typed(self) -> dict[str, Fraction]:
        """The point exactly as it is typed: 1/10, and not the float next to it."""
        return {name: Fraction(text) for name, text in self.texts.items()}

    def command(self, *more: str) -> str:
        """The command line that asks the same."""
        at = ",".join(f"{name}={text}" for name, text in self.texts.items())
        wrts = " ".join(f"--wrt {','.join(wrt)}" for wrt in self.wrts if wrt)
        parts = [f'derivcheck "{self.tree.written}" --at="{at}"', wrts, *more]
        return " ".join(part for part in parts if part)
