"""The file that keeps what a hunt has looked at, so that one that was cut short can go on."""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from derivcheck.errors import InputFileError, OutputFileError
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.screening import Jump
from derivcheck.hunting.searched import Look
from derivcheck.model import Status
from derivcheck.model.hunt import HuntRequest

_VERSION = 1
"""Of the file's form."""


@dataclass
class SavedHunt:
    """What is saved beside the points that are known.

    Attributes:
        screened_lines: how many lines of the screen are done.
        jumps: the places that they proposed.
        seconds: how long the hunt has lasted.
        proven, screened: as in `Coverage`.
    """

    screened_lines: int = 0
    jumps: list[Jump] = field(default_factory=list)
    seconds: float = 0.0
    proven: int = 0
    screened: int = 0


def load(path: Path, request: HuntRequest, known: KnownPoints) -> SavedHunt:
    """Read a file, and tell `known` the points in it; a new SavedHunt where there is no file.

    Raises:
        InputFileError: for a file that is none of a hunt, or of another hunt.
    """
    if not path.exists():
        return SavedHunt()
    try:
        data = json.loads(path.read_text("utf-8"))
        version, request_text = data["version"], data["request"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "give a file that does not exist yet, or one that a hunt wrote"
        raise InputFileError(f"{path} holds no hunt: {error}", hint=hint) from error
    if version != _VERSION or request_text != fingerprint(request):
        hint = "ask for the very hunt that began it, with its range, seed and budget, or give another file"
        raise InputFileError(f"{path} is of another hunt", hint=hint)
    for place, looks in data["points"]:
        known.looks[tuple(place)] = tuple(Look(_number(ulps), _status(status)) for ulps, status in looks)
    known.confirmed.update(map(tuple, data["confirmed"]))
    return SavedHunt(
        data["screened_lines"],
        [Jump(**jump) for jump in data["jumps"]],
        data["seconds"],
        data["proven"],
        data["screened"],
    )


def save(path: Path, request: HuntRequest, known: KnownPoints, saved: SavedHunt) -> None:
    """Write a file; whoever reads it meets the old one or the new one, and never a part.

    Raises:
        OutputFileError: where it cannot be written.
    """
    data: dict[str, Any] = {
        "version": _VERSION,
        "request": fingerprint(request),
        **{key: value for key, value in asdict(saved).items() if key != "jumps"},
        "jumps": [asdict(jump) for jump in saved.jumps],
        "confirmed": sorted(known.confirmed),
        "points": [
            [place, [[_plain(look.ulps), look.status and look.status.label] for look in looks]]
            for place, looks in known.looks.items()
        ],
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(data, separators=(",", ":"), allow_nan=False), "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputFileError(f"{path} cannot be written: {error.strerror}") from error


def fingerprint(request: HuntRequest) -> str:
    """A hash of all that determines what a hunt finds, the code of a user's own functions among it."""
    functions = request.case.functions
    plain = replace(request, case=replace(request.case, functions=()))
    parts = [repr(plain), torch.__version__]
    for own in functions:
        parts.append(repr((own.name, own.params, own.formula, own.surrogate, own.constants, own.gradients, own.domain)))
        parts.append(_code(own.code))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _code(code: object) -> str:
    """The text of a function's file, or the name of an object that somebody made."""
    if not isinstance(code, str):
        return f"{getattr(code, '__module__', '')}.{getattr(code, '__qualname__', type(code).__qualname__)}"
    file = Path(code.rpartition(":")[0])
    return code + (file.read_text("utf-8", "replace") if file.is_file() else "")


def _plain(ulps: float) -> float | str | None:
    """A number as strict JSON has it."""
    if math.isnan(ulps):
        return None
    return "inf" if math.isinf(ulps) else float(f"{ulps:.6g}")


def _number(plain: float | str | None) -> float:
    return math.nan if plain is None else float(plain)


def _status(label: str | None) -> Status | None:
    return None if label is None else Status.named(label)
