r"""How a formula may begin: f(x) =, y =, f'(x) =, \frac{d}{dx} and \frac{\partial f}{\partial x} =."""

from __future__ import annotations

from derivcheck.language.latex.commands import FRACTIONS
from derivcheck.language.latex.cursor import piece
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.naming import Naming
from derivcheck.language.latex.written import Pieces


class Openings(Naming):
    """Reads how a formula begins."""

    def opening(self) -> Pieces:
        """What stands before the formula, as a plain text has it; nothing where it begins at once."""
        start = self.at
        found = self._derivative() if self.next.is_command(*FRACTIONS) else self._definition()
        if not found:
            self.at = start
        return found

    def _definition(self) -> Pieces:
        """y =, f(x, y) =, f'(x) =."""
        if not self.starts_name():
            return ()
        first = self.next
        name = self.name()[0]
        if self.next.is_sign("_"):
            self.take()
            name = f"{name}_{self._index()[0]}"
        primes = ""
        if self.next.kind is MarkKind.PRIME:
            primes = "'" * len(self.take().text)
        elif self.next.is_sign("^") and self._raises_prime():
            primes = "'"
        arguments = self._argument_names()
        if arguments is None or not self.next.is_sign("="):
            return ()
        last = self.take()
        inner = f"({', '.join(arguments)})" if arguments else ""
        return piece(f"{name}{primes}{inner} = ", first, last)

    def _raises_prime(self) -> bool:
        r"""Pass ^\prime or ^{\prime}, and tell."""
        start = self.at
        self.take()
        is_braced = self.next.is_sign("{")
        if is_braced:
            self.take()
        found = self.take().is_command("prime") and (not is_braced or self.take().is_sign("}"))
        if not found:
            self.at = start
        return found

    def _argument_names(self) -> list[str] | None:
        """The names in the brackets of a definition; none without brackets, None where they hold something else."""
        while self.next.is_command("left", "bigl", "big"):
            self.take()
        if not self.next.is_sign("("):
            return []
        self.take()
        found = []
        while self.starts_name():
            name = self.name()[0]
            if self.next.is_sign("_"):
                self.take()
                name = f"{name}_{self._index()[0]}"
            found.append(name)
            while self.next.is_sign(",", ";", "|"):
                self.take()
        while self.next.is_command("right", "bigr", "big"):
            self.take()
        return found if found and self.take().is_sign(")") else None

    def _derivative(self) -> Pieces:
        r"""\frac{d}{dx}, \frac{df}{dx} =, \frac{\partial^2 f}{\partial x \partial y} =."""
        first = self.take()
        above, below = self._differentials(), self._differentials()
        if above is None or below is None or above[0] != below[0] or not below[2]:
            return ()
        letter, order, names = above
        if letter == "d" and self.is_known("d"):
            return ()
        if len(names) > 1 or order != below[1]:
            return ()
        d = "d" if letter == "d" else "∂"
        power = f"^{order}" if order > 1 else ""
        last = self.marks[self.at - 1]
        lower = "".join(f"{d}{name}" for name in dict.fromkeys(below[2]))
        if order > 1 and len(set(below[2])) == 1:
            lower += power
        head = f"{d}{power}{names[0] if names else ''}/{lower} "
        if not names:
            return piece(head, first, last)
        arguments = self._argument_names()
        if arguments is None or not self.next.is_sign("="):
            return ()
        return piece(f"{head}= ", first, self.take())

    def _differentials(self) -> tuple[str, int, list[str]] | None:
        r"""The group d x, \partial^2 f or dx^2: the letter, the order, the names; None for something else."""
        if not self.next.is_sign("{"):
            mark = self.take()
            return (_letter_of(mark), 1, []) if _letter_of(mark) else None
        self.take()
        letter, order, names = "", 0, list[str]()
        while not self.next.is_sign("}"):
            if _letter_of(self.next) and (not letter or _letter_of(self.next) == letter):
                letter = _letter_of(self.take())
                count = self._power()
                order += count
                if not self.starts_name():
                    continue
            elif not letter:
                return None
            if not self.starts_name():
                return None
            name = self.name()[0]
            if self.next.is_sign("_"):
                self.take()
                name = f"{name}_{self._index()[0]}"
            again = self._power()
            order += again - 1
            names.extend([name] * again)
        self.take()
        return letter, order, names

    def _power(self) -> int:
        """The power of a differential, 1 where there is none."""
        if not self.next.is_sign("^"):
            return 1
        self.take()
        mark = self.take()
        if mark.is_sign("{"):
            mark = self.take()
            self.take()
        return int(mark.text) if mark.kind is MarkKind.NUMBER and mark.text.isdigit() and len(mark.text) < 3 else 1


def _letter_of(mark: Mark) -> str:
    """The letter of a differential: d or ∂, "" for none."""
    if mark.is_command("partial") or mark.text == "∂":
        return "∂"
    return "d" if mark.kind is MarkKind.LETTER and mark.text == "d" else ""
