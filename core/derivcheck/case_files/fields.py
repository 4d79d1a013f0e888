"""One case as a table of raw fields, validated key by key into a Case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from derivcheck.case_files.points import PointsFile
from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import CaseError, DerivcheckError, Location
from derivcheck.inputs.assignments import check_element, split_points, variable_name
from derivcheck.inputs.case_fields import (
    MAX_ORDER,
    all_give_the_same,
    read_bound,
    read_const,
    read_dtype,
    read_modes,
    read_order,
    read_seed,
    read_status,
    read_wrt,
    shortened,
    tolerance,
    unknown,
)
from derivcheck.inputs.named_files import SIGN
from derivcheck.inputs.search_ranges import apart, check_search, ends_of, range_between, read_budget, split_ranges
from derivcheck.model import Case, Mode, OwnFunction, Search, SearchRange, Status, Wrt
from derivcheck.model.search_range import default_budget
from derivcheck.numbers import DType


class NumberText(str):
    """A number as it was written, digit by digit."""

    __slots__ = ()


Raw = Mapping[str, Any]
"""The fields of a case as a format gives them: NumberText, str, list and dict, never a float."""

Base = Mapping[str, Any]
"""What the project says of every case, by key, as it was read; whatever a file says goes before it."""

LineOf = Callable[[str], int | None]
"""The line on which a key of the case stands."""


def read_case(
    raw: Raw,
    location: Location,
    *,
    line_of: LineOf | None = None,
    defaults: Raw | None = None,
    own: tuple[OwnFunction, ...] = (),
    base: Base = MappingProxyType({}),
) -> Case | Unreadable:
    """Read the case that `raw` states over `defaults`; where that is none, an Unreadable with file, line and key.

    Args:
        raw: the fields.
        location: where they stand.
        line_of: on which line each key does.
        defaults: fields that the case's own win over.
        own: the user's own functions that its expressions may call.
        base: what the project says of every case, which all of these win over.
    """
    key = None
    try:
        for key in raw:
            _check_key(key)
        key = "expr"
        if "expr" not in raw:
            raise CaseError("the case has no expr", hint='every case needs expr = "…"')
        values: dict[str, Any] = dict(base)
        for key, value in {**(defaults or {}), **raw}.items():
            values[key] = FIELDS[key].read(value)
        key = "at"
        if isinstance(values.get("at"), FileOfPoints):
            values["at"] = PointsFile(values["at"].name, location.file)
        if "const" in values and "const" not in raw:
            values["const"] = _given_by(values.get("at", ()), values["const"])
        key = "in" if "in" in values else next((key for key in _OF_SEARCH if key in raw), None)
        search = _take_search(values, is_alone="in" not in values and key is not None)
        key = "why"
        read_why(values)
    except DerivcheckError as error:
        line = line_of(key) if line_of and key else None
        error.at(replace(location, key=key, line=line or location.line))
        return Unreadable(location, error, name=_clean_text(raw.get("name")), expr=_clean_text(raw.get("expr")) or "")
    bounds = tolerance(values.pop("rtol", None), values.pop("atol", None))
    renamed = {_ATTRIBUTES.get(key, key): value for key, value in values.items()}
    if search is not None:
        renamed["search"] = search
    are_shared = "at" not in raw or (
        len(values["at"]) > 1 if isinstance(values["at"], PointsFile) else all_give_the_same(values["at"])
    )
    return Case(**renamed, tolerance=bounds, allow_unused=are_shared, functions=own, location=location)


_OF_SEARCH = ("budget", "exhaustive")
"""The keys beside `in` that are about a hunt."""


def _take_search(values: dict[str, Any], *, is_alone: bool) -> Search | None:
    """Take the keys of a hunt out of the values, and return it; None where the case is none.

    Raises:
        CaseError: for a case that is none and has a key of one, and for points that do not go with its ranges.
    """
    ranges = values.pop("in", None)
    rest = {key: values.pop(key) for key in _OF_SEARCH if key in values}
    if is_alone:
        raise CaseError("this is for a hunt, and the case has no range", hint="write in = { x = [-10, 10] }")
    if ranges is None:
        return None
    is_exhaustive = rest.get("exhaustive", False)
    search = Search(ranges, rest.get("budget", default_budget(exhaustive=is_exhaustive)), is_exhaustive)
    points = values.get("at", ())
    if isinstance(points, PointsFile):
        raise CaseError("a hunt holds the other variables at one point, not at those of a file", hint="at = { y = 2 }")
    check_search(search, points, given_by="`at`")
    return search


def _given_by(points: Sequence[dict[str, str]], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the constants of all cases that this case has: those that its points give."""
    given = points.names if isinstance(points, PointsFile) else [name for point in points for name in point]
    return tuple(name for name in names if name in given)


_ATTRIBUTES = {"mode": "modes"}
"""The Case's attributes that are not called as the keys are."""


def check_default(key: str, value: Any) -> None:
    """Fail unless `key = value` may stand under [defaults].

    Raises:
        CaseError: for a key that is unknown or belongs to one case, and for a wrong value.
    """
    _check_key(key)
    if not FIELDS[key].shared:
        raise CaseError(f"{key} belongs to one case, not to all of them", hint="write it under [[case]]")
    FIELDS[key].read(value)


def _check_key(key: str) -> None:
    if key not in FIELDS:
        raise unknown("key", key, FIELDS)


def read_why(values: Mapping[str, Any]) -> None:
    """Fail where a case expects anything but a match and does not say why."""
    expect = values.get("expect")
    statuses = expect.values() if isinstance(expect, dict) else [expect or Status.MATCH]
    if any(status is not Status.MATCH for status in statuses) and not values.get("why", "").strip():
        raise CaseError("a case that expects anything but match must say why", hint='add why = "…", with the source')


def _clean_text(value: object) -> str | None:
    return value if isinstance(value, str) and _is_clean(value) else None


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def _is_clean(text: str) -> bool:
    return _NO_TEXT.search(text) is None


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (NumberText, "a number"),
    (str, "a string"),
    (bool, "true or false"),
    (dict, "a table"),
    (list, "a list"),
    (type(None), "null"),
)


def wrong_type(value: object, wanted: str) -> CaseError:
    """The error for a value of another type than the wanted one."""
    found = next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), f"a {type(value).__name__}")
    return CaseError(f"this is {found}, and should be {wanted}")


def read_text(value: object) -> str:
    """Check that a value is a string of text, and return it; CaseError for anything else."""
    if not isinstance(value, str) or isinstance(value, NumberText):
        raise wrong_type(value, "a string")
    if not _is_clean(value):
        raise CaseError("the string holds a NUL or a lone surrogate: this is no text")
    return value


def _read_formula(value: object) -> str:
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_read_element, value))}]"
    if not isinstance(value, str):
        raise wrong_type(value, 'a number or a string such as "pi/4"')
    return read_text(value)


def _read_element(value: object) -> str:
    """Read an element of a list of a case file as that of an array."""
    if isinstance(value, bool):
        return str(value)
    text = _read_formula(value)
    if isinstance(value, str):
        check_element(text)
    return text


def _read_table(value: object, wanted: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type(value, wanted)
    return value


def _read_point(value: object) -> dict[str, str]:
    point: dict[str, str] = {}
    for name, text in _read_table(value, "a table such as { x = 2 }, or a list of them").items():
        variable = variable_name(name)
        if variable in point:
            raise CaseError(f"{variable} is given twice")
        point[variable] = _read_formula(text)
    return point


@dataclass(frozen=True, slots=True)
class FileOfPoints:
    """What stands for the points of a file until it is known which case file names it: the file as it was typed."""

    name: str


def _read_points(value: object) -> tuple[dict[str, str], ...] | FileOfPoints:
    if isinstance(value, str) and value.startswith(SIGN) and (name := read_text(value)[len(SIGN) :].strip()):
        return FileOfPoints(name)
    if isinstance(value, str) and not isinstance(value, NumberText):
        return split_points(read_text(value))
    points = tuple(map(_read_point, value)) if isinstance(value, list) else (_read_point(value),)
    if not points:
        raise CaseError("the list of points is empty")
    return points


def _read_derivatives(value: object) -> dict[Wrt, str]:
    return {
        read_wrt(wrt): _read_formula(text) for wrt, text in _read_table(value, 'a table such as { x = "2*x" }').items()
    }


def _read_wrts(value: object) -> tuple[Wrt, ...]:
    return tuple(read_wrt(read_text(item)) for item in (value if isinstance(value, list) else [value]))


_LONGEST_ORDER = 18
"""Digits of an order that are read as a number; Python refuses to read some thousand of them."""


def _read_order(value: object) -> int:
    if not isinstance(value, NumberText) or not value.isdecimal():
        raise CaseError("the order should be a whole number from 1", hint="order = 2 is every second partial")
    if len(value) > _LONGEST_ORDER:
        raise CaseError(f"the order {shortened(value)} is not from 1 to {MAX_ORDER}")
    return read_order(int(value))


def _read_modes(value: object) -> tuple[Mode, ...]:
    return read_modes([read_text(item) for item in (value if isinstance(value, list) else [value])])


def _read_dtype(value: object) -> DType:
    return read_dtype(read_text(value))


def _read_const(value: object) -> tuple[str, ...]:
    return read_const([read_text(item) for item in (value if isinstance(value, list) else [value])])


def _read_seed(value: object) -> int:
    if not isinstance(value, NumberText):
        raise wrong_type(value, "a whole number from 0")
    return read_seed(value)


def _read_expect(value: object) -> Status | dict[Wrt, Status]:
    if isinstance(value, dict):
        return {read_wrt(wrt): read_status(read_text(status)) for wrt, status in value.items()}
    return read_status(read_text(value))


def _read_bound(value: object) -> float:
    if not isinstance(value, NumberText):
        raise wrong_type(value, "a number")
    return read_bound(value)


def _read_ranges(value: object) -> tuple[SearchRange, ...]:
    if isinstance(value, str) and not isinstance(value, NumberText):
        found = split_ranges([read_text(value)])
    else:
        table = _read_table(value, "a table such as { x = [-10, 10] }")
        found = apart(range_between(name, _read_ends(name, ends)) for name, ends in table.items())
    if not found:
        raise CaseError("the hunt has no range", hint="write in = { x = [-10, 10] }")
    return found


def _read_ends(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_read_element, value))
    if isinstance(value, str) and not isinstance(value, NumberText) and (ends := ends_of(read_text(value))):
        return ends
    raise CaseError(f"the range of `{name}` is no list of two ends", hint="write in = { x = [-10, 10] }")


def _read_budget(value: object) -> float:
    return read_budget(value if isinstance(value, NumberText) else read_text(value))


def _read_exhaustive(value: object) -> bool:
    found = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise wrong_type(value, "true or false")
    return found


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a case: how its value is read, and whether it may stand under [defaults]."""

    read: Callable[[object], Any]
    shared: bool = False


FIELDS: dict[str, Field] = {
    "name": Field(read_text),
    "expr": Field(read_text),
    "at": Field(_read_points, shared=True),
    "wrt": Field(_read_wrts, shared=True),
    "order": Field(_read_order, shared=True),
    "const": Field(_read_const, shared=True),
    "seed": Field(_read_seed, shared=True),
    "mode": Field(_read_modes, shared=True),
    "dtype": Field(_read_dtype, shared=True),
    "device": Field(read_text, shared=True),
    "value": Field(_read_formula),
    "derivative": Field(_read_derivatives),
    "expect": Field(_read_expect),
    "why": Field(read_text),
    "rtol": Field(_read_bound, shared=True),
    "atol": Field(_read_bound, shared=True),
    "in": Field(_read_ranges, shared=True),
    "budget": Field(_read_budget, shared=True),
    "exhaustive": Field(_read_exhaustive, shared=True),
}
"""Every key of a case; those of the command line and of the documentation are the same."""
