"""The error against the input as a plot of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivcheck.model import Severity
from derivcheck.model.hunt_map import ErrorCurve, HuntMap
from derivcheck.reporting.presentation.error_axes import axis_of_errors, axis_of_inputs, marks
from derivcheck.reporting.presentation.toned_lines import INDENT, Fragment, Line, Tone

HEIGHT = 13
MOST_WIDTH = 100

SIGNS = {None: "·", Severity.PASS: "braille", Severity.WARN: "!", Severity.FAIL: "x", Severity.ERROR: "x"}
"""What a point is drawn with. The sign tells the severity without a colour."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NAMES = {"⠿": "passes", "!": "warns", "x": "fails", "·": "not judged"}
_RUNS = re.compile(r"(?P<fail>x+)|(?P<warn>!+)|(?P<pass>[\u2801-\u28ff]+)|(?P<plain>[^x!\u2801-\u28ff]+)")
_TONES = {"fail": Tone.FAIL, "warn": Tone.WARN, "pass": Tone.PASS, "plain": Tone.ASIDE}


def terminal_plot(curve: ErrorCurve, found: HuntMap, *, width: int) -> Iterator[Line]:
    """Yield the lines of the plot; none is longer than `width`.

    Args:
        curve: the error; two points at least.
        found: the map of its hunt.
        width: the columns of a line.
    """
    # It is needed where a hunt is printed, and nowhere else.
    import plotext

    across, up = axis_of_inputs(curve, found), axis_of_errors([curve])
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(min(width, MOST_WIDTH) - len(INDENT), HEIGHT)
    plotext.theme("clear")
    plotext.xlim(across.low, across.high)
    plotext.ylim(up.low, up.high)
    for group in marks(curve, across, up):
        plotext.scatter(list(group.across), list(group.up), marker=SIGNS[group.severity])
    plotext.xticks([place for place, _ in across.ticks], [text for _, text in across.ticks])
    plotext.yticks([place for place, _ in up.ticks], [text for _, text in up.ticks])
    text = _ANSI.sub("", plotext.build())
    plotext.clear_figure()
    for line in text.rstrip("\n").split("\n"):
        yield tuple(_toned(line.rstrip()))


def legend(curve: ErrorCurve) -> str:
    """The signs that the plot of a curve has, with what they mean.

    Example:
        >>> from derivcheck.model import Status
        >>> legend(ErrorCurve((), None, (1.0, 2.0), (0.5, 9e15), (Status.MATCH, Status.MISMATCH)))
        '⠿ passes, x fails'
    """
    statuses = curve.statuses or (None,)
    signs = {SIGNS[status.severity if status else None].replace("braille", "⠿") for status in statuses}
    return ", ".join(f"{sign} {name}" for sign, name in _NAMES.items() if sign in signs)


def _toned(line: str) -> Iterator[Fragment]:
    """The fragments of a line: within the frame the signs have their tones."""
    yield Fragment(INDENT)
    first = min((at for sign in "│┤" if (at := line.find(sign)) >= 0), default=-1)
    if first < 0:
        yield Fragment(line, Tone.ASIDE)
        return
    yield Fragment(line[: first + 1], Tone.ASIDE)
    for run in _RUNS.finditer(line[first + 1 :]):
        yield Fragment(run.group(), _TONES[str(run.lastgroup)])
