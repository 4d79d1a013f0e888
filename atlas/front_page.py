"""The front page of the atlas: all operations in one table, which a small script sorts and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from atlas_operations import FORMATS, LOOKS, WORST_FIRST, Operation, worst
from atlas_rows import VERDICTS
from atlas_tables import marked_table
from operation_page import ulps_text

ASKED = (
    ("value", 0, None),
    ("reverse", 1, "reverse"),
    ("forward", 1, "forward"),
    ("second", 2, "reverse"),
    ("second-forward", 2, "forward"),
)
"""What a filter may ask for: its key, the order of the derivative, and the mode."""

ASKED_WORDS = {
    "value": "values",
    "reverse": "first derivatives, reverse mode",
    "forward": "first derivatives, forward mode",
    "second": "second derivatives, reverse mode",
    "second-forward": "second derivatives, forward mode",
}

INTRODUCTION = """\
---
hide: [toc]
description: Every differentiable operation of torch, where it is right, where it loses digits, and where it is wrong.
---
# The atlas of torch

Every differentiable operation of torch {version}, in four formats and in torch's modes: where it is right, where it
loses digits, and where it is wrong. derivcheck holds what torch returns against a proven enclosure of the true number,
on torch's own samples, by a hunt for the worst point, or at every number of a format with 16 bits. The page of an
operation has pictures, the worst points, and the commands that reproduce them. `make atlas` makes all of it anew for
the torch that is installed.

{counts} [{findings} findings of {operations} operations](findings.md) have three lines of torch each.
[What changed](changes.md) since another torch is on a page of its own.

"""

MEANINGS = """\

## What the words mean

* <span class="fail">✗ wrong</span>: at one point or more no digit is right, or nan stands where there is a number.
* <span class="warn">! loses digits</span>: at one point or more digits are lost that the format has room for.
* <span class="pass">✓ right</span>: right everywhere that was looked at; kinks and conventions are no faults.
* <span class="notes">? undecided</span>: at some point nothing could be proven.
* <span class="notes">– not supported</span>: torch has no such kernel.

The error is in units in the last place (ulp) of the true number. An error of many ulps may be right: where the
function is ill-conditioned, rounding explains it ([Statuses](../verdicts.md)). In the pictures a cross is a wrong
number, a dot marks lost digits, and the dotted line is half an ulp, the error of a number that is rounded once.
"""


def page(operations: Sequence[Operation], findings: int, found_in: int) -> str:
    """The front page as Markdown, with the table as HTML."""
    looked = [operation for operation in operations if operation.rows]
    version = looked[0].rows[0].torch if looked else ""
    counted = Counter(operation.verdict for operation in looked)
    counts = ", ".join(
        f"{counted[verdict]:,} {_PLAINLY.get(verdict, f'are {verdict}')}" for verdict in WORST_FIRST if counted[verdict]
    )
    text = INTRODUCTION.format(
        version=version,
        counts=f"Of {len(looked):,} operations {counts}.{_open(looked)}" if looked else "`make atlas` has not run yet.",
        findings=findings,
        operations=found_in,
    )
    return text + _form() + _table(operations) + MEANINGS


def _open(looked: Sequence[Operation]) -> str:
    """How much is still to be looked at; nothing where all is done."""
    seen = sum(len({row.format for row in operation.rows}) for operation in looked)
    whole = len(looked) * len(FORMATS)
    if seen == whole:
        return ""
    return f" Looked at are {seen:,} of {whole:,} pairs of an operation and a format; a dash stands for the others."


_PLAINLY = {
    "wrong": "are wrong somewhere",
    "loses digits": "lose digits somewhere",
    "right": "are right wherever they were looked at",
}


def _form() -> str:
    """What is filtered by; it is shown where there is a script."""
    verdicts = "".join(f'<option value="{LOOKS[verdict][2]}">{verdict}</option>' for verdict, _ in VERDICTS)
    formats = "".join(f'<option value="{place}">{name}</option>' for place, name in enumerate(FORMATS))
    asked = "".join(f'<option value="{place}">{ASKED_WORDS[key]}</option>' for place, (key, _, _) in enumerate(ASKED))
    return f"""\
<form class="atlas-filter" hidden>
<label>Name <input type="search" name="name" placeholder="linalg, norm, …" autocomplete="off"></label>
<label>Verdict <select name="verdict"><option value="">any</option>{verdicts}</select></label>
<label>Format <select name="format"><option value="">any</option>{formats}</select></label>
<label>Of <select name="asked"><option value="">all</option>{asked}</select></label>
<output></output>
</form>
"""


def _table(operations: Sequence[Operation]) -> str:
    verdicts = [(name, "verdict") for name in FORMATS]
    heads = [("operation", "text"), ("group", "text"), *verdicts, ("largest error", "number"), ("findings", "number")]
    tags = [f'<th data-sort="{kind}">{head}</th>' for head, kind in heads]
    return marked_table(' class="operations"', tags, map(_row, operations))


def letters(operation: Operation) -> list[str]:
    """The verdicts of an operation for the script: a word a format, a letter for each of `ASKED`, `.` for none."""
    return ["".join(_letters(operation, name)) for name in FORMATS]


def _letters(operation: Operation, name: str) -> Iterator[str]:
    for _, order, mode in ASKED:
        verdicts = [row.verdict for row in operation.rows if (row.format, row.order, row.mode) == (name, order, mode)]
        yield LOOKS[worst(verdicts)][2] if verdicts else "."


def _row(operation: Operation) -> tuple[str, list[str]]:
    name = escape(operation.name)
    cells = [f'<a href="operations/{name}.html">{name}</a>', escape(operation.group)]
    for format_ in FORMATS:
        verdicts = [row.verdict for row in operation.rows if row.format == format_]
        mark, tone, _ = LOOKS[worst(verdicts)]
        cells.append(f'<span class="{tone}">{f"{mark} {worst(verdicts)}" if verdicts else "—"}</span>')
    ulps = operation.ulps
    cells.append(f'<span data-value="{-1 if ulps is None else ulps}">{ulps_text(ulps)}</span>')
    cells.append(str(len(operation.findings) or ""))
    return f' data-verdicts="{" ".join(letters(operation))}"', cells
