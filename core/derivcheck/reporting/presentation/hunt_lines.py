"""Lays out a hunt: what was searched, what was found, the map of the range by status, a plot, and what was covered."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence

from derivcheck.model import Mode, Result, Severity, Status, Wrt
from derivcheck.model.hunt_map import Coverage, Ended, ErrorCurve, FindKind, FoundPoint, HuntMap, Stretch
from derivcheck.numbers import DType
from derivcheck.reporting.presentation.cells import NOTHING, derivative_name, error_text, status_text
from derivcheck.reporting.presentation.hunt_commands import assignments, explain_command
from derivcheck.reporting.presentation.layout import as_read_lines, block, brief_value
from derivcheck.reporting.presentation.numerals import shortest
from derivcheck.reporting.presentation.terminal_plot import legend, terminal_plot
from derivcheck.reporting.presentation.toned_lines import INDENT, LEAST_WIDTH, Fragment, Line, Tone, paragraph
from derivcheck.reporting.presentation.widths import fit, printable
from derivcheck.reporting.presentation.widths import width as width_of

MOST_STRETCHES = 12
MOST_BLOCKS = 2
"""What is shown short of -v: stretches of a derivative, and points with all their rows."""

KIND_WORDS = {
    FindKind.WORST: "largest error",
    FindKind.FAILS: "fails",
    FindKind.LOSES_DIGITS: "loses digits",
    FindKind.KINK: "kink",
    FindKind.POLE: "pole",
}

_ENDED = {
    Ended.DONE: "",
    Ended.BUDGET: "; the time was up: a larger budget finds more",
    Ended.INTERRUPTED: "; interrupted",
}


def hunt_lines(rows: Sequence[Result], *, width: int, verbose: bool = False) -> Iterator[Line]:
    """Yield the lines of a hunt. A line that holds a command may be longer than `width`: it is typed as it stands.

    Args:
        rows: the Results of a hunt, the first of them with its map.
        width: the columns of a line.
        verbose: whether all points, stretches and plots are shown.
    """
    found = rows[0].hunt_map
    assert found is not None
    width = max(width, LEAST_WIDTH)
    yield from as_read_lines(rows[0], width)
    yield from _header(rows[0], found, width)
    yield ()
    yield from map_lines(found, dtype_of(rows), width, verbose=verbose)
    for curve in plotted(found)[: None if verbose else 1]:
        yield ()
        name = name_of(curve.wrt, curve.mode, found)
        yield from paragraph(f"error of {name} in ulps ({legend(curve)})", width, tone=Tone.ASIDE, indent=1)
        yield from terminal_plot(curve, found, width=width)
    yield ()
    yield from _finds(rows, found, width)
    for point in shown_points(rows)[: None if verbose else MOST_BLOCKS]:
        yield ()
        yield from block(point, width=width, verbose=verbose)
    yield ()
    if found.coverage is not None:
        yield from paragraph(covered_text(found.coverage, dtype_of(rows)), width, tone=Tone.ASIDE, indent=0)
    yield from next_lines(rows, found)


def _header(first: Result, found: HuntMap, width: int) -> Iterator[Line]:
    case = first.case
    names = first.expression.variables if first.expression else tuple(one.name for one in found.ranges)
    formula = f"f({', '.join(names)}) = {' '.join(case.expr.split())}"
    searched = {one.name.partition("[")[0] for one in found.ranges}
    held = {name: brief_value(text) for name, text in first.typed.items() if name not in searched}
    modes = ", ".join(dict.fromkeys(str(mode) for _, mode in found.counts if mode is not None)) or (
        first.gradient.mode.value if first.gradient else ""
    )
    seed = f"seed {found.coverage.seed}" if found.coverage and found.coverage.seed else ""
    facts = [str(dtype_of([first])), case.device, modes, seed]
    where = [", ".join(map(str, found.ranges)), *([f"at {assignments(held)}"] if held else [])]
    pieces = [formula, ", ".join(where), " · ".join(filter(None, facts))]
    whole = "   ".join(pieces)
    if width_of(whole) <= width:
        yield (Fragment(printable(whole), Tone.HEADING),)
        return
    for indent, piece in enumerate(pieces):
        yield from paragraph(piece, width, tone=Tone.HEADING, indent=min(indent, 1))


# --- the map ---------------------------------------------------------------------------------------------------------


def map_lines(found: HuntMap, dtype: DType, width: int, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the map: a line for each derivative that has one status everywhere, else one for each stretch."""
    if not found.stretches:
        yield from _counts(found, width)
        return
    rows: list[list[Fragment]] = [
        [Fragment(title, Tone.ASIDE) for title in ("", "range", "status", "worst", "numbers")]
    ]
    left: dict[int, int] = {}
    for key in dict.fromkeys((stretch.wrt, stretch.mode) for stretch in found.stretches):
        mine = [stretch for stretch in found.stretches if (stretch.wrt, stretch.mode) == key]
        shown = mine if verbose else most_remarkable(mine)
        ends = {mine[0].low, mine[-1].high}
        name = Fragment(name_of(*key, found), Tone.NAME)
        rows += (
            [name if not number else Fragment(""), *_cells(stretch, dtype, ends)]
            for number, stretch in enumerate(shown)
        )
        if len(shown) < len(mine):
            left[len(rows) - 1] = len(mine) - len(shown)
    for at, lines in enumerate(_table(rows, width)):
        yield from lines
        if at in left:
            yield from paragraph(f"… and {left[at]:,} stretches more (-v shows all)", width, indent=2)
    if any(cell.text.startswith("~") or " ~" in cell.text for row in rows for cell in row):
        about = "~ between this number and the next stretch nothing has been judged"
        yield from paragraph(about, width, tone=Tone.ASIDE, indent=1)


def most_remarkable(stretches: Sequence[Stretch]) -> Sequence[Stretch]:
    """So many stretches as are shown, in their order: those with the worst status, and of these the longest."""
    if len(stretches) <= MOST_STRETCHES:
        return stretches
    ranked = sorted(range(len(stretches)), key=lambda at: (-stretches[at].status.rank, -stretches[at].points))
    return [stretches[at] for at in sorted(ranked[:MOST_STRETCHES])]


def _cells(stretch: Stretch, dtype: DType, ends: set[float]) -> list[Fragment]:
    worst = "" if stretch.worst is None or math.isnan(stretch.worst) else error_text(stretch.worst)
    return [
        Fragment(ends_text(stretch, dtype, ends)),
        Fragment(status_text(stretch.status), Tone.of(stretch.status.severity)),
        Fragment(worst),
        Fragment(f"{stretch.points:,}"),
    ]


def _table(rows: list[list[Fragment]], width: int) -> Iterator[list[Line]]:
    """Lay out rows in columns; where they are too wide, all but the first two cells of a row stand on a second line.

    Yields:
        The lines of each row; the first row has the titles, which stand only above columns.
    """
    sizes = [max(width_of(row[at].text) for row in rows) for at in range(len(rows[0]))]
    if len(INDENT) + sum(sizes) + 2 * (len(sizes) - 1) <= width:
        yield from ([_row(row, sizes)] for row in rows)
        return
    yield []
    for row in rows[1:]:
        rest = [cell for cell in row[2:-1] if cell.text]
        count = row[-1]._replace(text=f"{row[-1].text} {'number' if row[-1].text == '1' else 'numbers'}")
        beside = [Fragment(""), *rest, count]
        yield [_row(row[:2], sizes[:2]), _row(beside, [sizes[0], *(width_of(cell.text) for cell in beside[1:])])]


def ends_text(stretch: Stretch, dtype: DType, ends: Collection[float]) -> str:
    """The first and the last number of a stretch.

    Args:
        stretch: the stretch.
        dtype: the format of its numbers.
        ends: those of the range. Any other number that is not exactly where the status changes has a mark.
    """
    low, high = (
        f"{'' if stretch.is_exact or end in ends else '~'}{float_text(end, dtype)}"
        for end in (stretch.low, stretch.high)
    )
    return f"{low} .. {high}" if stretch.low != stretch.high else low


def _row(cells: Sequence[Fragment], sizes: Sequence[int]) -> Line:
    pieces = [Fragment(INDENT)]
    for cell, size in zip(cells, sizes, strict=True):
        pieces += [cell._replace(text=fit(cell.text, size, pad=True)), Fragment("  ")]
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip())
    return tuple(pieces)


def _counts(found: HuntMap, width: int) -> Iterator[Line]:
    """The counts by status, where a hunt over several ranges has no map."""
    size = max((width_of(name_of(*key, found)) for key in found.counts), default=0)
    for key, counts in found.counts.items():
        told = ", ".join(f"{counts[status]:,} {status}" for status in Status if counts.get(status))
        yield from paragraph(f"{fit(name_of(*key, found), size, pad=True)}  {told}", width, indent=1)


def name_of(wrt: Wrt, mode: Mode | None, found: HuntMap) -> str:
    """The name of a derivative, with its mode where there are several."""
    several = len({mode for _, mode in found.counts if mode is not None}) > 1
    return f"{derivative_name(wrt)} {mode}" if several and mode is not None else derivative_name(wrt)


def float_text(number: float, dtype: DType) -> str:
    """A number of the format by its shortest text that reads back as the same number."""
    return shortest(number, dtype).removesuffix(".0")


def dtype_of(rows: Iterable[Result]) -> DType:
    """The format of the numbers of a hunt."""
    rows = list(rows)
    found = next((row.gradient.dtype for row in rows if row.gradient), None)
    return found or rows[0].case.dtype or DType.FLOAT64


def plotted(found: HuntMap) -> list[ErrorCurve]:
    """The curves that can be drawn, that of the worst derivative first."""

    def rank(curve: ErrorCurve) -> tuple[int, float]:
        statuses = [status.rank for status in curve.statuses if status is not None]
        errors = [error for error in curve.ulps if not math.isnan(error)]
        return max(statuses, default=0), max(errors, default=0.0)

    whole = [curve for curve in found.curves if len(curve.inputs) > 1 and curve.inputs[0] < curve.inputs[-1]]
    return sorted(whole, key=rank, reverse=True)


# --- what was found --------------------------------------------------------------------------------------------------


def _finds(rows: Sequence[Result], found: HuntMap, width: int) -> Iterator[Line]:
    cells = [
        [
            Fragment(KIND_WORDS[one.kind]),
            Fragment(name_of(one.wrt, one.mode, found), Tone.NAME),
            Fragment(error_of_point(one)),
            _status(rows, one),
            Fragment(where_text(one)),
        ]
        for one in found.found
    ]
    if not cells:
        return
    sizes = [max(width_of(row[at].text) for row in cells) for at in range(len(cells[0]))]
    for row in cells:
        line = _row(row, sizes)
        if sum(width_of(piece.text) for piece in line) <= width:
            yield line
        else:
            yield _row(row[:-1], sizes[:-1])
            yield from paragraph(row[-1].text, width, indent=2)


def error_of_point(found: FoundPoint) -> str:
    """The error at a point; empty where it has no meaning."""
    return "" if found.ulps is None else error_text(found.ulps).replace(NOTHING, "")


def where_text(found: FoundPoint) -> str:
    """The point as it can be pasted behind --at; of a kink the number itself where it is proven."""
    exactly = ""
    if found.place is not None:
        exactly = f", {found.kind} proven at {found.place}"
    return f"{assignments(found.at)}{exactly}"


def status_of(rows: Sequence[Result], found: FoundPoint) -> Status | None:
    """The status at a point of what it was kept for; None where no row is about that."""
    mine = [
        row.status
        for row in rows
        if row.typed == found.at and row.wrt == found.wrt and found.mode in {None, row.gradient and row.gradient.mode}
    ]
    return max(mine, key=lambda status: status.rank, default=None)


def _status(rows: Sequence[Result], found: FoundPoint) -> Fragment:
    status = status_of(rows, found)
    return Fragment("") if status is None else Fragment(status_text(status), Tone.of(status.severity))


def points_of(rows: Iterable[Result]) -> list[list[Result]]:
    """The rows point by point."""
    points: list[list[Result]] = []
    for row in rows:
        if points and points[-1][0].place is row.place:
            points[-1].append(row)
        else:
            points.append([row])
    return points


def shown_points(rows: Iterable[Result]) -> list[list[Result]]:
    """The points whose rows are shown: those at which something does not pass, else the first one."""
    points = points_of(rows)
    remarkable = [point for point in points if any(row.status.severity is not Severity.PASS for row in point)]
    return remarkable or points[:1]


# --- the end ---------------------------------------------------------------------------------------------------------


def covered_text(coverage: Coverage, dtype: DType) -> str:
    """Say what was looked at.

    Example:
        >>> covered_text(Coverage(1500, 9000, 2**16, False, 2.5, 0, Ended.DONE), DType.FLOAT16)
        '1,500 of 65,536 numbers of float16 proven, 9,000 run through torch alone, in 2.50 s'
        >>> covered_text(Coverage(65536, 0, 2**16, True, 60.0, 0, Ended.DONE), DType.FLOAT16)
        'all 65,536 numbers of float16 proven, in 60.00 s'
    """
    there_are = f"{coverage.numbers:,}" if coverage.numbers < 10**9 else f"{float(coverage.numbers):.2g}"
    what = f"all {there_are}" if coverage.is_exhaustive else f"{coverage.proven:,} of {there_are}"
    screened = f", {coverage.screened:,} run through torch alone" if coverage.screened else ""
    return f"{what} numbers of {dtype} proven{screened}, in {coverage.seconds:.2f} s{_ENDED[coverage.ended]}"


def next_lines(rows: Sequence[Result], found: HuntMap) -> Iterator[Line]:
    """Yield what to type next: the command that explains the worst point, where something does not pass."""
    command = next_command(rows, found)
    if command is None:
        return
    yield (Fragment("next: "), Fragment(printable(command), Tone.NAME))
    yield (
        Fragment("      "),
        Fragment("the same hunt with --output cases.toml", Tone.NAME),
        Fragment(" keeps the points as cases for `derivcheck batch`"),
    )


def next_command(rows: Sequence[Result], found: HuntMap) -> str | None:
    """The command that explains the first point at which something does not pass; None where everything does."""
    for one in found.found:
        status = status_of(rows, one)
        if status is not None and status.severity is not Severity.PASS:
            return explain_command(rows[0], one)
    return None
