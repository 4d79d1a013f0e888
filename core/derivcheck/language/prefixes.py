"""Prefixes: `torch.`, `F.`, `np.linalg.` and their like before a function say where it is from, and are left out."""

from __future__ import annotations

from collections.abc import Collection

from derivcheck.language import table
from derivcheck.language.namesakes import check_namesake
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens

_LIBRARIES = frozenset(
    {"torch", "F", "nn", "np", "numpy", "jnp", "jax", "math", "scipy", "special", "sp", "tf", "sympy", "sm", "sy", "K"}
)
"""What modules of functions are called where they are imported."""

_MODULES = frozenset(["nn", "functional", "special", "linalg", "numpy", "math", "scipy", "fft", "ops"])
"""Modules within them."""

_NAME, _ATTRIBUTE = TokenKind.NAME, TokenKind.ATTRIBUTE


def without_prefixes(tokens: Tokens, given: Collection[str], text: str = "") -> Tokens:
    """The tokens with `torch.nn.functional.gelu` as one name, `gelu`, that takes all of its characters.

    A library's name that is a variable of the point is the variable. Where no bracket follows, the name must be a
    constant's: `np.pi`, and `F.T` is the transpose of F.

    Raises:
        ParseError: for a function that is another one in torch, `np.var(x)`.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> [token.text for token in without_prefixes(tokenize("torch.special.erf(x) + F.T"), ())]
        ['erf', '(', 'x', ')', '+', 'F', 'T', '']
    """
    lexemes, starts = tokens.lexemes, tokens.starts
    kept: list[Lexeme] = []
    at: list[int] = []
    index = 0
    while index < len(lexemes):
        lexeme = lexemes[index]
        last = index
        if lexeme.kind is _NAME and lexeme.text in _LIBRARIES and lexeme.text not in given:
            last = _last_of_path(lexemes, index)
        at.append(starts[index])
        if last > index:
            end = starts[last] + lexemes[last].length
            check_namesake(lexemes, index, last, text, starts[index], end)
            lexeme = Lexeme(_NAME, lexemes[last].text, end - starts[index])
        kept.append(lexeme)
        index = last + 1
    return Tokens(kept, at)


def _last_of_path(lexemes: list[Lexeme], index: int) -> int:
    """The index of the name that a path of modules leads to; `index` where none begins there."""
    last = index
    while lexemes[last + 1].kind is _ATTRIBUTE:
        last += 1
        if lexemes[last].text not in _MODULES:
            break
    is_called = lexemes[last + 1].text == "("
    return last if is_called or table.constant(lexemes[last].text) is not None else index
