"""Brackets: of calls, groups and tuples, and the arguments that stand in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from derivcheck.language.bounds import MAX_NESTING
from derivcheck.language.builder import PIECEWISE, Call
from derivcheck.language.frames import Frame, MethodFrame
from derivcheck.language.names import Names
from derivcheck.language.operators import BRACKET
from derivcheck.language.plain_values import EMPTY_TUPLE
from derivcheck.language.shunting import Shunting
from derivcheck.language.statements import TOGETHER
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens
from derivcheck.model.expression import Extent

_NUMBER = TokenKind.NUMBER


class Brackets(Shunting):
    """The brackets that are open, and what has been read in each.

    Attributes:
        tokens: the tokens of the text, with what each is, where each begins, and where one stands.
        names: what the names stand for.
        frames: the brackets that are open.
        callee: the index of the token that names the function whose bracket comes next.
        receiver: the operand whose method it is.
        decimal_comma: the index of a comma that may be meant as a decimal point, 0,5.
    """

    tokens: Tokens
    lexemes: list[Lexeme]
    starts: list[int]
    extent: Callable[[int], Extent]
    names: Names
    frames: list[Frame]
    callee: int | None
    receiver: int | None
    decimal_comma: int | None

    def open(self, index: int) -> None:
        """Open a bracket."""
        if len(self.frames) > MAX_NESTING:
            self.fail(f"brackets are nested more than {MAX_NESTING} deep", self.extent(index))
        start = self.starts[index]
        if self.callee is not None:
            frame = Frame(self.lexemes[self.callee].text, start, self.extent(self.callee))
            if self.receiver is not None:
                frame = MethodFrame(frame.name, start, frame.callee)
                frame.arguments.append(self.receiver)
                self.receiver = None
            self.callee = None
        else:
            is_branch = self.frames[-1].name == PIECEWISE and not self.has_begun()
            frame = Frame(None, start, self.extent(index), is_branch)
        self.frames.append(frame)
        self.operators.append((BRACKET, start))

    def close(self, index: int) -> bool:
        """Close a round bracket: of a group, of a branch of Piecewise, of a tuple, or of a call; no operand is due."""
        if len(self.frames) == 1:
            self.fail("a bracket is closed that was never opened", self.extent(index))
        frame = self.frames.pop()
        extent = (frame.callee[0], self.starts[index] + 1)
        if frame.name is not None:
            if self.starts[index - 1] != frame.start or self.lexemes[index - 1].text != "(":
                self.end_argument(frame)
            called = Call(frame.name, frame.callee, frame.arguments, frame.keywords, frame.is_method)
            if frame.is_method:
                extent = (self.tree.outer[frame.arguments[0]][0], extent[1])
            self.names.check_no_product(called)
            operand = self.tree.call(called, extent)
        elif frame.arguments:
            self.end_argument(frame)
            make = self.tree.branch if frame.is_branch else self.tree.tupled
            operand = make(frame.arguments, extent)
        else:
            if frame.closing != ")":
                self.fail_closing(frame, index)
            operand = self.tree.bracketed(self.reduced(), extent)
        self.operators.pop()
        self.operands.append(operand)
        return False

    def fail_closing(self, frame: Frame, index: int) -> NoReturn:
        """Raise the ParseError about a bracket that is closed by one of another kind."""
        self.fail(f"`{frame.closing}` is due here, which closes the bracket before", self.extent(index))

    def is_tuple(self, frame: Frame) -> bool:
        """Whether a bracket that is open holds a tuple."""
        return bool(frame.arguments) and frame.name is None and not frame.is_branch and len(self.frames) > 1

    def close_tuple(self, index: int) -> bool:
        """Close the bracket of a tuple behind a comma: (x,)."""
        frame = self.frames.pop()
        self.operators.pop()
        self.operands.append(self.tree.tupled(frame.arguments, (frame.callee[0], self.starts[index] + 1)))
        return False

    def is_empty(self, frame: Frame, index: int) -> bool:
        """Whether a bracket that is open holds nothing, and may be a tuple: `()`."""
        is_group = frame.name is None and not frame.is_branch and len(self.frames) > 1
        return is_group and self.starts[index - 1] == frame.start and self.lexemes[index - 1].text == "("

    def close_empty(self, index: int) -> bool:
        """Close the bracket of a tuple without items, reshape(x, ())."""
        frame = self.frames.pop()
        self.operators.pop()
        extent = (frame.callee[0], self.starts[index] + 1)
        self.operands.append(self.tree.setting(EMPTY_TUPLE, extent, "an empty tuple"))
        return False

    def comma(self, index: int) -> bool:
        """End an argument; that an operand is due after it."""
        frame = self.frames[-1]
        if frame.name is None and not frame.is_branch:
            self.check_comma(frame, index)
        self.end_argument(frame)
        return True

    def check_comma(self, frame: Frame, index: int) -> None:
        """Fail for a comma that ends a statement; take note of one that may be meant as a decimal point."""
        if frame.keyword is not None and TOGETHER in self.lexemes[frame.keyword].text:
            return
        if frame.keyword is not None:
            self.fail("a statement gives a name to one value", self.extent(index), "write `a = …; b = …`")
        if self.decimal_comma is None:
            before, after = self.lexemes[index - 1], self.lexemes[index + 1]
            is_tight = self.starts[index + 1] - self.starts[index - 1] == before.length + 1
            if before.kind is after.kind is _NUMBER and is_tight:
                self.decimal_comma = index

    def end_argument(self, frame: Frame) -> None:
        """Move what has been read since the last comma to the arguments."""
        value = self.reduced()
        if frame.keyword is not None and frame.name is None:  # a, b = x, y
            frame.arguments.append(value)
        elif frame.keyword is not None:
            name = self.lexemes[frame.keyword].text
            if name in frame.keywords:
                self.fail(f"`{name}` is given twice", self.extent(frame.keyword))
            frame.keywords[name] = value
            frame.keyword = None
        elif frame.keywords:
            self.fail("an argument without a name follows one with a name", self.tree.outer[value])
        else:
            frame.arguments.append(value)
