"""The modes: torch's engines of differentiation."""

from __future__ import annotations

from enum import Enum


class Mode(Enum):
    """Which of torch's differentiation engines computes the gradient."""

    REVERSE = "reverse"
    FORWARD = "forward"
    FUNC = "func"
    FORWARD_OVER_REVERSE = "forward-over-reverse"
    REVERSE_OVER_FORWARD = "reverse-over-forward"
    COMPILE = "compile"

    def __str__(self) -> str:
        return self.value

    @property
    def has_tangents(self) -> bool:
        """Whether torch computes tangents together with the function, as in forward mode."""
        return self in {Mode.FORWARD, Mode.FORWARD_OVER_REVERSE, Mode.REVERSE_OVER_FORWARD}

    @property
    def as_written(self) -> Mode:
        """The mode that differentiates the program as written: `reverse` for `compile`, where a compiler changes it."""
        return Mode.REVERSE if self is Mode.COMPILE else self
