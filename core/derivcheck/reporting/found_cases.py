"""The points that a hunt found as cases of a TOML file, which `derivcheck batch` runs as it stands."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from derivcheck.errors import OutputFileError
from derivcheck.model import Case, Mode, OwnFunction, Result, Severity, Status, Wrt
from derivcheck.model.hunt_map import FoundPoint, HuntMap
from derivcheck.numbers import DType
from derivcheck.reporting.outcomes.worst import Worst
from derivcheck.reporting.presentation.cells import derivative_name
from derivcheck.reporting.presentation.hunt_lines import points_of
from derivcheck.reporting.toml_strings import toml_string

MARK = "# Points that `derivcheck hunt` found"
"""How every such file begins."""


def found_cases(rows: Sequence[Result], folder: Path) -> str:
    """Write the points of a hunt as the cases of a TOML file, each with the statuses that were found there.

    Args:
        rows: the Results of the hunt, the first of them with its map.
        folder: the folder of the file, from which code of the user's own is named.

    Raises:
        OutputFileError: where the hunt is about code that has no name, which no file can hold.
    """
    found = rows[0].hunt_map
    assert found is not None
    case = rows[0].case
    blocks = ["\n".join([f"{MARK} for {_one_line(case.expr)}, {_ranges(found)}.", *_run_line(case)])]
    blocks += ["\n".join(_function(own, folder)) for own in case.functions]
    for number, point in enumerate(points_of(rows), start=1):
        blocks.append("\n".join(_case(point, found, number)))
    return "\n\n".join(blocks) + "\n"


def _run_line(case: Case) -> Iterator[str]:
    allow = " --allow-code" if case.functions else ""
    yield f"# derivcheck batch{allow} FILE says whether they are as they were."


def _ranges(found: HuntMap) -> str:
    return ", ".join(map(str, found.ranges))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _function(own: OwnFunction, folder: Path) -> Iterator[str]:
    if not isinstance(own.code, str):
        hint = "name it: FILE.py:NAME or package.module:NAME"
        raise OutputFileError(f"the code of `{own.name}` has no name that a file could hold", hint=hint)
    yield f"[functions.{own.name}]"
    yield f"torch = {toml_string(_beside(own.code, folder))}"
    yield f"formula = {toml_string(own.formula or '')}"
    if own.order or own.params:
        yield f"args = [{', '.join(map(toml_string, own.order or own.params))}]"
    if own.surrogate is not None:
        yield f"surrogate = {toml_string(own.surrogate)}"
    if own.constants:
        yield f"const = [{', '.join(toml_string(f'{name}={value!r}') for name, value in own.constants)}]"
    if own.gradients:
        yield f"gradient = {_table(dict(own.gradients))}"
        if not own.is_linear:
            yield "linear = false"


def _beside(code: str, folder: Path) -> str:
    """The name of code as a case file in a folder gives it: the path of a file is taken from there."""
    place, _, name = code.rpartition(":")
    if not place.endswith(".py"):
        return code
    try:
        return f"{Path(os.path.relpath(Path(place).absolute(), folder.absolute())).as_posix()}:{name}"
    except ValueError:  # on another drive
        return f"{Path(place).absolute()}:{name}"


def _case(point: Sequence[Result], found: HuntMap, number: int) -> Iterator[str]:
    first = point[0]
    case, at = first.case, first.typed
    reasons = [one for one in found.found if one.at == at]
    yield "[[case]]"
    yield f"name = {toml_string(f'{case.name or _one_line(case.expr)}: found {number}')}"
    yield f"expr = {toml_string(case.expr)}"
    yield f"at = {_table(at)}"
    yield from _asked(case, point)
    yield from _expected(point)
    yield f"why = {toml_string(f'derivcheck hunt, {_ranges(found)}: {_why(reasons)}')}"


def _asked(case: Case, point: Sequence[Result]) -> Iterator[str]:
    """What the case asks for, where that is not the default."""
    if case.wrt:
        yield f"wrt = [{', '.join(toml_string(','.join(wrt)) for wrt in case.wrt)}]"
    elif case.order != 1:
        yield f"order = {case.order}"
    if case.modes != (Mode.REVERSE,):
        yield f"mode = [{', '.join(toml_string(mode.value) for mode in case.modes)}]"
    dtype = next((row.gradient.dtype for row in point if row.gradient), case.dtype)
    if dtype not in {None, DType.FLOAT64}:
        yield f"dtype = {toml_string(str(dtype))}"
    if case.device != "cpu":
        yield f"device = {toml_string(case.device)}"
    if case.const:
        yield f"const = [{', '.join(map(toml_string, case.const))}]"
    if case.seed:
        yield f"seed = {case.seed}"
    if case.value is not None:
        yield f"value = {toml_string(case.value)}"
    if case.derivative:
        yield f"derivative = {_table({','.join(wrt): text for wrt, text in case.derivative.items()})}"
    if case.tolerance is not None:
        yield f"rtol = {case.tolerance.rtol!r}"
        yield f"atol = {case.tolerance.atol!r}"


def _expected(point: Sequence[Result]) -> Iterator[str]:
    """The statuses: one for each derivative, or one for the whole case where its value does not match either."""
    statuses: dict[Wrt, Status] = {}
    worst = Worst()
    for row in point:
        worst.add(row)
        before = statuses.get(row.wrt, Status.MATCH)
        statuses[row.wrt] = max(before, row.status, key=lambda status: status.rank)
    if all(status is Status.MATCH for status in statuses.values()):
        yield 'expect = "match"'
    elif statuses.get((), Status.MATCH).severity is not Severity.PASS:
        yield f"expect = {toml_string(worst.status.label)}"
    else:
        listed = {",".join(wrt): status.label for wrt, status in statuses.items() if wrt}
        yield f"expect = {_table(listed)}"


def _why(reasons: Sequence[FoundPoint]) -> str:
    told = []
    for one in reasons:
        size = "" if one.ulps is None else f", {one.ulps:.3g} ulp"
        place = "" if one.place is None else f" at {one.place}"
        told.append(f"{one.kind}{place} ({derivative_name(one.wrt)}{size})")
    return "; ".join(told) or "found"


def _table(items: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{_key(name)} = {toml_string(text)}' for name, text in items.items())} }}"


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else toml_string(name)
