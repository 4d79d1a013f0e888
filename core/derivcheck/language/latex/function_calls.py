"""Calls of functions in a LaTeX text, with and without brackets, powers and bases."""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.language.latex.commands import (
    EULER,
    FRACTIONS,
    GREEK,
    INVERSES,
    LOGARITHMS,
    LOWERED,
    NATURAL_BASE,
    OF_BASE,
    OF_TWO_BRANCHES,
    OVER_INDEX,
    PAIRS,
    SIZES,
    UNCLEAR_BASE,
)
from derivcheck.language.latex.cursor import Ends, piece
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.naming import Naming
from derivcheck.language.latex.written import Piece, Pieces, enclosed, is_in_brackets

OPENING = frozenset({"(", "[", "lbrace", "{", "lbrack", "lvert", "lVert", "lfloor", "lceil", "|", "Vert"})


def text_of(pieces: Pieces) -> str:
    """The text of some pieces."""
    return "".join(one.text for one in pieces)


def bare(pieces: Pieces) -> Pieces:
    """Some pieces without the brackets around all of them."""
    is_bracketed = pieces[0].text == "(" and pieces[-1].text == ")" and is_in_brackets(text_of(pieces))
    return pieces[1:-1] if is_bracketed else pieces


def separated(pieces: Pieces) -> list[Pieces]:
    """The arguments between the commas of a call."""
    found: list[list[Piece]] = [[]]
    depth = 0
    for one in pieces:
        depth += one.text.count("(") - one.text.count(")")
        if one.text == ", " and depth == 0:
            found.append([])
        else:
            found[-1].append(one)
    return [tuple(argument) for argument in found]


class Calls(Naming):
    """Reads calls."""

    def factor(self, ends: Ends) -> Pieces:
        """One value that is multiplied."""
        raise NotImplementedError

    def starts_value(self) -> bool:
        """Whether a value comes next."""
        raise NotImplementedError

    def starts_function(self) -> bool:
        """Whether a function's name comes next."""
        raise NotImplementedError

    def skip_sizes(self) -> None:
        """Pass the commands that give the next bracket its size."""
        while self.next.kind is MarkKind.COMMAND and self.next.text in SIZES:
            self.take()

    def opens(self) -> bool:
        """Whether an opening bracket comes next, sized or not."""
        at = self.at
        self.skip_sizes()
        found = self.next.is_sign("(", "[") or self.next.is_command(*PAIRS)
        self.at = at
        return found

    def inside(self) -> Pieces:
        """What the next pair of brackets holds."""
        self.skip_sizes()
        opened = self.take()
        closing = PAIRS[opened.text]
        is_command = opened.kind is MarkKind.COMMAND

        def ends(mark: Mark) -> bool:
            return mark.is_command(closing) if is_command else mark.is_sign(closing)

        found = self.deeper(lambda: self.formula(lambda mark: ends(mark) or self._ends_sized(ends)))
        self.skip_sizes()
        if not ends(self.next):
            self.fail("this bracket is never closed", opened)
        self.take()
        if not found:
            self.fail("nothing stands in these brackets", opened, self.marks[self.at - 1])
        return found

    def opens_arguments(self) -> bool:
        r"""Whether brackets around arguments come next, with or without braces around them: {\left(x, y\right)}."""
        if not self.next.is_sign("{"):
            return self.opens()
        at = self.at
        self.take()
        found = self.opens() and self._closes_with_brace()
        self.at = at
        return found

    def _closes_with_brace(self) -> bool:
        """Whether the brace around the next brackets is closed right behind them."""
        depth = 0
        self.skip_sizes()
        for index in range(self.at, len(self.marks)):
            mark = self.marks[index]
            depth += mark.is_sign("(", "[", "{") - mark.is_sign(")", "]", "}")
            if depth == 0:
                return self.marks[min(index + 1, len(self.marks) - 1)].is_sign("}")
        return False

    def arguments_inside(self) -> Pieces:
        """What the next brackets hold, as the arguments of a call."""
        is_braced = self.take_sign("{")
        found = self.inside()
        if is_braced:
            self.take()
        return found

    def _ends_sized(self, ends: Callable[[Mark], bool]) -> bool:
        """Whether the closing bracket comes next, behind a command for its size."""
        at = self.at
        self.skip_sizes()
        found = at != self.at and ends(self.next)
        self.at = at
        return found

    def call(self, function: str, first: Mark, ends: Ends) -> Pieces:
        """A function's call, behind its name."""
        power: Pieces = ()
        base: Pieces = ()
        while self.next.is_sign("^", "_") or self.next.kind is MarkKind.PRIME:
            if self.next.kind is MarkKind.PRIME:
                self.fail("a derivative by a prime stands at the beginning of a claim alone: f'(x) = …", self.next)
            is_power = self.take().is_sign("^")
            here = self.next
            is_misplaced = not is_power and function != OF_BASE and function not in OVER_INDEX
            if (power if is_power else base) or (is_misplaced and function not in {name for name, _ in LOWERED}):
                self.fail("this cannot stand at a function", here)
            found = self.script(is_power)
            if is_misplaced:
                if (function, text_of(found)) not in LOWERED:
                    self.fail("this cannot stand at a function", here)
                function = LOWERED[function, text_of(found)]
                continue
            power, base = (found, base) if is_power else (power, found)
        if base and function != OF_BASE:
            self.fail(f"`{function}` over an index is not read", first, hint=f"write {function}(x) of a tensor x")
        if first.text == UNCLEAR_BASE and not base and any(mark.text == NATURAL_BASE for mark in self.marks):
            hint = r"write \log_{10}, or \ln"
            self.fail(r"`\log` can be read in two ways: beside `\ln` its base may be 10", first, hint=hint)
        arguments = self._arguments(first, ends)
        if (INVERSES.get(function) if text_of(power) == "-1" else function) in OF_TWO_BRANCHES:
            hint = "write \\arctan(1/x), or \\pi/2 - \\arctan(x): they differ where x is negative"
            self.fail("the inverse of the cotangent has two readings", first, hint=hint)
        function, power = self._inverted(function, power, first)
        if base and text_of(base) in LOGARITHMS:
            function, base = LOGARITHMS[text_of(base)], ()
        arguments = bare(arguments)
        opening = piece(f"{function}(", first)
        found = (*opening, *arguments, *piece(")", self.marks[self.at - 1]))
        if base:
            found = (*piece("(", first), *found, *piece("/log(", first), *base, *piece("))", first))
        return (*found, *piece("^", first), *enclosed(power)) if power else found

    def script(self, is_power: bool) -> Pieces:
        """What is raised or lowered, behind `^` or `_`."""
        mark = self.next
        if mark.kind is MarkKind.NUMBER and len(mark.text) > 1:
            sign = "^" if is_power else "_"
            self.fail(
                f"without braces only `{mark.text[0]}` is raised or lowered",
                mark,
                hint=f"write {sign}{{{mark.text}}}, or {sign}{{{mark.text[0]}}} {mark.text[1:]}",
            )
        if mark.is_sign("-", "+"):
            self.fail("without braces only the sign is raised", mark, self.after(), hint="write ^{-x}")
        return self.group()

    def _inverted(self, function: str, power: Pieces, first: Mark) -> tuple[str, Pieces]:
        """A function under the power -1 is its inverse."""
        if not text_of(power).startswith("-"):
            return function, power
        if text_of(power) == "-1" and function in INVERSES:
            return INVERSES[function], ()
        inverse = f"{INVERSES[function]}(x), or " if function in INVERSES else ""
        return self.fail(
            f"`{function}` under a negative power has two readings",
            first,
            hint=f"write {inverse}({function}(x))**({text_of(power)})",
        )

    def _arguments(self, first: Mark, ends: Ends) -> Pieces:
        """What the function is of: what brackets hold, or the product that stands behind it."""
        if self.opens_arguments():
            return self.arguments_inside()
        if self.next.is_sign("{"):
            return self.group()
        found: Pieces = ()
        if self.next.is_sign("-", "−"):
            found = piece("-", self.take())
        is_of_letters = is_closed = False
        factors = 0
        while self.starts_value() and not ends(self.next):
            if factors and (self.starts_function() or self.next.is_command("left")):
                break
            if factors and (self.opens() or is_closed or (is_of_letters and self._is_apart_by_nature())):
                self._refuse_end(first, found)
            is_of_letters |= self.starts_name()
            is_closed = self.next.is_command(*FRACTIONS, "left", "lvert") or self.next.is_sign("|")
            found = (*found, *(piece("*", self.next) if factors else ()), *self.factor(ends))
            is_closed |= self.marks[self.at - 1].is_command("circ")
            if self.marks[self.at - 1].is_sign("!"):
                self._refuse_end(first, found)
            factors += 1
        if not factors:
            self.fail("this function is of nothing", first, hint="write its argument in brackets")
        follows = self.after()
        is_plain = follows.kind in (MarkKind.NUMBER, MarkKind.LETTER) or follows.is_command(*GREEK, "pi")
        is_quotient = self.next.is_sign("/") or self.next.is_command("div")
        is_sign = (is_quotient or self.next.is_command("cdot", "times")) and not ends(self.next)
        if is_sign and ((is_plain and not self._calls_next()) or (is_quotient and follows.is_sign("("))):
            self._refuse_end(first, found)
        return found

    def _calls_next(self) -> bool:
        """Whether a function's name stands behind the next mark."""
        self.at += 1
        found = self.starts_function() or self._is_apart_by_nature()
        self.at -= 1
        return found

    def check_bracket(self, value: Pieces, first: Mark) -> None:
        """Refuse x(y), which may be a product or the name with its argument, and a number behind an equation."""
        if not self.opens():
            return
        at = self.at
        self.skip_sizes()
        inner, closing = self.after(), self.after(2)
        self.at = at
        is_closed = closing.is_sign(")", "]") or closing.is_command("right")
        before, opened = self.marks[at - 1], self.marks[at]
        if "quad" in self.text[before.end : opened.start] and inner.kind is MarkKind.NUMBER and is_closed:
            self.fail("a number behind a formula is no factor", opened, closing, hint="leave it out")
        is_name = text_of(value).isidentifier() and first.kind in (MarkKind.LETTER, MarkKind.COMMAND)
        is_argument = inner.kind is MarkKind.LETTER or inner.is_command(*GREEK)
        if is_name and is_argument and is_closed:
            name, argument = text_of(value), self.text[inner.start : inner.end]
            hint = f"write {name} \\cdot {argument}, or {name} alone"
            self.fail(f"`{name}({argument})` has two readings", first, closing, hint=hint)

    def check_decimal(self, mark: Mark) -> None:
        """Refuse a comma between two digits, which may be a decimal's."""
        before, after = self.marks[self.at - 1] if self.at else mark, self.after()
        are_numbers = before.kind is MarkKind.NUMBER and after.kind is MarkKind.NUMBER
        if mark.is_sign(",") and not self.is_inside() and are_numbers and not (mark.is_apart or after.is_apart):
            hint = f"write {before.text}.{after.text}, or a blank behind the comma"
            self.fail("a comma between digits has two readings", before, after, hint=hint)

    def _is_apart_by_nature(self) -> bool:
        """Whether what comes next is hardly meant as a part of an argument without brackets: e^{…}, a fraction."""
        is_power_of_e = self.next.kind is MarkKind.LETTER and self.next.text == EULER and self.after().is_sign("^")
        return is_power_of_e or self.next.is_command("frac", "dfrac", "tfrac", "sqrt")

    def _refuse_end(self, first: Mark, found: Pieces) -> None:
        """Refuse an argument without brackets that may end at two places."""
        name = self.text[first.start : first.end]
        shown = self.text[found[0].start : found[-1].end]
        self.fail(
            f"where the argument of `{name}` ends has two readings",
            first,
            self.next,
            hint=f"write {name}({shown})… or {name}({shown} …)",
        )
