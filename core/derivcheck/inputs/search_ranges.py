"""Reads the ranges of a hunt, and its seconds, from the texts of a command line or a file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from derivcheck.errors import CaseError
from derivcheck.inputs.assignments import split_outside_brackets, variable_name
from derivcheck.inputs.case_fields import shortened
from derivcheck.inputs.shape_texts import has_shape
from derivcheck.model import Search, SearchRange

HINT = "a range is written x=-10..10"

_ADDRESS = re.compile(r"\s*(?P<name>[^\[\]]+)\[(?P<index>\s*\d+\s*(?:,\s*\d+\s*)*)\]\s*")
_ENDS = re.compile(r"\s*(?P<low>.*?[^\s.].*?)\s*\.\.\s*(?P<high>.*[^\s.].*?)\s*", re.DOTALL)
_LIST = re.compile(r"\s*\[(?P<inside>.*)\]\s*", re.DOTALL)
_SECONDS = re.compile(r"\s*(?P<number>[^a-z]+?)\s*(?P<unit>[a-z]*)\s*", re.IGNORECASE)
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "ms": 1e-3, "m": 60.0, "min": 60.0, "h": 3600.0}


def split_ranges(texts: Iterable[str]) -> tuple[SearchRange, ...]:
    """Read the ranges of `--in x=-100..100 --in y=0..1`; several may stand in one text, with commas between them.

    Raises:
        CaseError: for what is no range, and for a variable that has two.
        PointError: for a name that is none.

    Example:
        >>> [str(found) for found in split_ranges(["x=-100..100, y = 0..pi/2", "W[0,2]=[-1, 1]"])]
        ['x in [-100, 100]', 'y in [0, pi/2]', 'W[0, 2] in [-1, 1]']
    """
    return apart(_read(part) for text in texts for part in split_outside_brackets(text.replace(";", ","), ","))


def apart(ranges: Iterable[SearchRange]) -> tuple[SearchRange, ...]:
    """The ranges, none of which has the name of another; CaseError where one has."""
    found: dict[str, SearchRange] = {}
    for one in ranges:
        if one.name in found:
            raise CaseError(f"`{one.name}` has two ranges", hint="give each variable one")
        found[one.name] = one
    return tuple(found.values())


def search_name(text: str) -> str:
    """Read the name of a variable, or the address of an element of a tensor.

    Example:
        >>> search_name(" W[0,2]"), search_name("x")
        ('W[0, 2]', 'x')
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return variable_name(text)
    return f"{variable_name(found['name'])}[{', '.join(part.strip() for part in found['index'].split(','))}]"


def range_between(name: str, ends: Sequence[str]) -> SearchRange:
    """The range of a variable between two ends; CaseError where there are not two."""
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise CaseError(f"the range of `{name}` has not two ends", hint=HINT)
    return SearchRange(search_name(name), ends[0].strip(), ends[1].strip())


def ends_of(text: str) -> tuple[str, ...]:
    """The ends of `-100..100`, or of `[-100, 100]`; none where the text is no range.

    Example:
        >>> ends_of("-1e-3..pi/4"), ends_of("[0, 1]"), ends_of("0...5"), ends_of("5")
        (('-1e-3', 'pi/4'), ('0', '1'), ('0', '.5'), ())
    """
    listed = _LIST.fullmatch(text)
    if listed:
        return tuple(part.strip() for part in split_outside_brackets(listed["inside"], ","))
    found = _ENDS.fullmatch(text.replace("…", ".."))
    return (found["low"], found["high"]) if found else ()


def _read(text: str) -> SearchRange:
    name, sign, rest = text.partition("=")
    if not sign or not name.strip():
        ends = ends_of(text)
        hint = f"name the variable: x={text.strip()}" if ends else HINT
        raise CaseError(f"'{text.strip()}' is no range of a variable", hint=hint)
    ends = ends_of(rest)
    if not ends:
        hint = f"a range has two ends: {name.strip()}=-10..10; what is held is given by --at"
        raise CaseError(f"'{text.strip()}' is no range", hint=hint)
    return range_between(name, ends)


def read_budget(text: str) -> float:
    """Read the seconds of a hunt: `30`, `30s`, `500ms`, `2min`.

    Raises:
        CaseError: for anything else, and for a number that is not above 0 or not finite.

    Example:
        >>> read_budget("30s"), read_budget("1.5min")
        (30.0, 90.0)
    """
    found = _SECONDS.fullmatch(text)
    try:
        seconds = float(found["number"]) * _UNITS[found["unit"].lower()] if found else math.nan
    except (KeyError, ValueError):
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise CaseError(f"the budget {shortened(text)!r} is no time above 0", hint="write 30s, 500ms or 2min")
    return seconds


def check_search(search: Search, points: Sequence[Mapping[str, str]], *, given_by: str = "--at") -> None:
    """Fail where a variable is searched and held at once, and where there are several points to hold others at.

    An element of a tensor, or all of them, are searched while the tensor is given: it has a shape, and the others need
    their numbers.

    Args:
        search: the ranges.
        points: what is held.
        given_by: what gives the points, for messages.

    Raises:
        CaseError: with what to do.
    """
    if len(points) > 1:
        raise CaseError("a hunt holds the other variables at one point", hint=f"leave one point in {given_by}")
    held = points[0] if points else {}
    for name in _names(search):
        base = name.partition("[")[0]
        if name in held and not has_shape(held[name]):
            raise CaseError(
                f"`{name}` has a range and a value", hint=f"leave it out of {given_by}, or leave out its range"
            )
        if base != name and base not in held:
            raise CaseError(f"`{name}` is searched, and `{base}` has no value", hint=f"give the tensor by {given_by}")


def _names(search: Search) -> Iterator[str]:
    return (one.name for one in search.ranges)
