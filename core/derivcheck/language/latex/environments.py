r"""Environments of LaTeX: cases, and what stands around a whole formula."""

from __future__ import annotations

from derivcheck.language.latex.commands import (
    AROUND,
    BEFORE_CONDITION,
    BETWEEN_CHOICES,
    BETWEEN_CONDITIONS,
    CASES,
    OTHERWISE,
    RELATIONS,
)
from derivcheck.language.latex.cursor import piece
from derivcheck.language.latex.function_calls import Calls
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.written import Pieces


def _ends_cell(mark: Mark) -> bool:
    r"""Whether a cell of a table ends: at &, at \\, at \end."""
    return mark.is_sign("&") or mark.is_command("\\", "end", "cr")


class Environments(Calls):
    """Reads environments."""

    def pass_environment(self) -> None:
        """Leave out the environment around the whole formula."""
        if not self.next.is_command("begin") or self._name_at(1).rstrip("*") not in AROUND:
            return
        self.take()
        name, first, last = self.word()
        marks = list(self.marks[self.at :])
        end = next((index for index, mark in enumerate(marks) if mark.is_command("end")), None)
        if end is None:
            self.fail(f"the environment `{name}` is never closed", first, last)
        body = [mark for mark in marks[:end] if not mark.is_sign("&")]
        while body and body[-1].is_command("\\"):
            body.pop()
        nested = any(mark.is_command("begin") for mark in body)
        lines = [mark for mark in body if mark.is_command("\\")]
        if lines and not nested:
            self.fail("several lines are several formulas", lines[0], hint="give one of them")
        if nested:
            self.fail(f"cases inside of `{name}` are not read", first, last, hint=f"leave `{name}` out")
        self.marks = (*body, marks[-1])
        self.at = 0

    def _name_at(self, count: int) -> str:
        """The word in the braces that many marks from here."""
        at = self.at
        self.at = min(self.at + count, len(self.marks) - 1)
        found = self.word()[0] if self.next.is_sign("{") else ""
        self.at = at
        return found

    def cases(self) -> Pieces:
        """Values with their conditions."""
        opened = self.next
        is_braced = not opened.is_command("begin")
        if is_braced:
            self.skip_sizes()
            self.take()
        self.take()
        name, first, last = self.word()
        if name.rstrip("*") not in CASES:
            self.fail(f"the environment `{name}` is not read", first, last, hint="cases and array of cases are")
        if name == "array" and self.next.is_sign("{"):
            self.word()
        rows: list[tuple[Pieces, Pieces]] = []
        while not self.next.is_command("end"):
            if self.next.kind is MarkKind.END:
                self.fail(f"the environment `{name}` is never closed", first, last)
            rows.append(self._row())
        self.take()
        end = self.word()[2]
        if is_braced and self.next.is_command("right"):
            self.take()
            end = self.take()
        if not rows:
            self.fail("no cases stand here", first, last)
        shown: Pieces = piece("Piecewise(", opened)
        for index, (value, condition) in enumerate(rows):
            comma = piece(", ", first) if index else ()
            shown = (*shown, *comma, *piece("(", first), *value, *piece(", ", first), *condition, *piece(")", end))
        return (*shown, *piece(")", end))

    def _row(self) -> tuple[Pieces, Pieces]:
        """One value and its condition."""
        first = self.next

        def ends_value(mark: Mark) -> bool:
            return _ends_cell(mark) or (mark.is_sign(",", ";") and _ends_cell(self.after()))

        value = self.deeper(lambda: self.formula(ends_value))
        while self.next.is_sign(",", ";"):
            self.take()
        if not value:
            self.fail("a value is missing in these cases", first)
        if not self.next.is_sign("&"):
            self.fail("a condition is missing in these cases", first, self.next, hint="write value & condition")
        self.take()
        condition = self._condition(first)
        if self.next.is_sign("&"):
            self.take()
        if self.next.is_command("\\", "cr"):
            self.take()
        return value, condition

    def _condition(self, first: Mark) -> Pieces:
        """A condition: comparisons with `and` between them, or `otherwise`."""
        parts: list[Pieces] = []
        signs: set[str] = set()
        while not _ends_cell(self.next):
            mark = self.next
            if mark.kind is MarkKind.END:
                self.fail("these cases are never closed", first)
            word = self._word_of_condition()
            if word in OTHERWISE:
                return piece("True", mark)
            if word is not None and word not in BEFORE_CONDITION | BETWEEN_CONDITIONS:
                self.fail("this condition is not read", mark, self.marks[self.at - 1], hint="write a comparison")
            if word is not None or self._passes_separator():
                signs.add(" & ")
                continue
            if self.next.is_command(*BETWEEN_CHOICES):
                self.take()
                signs.add(" | ")
                continue
            if not parts:
                signs.clear()  # the word before the first one, if, joins nothing
            found = self.deeper(lambda: self.formula(self._ends_comparison))
            if not any(one.text.strip() in RELATIONS for one in found):
                self.fail("a condition compares: x > 0", mark)
            parts.append(tuple(_with_equality(found)))
        if not parts:
            self.fail("a condition is missing in these cases", first)
        if len(parts) == 1:
            return parts[0]
        if len(signs) > 1:
            self.fail("which of these conditions belong together has two readings", first, self.marks[self.at - 1])
        shown: Pieces = ()
        for part in parts:
            shown = (
                *shown,
                *(piece(next(iter(signs)), first) if shown else ()),
                *piece("(", first),
                *part,
                *piece(")", first),
            )
        return shown

    def _ends_comparison(self, mark: Mark) -> bool:
        """Whether a comparison ends."""
        return (
            _ends_cell(mark)
            or mark.is_sign(",", ";", ".")
            or mark.is_command("land", "wedge", "text", "mbox", "textrm", *BETWEEN_CHOICES)
        )

    def _passes_separator(self) -> bool:
        """Pass what stands between two comparisons, and tell."""
        if self.next.is_sign(",", ";", ".") or self.next.is_command("land", "wedge"):
            self.take()
            return True
        return False

    def _word_of_condition(self) -> str | None:
        r"""A word such as \text{if} or a bare `otherwise`, which is passed; None where none comes next."""
        if self.next.is_command("text", "mbox", "textrm", "mathrm", "textit", "operatorname"):
            self.take()
            return self._text()
        at = self.at
        if self.next.kind is MarkKind.LETTER:
            word = "".join(mark.text for mark in self.letters())
            if word in OTHERWISE | BEFORE_CONDITION | BETWEEN_CONDITIONS:
                return word
            self.at = at
        return None

    def _text(self) -> str:
        r"""What \text{…} holds; from a formula inside of it on, `$x > 0$`, it is read as a part of the condition."""
        opened = self.take()
        words: list[str] = []
        while self.next.kind is MarkKind.LETTER and (
            not words or words[0] not in BEFORE_CONDITION | BETWEEN_CONDITIONS
        ):
            words.append("".join(mark.text for mark in self.letters()))
        if self.next.is_sign("}"):
            self.take()
        else:
            self._open_out(opened)
        return " ".join(words)

    def _open_out(self, opened: Mark) -> None:
        """Take away the brace that closes a text, so that what stands before it is read as a part of the condition."""
        marks = list(self.marks)
        close = next((index for index in range(self.at, len(marks)) if marks[index].is_sign("}")), None)
        if close is None:
            self.fail("this is never closed", opened)
        del marks[close]
        self.marks = tuple(marks)


def _with_equality(pieces: Pieces) -> Pieces:
    """A condition whose = is the language's ==."""
    return tuple(one if one.text != " = " else type(one)(" == ", one.start, one.end) for one in pieces)
