"""The error against the input as a picture, SVG or PNG, drawn by matplotlib.

Colours are those of Okabe and Ito, which the colour-blind tell apart, with a lighter blue for dark pages. Each severity
has a shape of its own as well.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from derivcheck.errors import UnsupportedError
from derivcheck.model import Result, Severity
from derivcheck.model.hunt_map import ErrorCurve, HuntMap
from derivcheck.reporting.presentation.error_axes import axis_of_errors, axis_of_inputs, marks
from derivcheck.reporting.presentation.hunt_lines import dtype_of, name_of, plotted

INSTALL = "pip install derivcheck[plots]"

MARK_OF_PICTURE = b"derivcheck"
"""What stands near the beginning of every picture, and in few other files."""

MOST_PANELS = 6
"""Derivatives in a picture, the worst first."""

WIDTH, HEIGHT = 7.5, 2.6
"""Inches; the height is that of one panel."""

_GREY = "#767676"
"""Text and lines of a picture without a background: it can be read on white and on black (4.5 : 1, and 4.6 : 1)."""

_LOOKS: dict[Severity | None, tuple[str, str, str]] = {
    None: (_GREY, ".", "not judged"),
    Severity.PASS: ("#2484c6", ".", "passes"),
    Severity.WARN: ("#e69f00", "^", "warns"),
    Severity.FAIL: ("#d55e00", "x", "fails"),
    Severity.ERROR: ("#cc79a7", "s", "error"),
}
"""Colour, shape and name of the points of a severity."""


def can_draw() -> bool:
    """Whether matplotlib is there."""
    # It is asked before a hunt begins, without loading it.
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def require_drawing() -> None:
    """Fail unless matplotlib is there: UnsupportedError that says how to install it."""
    if not can_draw():
        raise UnsupportedError("pictures are drawn by matplotlib, which is not installed", hint=INSTALL)


def picture(rows: Sequence[Result], *, kind: str, most: int = MOST_PANELS) -> bytes:
    """Draw the curves of a hunt.

    Args:
        rows: the Results of a hunt, the first of them with its map.
        kind: "svg", without a background, or "png", on white.
        most: how many derivatives are drawn, the worst first.

    Raises:
        UnsupportedError: where matplotlib is missing, and where there is nothing to draw.
    """
    require_drawing()
    found = rows[0].hunt_map
    curves = plotted(found)[:most] if found is not None else []
    if found is None or not curves:
        hint = "one variable is drawn: hold the others with --at"
        raise UnsupportedError("there is no error against one input to draw", hint=hint)
    # It takes a third of a second to load, and few hunts draw.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    is_svg = kind == "svg"
    ink = _GREY if is_svg else "#333333"
    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "derivcheck",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.edgecolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(WIDTH, HEIGHT * len(curves) + 0.5), layout="constrained")
        expr = " ".join(rows[0].case.expr.split())
        title = f"f = {expr if len(expr) <= 70 else expr[:69] + '…'} · {dtype_of(rows)}"
        figure.suptitle(_literal(title), fontsize=10)
        panels = figure.subplots(len(curves), 1, squeeze=False)
        for axes, curve in zip(panels[:, 0], curves, strict=True):
            _panel(axes, curve, found)
        target = io.BytesIO()
        metadata = {"Date": None, "Creator": "derivcheck"} if is_svg else {"Software": "derivcheck"}
        figure.savefig(target, format=kind, transparent=is_svg, dpi=160, metadata=metadata)
    return target.getvalue()


def _panel(axes: Any, curve: ErrorCurve, found: HuntMap) -> None:
    """Draw one curve, with the stretches that do not pass shaded."""
    across, up = axis_of_inputs(curve, found), axis_of_errors([curve])
    for stretch in found.stretches:
        if (stretch.wrt, stretch.mode) == (curve.wrt, curve.mode) and stretch.status.severity is not Severity.PASS:
            colour = _LOOKS[stretch.status.severity][0]
            axes.axvspan(across.place(stretch.low), across.place(stretch.high), color=colour, alpha=0.12, linewidth=0)
    for group in marks(curve, across, up):
        colour, shape, label = _LOOKS[group.severity]
        size = 9 if shape == "." else 16
        edge = {"linewidths": 1.1} if shape == "x" else {"linewidths": 0}
        axes.scatter(group.across, group.up, s=size, c=colour, marker=shape, label=label, **edge)
    spread = (across.high - across.low) * 0.01
    axes.set_xlim(across.low - spread, across.high + spread)
    lift = (up.high - up.low) * 0.05
    axes.set_ylim(up.low - lift, up.high + lift)
    axes.set_xticks([place for place, _ in across.ticks], [text for _, text in across.ticks])
    axes.set_yticks([place for place, _ in up.ticks], [text for _, text in up.ticks])
    axes.grid(visible=True, color=_GREY, alpha=0.25, linewidth=0.5)
    name = found.ranges[0].name
    axes.set_xlabel(_literal(f"{name} ({across.kind})" if across.kind else name))
    axes.set_ylabel("error in ulps")
    axes.set_title(_literal(name_of(curve.wrt, curve.mode, found)), fontsize=9, loc="left")
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8, handletextpad=0.2, markerscale=1.6
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _literal(text: str) -> str:
    """A text in which a dollar is no sign of mathematics."""
    return text.replace("$", r"\$")
