"""Reads the fields of a case from the texts and numbers of files and command lines."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.inputs.assignments import variable_name
from derivcheck.model import Mode, Status, Tolerance, Wrt
from derivcheck.numbers import DType

MAX_ORDER = 20


def unknown(what: str, text: str, known: Iterable[str]) -> CaseError:
    """The error for a word that is none of the `known` ones, with the nearest of them or all as a hint."""
    words = list(known)
    near = difflib.get_close_matches(text.lower(), words, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(words)}"
    return CaseError(f"unknown {what} {text!r}", hint=hint)


def read_status(text: str) -> Status:
    """The status called `text`; CaseError with a hint where there is none."""
    try:
        return Status.named(text)
    except ValueError:
        raise unknown("status", text, (status.label for status in Status)) from None


def read_dtype(text: str) -> DType:
    """The dtype called `text`; CaseError with a hint where there is none."""
    try:
        return DType.named(text)
    except ValueError:
        raise unknown("dtype", text, (dtype.label for dtype in DType)) from None


def read_modes(texts: Sequence[str]) -> tuple[Mode, ...]:
    """The modes of `["reverse,func", "forward"]`, each once; `all` is every one.

    Raises:
        CaseError: for an unknown mode, or none at all.
    """
    by_name = {mode.value: mode for mode in Mode}
    modes: dict[Mode, None] = {}
    for name in (part.strip() for text in texts for part in text.split(",")):
        if name == "all":
            modes |= dict.fromkeys(Mode)
        elif name in by_name:
            modes[by_name[name]] = None
        else:
            raise unknown("mode", name, [*by_name, "all"])
    if not modes:
        raise CaseError("no mode is given", hint=f"there are {', '.join(by_name)} and all")
    return tuple(modes)


def read_wrt(text: str) -> Wrt:
    """Read the variables to differentiate by: `x,y` means the mixed second partial.

    Raises:
        CaseError: where one of the parts is no name, or the order is beyond every use.

    Example:
        >>> read_wrt("x, y")
        ('x', 'y')
    """
    try:
        wrt = tuple(variable_name(part) for part in text.split(","))
    except DerivcheckError:
        raise CaseError(
            f"{text!r} is not what to differentiate by", hint="write 'x', 'x,x' (second) or 'x,y' (mixed)"
        ) from None
    read_order(len(wrt))
    return wrt


def read_order(order: int) -> int:
    """The order of a derivative; CaseError unless it is 1 to 20."""
    if not 1 <= order <= MAX_ORDER:
        raise CaseError(f"the order {order} is not from 1 to {MAX_ORDER}")
    return order


def read_const(texts: Sequence[str]) -> tuple[str, ...]:
    """The variables of `["eps,t"]`, which are held and not differentiated by, each once.

    Raises:
        CaseError: where one of the parts is no name.

    Example:
        >>> read_const(["eps, t", "t"])
        ('eps', 't')
    """
    names: dict[str, None] = {}
    for part in (part for text in texts for part in text.split(",")):
        try:
            names[variable_name(part)] = None
        except DerivcheckError as error:
            raise CaseError(error.message, hint="const names variables: eps,t") from None
    return tuple(names)


_DECLARED = re.compile(r"(?P<name>[^:=]*)(?::|=(?!=))(?P<formula>.*)", re.DOTALL)


def read_declared_gradient(text: str) -> tuple[str, str]:
    """Read what is declared of a backward pass: the argument, and what the gradient by it is meant to be.

    Raises:
        CaseError: where the text names no argument.

    Example:
        >>> read_declared_gradient("x: g*(abs(x) <= 1)")
        ('x', 'g*(abs(x) <= 1)')
    """
    found = _DECLARED.fullmatch(text)
    hint = "write --gradient 'x: g*(abs(x) <= 1)'; g is the upstream gradient"
    if found is None or not found["formula"].strip():
        raise CaseError(f"{shortened(text)!r} does not say by which argument the gradient is what", hint=hint)
    try:
        return variable_name(found["name"]), found["formula"].strip()
    except DerivcheckError:
        raise CaseError(f"{found['name'].strip()!r} is no argument that a gradient could be by", hint=hint) from None


MAX_SEED = 2**64 - 1


def read_seed(text: str) -> int:
    """The seed of random values; CaseError unless it is a whole number from 0 to 2**64 - 1."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_SEED)) and int(text) <= MAX_SEED):
        raise CaseError(f"the seed {shortened(text)} is no whole number from 0 to 2**64 - 1")
    return int(text)


_SHOWN = 40
"""Digits of a number that are shown as they were given."""


def shortened(digits: str) -> str:
    """The digits of a number, or its first ones with their count."""
    return digits if len(digits) <= _SHOWN else f"{digits[:_SHOWN]}… ({len(digits):,} digits)"


def read_bound(text: str) -> float:
    """The number of an `rtol` or `atol`; CaseError unless it is finite and not negative."""
    try:
        bound = float(text)
    except ValueError:
        raise CaseError(f"{text!r} is not a number") from None
    if not (math.isfinite(bound) and bound >= 0):
        raise CaseError(f"{text} is not a finite number of at least 0")
    return bound


def tolerance(rtol: float | None, atol: float | None) -> Tolerance | None:
    """The fixed tolerance, or None where neither bound is given."""
    if rtol is None and atol is None:
        return None
    return Tolerance(rtol=rtol or 0.0, atol=atol or 0.0)


def all_give_the_same(points: Sequence[Mapping[str, object]]) -> bool:
    """Whether there are several points, and all give values to the same names.

    Such points are like the rows of a table, which may have columns that an expression does not use: a function may
    ignore one of its arguments. A name that only one of the points gives is probably a typing error.

    Example:
        >>> all_give_the_same([{"x": "1", "y": "2"}, {"x": "3", "y": "4"}]), all_give_the_same([{"x": "1"}])
        (True, False)
    """
    return len(points) > 1 and all(point.keys() == points[0].keys() for point in points)
