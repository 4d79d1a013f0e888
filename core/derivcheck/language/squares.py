"""Square brackets: of lists and indices, and the items and slices that stand in them."""

from __future__ import annotations

from derivcheck.language.bounds import MAX_DIMENSIONS, MAX_NESTING
from derivcheck.language.brackets import Brackets
from derivcheck.language.frames import SquareFrame
from derivcheck.language.operators import BRACKET
from derivcheck.language.plain_values import ELLIPSIS


class Squares(Brackets):
    """Reads lists and indices."""

    def open_square(self, index: int, receiver: int | None) -> bool:
        """Open the bracket of a list, or of an index behind an operand; that an operand is due after it."""
        if len(self.frames) > MAX_NESTING:
            self.fail(f"brackets are nested more than {MAX_NESTING} deep", self.extent(index))
        lists = sum(isinstance(frame, SquareFrame) and frame.receiver is None for frame in self.frames)
        if receiver is None and lists >= MAX_DIMENSIONS:
            self.fail(f"lists are nested more than {MAX_DIMENSIONS} deep", self.extent(index))
        start = self.starts[index]
        self.frames.append(SquareFrame(None, start, self.extent(index), receiver=receiver))
        self.operators.append((BRACKET, start))
        return True

    def close_square(self, index: int, *, is_empty: bool = False) -> bool:
        """Close a square bracket; that no operand is due after it.

        Args:
            index: the index of the token.
            is_empty: whether nothing stands between the last comma, or colon, and the bracket.
        """
        frame = self.frames.pop() if len(self.frames) > 1 else None
        if frame is None:
            self.fail("a bracket is closed that was never opened", self.extent(index))
        if not isinstance(frame, SquareFrame):
            return self.fail_closing(frame, index)
        self.end_item(frame, index, is_empty=is_empty)
        end = self.starts[index] + 1
        if frame.receiver is None:
            operand = self.tree.listed(frame.arguments, (frame.start, end))
        else:
            operand = self.tree.indexed(frame.receiver, frame.arguments, (self.tree.outer[frame.receiver][0], end))
        self.operators.pop()
        self.operands.append(operand)
        return False

    def square_operand(self, frame: SquareFrame, text: str, index: int) -> bool | None:
        """Read a token at the begin of an item; whether an operand is due after it, None if it cannot stand there."""
        is_index = frame.receiver is not None
        if text == "]" and (frame.bounds is not None or not is_index or frame.arguments):
            return self.close_square(index, is_empty=True)
        if is_index and text == ":":
            return self.colon(frame, index, is_empty=True)
        if is_index and text == ELLIPSIS:
            self.operands.append(self.tree.setting(text, self.extent(index), "`...`"))
            return False
        if text == "," and frame.bounds is not None:
            self.end_item(frame, index, is_empty=True)
            return True
        return None

    def colon(self, frame: SquareFrame, index: int, *, is_empty: bool = False) -> bool:
        """End the start or the stop of a slice; that an operand is due after it."""
        bound = None if is_empty else self.reduced()
        if frame.bounds is None:
            frame.bounds = []
            frame.begin = self.starts[index] if bound is None else self.tree.outer[bound][0]
        frame.bounds.append(bound)
        if len(frame.bounds) > 2:
            self.fail("a slice is start:stop:step", self.extent(index))
        return True

    def end_item(self, frame: SquareFrame, index: int, *, is_empty: bool = False) -> None:
        """Move what has been read since the last comma to the items."""
        last = None if is_empty else self.reduced()
        if frame.bounds is not None:
            parts = [*frame.bounds, last]
            frame.bounds = None
            last = self.tree.sliced(parts, (frame.begin, self.starts[index]))
        if last is not None:
            frame.arguments.append(last)
