"""Reads Results back from the plain data that `derivcheck.reporting.serialization.serialize` writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

from derivcheck.errors import DerivcheckError, InputFileError, Location, ParseError, Span, WorkerError
from derivcheck.graph.folding import rational_value
from derivcheck.language.parse import parse
from derivcheck.model import (
    Case,
    Coordinate,
    ElementResult,
    ElementResults,
    Evidence,
    Gradient,
    Kind,
    Mode,
    Point,
    Refusal,
    RefusalKind,
    Result,
    ShapedPoint,
    Side,
    Status,
    Truth,
    Verdict,
    What,
    Wrt,
)
from derivcheck.model.deferred import TOO_LONG, Deferred
from derivcheck.numbers import DType, Enclosure
from derivcheck.reporting.serialization.explanation_data import read_explanation
from derivcheck.reporting.serialization.hunt_data import read_hunt
from derivcheck.reporting.serialization.late_expression import LateExpression
from derivcheck.reporting.serialization.posed_data import read_posed
from derivcheck.reporting.serialization.read_decimals import read_enclosure, read_rounded
from derivcheck.reporting.serialization.shaped_data import (
    enclosing,
    read_elements,
    read_number,
    read_value,
    texts_of_numbers,
)
from derivcheck.reporting.serialization.types import check_types

Data = Mapping[str, Any]

Recall = Callable[[str, frozenset[str], Wrt], Deferred]
"""Makes a formula that a row leaves out again, from the expression, its variables, and those to differentiate by.

It is `derivcheck.checking.late_formulas.recall`. It is a parameter, since this module must not load SymPy.
"""

RecallOfTensor = Callable[[str, Wrt, ShapedPoint, ElementResults], Deferred]
"""The same for a tensor, from the expression, the variables to differentiate by, the point, and the row's elements.

It is `derivcheck.checking.tensors.late_shaped_formulas.recall_of_tensor`.
"""

_UNKNOWN = Truth(Kind.UNDECIDED)

_CASE = ("case", "name", "location", "expr", "device", "dtype", "expect", "why", "function")
"""The keys that the rows of one case share."""


def read_result(data: Data) -> Result:
    """Return the Result that a row was made from; `result_data` makes the same row from it again.

    Some things are lost, which no renderer shows: the modes, claims, tolerance and other points of the case, and the
    last bits of a truth, of which a row holds 25 digits. The expression is parsed again.

    Raises:
        InputFileError: where the data is no row of this schema.
    """
    return Reader().read(data)


def read_results(
    rows: Iterable[Data], recall: Recall | None = None, recall_of_tensor: RecallOfTensor | None = None
) -> Iterator[Result]:
    """Yield the Results of many rows, in order. As in a run, the Results of one point share one object as their point.

    Args:
        rows: the data of the rows.
        recall: as for `Reader`.
        recall_of_tensor: likewise.
    """
    return map(Reader(recall, recall_of_tensor).read, rows)


class Reader:
    """Reads row after row, and recognizes rows of the same point of the same case.

    Args:
        recall: makes the formulas again that the rows leave out; with None, these Results have no formula.
        recall_of_tensor: the same for tensors.
    """

    def __init__(self, recall: Recall | None = None, recall_of_tensor: RecallOfTensor | None = None) -> None:
        self._recall = recall
        self._recall_of_tensor = recall_of_tensor
        self._key: dict[str, Any] | None = None
        self._case = Case("")
        self._at: tuple[Any, Any] = (None, None)
        self._point: Point | None = None
        self._values: ShapedPoint | None = None
        self._text: tuple[str, str, tuple[str, ...]] | None = None
        self._expression: LateExpression | None = None

    def read(self, data: Data) -> Result:
        """The Result of the next row; InputFileError where it is none."""
        try:
            result = self._read(data)
        except DerivcheckError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
            raise InputFileError(f"this is no result of derivcheck: {_explain(error)}") from None
        check_types(data)  # a value of another type would make a renderer fail later
        return result

    def _read(self, data: Data) -> Result:
        what, stopped = What(data["what"]), data.get("stopped")
        self._read_point(data, begins=what is What.VALUE and stopped is None and data.get("trace") is None)
        point, values = self._point, self._values
        names = tuple(point or values or ())
        case, verdict = self._read_case(data, names), _verdict(data)
        truth = None if data["truth"] is None else _truth(data["truth"])
        gradient, symbolic = None if data["mode"] is None else _gradient(data), _enclosure(data.get("symbolic"))
        is_known = point is not None or values is not None
        ran = truth is not None or gradient is not None or (data.get("item") is not None and is_known)
        plain = str(data.get("read_as", case.expr))
        wrt = tuple(map(str, data["wrt"]))
        expression = self._read_expression(case.expr, plain, names) if ran else None
        formula = data["formula"]
        has_formula = what is What.DERIVATIVE and symbolic is not None and data.get("item") is None and values is None
        if formula is None and has_formula and expression is not None:
            formula = self._left_out(plain, frozenset(names), wrt, verdict)
        elements = None
        if data.get("elements") is not None:
            number = None if gradient is None else gradient.value
            elements = read_elements(data, ElementResult((), verdict, truth or _UNKNOWN, number, symbolic))
            is_weighed = elements.upstream is not None or elements.direction is not None
            is_of_list = data.get("item") is not None  # its formula may be of more outputs than the row
            if formula is None and what is What.DERIVATIVE and not is_weighed and not is_of_list:
                formula = self._left_out_of_tensor(plain, wrt, verdict, values, enclosing(elements, data))
        return Result(
            case,
            what,
            wrt,
            verdict,
            point=point,
            expression=expression,
            formula=formula,
            symbolic=symbolic,
            truth=truth,
            gradient=gradient,
            error=None if stopped is None else _error(verdict.reason or "", stopped),
            trace=data.get("trace"),
            notes=tuple(map(str, data.get("notes", ()))),
            item=data.get("item"),
            diagnosis=data.get("diagnosis"),
            values=values,
            elements=elements,
            explanation=None if data.get("explanation") is None else read_explanation(data["explanation"]),
            hunt_map=None if data.get("hunt") is None else read_hunt(data["hunt"]),
        )

    def _read_expression(self, source: str, plain: str, names: tuple[str, ...]) -> LateExpression:
        """The expression, the same one for rows that have the same."""
        key = (source, plain, names)
        if self._expression is None or key != self._text:
            self._text, self._expression = key, LateExpression(*key)
        return self._expression

    def _left_out(self, expr: str, names: frozenset[str], wrt: Wrt, verdict: Verdict) -> Deferred | None:
        """Return what replaces a formula that is not in the row: its recipe, or TOO_LONG."""
        if verdict.status is not Status.MATCH:
            return TOO_LONG
        return None if self._recall is None else self._recall(expr, names, wrt)

    def _left_out_of_tensor(
        self, expr: str, wrt: Wrt, verdict: Verdict, values: ShapedPoint | None, elements: ElementResults
    ) -> Deferred | None:
        """Return the same for a row of a tensor: its formula depends on the point, and on the worst element."""
        if verdict.status is not Status.MATCH or values is None:
            return TOO_LONG
        if not all(value.elements or not prod(value.shape) for value in values.values()):  # the row has not all numbers
            return TOO_LONG
        if self._recall_of_tensor is None or not elements.elements:  # a row without elements has no formula
            return None
        return self._recall_of_tensor(expr, wrt, values, elements)

    def _read_case(self, data: Data, names: tuple[str, ...]) -> Case:
        key = {name: data.get(name) for name in _CASE}
        if key != self._key:
            expr, device = data["expr"], data["device"]
            if not isinstance(expr, str) or not isinstance(device, str):
                raise TypeError("expr and device are texts")
            own, held = read_posed(str(data["case"]), expr, data.get("function"))
            self._key, self._case = (
                key,
                Case(
                    expr,
                    ({name: data["point"][name] for name in names},) if names else (),
                    name=data["name"] if "name" in data else data["case"],
                    dtype=None if data["dtype"] is None else DType.named(data["dtype"]),
                    device=device,
                    expect=_expect(data.get("expect")),
                    why=data.get("why"),
                    location=_location(data.get("location")),
                    seed=data.get("seed", 0),
                    functions=own,
                    const=held,
                ),
            )
        if data["point_exact"] is None and data["point"] is not None:  # a point at infinity
            return replace(self._case, at=({str(name): str(text) for name, text in data["point"].items()},))
        return self._case

    def _read_point(self, data: Data, *, begins: bool) -> None:
        """Read the point. Its first row is that of the value, so the same point twice in a row is noticed as two."""
        at = (data["point"], data["point_exact"])
        if not begins and at == self._at:
            return
        self._at, self._point, self._values = at, None, None
        if "seed" in data:
            self._values = _values(*at)
        else:
            self._point = _point(*at)


def _explain(error: Exception) -> str:
    return f"the key {error} is missing" if isinstance(error, KeyError) else str(error)


def _point(texts: Mapping[str, str] | None, exact: Mapping[str, str] | None) -> Point | None:
    if texts is None or exact is None:
        return None
    return {
        name: Coordinate(text, _read_typed(text), Fraction(float.fromhex(exact[name]))) for name, text in texts.items()
    }


def _values(texts: Mapping[str, str], exact: Mapping[str, Any]) -> ShapedPoint:
    numbers = {text: _read_typed(text) for name in texts for text in texts_of_numbers(texts[name], exact[name])}
    return {name: read_value(text, exact[name], numbers) for name, text in texts.items()}


_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?", re.ASCII)
"""Most coordinates: what the language reads as Python does."""


@lru_cache(maxsize=1024)
def _read_typed(text: str) -> Fraction | None:
    """The number as it was typed, None where it is irrational."""
    if _PLAIN_NUMBER.fullmatch(text):
        return Fraction(text)
    try:
        return rational_value(parse(text))
    except DerivcheckError:
        return None


def _location(data: Data | None) -> Location:
    return Location() if data is None else Location(data["file"], data["line"], data.get("key"))


def _expect(data: str | Data | None) -> Status | dict[Wrt, Status] | None:
    if data is None:
        return None
    if isinstance(data, str):
        return Status.named(data)
    return {tuple(wrt.split(",")): Status.named(label) for wrt, label in data.items()}


def _truth(data: Data) -> Truth:
    return Truth(
        Kind(data["kind"]),
        None if data["value"] is None else read_enclosure(data["value"], data["radius"]),
        _side(data["left"]),
        _side(data["right"]),
        data.get("reason") or "",
        None if data.get("limit") is None else read_rounded(data["limit"]),
        None if data.get("evidence") is None else Evidence(data["evidence"]),
    )


_SIDES = {side.value: side for side in Side}


def _side(text: str | None) -> Enclosure | Side | None:
    return None if text is None else _SIDES.get(text) or read_rounded(text)


def _enclosure(data: Data | None) -> Enclosure | None:
    return None if data is None else read_enclosure(data["value"], data["radius"])


def _gradient(data: Data) -> Gradient:
    error = data.get("autograd_error")
    return Gradient(
        Mode(data["mode"]),
        data["device"],
        DType.named(data["dtype"]),
        read_number(data["autograd"]),
        None if error is None else Refusal(RefusalKind.RECORDED, error),
    )


def _verdict(data: Data) -> Verdict:
    error = data["error"]
    return Verdict(
        Status.named(data["status"]),
        data["reason"],
        absolute=read_number(error["abs"]),
        relative=read_number(error["rel"]),
        ulps=read_number(error["ulps"]),
        digits=read_number(data["digits"]),
        sigma=read_number(data.get("sigma")),
    )


def _error(message: str, data: Data) -> DerivcheckError:
    """Return the error that stopped the case; of the text that it is about, only the shown line is left."""
    hint, location = data["hint"], None if data["location"] is None else _location(data["location"])
    if (limit := data.get("limit")) is not None:
        return WorkerError(message, hint=hint, location=location, limit=(limit["name"], limit["value"]))
    if data["text"] is None:
        return DerivcheckError(message, hint=hint, location=location)
    error = ParseError(message, text=data["text"], span=Span(*data["span"]), hint=hint)
    return error if location is None else error.at(location)
