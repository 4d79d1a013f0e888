"""Frames: the brackets that are open while a text is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from derivcheck.model.expression import Extent


@dataclass(slots=True)
class Frame:
    """An open bracket, or the whole text, and the arguments that have been read inside it.

    Attributes:
        name: the function whose arguments these are, None for a group, a list, an index and the whole text.
        start: where the bracket stands.
        callee: where the function's name stands, or the bracket of a group.
        is_branch: whether this is a branch of Piecewise, which has two arguments.
        arguments: those that have been read.
        keywords: those that have names.
        keyword: the index of the token that names the argument that is being read; of the whole text, the statement.
        is_method: whether the function's name stands behind the first argument: x.sum().
        closing: the bracket that closes it.
    """

    name: str | None
    start: int
    callee: Extent
    is_branch: bool = False
    arguments: list[int] = field(default_factory=list)
    keywords: dict[str, int] = field(default_factory=dict)
    keyword: int | None = None
    is_method: ClassVar[bool] = False
    closing: ClassVar[str] = ")"


class MethodFrame(Frame):
    """The bracket of a method; its first argument is what the method is called of."""

    is_method = True


@dataclass(slots=True)
class SquareFrame(Frame):
    """The bracket of a list, or of an index.

    Attributes:
        receiver: the operand that the index stands behind; None of a list.
        bounds: the start and the stop of the slice that is being read, None for what is left out; None for no slice.
        begin: where that slice begins.
    """

    receiver: int | None = None
    bounds: list[int | None] | None = None
    begin: int = 0
    closing = "]"
