"""Words: what a tensor of a run is, as a text whose parts may be the words of other tensors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from derivcheck.language import table

_DEEPEST = 40
"""A word so deep in others gets a name, for brackets may not stand in each other without end."""


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What a tensor is.

    Attributes:
        parts: pieces of text, and the words of other tensors between them.
        is_name: whether it is a name, an index or a call, which need no brackets anywhere.
    """

    parts: tuple[str | Word, ...]
    is_name: bool = False

    @property
    def arguments(self) -> tuple[Word, ...]:
        """The words that stand in it."""
        return tuple([part for part in self.parts if isinstance(part, Word)])


def text_of(words: Sequence[Word], taken: Collection[str]) -> str:
    """The text of some outputs: statements for what stands in several places, and the outputs with commas between.

    Args:
        words: the words of the outputs.
        taken: names that mean something else.

    Example:
        >>> x = Word(("x",), is_name=True)
        >>> square = Word((x, "*", x))
        >>> text_of([Word((square, " + sin(", square, ")"))], {"x"})
        'h = (x*x); h + sin(h)'
    """
    order = _in_order(words)
    uses = Counter(argument for word in order for argument in word.arguments)
    free = _free_names(taken)
    names: dict[Word, str] = {}
    depths: dict[Word, int] = {}
    statements: list[str] = []
    texts: dict[Word, str] = {}
    for word in order:
        depth = 1 + max([depths[argument] for argument in word.arguments], default=0)
        text = "".join([part if isinstance(part, str) else texts[part] for part in word.parts])
        text = text if word.is_name else f"({text})"
        if word.arguments and (uses[word] > 1 or depth > _DEEPEST):
            names[word] = next(free)
            statements.append(f"{names[word]} = {text}; ")
            text, depth = names[word], 0
        texts[word], depths[word] = text, depth
    return "".join(statements) + ", ".join([_without_brackets(texts[word]) for word in words])


def _without_brackets(text: str) -> str:
    """The text without the brackets around all of it."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


def _in_order(words: Sequence[Word]) -> list[Word]:
    """All words that stand in some, each once, behind those that stand in it."""
    found: dict[Word, None] = {}
    pending = list(reversed(words))
    while pending:
        word = pending[-1]
        missing = [argument for argument in word.arguments if argument not in found]
        if word in found or not missing:
            found[word] = None
            pending.pop()
        else:
            pending += missing
    return list(found)


def _free_names(taken: Collection[str]) -> Iterator[str]:
    """Names that stand for nothing else: h, h2, h3 and so on."""
    for number in count(1):
        name = "h" if number == 1 else f"h{number}"
        if name not in taken and table.function(name) is None and table.constant(name) is None:
            yield name
