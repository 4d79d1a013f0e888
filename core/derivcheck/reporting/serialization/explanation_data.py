"""An explanation as plain data for JSON, written and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from derivcheck.errors import Span
from derivcheck.model.explanation import (
    BesideExact,
    Blame,
    BlameKind,
    Digits,
    Explanation,
    Place,
    ReturnedGradient,
    Rewrite,
    TapeTensor,
)
from derivcheck.numbers import DType, Enclosure
from derivcheck.reporting.serialization.read_decimals import read_rounded
from derivcheck.reporting.serialization.shaped_data import number, read_number

Data = Mapping[str, Any]

_T = TypeVar("_T")

MOST_NUMBERS = 1000
"""How many numbers of a tensor stand in a row; of a larger one its lists are empty."""


def explanation_data(explanation: Explanation) -> dict[str, Any]:
    """An explanation as data that `json.dumps(…, allow_nan=False)` takes."""
    blame = explanation.blame
    return {
        "subject": explanation.subject,
        "tape": [_tensor_data(tensor) for tensor in explanation.tape],
        "blame": None
        if blame is None
        else {
            "kind": blame.kind.name.lower(),
            "tensor": blame.tensor,
            "sentence": blame.sentence,
            "place": _place_data(blame.place),
            "argument": blame.argument,
            "index": None if blame.index is None else list(blame.index),
            "returned": number(blame.returned),
            "exact": _exact_text(blame.exact),
        },
        "rewrites": [
            {
                "expression": rewrite.expression,
                "rule": rewrite.rule,
                "why": rewrite.why,
                "source": rewrite.source,
                "value": _digits_data(rewrite.value),
                "gradients": {wrt: _digits_data(digits) for wrt, digits in rewrite.gradients},
            }
            for rewrite in explanation.rewrites
        ],
        "notes": list(explanation.notes),
    }


def _tensor_data(tensor: TapeTensor) -> dict[str, Any]:
    is_large = len(tensor.value.computed) > MOST_NUMBERS
    return {
        "operation": tensor.operation,
        "arguments": list(tensor.arguments),
        "place": _place_data(tensor.place),
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype.label,
        "requires_grad": tensor.requires_grad,
        "is_leaf": tensor.is_leaf,
        "grad_fn": tensor.grad_fn,
        "is_output": tensor.is_output,
        "is_own": tensor.is_own,
        "condition": number(tensor.condition),
        "value": _beside_data(tensor.value, is_large=is_large),
        "adjoint": None if tensor.adjoint is None else _beside_data(tensor.adjoint, is_large=is_large),
        "grad": None if tensor.grad is None else [] if is_large else [number(each) for each in tensor.grad],
        "returned": [
            {
                "argument": each.argument,
                **_beside_data(each.numbers, is_large=len(each.numbers.computed) > MOST_NUMBERS),
            }
            for each in tensor.returned
        ],
    }


def _beside_data(numbers: BesideExact, *, is_large: bool) -> dict[str, Any]:
    if is_large:
        return {"computed": [], "exact": [], "local": [], "inherited": [], "due": [], "explained": []}
    return {
        "computed": [number(each) for each in numbers.computed],
        "exact": [_exact_text(each) for each in numbers.exact],
        "local": [number(each) for each in numbers.local],
        "inherited": [number(each) for each in numbers.inherited],
        "due": [_exact_text(each) for each in numbers.due],
        "explained": [number(each) for each in numbers.explained],
    }


def _place_data(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    span = None if place.span is None else [place.span.start, place.span.end]
    return {"text": place.text, "span": span, "file": place.file, "line": place.line}


def _digits_data(digits: Digits) -> dict[str, Any]:
    return {"before": number(round(digits.before, 2)), "after": number(round(digits.after, 2))}


def _exact_text(exact: Enclosure | None) -> str | None:
    return None if exact is None else exact.exact_decimal()


# --- and back ---------------------------------------------------------------------------------------------------------


def read_explanation(data: Data) -> Explanation:
    """Read what `explanation_data` wrote.

    Of the exact numbers, the last bits are lost; and what a tensor with many elements holds.

    Raises:
        KeyError, TypeError, ValueError: where the data is no explanation.
    """
    blame = data["blame"]
    tape = tuple(map(_read_tensor, _items(data["tape"])))
    if any(not 0 <= at < len(tape) for tensor in tape for at in tensor.arguments):
        raise ValueError("an argument of an operation is not on the tape")
    return Explanation(
        _text(data["subject"]),
        tape,
        None if blame is None else _read_blame(blame),
        tuple(map(_read_rewrite, _items(data["rewrites"]))),
        tuple(map(_text, _items(data["notes"]))),
    )


def _read_blame(data: Data) -> Blame:
    kind = str(data["kind"]).upper()
    return Blame(
        BlameKind[kind],
        _count(data["tensor"]),
        _text(data["sentence"]),
        _read_place(data["place"]),
        _perhaps(_count, data["argument"]),
        None if data["index"] is None else tuple(map(_count, _items(data["index"]))),
        read_number(data["returned"]),
        _perhaps(read_rounded, data["exact"]),
    )


def _read_tensor(data: Data) -> TapeTensor:
    grad = data["grad"]
    return TapeTensor(
        _perhaps(_text, data["operation"]),
        tuple(map(_count, _items(data["arguments"]))),
        _read_place(data["place"]),
        _text(data["name"]),
        tuple(map(_count, _items(data["shape"]))),
        DType.named(data["dtype"]),
        bool(data["requires_grad"]),
        bool(data["is_leaf"]),
        _perhaps(_text, data["grad_fn"]),
        _read_beside(data["value"]),
        _perhaps(_read_beside, data["adjoint"]),
        None if grad is None else tuple(map(float, _items(grad))),
        read_number(data["condition"]),
        bool(data["is_output"]),
        tuple(ReturnedGradient(_count(each["argument"]), _read_beside(each)) for each in _items(data["returned"])),
        bool(data["is_own"]),
    )


def _read_beside(data: Data) -> BesideExact:
    return BesideExact(
        tuple(map(float, _items(data["computed"]))),
        _read_exact(data["exact"]),
        _read_numbers(data["local"]),
        _read_numbers(data["inherited"]),
        _read_exact(data["due"]),
        _read_numbers(data["explained"]),
    )


def _read_exact(texts: object) -> tuple[Enclosure | None, ...]:
    return tuple(_perhaps(read_rounded, text) for text in _items(texts))


def _read_numbers(numbers: object) -> tuple[float | None, ...]:
    return tuple(map(read_number, _items(numbers)))


def _read_place(data: Data | None) -> Place | None:
    if data is None:
        return None
    span = data["span"]
    return Place(
        _text(data["text"]),
        None if span is None else Span(*map(_count, _items(span))),
        _perhaps(_text, data["file"]),
        _perhaps(_count, data["line"]),
    )


def _read_rewrite(data: Data) -> Rewrite:
    return Rewrite(
        _text(data["rule"]),
        _text(data["expression"]),
        _text(data["why"]),
        _text(data["source"]),
        _read_digits(data["value"]),
        tuple((_text(wrt), _read_digits(digits)) for wrt, digits in data["gradients"].items()),
    )


def _read_digits(data: Data) -> Digits:
    return Digits(float(data["before"]), float(data["after"]))


def _perhaps(read: Callable[[Any], _T], value: Any) -> _T | None:
    return None if value is None else read(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:60]!r} is no text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{str(value)[:60]!r} is no whole number")
    return value


def _items(value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{str(value)[:60]!r} is no list")
    return value
