"""Names in a LaTeX text that may be functions: words, letters with a meaning in books, Bessel's functions."""

from __future__ import annotations

from derivcheck.language.latex.commands import BESSEL, NAMED_BY_LETTER, TWO_MEANINGS
from derivcheck.language.latex.cursor import Ends, piece
from derivcheck.language.latex.function_calls import Calls, separated, text_of
from derivcheck.language.latex.marks import Mark
from derivcheck.language.latex.naming import function_named
from derivcheck.language.latex.written import Pieces


class NamesOrCalls(Calls):
    """Reads a name, or the call that begins with it."""

    def name_or_call(self) -> Pieces:
        """A letter with its index, or a function that is called by a letter."""
        name, first, last = self.name()
        if name in NAMED_BY_LETTER and not self.is_known(name) and self.opens():
            return self._call_of_letter(name, first)
        return self.with_index(name, first, last)

    def _call_of_letter(self, name: str, first: Mark) -> Pieces:
        """A function that a letter names, as the number of its arguments tells which."""
        arguments = separated(self.arguments_inside())
        last = self.marks[self.at - 1]
        forms = NAMED_BY_LETTER[name]
        form = forms[len(arguments) - 1] if len(arguments) <= len(forms) else None
        if form is None:
            self.fail(f"`{name}` has no value", first, hint=f"give it one, or write the function's name: `{name}(…)`")
        words = form.split("{}")
        found = piece(words[0], first)
        for argument, word in zip(arguments, words[1:], strict=True):
            found = (*found, *argument, *piece(word, last))
        return found

    def _bessel(self) -> Pieces:
        """J_n(x) and its like, as far as no variable is called so; nothing where it is a name."""
        start = self.at
        first = self.take()
        if self.next.is_sign("_") and not self.is_known(first.text):
            self.take()
            order = self.script(is_power=False)
            if self.opens() and not self.is_known(f"{first.text}_{text_of(order)}"):
                arguments = self.inside()
                last = self.marks[self.at - 1]
                function = BESSEL[first.text]
                return (*piece(f"{function}(", first), *order, *piece(", ", first), *arguments, *piece(")", last))
        self.at = start
        return ()

    def word_or_call(self, ends: Ends) -> Pieces:
        """A word in the braces of a command: a name, or a function."""
        name, first, last = self.name()
        function = function_named(name)
        if name in NAMED_BY_LETTER and not self.is_known(name) and self.opens_arguments():
            return self._call_of_letter(name, first)
        if function and not self.is_known(name):
            return self._called(function, first, ends)
        if self.opens_arguments() and not self.is_known(name) and len(name) > 1 and name.isidentifier():
            return self.call(name, first, ends)
        if not name.isidentifier():
            self.fail("words are no part of a formula", first, last, hint="give the formula alone")
        return self.with_index(name, first, last)

    def _called(self, function: str, first: Mark, ends: Ends) -> Pieces:
        """The call of a function that a word names."""
        if function in TWO_MEANINGS:
            self.fail(f"`{function}` has two meanings", first, hint=TWO_MEANINGS[function])
        return self.call(function, first, ends)

    def _is_alone_before_bracket(self) -> bool:
        """Whether a bracket follows the next letter."""
        self.at += 1
        found = self.opens()
        self.at -= 1
        return found

    def word_of_function(self) -> str | None:
        """The function that the letters from here on spell, None where they are names."""
        at = self.at
        letters = self.letters()
        self.at = at
        word = "".join(mark.text for mark in letters)
        if self.given is not None and all(letter in self.given for letter in word):
            return None
        return None if self.is_known(word) else function_named(word)

    def letters_or_call(self, ends: Ends) -> Pieces:
        """Letters that stand together: a function, a name, or a product of names."""
        function = self.word_of_function()
        if function:
            return self._called(function, self.letters()[0], ends)
        if self.next.text in BESSEL:
            found = self._bessel()
            if found:
                return found
        if self.next.text in NAMED_BY_LETTER and not self.is_known(self.next.text) and self._is_alone_before_bracket():
            return self._call_of_letter(self.take().text, self.marks[self.at - 1])
        start = self.at
        letters = self.letters()
        count = next((n for n in range(len(letters), 1, -1) if self.is_known(_spelled(letters[:n]))), 1)
        self.at = start + count  # the others are values of their own: in xy^2 the last letter alone is raised
        return self.with_index(_spelled(letters[:count]), letters[0], letters[count - 1])


def _spelled(letters: list[Mark]) -> str:
    """The word that some letters make."""
    return "".join(mark.text for mark in letters)
