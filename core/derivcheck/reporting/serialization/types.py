"""The types of the values in a row. Anybody may have written a file of results, so every value is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from derivcheck.errors import InputFileError

_NAMES_OF_NUMBERS = frozenset({"nan", "inf", "-inf"})
_MOST_DIGITS = 18
"""How many digits a count may have."""


@dataclass(frozen=True, slots=True)
class _Type:
    """What a value may be.

    Attributes:
        name: as messages say it.
        holds: whether a value is one.
        keys: of a table, the types of its values.
    """

    name: str
    holds: Callable[[object], bool]
    keys: Mapping[str, _Type] = field(default_factory=dict)


def _or_null(kind: _Type) -> _Type:
    return _Type(f"{kind.name} or null", lambda value: value is None or kind.holds(value), kind.keys)


def _table(**keys: _Type) -> _Type:
    return _Type("a table", lambda value: isinstance(value, dict), MappingProxyType(keys))


def _list_of(kind: _Type, name: str) -> _Type:
    return _Type(f"a list of {name}", lambda value: isinstance(value, list) and all(map(kind.holds, value)))


def _table_of(kind: _Type, name: str) -> _Type:
    return _Type(f"a table of {name}", lambda value: isinstance(value, dict) and all(map(kind.holds, value.values())))


def _is_number(value: object) -> bool:
    return value in _NAMES_OF_NUMBERS if isinstance(value, str) else isinstance(value, int | float)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MOST_DIGITS


_TEXT = _Type("a text", lambda value: isinstance(value, str))
_TEXT_OR_NULL = _or_null(_TEXT)
_TEXTS = _list_of(_TEXT, "texts")
_TABLES = _list_of(_table(), "tables")
_TEXTS_BY_NAME = _table_of(_TEXT, "texts")
_NUMBER = _or_null(_Type("a number", lambda value: _is_number(value) and not isinstance(value, bool)))
_FINITE = _or_null(_Type("a finite number", lambda value: isinstance(value, int | float) and abs(value) < 10**6))
_COUNT = _Type("a whole number", _is_count)
_LOCATION = _or_null(_table(file=_TEXT_OR_NULL, line=_or_null(_COUNT), key=_TEXT_OR_NULL))


_COUNTS = _list_of(_COUNT, "whole numbers")
_INTEGER = _Type("an integer", lambda value: isinstance(value, int) and not isinstance(value, bool))
_NUMBERS = _list_of(_NUMBER, "numbers")
_EXACT = _Type("a text or a table", lambda value: isinstance(value, str | dict))


def _is_span(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_count, value))


_SPAN = _or_null(_Type("a list of two numbers", _is_span))

ROW: Mapping[str, _Type] = MappingProxyType(
    {
        "case": _TEXT,
        "name": _TEXT_OR_NULL,
        "location": _LOCATION,
        "expr": _TEXT,
        "read_as": _TEXT,
        "point": _or_null(_TEXTS_BY_NAME),
        "point_exact": _or_null(_table_of(_EXACT, "texts and tables")),
        "what": _TEXT,
        "wrt": _TEXTS,
        "order": _COUNT,
        "mode": _TEXT_OR_NULL,
        "device": _TEXT,
        "dtype": _TEXT_OR_NULL,
        "formula": _TEXT_OR_NULL,
        "symbolic": _or_null(_table(value=_TEXT, radius=_TEXT)),
        "truth": _or_null(
            _table(
                kind=_TEXT,
                value=_TEXT_OR_NULL,
                radius=_TEXT_OR_NULL,
                left=_TEXT_OR_NULL,
                right=_TEXT_OR_NULL,
                reason=_TEXT_OR_NULL,
                limit=_TEXT_OR_NULL,
                evidence=_TEXT_OR_NULL,
            )
        ),
        "autograd": _NUMBER,
        "autograd_error": _TEXT_OR_NULL,
        "error": _table(abs=_NUMBER, rel=_NUMBER, ulps=_NUMBER),
        "sigma": _NUMBER,
        "digits": _FINITE,
        "status": _TEXT,
        "severity": _TEXT,
        "reason": _TEXT_OR_NULL,
        "expect": _or_null(
            _Type("a text or a table of texts", lambda value: _TEXT.holds(value) or _TEXTS_BY_NAME.holds(value))
        ),
        "why": _TEXT_OR_NULL,
        "notes": _TEXTS,
        "stopped": _or_null(
            _table(
                hint=_TEXT_OR_NULL,
                location=_LOCATION,
                text=_TEXT_OR_NULL,
                span=_SPAN,
                limit=_or_null(_table(name=_TEXT, value=_NUMBER)),
            )
        ),
        "trace": _TEXT_OR_NULL,
        "item": _TEXT_OR_NULL,
        "diagnosis": _TEXT_OR_NULL,
        "function": _table(
            formula_read=_or_null(_Type("true or false", lambda value: isinstance(value, bool))),
            const=_or_null(_TEXTS_BY_NAME),
            held=_or_null(_TEXTS),
            surrogate=_TEXT_OR_NULL,
            gradient=_or_null(_TEXTS_BY_NAME),
            linear=_or_null(_Type("true or false", lambda value: isinstance(value, bool))),
            domain=_TEXT_OR_NULL,
        ),
        "seed": _INTEGER,
        "shape": _COUNTS,
        "output_dimensions": _COUNT,
        "upstream": _or_null(_COUNT),
        "direction": _or_null(_COUNT),
        "counts": _table_of(_COUNT, "whole numbers"),
        "worst": _or_null(_table(index=_COUNTS, address=_TEXT)),
        "elements": _table(
            truth=_TEXTS,
            symbolic=_or_null(_list_of(_TEXT_OR_NULL, "texts")),
            autograd=_or_null(_NUMBERS),
            ulps=_NUMBERS,
            status=_TEXTS,
        ),
        "explanation": _table(
            subject=_TEXT,
            tape=_TABLES,
            blame=_or_null(_table(kind=_TEXT, tensor=_COUNT, sentence=_TEXT)),
            rewrites=_TABLES,
            notes=_TEXTS,
        ),
        "hunt": _table(
            ranges=_TABLES,
            found=_TABLES,
            stretches=_TABLES,
            curves=_TABLES,
            counts=_TABLES,
            coverage=_or_null(_table()),
        ),
    }
)
"""Every key of a row with the type of its value."""


def check_types(row: Mapping[str, object], types: Mapping[str, _Type] = ROW, path: str = "") -> None:
    """Fail unless every value of the row has its key's type; a missing key is noticed by the reader.

    Raises:
        InputFileError: with the path of the first key that is wrong.
    """
    for key, kind in types.items():
        if key not in row:
            continue
        value = row[key]
        if not kind.holds(value):
            raise InputFileError(f"this is no result of derivcheck: `{path}{key}` should be {kind.name}")
        if kind.keys and isinstance(value, dict):
            check_types(value, kind.keys, f"{path}{key}.")
