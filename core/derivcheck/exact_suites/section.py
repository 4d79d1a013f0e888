"""The section about gradchecks at the end of a run of pytest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from derivcheck.exact_suites.figures import CRASHED, LEFT, RAISED, UNREAD, Figures, Remark
from derivcheck.model import Severity, Status
from derivcheck.system.harmless import harmless, one_line

MOST_SHOWN = 10
"""How many calls, operations or constants a list shows, unless all are asked for."""

_WORDS = {
    UNREAD: "not read",
    RAISED: "refused as torch's own does",
    CRASHED: "in which derivcheck failed",
    LEFT: "left to torch's own",
}
"""What the labels that are no statuses are in words."""

_ORDER = [*(status.label for status in Status), UNREAD, RAISED, CRASHED, LEFT]

_LOUD = {status.label for status in Status if status.severity is Severity.WARN}
"""The labels of calls that are worth a look although they pass; of those that fail, pytest has told."""


def line(figures: Figures) -> str:
    """Everything in one line.

    Example:
        >>> figures = Figures(ours=0.25, failing=1)
        >>> figures.labels.update(match=3, mismatch=1, unread=2)
        >>> line(figures)
        'exact gradcheck: 6 calls, 1 of them wrong: 3 match, 1 mismatch, 2 not read; 0.25 s'
    """
    differing = f"; {len(figures.differences):,} differ from torch's" if figures.differences else ""
    return f"exact gradcheck: {_calls(figures)}{differing}; {figures.ours:.2f} s"


def lines(figures: Figures, *, is_beside: bool, is_all: bool) -> Iterator[str]:
    """The lines of the section.

    Args:
        figures: what was counted.
        is_beside: whether torch's own gradcheck ran beside.
        is_all: whether lists are whole, and contain each call that is no match.
    """
    most = None if is_all else MOST_SHOWN
    yield _calls(figures)
    yield from _counted("what could not be read:", figures.unread, most)
    yield from _counted("taken for constants of the run:", figures.constants, most)
    if is_beside:
        yield from _remarks("the outcome is not torch's:", figures.differences, None)
    quiet = [remark for remark in figures.remarks if remark.label in _LOUD and not remark.is_failing]
    if is_all:
        yield from _remarks("no plain match:", figures.remarks, None)
    else:
        yield from _remarks("they pass, and are worth a look:", quiet, most)
    for trace, count in sorted(figures.errors.items()):
        times = f" ({count:,} times)" if count > 1 else ""
        yield f"derivcheck failed{times}, torch's own gradcheck answered. Please report this:"
        yield from (f"  {part}" for part in harmless(trace).splitlines())
    yield from (f"{worker} ended without its figures" for worker in figures.lost)
    is_torchs = is_beside or figures.unread or figures.errors
    yield f"{figures.ours:.2f} s" + (f", torch's own {figures.torchs:.2f} s" if is_torchs else "")


def _calls(figures: Figures) -> str:
    if not figures.calls:
        return "no call of gradcheck"
    known = [label for label in _ORDER if figures.labels[label]]
    counts = ", ".join(f"{figures.labels[label]:,} {_WORDS.get(label, label)}" for label in known)
    wrong = f", {figures.failing:,} of them wrong" if figures.failing else ""
    return f"{figures.calls:,} call{'s' * (figures.calls > 1)}{wrong}: {counts}"


def _counted(heading: str, counts: Counter[str], most: int | None) -> Iterator[str]:
    found = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    yield from _list(heading, [f"{count:,} × {one_line(name)}" for name, count in found], most)


def _remarks(heading: str, remarks: list[Remark], most: int | None) -> Iterator[str]:
    found = [one_line(f"{remark.node}: {remark.label}") + f"\n  {one_line(remark.text)}" for remark in remarks]
    yield from _list(heading, found, most)


def _list(heading: str, entries: list[str], most: int | None) -> Iterator[str]:
    if entries:
        yield heading
        yield from (f"  {part}" for entry in entries[:most] for part in entry.split("\n"))
    if most is not None and len(entries) > most:
        yield f"  … and {len(entries) - most:,} more, which -v shows"
