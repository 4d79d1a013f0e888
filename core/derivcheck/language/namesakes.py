"""Namesakes: functions that another library has under a name of torch's, and that compute something else.

`np.var(x)` divides by the count, torch's `var(x)` by one less. Without its prefix such a call would be checked as what
it is not, and might pass.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from derivcheck.errors import ParseError, Span
from derivcheck.language.tokens import Lexeme, TokenKind

_OTHERS = frozenset({"np", "numpy", "jnp", "jax", "scipy", "sp", "tf", "K"})
"""What libraries besides torch are called where they are imported."""

_LINALG = "linalg"


@dataclass(frozen=True, slots=True)
class _Namesake:
    """A function that is another one elsewhere.

    Attributes:
        is_there: what it computes there.
        hint: what to write instead.
        unless: the names of arguments that, where one of them is given, make it the same.
    """

    is_there: str
    hint: str
    unless: frozenset[str] = frozenset()


_ELSEWHERE = {
    "var": _Namesake("divides by the count", "write var(x, correction=0)", frozenset({"ddof", "correction"})),
    "std": _Namesake("divides by the count", "write std(x, correction=0)", frozenset({"ddof", "correction"})),
    "split": _Namesake("takes the number of parts", "write chunk(x, 3), or split(x, 2) with the size of a part"),
    "repeat": _Namesake("repeats each element", "write repeat_interleave(x, 2)"),
    "median": _Namesake("takes the mean of the middle two", "write quantile(x, 0.5)"),
    "select": _Namesake("takes lists of conditions and of values", "write Piecewise((a, x > 0), (b, True))"),
    "pad": _Namesake("counts the borders from the first dim", "write torch's pad(x, (left, right, top, bottom))"),
}
"""Functions of other libraries that have a namesake in torch."""

_NORM = _Namesake("is a norm of matrices where x is one", "write vector_norm(x, ord=1) or matrix_norm(A, ord=1)")
_SAME_NORM = frozenset({"dim", "axis", "keepdim", "keepdims"})
"""Arguments of a norm in a module of linear algebra that leave it the norm of all elements."""


def check_namesake(lexemes: list[Lexeme], first: int, last: int, text: str, start: int, end: int) -> None:
    """Fail for a call of a function that is another one in torch.

    Args:
        lexemes: the tokens of the text.
        first: the index of the library's name.
        last: the index of the function's name, behind which its bracket stands.
        text: the text.
        start: where the library's name begins.
        end: where the function's name ends.

    Raises:
        ParseError: with what it computes there, and what to write.
    """
    path = [lexeme.text for lexeme in lexemes[first:last]]
    name = lexemes[last].text
    found = None
    if name == "norm" and _LINALG in path and _has_other_arguments(lexemes, last + 1, _SAME_NORM):
        found = _NORM
    elif path[0] in _OTHERS:
        found = _ELSEWHERE.get(name)
        if found is not None and found.unless.intersection(_keywords(lexemes, last + 1)):
            found = None
    if found is not None:
        written = f"{'.'.join(path)}.{name}"
        raise ParseError(f"`{written}` {found.is_there}", text=text, span=Span(start, end), hint=found.hint)


def _own(lexemes: list[Lexeme], bracket: int) -> list[int]:
    """The indices of the tokens of a call that stand in none of its inner brackets."""
    found: list[int] = []
    depth = 0
    for index in range(bracket, len(lexemes)):
        text = lexemes[index].text
        if text in {")", "]"}:
            depth -= 1
            if depth == 0:
                break
        if depth == 1:
            found.append(index)
        if text in {"(", "["}:
            depth += 1
    return found


def _keywords(lexemes: list[Lexeme], bracket: int) -> set[str]:
    """The names of the arguments that are given by name."""
    return {
        lexemes[index].text
        for index in _own(lexemes, bracket)
        if lexemes[index].kind is TokenKind.NAME and lexemes[index + 1].text == "="
    }


def _has_other_arguments(lexemes: list[Lexeme], bracket: int, known: Collection[str]) -> bool:
    """Whether a call has an argument behind its first one that has none of these names."""
    own = _own(lexemes, bracket)
    behind_commas = [index + 1 for index in own if lexemes[index].text == ","]
    return any(
        lexemes[index].text not in known or lexemes[index + 1].text != "="
        for index in behind_commas
        if lexemes[index].text != ")"
    )
