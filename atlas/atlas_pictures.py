"""The pictures of the atlas: how far off torch is, against the input, a line for each format."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from atlas_operations import FORMATS
from atlas_rows import Row
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

COLORS = dict(zip(FORMATS, ("#2f7fd6", "#d9730d", "#2e9e5b", "#a855c9"), strict=True))
"""Of the formats; each is legible on white and on near black."""

INK = "#010203"
"""What becomes the colour of the text around the picture, so that it is legible in light and dark."""

BAD = "nxil"
"""The letters of points that are not right: nonfinite, mismatch, inaccurate, unstable."""

LOWEST = -1.4
"""The logarithm of the error at which a picture begins: 0 is drawn there."""

NEAR = 1e-2
"""Inputs below are drawn to scale, those beyond by their logarithm."""

LARGEST = 15_000
"""The bytes of a picture."""

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_SMALLER = (
    (re.compile(r"^.*?(?=<svg )", re.DOTALL), ""),
    (re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL), ""),
    (re.compile(r' id="[a-z.]+[\d.]*_\d+"'), ""),  # several pictures on a page must not have the same
    (re.compile(r"font-family: [^;\"]*;? ?"), ""),
    (re.compile(r' transform="rotate\(-0[^"]*"'), ""),
    (re.compile(INK), "currentColor"),
    (re.compile(r"(?<=\d)\s*\nL "), "L"),
    (re.compile(r"\s*\n\s*"), "\n"),
)
"""What a picture loses, or gets instead."""


def _place(x: float) -> float:
    """Where an input is drawn: a logarithm of either sign, through 0."""
    return math.copysign(math.log10(1 + abs(x) / NEAR), x)


def _farthest(curves: Iterable[dict[str, Any]]) -> float:
    """How far out a picture goes: to a billion, and to whatever is not right and lies farther out."""
    pairs = [pair for curve in curves for pair in zip(curve["x"], curve["status"], strict=True)]
    bad = [abs(x) for x, letter in pairs if letter in BAD]
    return float(min(max([1e9, *(10 * x for x in bad)]), max(abs(x) for x, _ in pairs)))


def _ticks(low: float, high: float) -> list[float]:
    """Some inputs to name on the axis: 0 and powers of 10 of either sign."""
    most = max(abs(low), abs(high))
    decades = max(math.log10(most / NEAR), 1.0) if most else 1.0
    step = next(step for step in (1, 2, 4, 10, 20, 50, 100) if decades / step <= 4)
    powers = [10.0 ** (step * i) for i in range(-2 // step, 308 // step + 1) if NEAR < 10.0 ** (step * i) <= most]
    return [tick for tick in [-power for power in powers] + [0.0] + powers if low <= tick <= high]


def picture(rows: Sequence[Row], title: str) -> str | None:
    """A picture of the curves of some rows, of one derivative, as SVG; None where there are none."""
    curves = {row.format: row.curve for row in rows if row.curve and row.mode in {None, "reverse"}}
    if not curves:
        return None
    svg = _drawn(curves, title)
    while len(svg) > LARGEST:
        curves = {name: _thinned(curve) for name, curve in curves.items()}
        svg = _drawn(curves, title)
    return svg


def _thinned(curve: dict[str, Any]) -> dict[str, Any]:
    """A curve with the worse point of each two neighbours."""

    def badness(place: int) -> tuple[bool, float]:
        ulps = curve["ulps"][place]
        return curve["status"][place] in BAD, -1.0 if ulps is None else float(ulps)

    pairs = (range(place, min(place + 2, len(curve["x"]))) for place in range(0, len(curve["x"]), 2))
    kept = [max(pair, key=badness) for pair in pairs]
    return {
        "x": [curve["x"][place] for place in kept],
        "ulps": [curve["ulps"][place] for place in kept],
        "status": "".join(curve["status"][place] for place in kept),
    }


def _drawn(curves: Mapping[str, dict[str, Any]], title: str) -> str:
    """The picture as SVG. The axes are drawn by hand: matplotlib's own take five times as long."""
    farthest = _farthest(curves.values())
    points = [x for curve in curves.values() for x in curve["x"] if abs(x) <= farthest]
    errors = [float(ulps) for curve in curves.values() for ulps in curve["ulps"] if ulps is not None]
    highest = max([ulps for ulps in errors if math.isfinite(ulps)] + [8.0])
    top = math.ceil(math.log10(highest)) + 1  # where inf is drawn
    left, right = _place(min(points)), _place(max(points))
    margin = 0.02 * (right - left) or 1.0
    left, right = left - margin, right + margin
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "derivcheck", "font.size": 9, "path.snap": False}):
        figure = Figure(figsize=(6.4, 2.6))
        axes = figure.add_axes((0.1, 0.12, 0.89, 0.74), xlim=(left, right), ylim=(LOWEST, top + 0.2))
        axes.set_axis_off()
        _frame(axes, _ticks(min(points), max(points)), range(0, top + 1, max(top // 4, 1)))
        axes.text(0, 1.04, f"{title}, error in ulps", transform=axes.transAxes, color=INK)
        for place, name in enumerate(name for name in reversed(FORMATS) if name in curves):
            axes.text(1 - 0.12 * place, 1.04, name, transform=axes.transAxes, color=COLORS[name], ha="right")
        for name in FORMATS:
            if name in curves:
                _line(axes, curves[name], COLORS[name], top)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _small(buffer.getvalue(), title)


def _frame(axes: Axes, xs: Sequence[float], powers: Iterable[int]) -> None:
    """The axes: two lines with their ticks, and the dotted line at half an ulp."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    strokes = [[(left, top), (left, bottom), (right, bottom)]]
    for x in xs:
        axes.text(_place(x), bottom - (top - bottom) / 25, f"{x:g}", color=INK, ha="center", va="top")
        strokes.append([(_place(x), bottom), (_place(x), bottom - (top - bottom) / 40)])
    for power in powers:
        axes.text(left - (right - left) / 80, power, f"{10.0**power:g}", color=INK, ha="right", va="center")
        strokes.append([(left, power), (left - (right - left) / 130, power)])
    axes.add_collection(LineCollection(strokes, colors=INK, linewidths=0.8, clip_on=False), autolim=False)
    axes.plot([left, right], [math.log10(0.5)] * 2, color=INK, linewidth=0.6, linestyle=":")


def _line(axes: Axes, curve: dict[str, Any], color: str, top: float) -> None:
    """A curve, with marks where it is not right."""
    heights = [math.nan if ulps is None else _height(float(ulps), top) for ulps in curve["ulps"]]
    places = [_place(x) for x in curve["x"]]
    axes.plot(places, heights, color=color, linewidth=1)
    for letters, mark in (("nx", "x"), ("il", ".")):
        marked = [place for place, letter in enumerate(curve["status"]) if letter in letters]
        if marked:
            xs, ys = ([values[place] for place in marked] for values in (places, heights))
            axes.plot(xs, ys, linestyle="none", color=color, marker=mark, markersize=3.5)


def _height(ulps: float, top: float) -> float:
    """Where an error is drawn: its logarithm, within the picture."""
    return min(max(math.log10(ulps), LOWEST), top) if ulps > 0 else LOWEST


def _small(svg: str, title: str) -> str:
    """A picture as a page holds it: to a tenth of a point, in the colour and the font of the page."""
    for pattern, text in _SMALLER:
        svg = pattern.sub(text, svg)
    svg = _NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), svg)
    return re.sub(
        r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", rf'<svg \1 role="img" aria-label="{escape(title)}">', svg
    ).strip()
