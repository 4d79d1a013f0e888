"""Functions that code writes out in steps, by what the language calls them: the quotient that is a softmax.

The formula is shorter, and the diagnosis knows the mistakes that are made in such a function as a whole.
"""

from __future__ import annotations

import re

from derivcheck.tracing.wording.word import Word

_EXP = re.compile(r"torch\.exp\(\?\)|\?\.exp\(\)")
_LOG = re.compile(r"torch\.log\(\?\)|\?\.log\(\)")
_ALONG = r"(?:\?\.{0}\(|torch\.{0}\(\?, )(?:dim=)?\(?(-?\d+)\)?, (?:keepdim=)?True\)(?:\[0\])?"
_SUM = re.compile(_ALONG.format("sum"))
_LARGEST = re.compile(_ALONG.format("(?:max|amax)"))
_LARGEST_OF_ALL = re.compile(r"torch\.(?:max|amax)\(\?\)|\?\.(?:max|amax)\(\)")
_SOFTMAX = re.compile(r"(?:(?:F|torch)\.softmax\(\?, |\?\.softmax\(|softmax\(\?, )(?:dim=)?\(?(-?\d+)\)?\)")


def recognized(word: Word) -> Word | None:
    """The word of a function that another word is the steps of; None where it is none's.

    Example:
        >>> x = Word(("x",), is_name=True)
        >>> e = Word(("torch.exp(", x, ")"), is_name=True)
        >>> found = recognized(Word((e, " / ", Word((e, ".sum(-1, keepdim=True)"), is_name=True))))
        >>> [part if isinstance(part, str) else part.parts for part in found.parts]
        ['softmax(', ('x',), ', dim=-1)']
    """
    return _softmax(word) or _log_softmax(word)


def _softmax(word: Word) -> Word | None:
    """exp(u)/sum(exp(u), dim, keepdim=True), where u may be x less its largest element."""
    if _steps(word) != "? / ?":
        return None
    above, below = word.arguments
    along = _SUM.fullmatch(_steps(below))
    if along is None or below.arguments != (above,) or _EXP.fullmatch(_steps(above)) is None:
        return None
    (inner,) = above.arguments
    return Word(("softmax(", _unmoved(inner, along[1]), f", dim={along[1]})"), is_name=True)


def _log_softmax(word: Word) -> Word | None:
    """log(softmax(x, dim))."""
    if _LOG.fullmatch(_steps(word)) is None:
        return None
    (inner,) = word.arguments
    along = _SOFTMAX.fullmatch(_steps(inner))
    return None if along is None else Word(("log_softmax(", *inner.arguments, f", dim={along[1]})"), is_name=True)


def _unmoved(inner: Word, dim: str) -> Word:
    """What exponents are without the largest of them, by which they were moved."""
    if _steps(inner) != "? - ?":
        return inner
    plain, largest = inner.arguments
    if _steps(largest) == "detach(?)":
        (largest,) = largest.arguments
    along = _LARGEST.fullmatch(_steps(largest))
    is_moved = (along is not None and along[1] == dim) or _LARGEST_OF_ALL.fullmatch(_steps(largest)) is not None
    return plain if is_moved and largest.arguments == (plain,) else inner


def _steps(word: Word) -> str:
    """The text of a word with a question mark for each word in it."""
    return "".join([part if isinstance(part, str) else "?" for part in word.parts])
