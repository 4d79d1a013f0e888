"""What bars, norms and other brackets with a meaning of their own hold in a LaTeX text."""

from __future__ import annotations

from derivcheck.language.latex.cursor import piece
from derivcheck.language.latex.function_calls import Calls, bare, text_of
from derivcheck.language.latex.marks import Mark
from derivcheck.language.latex.written import Pieces


class Fenced(Calls):
    """Reads what stands between bars."""

    def bars(self, closing: str, function: str) -> Pieces:
        """|…|, with or without sizes."""
        first = self.next
        self.skip_sizes()
        self.take()
        start = self.at

        def ends(mark: Mark) -> bool:
            is_sized = mark.is_command("right", "bigr", "Bigr") and self.after().is_sign(closing)
            return self.at > start and (mark.is_sign(closing) or is_sized)

        inner = self.deeper(lambda: self.formula(ends))
        self.skip_sizes()
        if not inner or not self.next.is_sign(closing):
            self.fail("this bar is never closed", first)
        return (*piece(f"{function}(", first), *bare(inner), *piece(")", self.take()))

    def norm(self) -> Pieces:
        r"""\|…\|, with the order of the norm below it."""
        first = self.next
        self.skip_sizes()
        self.take()

        def ends(mark: Mark) -> bool:
            return mark.is_command("|", "Vert") or (
                mark.is_command("right", "bigr", "Bigr") and self.after().is_command("|", "Vert")
            )

        inner = self.deeper(lambda: self.formula(ends))
        self.skip_sizes()
        if not inner or not self.next.is_command("|", "Vert"):
            self.fail("this bar is never closed", first)
        return self._ordered(inner, first, self.take())

    def within(self, closing: str, function: str, first: Mark) -> Pieces:
        """What a pair of bracket commands holds, under their function."""
        inner = self.deeper(
            lambda: self.formula(
                lambda mark: mark.is_command(closing) or (mark.is_command("right") and self.after().is_command(closing))
            )
        )
        self.skip_sizes()
        if not inner or not self.next.is_command(closing):
            self.fail("this bracket is never closed", first)
        last = self.take()
        if function == "norm":
            return self._ordered(inner, first, last)
        return (*piece(f"{function}(", first), *bare(inner), *piece(")", last))

    def _ordered(self, inner: Pieces, first: Mark, last: Mark) -> Pieces:
        """A norm; below it may stand its order."""
        order = ""
        if self.take_sign("_"):
            order = text_of(self.script(is_power=False))
            if order not in ("1", "2", "inf"):
                self.fail("this norm is not read", first, last, hint="norms of order 1, 2 and \\infty are")
        more = "" if order in ("", "2") else f", {order}"
        return (*piece("norm(", first), *bare(inner), *piece(f"{more})", last))

    def behind_size(self) -> Mark:
        """The next mark, behind a command for a bracket's size."""
        at = self.at
        self.skip_sizes()
        found = self.next
        self.at = at
        return found

    def opens_cases(self) -> bool:
        r"""Whether \left\{ \begin{…} comes next: a brace before its cases."""
        at = self.at
        self.skip_sizes()
        found = self.next.is_command("{", "lbrace") and self.after().is_command("begin")
        self.at = at
        return found
