"""The page of findings: what torch gets wrong, each with three lines that show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from atlas_tables import table
from findings import PRELUDE, Finding, Kind, in_markdown, operations

INTRODUCTION = """\
---
hide: [toc]
description: What torch gets wrong, operation by operation, each with three lines that show it and the true number.
---
# Findings, operation by operation

{count} findings in torch {version}, of {operations} operations; of {without} without those where torch says itself that
it has no derivative. Each is confirmed by three lines, and the true number by mpmath: a closed form or a series with
80 digits, at the very numbers that the tensors hold. A test runs them all, in each format and mode that is named.
[Findings in torch](../torch_findings.md) tells more of many. None is a kink or a convention, and none is honest
rounding: derivcheck calls the same numbers wrong, or says that they lose digits.

The lines start from these:

"""

KINDS = {
    Kind.WRONG: "No digit is right, or another function is differentiated.",
    Kind.DIGITS: "Some digits are right, fewer than the format has and than rounding explains.",
    Kind.RANGE: "A step overflows or underflows on the way to a number that the format holds.",
    Kind.NAN: "nan or inf, where there is a number.",
    Kind.MISSING: "torch says that it has no derivative, though there is one.",
}


def page(findings: Sequence[Finding], version: str) -> str:
    """The page as Markdown."""
    wrong = [finding for finding in findings if finding.kind is not Kind.MISSING]
    head = INTRODUCTION.format(
        count=len(findings), version=version, operations=len(operations(findings)), without=len(operations(wrong))
    )
    parts = [head, _prelude(), _kinds(findings), _table(findings)]
    for kind in Kind:
        parts.append(f"## {kind.value.capitalize()}\n\n{KINDS[kind]}\n")
        parts += ["\n".join(_finding(finding)) for finding in findings if finding.kind is kind]
    return "\n".join(parts)


def _prelude() -> str:
    return f"```python\n{PRELUDE.strip()}\n```\n"


def _kinds(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.kind for finding in findings)
    return ", ".join(f"{counts[kind]} × [{kind.value}](#{kind.value.replace(' ', '-')})" for kind in Kind) + ".\n"


def _table(findings: Sequence[Finding]) -> str:
    ordered = sorted(findings, key=lambda finding: finding.operations)
    return table(("operation", "finding", "kind", "of", "formats", "modes"), map(_cells, ordered))


def _cells(finding: Finding) -> Iterator[str]:
    yield escape(", ".join(finding.operations))
    yield f'<a href="#{finding.id}">{escape(finding.title)}</a>'
    yield finding.kind.value
    yield finding.of
    yield ", ".join(finding.formats)
    yield ", ".join(finding.modes) if finding.of != "value" else "—"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {in_markdown(finding.title)} {{ #{finding.id} }}\n"
    yield f"`{'`, `'.join(finding.operations)}`, {finding.of}; {_where(finding)}.\n"
    yield "```pycon"
    yield from (f">>> {line}" for line in finding.reproduction)
    yield _shortened(finding.shown)
    yield "```\n"
    if finding.kind is not Kind.MISSING:
        yield f"True is {_true(finding)}.{_more(finding)}\n"
    else:
        yield f"{_more(finding).strip()}\n"


def _true(finding: Finding) -> str:
    return re.sub(r"(-?[\w.+-]*\d[\w.+-]*|True|torch\.\w+)", r"`\1`", finding.true)


def _where(finding: Finding) -> str:
    formats = ", ".join(finding.formats)
    return formats if finding.of == "value" else f"{formats}; {', '.join(finding.modes)}"


def _more(finding: Finding) -> str:
    text = ""
    if finding.why:
        text += f" {in_markdown(finding.why)}"
    if finding.section:
        text += f" [More](../torch_findings.md#{anchor(finding.section)})."
    if finding.report:
        number = finding.report.rstrip("/").rpartition("/")[2]
        text += f" Reported: [{number}]({finding.report})."
    return text


def anchor(heading: str) -> str:
    """The name that a page gives to a section, as code hosts do it.

    Examples:
        >>> anchor("The mixed derivative of x**y at y = 0")
        'the-mixed-derivative-of-xy-at-y--0'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _shortened(text: str) -> str:
    return text if len(text) <= 110 else f"{text[:110].rpartition(' ')[0]} …"
