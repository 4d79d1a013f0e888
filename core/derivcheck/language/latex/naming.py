"""Names in a LaTeX text: letters with accents and indices, and words of letters that stand together."""

from __future__ import annotations

from derivcheck.language import table
from derivcheck.language.latex.commands import ACCENTS, FUNCTIONS, GREEK, NAMES_HERE, STYLES, WORDS
from derivcheck.language.latex.cursor import Cursor, piece
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.written import Pieces

_MOST_LETTERS = 60


def function_named(name: str) -> str | None:
    """The function of the language that a word means, None where there is none.

    Example:
        >>> function_named("arctan"), function_named("ReLU"), function_named("Erf"), function_named("k")
        ('atan', 'relu', 'erf', None)
    """
    if len(name) < 2:
        return None
    for known in (name, name.lower()):
        if known in FUNCTIONS or known in GREEK:
            return FUNCTIONS.get(known)
        if table.function(known):
            return known
    return None


class Naming(Cursor):
    """Reads names."""

    def name(self) -> tuple[str, Mark, Mark]:
        """A letter, bare or under accents and styles, without what stands below it; with its first and last mark."""
        first = self.take()
        if first.kind is MarkKind.LETTER:
            return first.text, first, first
        if first.text in GREEK:
            return self._greek(first), first, first
        if first.text in WORDS:
            word, _, last = self.word()
            return word, first, last
        inner, last = self._styled(first)
        return (f"{inner}_{ACCENTS[first.text]}" if first.text in ACCENTS else inner), first, last

    def _greek(self, first: Mark) -> str:
        r"""A Greek letter's name; two ways to draw it, \phi and \varphi, are two letters where both occur."""
        if first.text != GREEK[first.text] and self.is_known(first.text):
            return first.text
        name = GREEK[first.text]
        if self.shapes.setdefault(name, first.text) != first.text:
            hint = f"give both values, {name}=… and var{name}=…"
            self.fail(f"`\\{self.shapes[name]}` and `\\{first.text}` may be two letters", first, hint=hint)
        return name

    def starts_name(self) -> bool:
        """Whether a letter, or a command that makes one, comes next."""
        mark = self.next
        styled = (*GREEK, *ACCENTS, *STYLES)
        return mark.kind is MarkKind.LETTER or (mark.kind is MarkKind.COMMAND and mark.text in styled)

    def _styled(self, command: Mark) -> tuple[str, Mark]:
        """What the braces of an accent or a style hold."""
        if self.next.is_sign("{"):
            opened = self.take()
            letters: list[str] = []
            while not self.next.is_sign("}") and len(letters) < _MOST_LETTERS:
                if not self.starts_name():
                    self.fail(f"`\\{command.text}` is read around a name alone", command, self.next)
                letters.append(self.name()[0])
            return "".join(letters), self.expect("}", opened)
        if not self.starts_name():
            self.fail(f"`\\{command.text}` is read around a name alone", command, self.next)
        inner, _, last = self.name()
        return inner, last

    def with_index(self, base: str, first: Mark, last: Mark) -> Pieces:
        """A name with what stands below it, as the name that has a value."""
        if not self.next.is_sign("_"):
            return self._bare(base, first, last)
        self.take()
        index, last = self._index()
        if self.bound.get(index, 0) is None:
            self.indexed += 1
            return piece(base, first, last)
        number = self.bound.get(index)
        if number is not None:
            index = str(number)
        candidates = _candidates(base, index)
        known = next((name for name in candidates if self.is_known(name)), None)
        if known is None and "_" in base and self.is_known(base) and len(index) == 1 and index.isalpha():
            known = base  # one index below every name says nothing: of y_i and a y with a hat the latter is y_hat
        if known is None and self.is_known(base):
            options = [f"{base}[{int(index) - 1}]", f"{base}[{index}]"] if index.isdigit() and index != "0" else []
            self.fail(
                f"`{base}` has a value, and `{candidates[0]}` has none",
                first,
                last,
                hint=f"write {' or '.join(options)}: elements are counted from 0"
                if options
                else f"give `{candidates[0]}` a value, or leave out the index",
            )
        return piece(known or candidates[0], first, last)

    def _bare(self, base: str, first: Mark, last: Mark) -> Pieces:
        """A name without an index."""
        number = self.bound.get(base)
        if number is not None:
            return piece(str(number), first, last)
        if base in self.bound:
            self.fail(f"the index `{base}` of a sum over a tensor has no value of its own", first, last)
        known = next((name for name in _accented(base) if self.is_known(name)), base)
        if known in NAMES_HERE and not self.is_known(known):
            self.fail(f"`{base}` has no value", first, last, hint="give it one; Euler's number is a small e in LaTeX")
        return piece(known, first, last)

    def _index(self) -> tuple[str, Mark]:
        """What stands below a name: letters and digits, joined."""
        if not self.next.is_sign("{"):
            mark = self.take()
            if mark.kind is MarkKind.NUMBER and len(mark.text) > 1:
                self.fail(
                    f"without braces only `{mark.text[0]}` stands below the line",
                    mark,
                    hint=f"write _{{{mark.text}}}, or _{{{mark.text[0]}}} {mark.text[1:]}",
                )
            return GREEK.get(mark.text, mark.text), mark
        word, first, last = self.word()
        parts = [GREEK.get(part, part) for part in word.replace(",", " ").split()]
        for command in WORDS | STYLES:
            parts = [part.removeprefix(command) or "" for part in parts]
        index = "_".join(part for part in parts if part)
        if not index.replace("_", "").isalnum():
            self.fail("no index that a name can have", first, last, hint="an index is of letters and digits")
        return index, last

    def letters(self) -> list[Mark]:
        """The letters that stand together from here on; what stands below the line belongs to the last one alone."""
        found = [self.take()]
        while self.next.kind is MarkKind.LETTER and not self.next.is_apart and len(found) < _MOST_LETTERS:
            found.append(self.take())
        return found


def _accented(base: str) -> tuple[str, ...]:
    """How the name of an accented letter may be typed: y_hat, yhat, hat_y."""
    letter, _, accent = base.partition("_")
    return (base, letter + accent, f"{accent}_{letter}") if accent in ACCENTS.values() else (base,)


def _candidates(base: str, index: str) -> tuple[str, ...]:
    """How a name with an index may be typed, the usual way first."""
    letter, _, accent = base.partition("_")
    plain = index.replace("_", "")
    found = [f"{one}{joint}{text}" for one in _accented(base) for joint in ("_", "") for text in (index, plain)]
    return tuple(dict.fromkeys([*found, *([f"{letter}_{index}_{accent}"] if accent else [])]))
