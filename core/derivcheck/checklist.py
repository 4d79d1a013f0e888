"""The check list as plain text: a line an item, its reason, and the name of the mistake."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from derivcheck.model import Result, Severity

SYMBOLS = {Severity.PASS: "✓", Severity.WARN: "!", Severity.FAIL: "✗", Severity.ERROR: "✗"}
_SKIPPED = "–"


def headline(results: Sequence[Result]) -> str:
    """What was checked: the function, its formula, where."""
    case = results[0].case
    dtype = next((result.gradient.dtype for result in results if result.gradient), case.dtype)
    points = "; ".join(", ".join(f"{name} = {text}" for name, text in at.items()) for at in case.at)
    return "   ".join(
        filter(None, [f"{case.label} against {case.expr}", f"at {points}", f"{dtype} · {case.device}" if dtype else ""])
    )


def rows(results: Iterable[Result]) -> Iterator[tuple[Result, str, str]]:
    """For each item its line and its reason, empty where everything is as it should be."""
    listed = list(results)
    width = max((len(result.item or "") for result in listed), default=0)
    for result in listed:
        skipped = result.status.label == "skipped"
        symbol = _SKIPPED if skipped else SYMBOLS[result.status.severity]
        detail = result.verdict.reason if result.status.label == "match" else None
        line = f"{result.item or '':<{width}}    {symbol} {result.status}" + (f"    {detail}" if detail else "")
        yield result, line.rstrip(), "" if result.status.label == "match" else result.verdict.reason or ""


def diagnoses(results: Iterable[Result]) -> list[str]:
    """The names of the mistakes, each once."""
    return list(dict.fromkeys(result.diagnosis for result in results if result.diagnosis))


def as_text(results: Sequence[Result], *, width: int = 100) -> str:
    """The whole list, with a line `diagnosis: …` at the end where the mistake has a name."""
    lines = [headline(results)]
    for _, line, reason in rows(results):
        lines.append(f"  {line}")
        lines += textwrap.wrap(reason, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    lines += [f"diagnosis: {name}" for name in diagnoses(results)]
    return "\n".join(lines)
