r"""Sums and products over an index: \sum_{i} x_i of a tensor's elements, \sum_{k=0}^{3} x^k written out."""

from __future__ import annotations

from derivcheck.language.latex.cursor import Ends, piece
from derivcheck.language.latex.function_calls import Calls
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.written import Pieces

MAX_TERMS = 64
"""The terms of a sum that is written out."""

_FUNCTIONS = {"sum": ("sum", " + "), "prod": ("prod", "*")}


class BigOperators(Calls):
    """Reads sums and products."""

    def big_operator(self, ends: Ends) -> Pieces:
        """A sum or a product over an index."""
        first = self.take()
        lower: list[Mark] = []
        upper: list[Mark] = []
        while self.next.is_sign("_", "^"):
            side = lower if self.take().is_sign("_") else upper
            side.extend(self._limit())
        index, begin = self._index_and_begin(first, lower)
        end = _number(upper)
        if index in self.bound:
            self.fail(f"the index `{index}` is in use already", first)
        if begin is not None and upper and end is not None:
            return self._written_out(first, ends, index, range(begin, end + 1))
        if begin is not None and begin != 1:
            self.fail(
                "the terms of this sum are unknown",
                first,
                hint="an index runs between two numbers, or over all elements of a tensor: \\sum_{i}",
            )
        return self._over_elements(first, ends, index)

    def _limit(self) -> list[Mark]:
        """What stands below or above the sign."""
        if not self.next.is_sign("{"):
            return [self.take()]
        opened = self.take()
        found = []
        while not self.next.is_sign("}"):
            if self.next.kind is MarkKind.END:
                self.fail("this brace is never closed", opened)
            found.append(self.take())
        self.take()
        return found

    def _index_and_begin(self, first: Mark, lower: list[Mark]) -> tuple[str, int | None]:
        """The index of a sum, and where it begins."""
        hint = "write \\sum_{i} over a tensor's elements, or \\sum_{k=0}^{3}"
        if not lower or lower[0].kind is not MarkKind.LETTER or len(lower) == 2:
            self.fail("over what this runs cannot be read", first, lower[-1] if lower else None, hint=hint)
        if len(lower) == 1:
            return lower[0].text, None
        begin = _number(lower[2:])
        if not lower[1].is_sign("=") or begin is None:
            self.fail("over what this runs cannot be read", first, lower[-1], hint=hint)
        return lower[0].text, begin

    def _written_out(self, first: Mark, ends: Ends, index: str, numbers: range) -> Pieces:
        """The terms of a sum between two numbers."""
        if not 0 < len(numbers) <= MAX_TERMS:
            self.fail(f"a sum of {len(numbers):,} terms is not written out", first, hint=f"up to {MAX_TERMS} are")
        if self.is_known(index):
            self.fail(f"the index `{index}` has a value, too", first, hint="give it another name")
        function, sign = _FUNCTIONS[first.text]
        start = self.at
        found: Pieces = ()
        for number in numbers:
            self.at = start
            self.bound[index] = number
            term = self.deeper(lambda: self.product(ends))
            if function == "prod":
                term = (*piece("(", first), *term, *piece(")", first))
            found = (*found, *(piece(sign, first) if found else ()), *term)
        del self.bound[index]
        return (*piece("(", first), *found, *piece(")", self.marks[self.at - 1]))

    def _over_elements(self, first: Mark, ends: Ends, index: str) -> Pieces:
        """A sum over all elements of a tensor: the elementwise product behind it, summed."""
        before = self.indexed
        self.bound[index] = None
        body = self.deeper(lambda: self.product(ends))
        del self.bound[index]
        if self.indexed == before:
            self.fail(
                f"nothing behind this has the index `{index}`", first, hint=f"write x_{index} for the elements of x"
            )
        return (*piece(f"{_FUNCTIONS[first.text][0]}(", first), *body, *piece(")", self.marks[self.at - 1]))


def _number(marks: list[Mark]) -> int | None:
    """The integer that some marks write, None where they write none."""
    is_negative = bool(marks) and marks[0].is_sign("-")
    digits = marks[1:] if is_negative else marks
    if len(digits) != 1 or digits[0].kind is not MarkKind.NUMBER or not digits[0].text.isdigit():
        return None
    return -int(digits[0].text) if is_negative else int(digits[0].text)
