"""Splits assignments such as `x=2, y=max(1, 3)` into a text for each variable."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derivcheck.errors import PointError
from derivcheck.language.scripts import normalized, on_the_line

_OPENING, _CLOSING = "([{", ")]}"
_SHOWN = 60


def variable_name(text: str) -> str:
    """Return the name of a variable in Unicode's NFKC form, in which the parser reads names.

    Raises:
        PointError: where `text` is no name, or has raised or lowered letters, as xᵃ has: the name `xa` is another one.
    """
    if text.isascii() and text.isidentifier():  # of these nothing can be wrong
        return text
    name = normalized(text.strip())
    if not name.isidentifier():
        raise PointError(f"{_cut(text)!r} is not a variable's name", hint="write it as x=2")
    if not on_the_line(text):
        raise PointError(
            f"{_cut(text)!r} is not a variable's name", hint=f"names are written on the line: {_cut(name)}"
        )
    return name


def split_assignments(text: str) -> dict[str, str]:
    """The value's text for each variable of `x=2, y=1/3`; what stands within brackets does not split.

    Between assignments stand commas, semicolons, or ends of lines.

    Raises:
        PointError: for a part that is no assignment, and for a variable that is given twice.

    Example:
        >>> split_assignments("x=2, y=Max(1, 3)"), split_assignments("x=[1, 2]; A=[[2, 1], [0, 3]]")
        ({'x': '2', 'y': 'Max(1, 3)'}, {'x': '[1, 2]', 'A': '[[2, 1], [0, 3]]'})
    """
    return merge_assignments([text])


def merge_assignments(texts: Iterable[str]) -> dict[str, str]:
    """Merge the assignments of several texts into one point, as those of `--at x=2 --at y=3`.

    Raises:
        PointError: as in `split_assignments`.
    """
    point: dict[str, str] = {}
    for text in texts:
        for part in _split_parts(text) if text.strip() else ():
            if not part.strip():
                raise PointError("there is a comma with nothing beside it", hint="write it as x=2,y=3")
            left, sign, value = part.partition("=")
            if not sign or not value.strip():
                raise PointError(f"{_cut(part)!r} gives no variable a value", hint=_instead(part, sign, point))
            name = variable_name(left)
            if name in point:
                raise PointError(f"{name} is given twice")
            point[name] = value.strip()
    return point


def _instead(part: str, sign: str, point: dict[str, str]) -> str:
    """What to write instead of a part of a point that is no assignment."""
    if sign or not point:
        return "write it as x=2"
    name, before = next(reversed(point.items()))
    after = part.strip()
    if after.isdigit() and before[-1:].isdigit():
        return f"a decimal has a point, {name}={before}.{after}, and a list brackets, {name}=[{before}, {after}]"
    return "write it as x=2, and several values as x=[1, 2]"


def _split_parts(text: str) -> list[str]:
    """The assignments of a text, without what stands between them."""
    if ";" not in text and "\n" not in text:
        return split_outside_brackets(text, ",")
    pieces = split_outside_brackets(_with_semicolons(text).strip().removesuffix(";"), ";")
    return [part for piece in pieces for part in split_outside_brackets(piece, ",")]


_BEGINS_ASSIGNMENT = re.compile(r"\s*[^\W\d]\w*\s*=(?!=)")


def _with_semicolons(text: str) -> str:
    """The text with a semicolon at each end of a line outside of brackets behind which an assignment begins.

    Any other end of a line is a blank within a value.
    """
    parts, last = [], ""
    for line in split_outside_brackets(text, "\n"):
        is_apart = last in {"", ",", ";"} or not _BEGINS_ASSIGNMENT.match(line)
        parts.append(line if is_apart else f";{line}")
        last = line.rstrip()[-1:] or last
    return "\n".join(parts)


def split_points(text: str) -> tuple[dict[str, str], ...]:
    """The points of `x=2,y=3; x=4,y=5`.

    Where no variable is given twice, it is one point, whose values stand apart by semicolons.

    Raises:
        PointError: as in `split_assignments`, and for an empty point between two semicolons.

    Example:
        >>> split_points("x=2; x=pi/4"), split_points("x=[1, 2]; y=3")
        (({'x': '2'}, {'x': 'pi/4'}), ({'x': '[1, 2]', 'y': '3'},))
    """
    if ";" not in text:
        return (split_assignments(text),)
    parts = split_outside_brackets(text.strip().removesuffix(";"), ";")
    if len(parts) > 1 and not all(part.strip() for part in parts):
        raise PointError("there is an empty point between two semicolons")
    points = tuple(split_assignments(part) for part in parts)
    whole = {name: value for point in points for name, value in point.items()}
    return (whole,) if len(points) > 1 and len(whole) == sum(map(len, points)) else points


def join_points(texts: Iterable[str]) -> tuple[dict[str, str], ...]:
    """The points of several texts, as those of `--at x=2 --at y=3`.

    Points that give the same variables are several points. What stands apart and gives others belongs to each of them.

    Raises:
        PointError: as in `split_points`, and for points that do not go together.

    Example:
        >>> join_points(["x=2", "y=3"]), join_points(["x=2; x=3", "y=1"])
        (({'x': '2', 'y': '3'},), ({'x': '2', 'y': '1'}, {'x': '3', 'y': '1'}))
    """
    groups: dict[frozenset[str], list[dict[str, str]]] = {}
    for text in texts:
        for point in split_points(text):
            groups.setdefault(frozenset(point), []).append(point)
    several = [points for points in groups.values() if len(points) > 1]
    names = [name for group in groups for name in group]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None or len(several) > 1:
        kinds = " and ".join(", ".join(points[0]) for points in groups.values())
        hint = "write a whole point in each: x=2,y=1; x=3,y=1"
        raise PointError(f"the points give different variables: {kinds}", hint=hint)
    shared = {name: text for points in groups.values() if len(points) == 1 for name, text in points[0].items()}
    return tuple({**point, **shared} for point in several[0]) if several else (shared,)


_SIGNS = {separator: re.compile(rf"[()\[\]{{}}{separator}]") for separator in (",", ";", "\n")}


def split_outside_brackets(text: str, separator: str) -> list[str]:
    """The parts of `text` between the separators that stand outside of every bracket."""
    if separator not in text:
        return [text]
    parts, depth, start = [], 0, 0
    for found in _SIGNS[separator].finditer(text):
        char = found.group()
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
        elif depth <= 0:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def check_element(text: str) -> None:
    """Fail where the text of one element of a list would be several elements, or a list.

    Raises:
        PointError: which shows the text.
    """
    if "[" in text or len(split_outside_brackets(text, ",")) > 1:
        raise PointError(f"{_cut(text)!r} is no element of a list", hint='write [1, "pi/4"], or "[1, pi/4]"')


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
