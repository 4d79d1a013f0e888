"""The command line that checks one case of a file by itself, at one of its points, for a person who copies it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress

from derivcheck.errors import DerivcheckError
from derivcheck.inputs.named_files import SIGN
from derivcheck.language.names_used import names_used
from derivcheck.model import Case, Mode
from derivcheck.numbers import DType

_LONGEST = 2000
"""Characters that a person copies; the command line of a larger tensor names the file instead."""

_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_WITHIN_DOUBLE_QUOTES = re.compile(r'[^"$`\\!]*')
_A_NUMBER = re.compile(r"[^\[\](){}=;]*")
_A_WORD = re.compile(r"(?!(?:and|or|not)$)[\w-]+", re.IGNORECASE)
_SELECTED = re.compile(r"[\w .:/+^*=<>-]+")


def command_line(case: Case, point: Mapping[str, str], *, by_name: bool = False) -> str | None:
    """Write the command that checks the case at one point, or the one that selects the case in its file.

    The first is possible where all that the case needs can be typed: `derivcheck check` knows no functions of a case
    file and reads no arrays beside it, and a line holds no statements on several lines. None where neither is: where
    the case has no name, or is in no file.

    Args:
        case: the case.
        point: the text of each variable's value.
        by_name: whether to select it in its file if that can be: so the command is that of the whole case, also where
            the case comes from a record, which has no more of it than its rows.

    Example:
        >>> from derivcheck.model import Case
        >>> print(command_line(Case("log(1 - x)", wrt=(("x", "x"),), order=1), {"x": "1e-9"}))
        derivcheck check "log(1 - x)" --at x=1e-9 --wrt x,x
    """
    ways = [_check(case, point), _selection(case)]
    for words in reversed(ways) if by_name else ways:
        line = " ".join(map(quoted, words))
        if line and line.isprintable() and len(line) <= _LONGEST:
            return line
    return None


def _can_be_typed(case: Case, point: Mapping[str, str]) -> bool:
    needs_its_file = case.functions or case.checklist or case.search
    return not needs_its_file and not any(text.lstrip().startswith(SIGN) for text in point.values())


def _check(case: Case, point: Mapping[str, str]) -> Iterator[str]:
    if not _can_be_typed(case, point):
        return
    is_option_like = case.expr.lstrip().startswith("-")
    yield from ("derivcheck", "check")
    if not is_option_like:
        yield case.expr
    yield from _at(_without_unused(case, point))
    for wrt in case.wrt:
        yield from ("--wrt", ",".join(wrt))
    if not case.wrt and case.order != 1:
        yield from ("--order", str(case.order))
    if case.value is not None:
        yield from ("--value", case.value)
    for wrt, formula in case.derivative.items():
        yield from ("--claim", f"{','.join(wrt)}: {formula}")
    if case.const:
        yield from ("--const", ",".join(case.const))
    yield from _how(case)
    if is_option_like:
        yield from ("--", case.expr)


def _at(point: Mapping[str, str]) -> Iterator[str]:
    """`--at x=2,y=3` for numbers; an array has an option of its own."""
    assignments = [f"{name}={text}" for name, text in point.items()]
    if all(_A_NUMBER.fullmatch(text) for text in point.values()):
        assignments = [",".join(assignments)] if assignments else []
    for assignment in assignments:
        yield from ("--at", assignment)


def _without_unused(case: Case, point: Mapping[str, str]) -> Mapping[str, str]:
    """The variables that occur; points that cases share may have others, which `derivcheck check` takes for slips."""
    with suppress(DerivcheckError):
        used = {*names_used([case.expr, case.value or "", *case.derivative.values()]), *case.const}
        return {name: text for name, text in point.items() if name in used}
    return point


def _how(case: Case) -> Iterator[str]:
    """The options that `check` and `batch` share."""
    if case.modes != (Mode.REVERSE,):
        yield from ("--mode", ",".join(mode.value for mode in case.modes))
    if case.dtype is not None and (case.dtype, case.device) != (DType.FLOAT64, "cpu"):  # which is the default there
        yield from ("--dtype", case.dtype.label)
    if case.device != "cpu":
        yield from ("--device", case.device)
    if case.seed:
        yield from ("--seed", str(case.seed))
    if case.tolerance is not None:
        bounds = {"--rtol": case.tolerance.rtol, "--atol": case.tolerance.atol}
        for option, bound in bounds.items():
            if bound or not any(bounds.values()):
                yield from (option, repr(bound))


def _selection(case: Case) -> Iterator[str]:
    """`derivcheck batch FILE -k NAME`, which may select others as well whose names hold this one."""
    if case.location.file in {None, "<stdin>"} or not case.name or not _SELECTED.fullmatch(case.name):
        return
    selection = case.name if _A_WORD.fullmatch(case.name) else f"'{case.name}'"
    yield from ("derivcheck", "batch", str(case.location.file), "--select", selection)
    if case.functions:
        yield "--allow-code"
    yield from _how(case)


def quoted(word: str) -> str:
    """The word as a shell reads it back: bare, between double quotes, or as Python's shlex quotes it."""
    if _PLAIN.fullmatch(word) and word.isascii():
        return word
    return f'"{word}"' if _WITHIN_DOUBLE_QUOTES.fullmatch(word) else shlex.quote(word)
