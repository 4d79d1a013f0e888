"""One `[functions.NAME]` table as raw fields, validated key by key into a declaration, and perhaps a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from derivcheck.case_files.fields import FIELDS, FileOfPoints, LineOf, Raw, read_text, read_why
from derivcheck.case_files.posing_fields import read_constants, read_gradients, read_truth
from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import CaseError, DerivcheckError, Location
from derivcheck.inputs.case_fields import unknown
from derivcheck.inputs.declaration import declare, declare_gradients
from derivcheck.inputs.plain_constants import TypedConstants
from derivcheck.model import Case, Checklist, OwnFunction


def _read_names(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else read_text(value).split(",")
    return tuple(read_text(text).strip() for text in texts)


KEYS: dict[str, Callable[[object], Any]] = {
    "torch": read_text,
    "formula": read_text,
    "args": _read_names,
    "surrogate": read_text,
    "const": read_constants,
    "gradient": read_gradients,
    "linear": read_truth,
    "domain": read_text,
    "held": _read_names,
    "seed": FIELDS["seed"].read,
    **{key: FIELDS[key].read for key in ("at", "name", "dtype", "device", "expect", "why")},
    "only": _read_names,
    "skip": _read_names,
}
"""Every key of a function; those from `domain` on belong to its check list."""

_DECLARING = ("torch", "formula", "args", "surrogate", "const", "gradient", "linear")


def read_function(
    name: str, raw: Raw, location: Location, *, line_of: LineOf, defaults: Raw
) -> tuple[OwnFunction, Case | None] | Unreadable:
    """Read the function that `raw` declares, and its check list as a case where it has points.

    Args:
        name: what expressions call it.
        raw: the fields.
        location: where they stand; the code's file is looked for beside the case file.
        line_of: on which line each key does.
        defaults: the file's defaults; its `dtype`, `device` and `seed` hold for the check list too.
    """
    key: str | None = None
    try:
        values: dict[str, Any] = {}
        for key, value in raw.items():
            if key not in KEYS:
                raise unknown("key", key, KEYS)
            values[key] = KEYS[key](value)
        key = None
        for needed, example in (("torch", "FILE.py:NAME"), ("formula", "i**2")):
            if needed not in values and not (needed == "formula" and "at" in values):  # read from its forward pass
                raise CaseError(f"the function has no {needed}", hint=f'write {needed} = "{example}"')
        key = "torch"
        code = _locate_code(values["torch"], location.file)
        key = "formula"
        const: TypedConstants = values.get("const", TypedConstants((), ()))
        own = declare(
            name,
            code,
            values.get("formula"),
            args=values.get("args", ()),
            surrogate=values.get("surrogate"),
            constants=const.constants,
        )
        key = "gradient" if "gradient" in values else "linear"
        own = declare_gradients(own, values.get("gradient", ()), is_linear=values.get("linear", True))
        lone = next((key for key in values if key not in _DECLARING), None)
        key = lone
        if "at" not in values:
            if lone is not None:
                raise CaseError(f"{lone} is about the check list, which needs points", hint="write at = { i = 2 }")
            return own, None
        key = "at"
        if isinstance(values["at"], FileOfPoints):
            raise CaseError("the points of a check list stand in the case file", hint="write at = { i = 2 }")
        key = "expect"
        if isinstance(values.get("expect"), dict):
            raise CaseError("a check list has one status", hint='write expect = "mismatch"')
        key = "why"
        read_why(values)
    except DerivcheckError as error:
        line = line_of(key) if key else None
        error.at(replace(location, key=key, line=line or location.line))
        return Unreadable(location, error, name=name)
    asked = replace(
        own,
        params=own.order,
        domain=values.get("domain"),
    )
    held = tuple(dict.fromkeys((*const.held, *values.get("held", ()))))
    shared = {key: FIELDS[key].read(defaults[key]) for key in ("dtype", "device", "seed") if key in defaults}
    stated = {key: value for key, value in values.items() if key in FIELDS}
    items = Checklist(values.get("only", ()), values.get("skip", ()))
    stated.pop("const", None)
    posed = {"functions": (asked,), "const": held, "checklist": items, "location": location}
    case = Case(own.formula or "", **{"name": name, **shared, **stated, **posed})
    return own, case


def _locate_code(target: str, file: str | None) -> str:
    """Locate the code: FILE.py:NAME gets an absolute path, package.module:NAME stays as it is.

    Raises:
        CaseError: where it is neither.
    """
    place, colon, name = target.rpartition(":")
    if not (colon and place and name):
        raise CaseError(f"{target!r} does not name a function", hint="write FILE.py:NAME or package.module:NAME")
    if not place.endswith(".py"):
        return target
    folder = Path(file).parent if file and Path(file).is_file() else Path()
    path = (folder / place).absolute()
    if not path.is_file():
        raise CaseError(f"there is no file {place} beside the case file", hint=f"looked for {path}")
    return f"{path}:{name}"
