"""Results as plain data for JSON: the schema's version 2."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from derivcheck.errors import DerivcheckError, ParseError, WorkerError
from derivcheck.model import Result, Side, Status, Truth, Wrt
from derivcheck.model.deferred import Deferred
from derivcheck.numbers import Enclosure
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.reporting.serialization.explanation_data import explanation_data
from derivcheck.reporting.serialization.hunt_data import hunt_data
from derivcheck.reporting.serialization.posed_data import posed_data
from derivcheck.reporting.serialization.shaped_data import elements_data, in_hexadecimal, number, value_data

SCHEMA = 2
"""The version; it changes when a key is taken away or changes its meaning."""

READABLE = (1, SCHEMA)
"""The versions that `deserialize` beside it reads: a row of version 1 is one of version 2 about numbers alone."""


def json_schema() -> str:
    """The JSON Schema (draft 2020-12) of a document and of a line, as text: `derivcheck schema` prints it."""
    return files("derivcheck").joinpath("schemas", f"results-{SCHEMA}.json").read_text(encoding="utf-8")


def line_data(result: Result, *, every_formula: bool = False) -> dict[str, Any]:
    """A Result as a line of JSON Lines, which stands alone: it names the schema."""
    return {"schema": SCHEMA, **result_data(result, every_formula=every_formula)}


def result_data(result: Result, *, every_formula: bool = False) -> dict[str, Any]:
    """A Result as data that `json.dumps(…, allow_nan=False)` takes; `deserialize` beside it reads it back.

    Numbers that are not finite are the strings "nan", "inf" and "-inf"; what does not apply is None: the point of a
    case that failed before it was read, the mode of a claim, the truth of an error. Results of the check list for a
    user's own function have the keys `item` and `diagnosis` as well, perhaps `function`, and those of tensors have keys
    about their elements. The first one of a point that was explained has the key `explanation`, the first one
    of a hunt the key `hunt`.
    docs/json.md tells what each key holds.

    Args:
        result: the Result.
        every_formula: whether to write every formula; a batch leaves out the formulas of rows that match.
    """
    case, gradient, verdict = result.case, result.gradient, result.verdict
    dtype = gradient.dtype if gradient else case.dtype
    return {
        "case": case.label,
        "name": case.name,
        "location": {"file": case.location.file, "line": case.location.line} if str(case.location) else None,
        "expr": case.expr,
        "point": result.typed if result.typed or result.point is not None or result.values is not None else None,
        "point_exact": _exact(result),
        "what": result.what.value,
        "wrt": list(result.wrt),
        "order": result.order,
        "mode": gradient.mode.value if gradient else None,
        "device": gradient.device if gradient else case.device,
        "dtype": dtype.label if dtype else None,
        "formula": None if is_left_out(result) and not every_formula else result.formula_text,
        "symbolic": _enclosure(result.symbolic) if result.symbolic else None,
        "truth": _truth(result.truth) if result.truth else None,
        "autograd": number(gradient.value) if gradient else None,
        "autograd_error": gradient.error if gradient else None,
        "error": {"abs": number(verdict.absolute), "rel": number(verdict.relative), "ulps": number(verdict.ulps)},
        "sigma": number(verdict.sigma),
        "digits": None if verdict.digits is None else number(round(verdict.digits, 2)),
        "status": result.status.label,
        "severity": result.status.severity.value,
        "reason": verdict.reason,
        "expect": _expect(case.expect),
        "why": case.why,
        "notes": list(result.notes),
        "stopped": _stop_data(result.error) if result.error else None,
        "trace": result.trace,
        **_as_read(result),
        **({} if result.item is None else {"item": result.item, "diagnosis": result.diagnosis, **posed_data(case)}),
        **({} if result.values is None else {"seed": case.seed}),
        **elements_data(result),
        **({} if result.explanation is None else {"explanation": explanation_data(result.explanation)}),
        **({} if result.hunt_map is None else {"hunt": hunt_data(result.hunt_map)}),
    }


def _as_read(result: Result) -> dict[str, str]:
    """How the expression was read where it is not plain."""
    as_read = result.expression.as_read if result.expression is not None else None
    return {} if as_read is None else {"read_as": as_read.text}


def summary_data(summary: Summary, code: ExitCode) -> dict[str, Any]:
    """The tally of a run as data for JSON; counts that are 0 in most runs are left out if they are 0."""
    return {
        "cases": summary.cases.total(),
        "results": summary.results.total(),
        "by_status": {status.label: count for status, count in summary.by_status.items()},
        "exit_code": int(code),
        **{name: count for name, count in _rare_counts(summary) if count},
        **({"interrupted": True} if summary.interrupted else {}),
        **({} if summary.statistics is None else {"statistics": summary.statistics.data()}),
    }


def _rare_counts(summary: Summary) -> tuple[tuple[str, int], ...]:
    """The counts that need an unreadable file, a baseline, a selection or a shard to be more than 0."""
    return (
        ("files", summary.files),
        ("known", summary.known),
        ("mended", summary.mended),
        ("deselected", summary.deselected),
        ("elsewhere", summary.elsewhere),
    )


def is_left_out(result: Result) -> bool:
    """Whether a row leaves the formula out, since the reader can make it again from the expression."""
    return isinstance(result.formula, Deferred) and result.formula.left_out


def _exact(result: Result) -> dict[str, Any] | None:
    """The exact numbers of the point; None where it is not known."""
    if result.values is not None:
        return {name: value_data(value) for name, value in result.values.items()}
    return None if result.point is None else {name: in_hexadecimal(value) for name, value in result.point.items()}


def _truth(truth: Truth) -> dict[str, Any]:
    return {
        "kind": truth.kind.value,
        **(_enclosure(truth.value) if truth.value else {"value": None, "radius": None}),
        "left": _side(truth.left),
        "right": _side(truth.right),
        "reason": truth.reason or None,
        "limit": _side(truth.limit),
        "evidence": truth.evidence.value if truth.evidence else None,
    }


def _enclosure(enclosure: Enclosure) -> dict[str, str]:
    return {"value": enclosure.exact_decimal(), "radius": enclosure.radius()}


def _side(side: Enclosure | Side | None) -> str | None:
    return side.exact_decimal() if isinstance(side, Enclosure) else side.value if side else None


def _expect(expect: Status | dict[Wrt, Status] | None) -> str | dict[str, str] | None:
    if isinstance(expect, dict):
        return {",".join(wrt): status.label for wrt, status in expect.items()}
    return expect.label if expect else None


def _stop_data(error: DerivcheckError) -> dict[str, Any]:
    """The parts of an error that its message on stderr needs beside the reason.

    Of a text with several lines, or a long one, only the line above the carets is kept, as the message shows it.
    """
    text, span = None, None
    if isinstance(error, ParseError):
        text, carets = error.caret().split("\n")
        span = [carets.index("^"), len(carets)]
    where, limit = error.location, error.limit if isinstance(error, WorkerError) else None
    return {
        "hint": error.hint,
        "location": {"file": where.file, "line": where.line, "key": where.key} if where else None,
        "text": text,
        "span": span,
        "limit": {"name": limit[0], "value": limit[1]} if limit else None,
    }
