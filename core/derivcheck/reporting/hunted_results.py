"""The Results of a hunt: a sequence which prints itself with the map of the range and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from derivcheck.errors import Location, OutputFileError
from derivcheck.model import Result
from derivcheck.model.hunt import Find, Hunt
from derivcheck.model.hunt_map import Coverage, ErrorCurve, Stretch
from derivcheck.reporting.found_cases import found_cases
from derivcheck.reporting.presentation.error_picture import can_draw, picture
from derivcheck.reporting.presentation.hunt_lines import hunt_lines, plotted
from derivcheck.reporting.presentation.hunt_page import hunt_page
from derivcheck.reporting.presentation.plain_text import WIDTH
from derivcheck.reporting.presentation.toned_lines import plain
from derivcheck.reporting.results import Results

_KINDS = (".svg", ".png")


class Hunted(Results):
    """What a hunt found: the Results of its points, the worst first, and the map of the range.

    Printed, it is the text that `derivcheck hunt` shows; a notebook shows the picture and the tables.
    """

    __slots__ = ("hunt",)

    def __init__(self, rows: Sequence[Result], hunt: Hunt) -> None:
        super().__init__(rows)
        self.hunt = hunt
        """The whole hunt, with the request and the counts."""

    @property
    def finds(self) -> tuple[Find, ...]:
        """The points that were kept, the worst first: each with why, where, and its Results."""
        return self.hunt.finds

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches of the range in which all numbers have one status; none where there are several ranges."""
        return self.hunt.stretches

    @property
    def curves(self) -> tuple[ErrorCurve, ...]:
        """The error against the input, for each derivative; none where there are several ranges."""
        return self.hunt.curves

    @property
    def coverage(self) -> Coverage | None:
        """What was looked at."""
        return self.hunt.coverage

    def plot(self, path: str | Path | None = None) -> Picture:
        """Draw the error against the input.

        Args:
            path: a file to write it to, with the suffix .svg or .png; None: a notebook shows what is returned.

        Raises:
            UnsupportedError: where matplotlib is missing, and where there is no error against one input.
            OutputFileError: where the file cannot be written, or its suffix is another one.
        """
        drawn = Picture(picture(self, kind="svg").decode())
        if path is not None:
            suffix = Path(path).suffix.lower()
            where = Location(str(path))
            if suffix not in _KINDS:
                raise OutputFileError("a picture is SVG or PNG", hint="name it error.svg or error.png", location=where)
            try:
                Path(path).write_bytes(drawn.svg.encode() if suffix == ".svg" else picture(self, kind="png"))
            except OSError as error:
                raise OutputFileError(f"cannot be written: {error.strerror or error}", location=where) from None
        return drawn

    def write_cases(self, path: str | Path) -> None:
        """Write the points as cases of a TOML file, which `derivcheck batch` runs.

        Raises:
            OutputFileError: where the file cannot be written, and for code that was not given by its name.
        """
        text = found_cases(self, Path(path).parent)
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"cannot be written: {error.strerror or error}"
            raise OutputFileError(message, location=Location(str(path))) from None

    def __repr__(self) -> str:
        return "\n".join(plain(line).rstrip() for line in hunt_lines(self, width=WIDTH))

    def _repr_html_(self) -> str:
        drawn = picture(self, kind="svg").decode() if can_draw() and self._is_drawable() else ""
        return hunt_page(self, drawn)

    def _is_drawable(self) -> bool:
        found = self[0].hunt_map
        return found is not None and bool(plotted(found))


class Picture:
    """A picture, which a notebook shows.

    Attributes:
        svg: the picture.
    """

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def __repr__(self) -> str:
        return f"<a picture of {len(self.svg):,} characters of SVG>"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        return {"text/plain": repr(self), "image/svg+xml": self.svg}
